"""Host: the pipelines of the folders that an editor has open, each with its keeper.

Takes what an editor says (a document was opened, edited, closed; files changed; the workspace is
trusted) and answers from snapshots. `documents` and the disk are the only things that it reads;
when to ask it is its caller's business.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping

from pipelens.core.answers.findings import Finding, in_order
from pipelens.core.files import Unreadable
from pipelens.core.project import Project
from pipelens.core.suppression import SeverityChoice
from pipelens.core.text import Document, Lines
from pipelens.workspace.buffers import Buffer
from pipelens.workspace.discovery import (
    Location,
    is_pipeline_name,
    located,
    looks_like_pipeline,
    pipelines_around,
    pipelines_below,
)
from pipelens.workspace.disk import WorkspaceFiles
from pipelens.workspace.findings_by_path import FindingsByPath
from pipelens.workspace.keeper import ProjectKeeper
from pipelens.workspace.root import is_in

SeveritiesOf = Callable[[str], Mapping[str, SeverityChoice]]

_MOST_SEARCHED = 25
"""A source that no pipeline nearby knows is looked for in so many others of the workspace."""

_MOST_REMEMBERED = 20
"""Files that are not open whose lines are kept for the next question about them."""


class Host:
    """folders: absolute paths of what the editor has open. trusted: before that, nothing outside of
    them is touched and no program is started. store: where what is read of sources is kept."""

    def __init__(
        self,
        folders: Iterable[str],
        *,
        environ: Mapping[str, str],
        trusted: bool = True,
        store: str | None = None,
    ) -> None:
        self.store = store
        self.folders = tuple(folders)
        self.environ = environ
        self.trusted = trusted
        self.documents: dict[str, Buffer] = {}
        self.files = self._new_files()
        self.keepers: dict[str, ProjectKeeper] = {}
        self._shown: set[str] = set()
        self._below: tuple[str, ...] | None = None
        self._read: dict[str, Document] = {}
        self._preferred: SeveritiesOf = lambda path: {}
        self._found: dict[str, FindingsByPath] = {}
        self._news: set[str] = set()

    # -- what is new

    def open(self, path: str, buffer: Buffer) -> None:
        """An editor shows a document; the pipelines that it belongs to are shown from now on."""
        self.documents[path] = buffer
        self.files.open(path, buffer)
        self._changed((path,))
        self._show(path)

    def edited(self, path: str) -> None:
        """The buffer of `path` changed: later."""
        if path not in self._shown and self._is_pipeline(path):
            self._shown.add(path)
        self._changed((path,))

    def close(self, path: str) -> None:
        """The editor is closed; the disk counts again."""
        self.documents.pop(path, None)
        self.files.close(path)
        self.files.forget(path)
        self._changed((path,))

    def changed(self, paths: Iterable[str]) -> None:
        """These files changed on the disk, came or went: later."""
        told = tuple(paths)
        for path in told:
            self.files.forget(path)
        self._below = None
        self._relocate()
        self._changed(told)

    def refresh(self) -> None:
        """Anything on the disk may have changed: later."""
        self.files.begin_round()
        self._relocate()
        for keeper in self.keepers.values():
            keeper.refresh()

    def prefer(self, severities: SeveritiesOf) -> None:
        """Severities that count before the settings of a project, by the path of its pipeline file."""
        self._preferred = severities
        for path, keeper in self.keepers.items():
            wanted = severities(path)
            if keeper.filter.preferred != wanted:
                keeper.filter.preferred = wanted
                keeper.changed((path,))

    def set_folders(self, folders: Iterable[str]) -> None:
        """The editor has other folders open. What was shown of one that is gone is shown no longer,
        unless a document of it is still open."""
        gone = set(self.folders)
        self.folders = tuple(folders)
        gone -= set(self.folders)
        self._below = None
        if not self.trusted:
            self.files.roots = tuple(map(os.path.realpath, self.folders))
            self.files.begin_round()
        for path in [one for one in self._shown if any(is_in(one, folder) for folder in gone)]:
            keeper = self.keepers.get(path)
            project = keeper.now() if keeper is not None else None
            if project is None or not any(self._belongs(one, project) for one in self.documents):
                self._shown.discard(path)
                self.keepers.pop(path, None)
        for path in self.documents:
            self._show(path)

    def trust(self) -> None:
        """The workspace may run what is in it: everything is read anew."""
        self.trusted = True
        self.files = self._new_files()
        for path, buffer in self.documents.items():
            self.files.open(path, buffer)
        self.keepers.clear()

    def rest(self, enough: Callable[[], bool]) -> bool:
        """Do what nobody waits for until it is `enough` (see `ProjectKeeper.rest`); whether some is left."""
        left = [keeper.rest(enough) for keeper in list(self.keepers.values())]  # each, whatever others say
        return any(left)

    # -- answers

    def projects(self) -> Iterator[Project]:
        """The pipelines that are shown, as they are now."""
        for path in sorted(self._shown):
            yield self._keeper(path).now()

    def pipelines(self) -> tuple[str, ...]:
        """The files of the shown pipelines, then those of the others in the workspace's folders."""
        return tuple(dict.fromkeys((*sorted(self._shown), *map(self._real, self._pipelines_below()))))

    def project(self, pipeline: str) -> Project | None:
        """The pipeline in the file `pipeline`, as it is now."""
        path = self._real(pipeline)
        if path not in self.keepers and self.files.kind(path) != "file":
            return None
        return self._keeper(path).now()

    def projects_with(self, path: str) -> tuple[Project, ...]:
        """The shown pipelines that `path` belongs to."""
        return tuple(project for project in self.projects() if self._belongs(path, project))

    def findings(self) -> Mapping[str, tuple[Finding, ...]]:
        """The problems of each file that has any, of all shown pipelines."""
        self._follow()
        paths = dict.fromkeys(path for found in self._found.values() for path in found.paths)
        return {path: self._of_all(path) for path in paths}

    def findings_of(self, path: str) -> tuple[Finding, ...]:
        """The problems of a file, of all shown pipelines; what two of them tell alike is told once."""
        self._follow()
        return self._of_all(path)

    def news(self) -> set[str]:
        """The files whose problems have changed since this was last asked."""
        self._follow()
        news, self._news = self._news, set()
        return news

    def _follow(self) -> None:
        for project in self.projects():
            found = self._found.setdefault(project.path, FindingsByPath())
            self._news |= found.update(project)
        for path in self._found.keys() - self._shown:
            self._news.update(self._found.pop(path).paths)

    def _of_all(self, path: str) -> tuple[Finding, ...]:
        found = [of_path for one in self._found.values() if (of_path := one.of(path))]
        if len(found) > 1:
            return in_order(finding for of_path in found for finding in of_path)
        return found[0] if found else ()

    def lines(self, path: str) -> Lines:
        """A file as its editor shows it, else as it is on the disk; empty when it cannot be read."""
        buffer = self.documents.get(path)
        if buffer is not None:
            return buffer
        text = self.files.read(path)
        known = self._read.get(path)
        if known is None or known.text is not text:
            known = self._read[path] = Document("" if isinstance(text, Unreadable) else text)
            while len(self._read) > _MOST_REMEMBERED:
                del self._read[next(iter(self._read))]
        return known

    def line(self, path: str, number: int) -> str:
        """A line of a file as its editor shows it, else as it is on the disk."""
        return self.lines(path).line(number)

    def unsaved(self, project: Project) -> tuple[str, ...]:
        """The files of `project` whose editors show another text than the disk holds."""
        return tuple(
            path
            for path, buffer in self.documents.items()
            if self._belongs(path, project) and not buffer.is_on_disk(path)
        )

    # -- inside

    def _new_files(self) -> WorkspaceFiles:
        return WorkspaceFiles(None if self.trusted else tuple(map(os.path.realpath, self.folders)))

    def _changed(self, paths: tuple[str, ...]) -> None:
        for keeper in self.keepers.values():
            keeper.changed(paths)

    def _keeper(self, path: str) -> ProjectKeeper:
        known = self.keepers.get(path)
        if known is None:
            location = self._locate(path)
            known = self.keepers[path] = ProjectKeeper(
                location,
                self.files,
                cwd=location.root,
                environ=self.environ,
                trusted=self.trusted,
                store=self.store,
                patient=True,
            )
            known.filter.preferred = self._preferred(path)
        return known

    def _locate(self, path: str) -> Location:
        """Where the pipeline file `path` belongs. Tasks run in the root: env files are looked for there."""
        found = located(path, os.path.dirname(path), self.environ, self.files)
        if found.root == found.folder:
            return found
        return located(path, found.root, self.environ, self.files)

    def _relocate(self) -> None:
        """Forget the keepers of pipelines whose root or env file is another one now, or that are gone."""
        for path, keeper in list(self.keepers.items()):
            if self.files.kind(path) != "file":
                del self.keepers[path]
                self._shown.discard(path)
            elif self._locate(path) != keeper.location:
                del self.keepers[path]
        for path in self.documents:
            if self._is_pipeline(path):
                self._shown.add(path)

    def _is_pipeline(self, path: str) -> bool:
        """By its name, or by what the open document says."""
        buffer = self.documents.get(path)
        return is_pipeline_name(os.path.basename(path)) or (
            buffer is not None and looks_like_pipeline(path, buffer.lines)
        )

    def _show(self, path: str) -> None:
        if self._is_pipeline(path):
            self._shown.add(path)
            return
        if any(self._belongs(path, project) for project in self.projects()):
            return
        near = [self._real(one) for one in pipelines_around(path, self.files)]
        if not self._show_those_with(path, near):
            self._show_those_with(path, (self._real(one) for one in self._pipelines_below()))

    def _show_those_with(self, path: str, pipelines: Iterable[str]) -> bool:
        found = False
        for pipeline in pipelines:
            if self.files.kind(pipeline) == "file" and self._belongs(path, self._keeper(pipeline).now()):
                self._shown.add(pipeline)
                found = True
        return found

    def _pipelines_below(self) -> tuple[str, ...]:
        if self._below is None:
            found = (one for folder in self.folders for one in pipelines_below(folder, self.files))
            self._below = tuple(dict.fromkeys(found))[:_MOST_SEARCHED]
        return self._below

    def _belongs(self, path: str, project: Project) -> bool:
        index = project.index
        if path in (project.path, project.env.path) or path in index.by_source or path in index.by_file:
            return True
        keeper = self.keepers.get(project.path)
        if keeper is not None and (path == keeper.settings.path or path in keeper.sources.asked):
            return True
        return keeper is not None and path in keeper.specs.paths

    def _real(self, path: str) -> str:
        return os.path.realpath(path) if os.path.islink(path) else path
