"""ProjectKeeper: the only owner of a pipeline's changing state; hands out immutable snapshots.

`edit`, `changed` and `refresh` say what is new and cost nothing; `now` brings the snapshot up to
date and reads, joins and checks only what the change touches. `work` counts what was done.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from pipelens.core.project import Project
from pipelens.core.sources import Source
from pipelens.core.spec import Meta
from pipelens.workspace.assembly import Assembly
from pipelens.workspace.discovery import Location
from pipelens.workspace.disk import WorkspaceFiles
from pipelens.workspace.libraries import import_folders, library_folders
from pipelens.workspace.problem_filter import ProblemFilter
from pipelens.workspace.put_off import PutOff
from pipelens.workspace.readings import Reading
from pipelens.workspace.settings import Settings, read_settings
from pipelens.workspace.source_cache import Key, SourceCache
from pipelens.workspace.spec_reader import SpecReader
from pipelens.workspace.work import Work


class ProjectKeeper:
    """Keeps one pipeline. `files` may be shared among keepers of one workspace."""

    def __init__(
        self,
        location: Location,
        files: WorkspaceFiles,
        *,
        cwd: str,
        environ: Mapping[str, str],
        overrides: Mapping[str, str] | None = None,
        trusted: bool = True,
        store: str | None = None,
        patient: bool = False,
    ) -> None:
        """store: the folder where what is read of sources is kept for the next start. patient: the
        static analysis of sources that are not open waits until `rest` is called."""
        self.location = location
        self.files = files
        self.cwd = cwd
        self.environ = environ
        self.trusted = trusted
        self.sources = SourceCache(files, location.path, store, thrifty=patient)
        self.specs = SpecReader(
            location,
            files,
            cwd=cwd,
            environ=environ,
            overrides=overrides or {},
            trusted=trusted,
            resolve_callable=self._resolve_callable,
            read_ahead=self.sources.read_ahead,
        )
        self.put_off = PutOff(self.sources, patient=patient)
        self.found_late = 0
        self.looked_at: Mapping[str, object] = {}
        """Every path that was looked at to find the pipeline and to read it first, where that is kept,
        and what it was like."""
        self.settings = Settings()
        self.filter = ProblemFilter(files)
        self._assembly = Assembly(location, self.sources, self.put_off)
        self._project: Project | None = None
        self._reading: Reading | None = None
        self._dirty: set[str] | None = None
        self._signatures: dict[str, object] = {}
        self._settings_asked: set[str] = set()
        self._noted: tuple[int, object, object] = (0, None, None)
        self._libraries: tuple[str, ...] = ()
        self._constants: set[Key] = set()

    # -- what is new

    def edit(self, path: str, text: str) -> None:
        """An editor shows `text` for `path`: later."""
        self.files.open(path, text)
        self.changed((path,))

    def close(self, path: str) -> None:
        """The editor is closed; the disk counts again."""
        self.files.close(path)
        self.files.forget(path)
        self.changed((path,))

    def changed(self, paths: Iterable[str]) -> None:
        """These files changed, on the disk or in an editor: later."""
        if self._dirty is not None:
            self._dirty.update(paths)

    def refresh(self) -> None:
        """Look at the disk anew for everything that answers depend on: later."""
        self.files.begin_round()
        if self._dirty is None:
            return
        for path, before in self._signatures.items():
            if self.files.signature(path) != before:
                self._dirty.add(path)

    def note_looked_at(self, paths: Iterable[str]) -> None:
        """Keep what was looked at to find the pipeline and to read it."""
        known, signature = self._signatures, self.files.signature
        self.looked_at = {path: known[path] if path in known else signature(path) for path in paths}

    def is_as_read(self, path: str) -> bool:
        """Whether a path of `looked_at` is on the disk now what it was then."""
        self.files.forget(path)
        return self.files.signature(path) == self.looked_at[path]

    @property
    def libraries(self) -> tuple[str, ...]:
        """The folders of installed packages that were looked at."""
        return self._libraries

    @property
    def work(self) -> Work:
        return Work(
            self.specs.entries_composed,
            self.specs.entries_read,
            self.sources.read,
            self._assembly.joined,
            self._assembly.checked,
            self._assembly.ordered,
            self.specs.specs_read,
        )

    # -- the snapshot

    def now(self) -> Project:
        """The pipeline as it is now."""
        if self._project is not None and self._dirty is not None and not self._dirty:
            return self._project
        dirty = None if self._dirty is None else frozenset(self._dirty)
        self._dirty = set()
        with _collector_off(self._project is None):
            project = self._update(dirty)
            if dirty is None or not dirty.isdisjoint(self._settings_asked):
                with self.files.asking() as asked:
                    self.settings = read_settings(self.files, self.location.folder, self.location.root)
                self._settings_asked = asked
            shown = self.filter.shown(project, self.settings, self._assembly.affected, dirty)
            project = self._project = replace(project, shown=shown)
            self._remember()
            if dirty is None:
                self.sources.loaded()
                self.files.begin_round()  # what was looked at is noted, and takes room
                if not self.put_off.patient:
                    self.put_off.write(lambda: False)
        return project

    def rest(self, enough: Callable[[], bool]) -> bool:
        """Do what was put off until it is `enough`; whether some is left. What it finds, `now` has:
        `found_late` counts how often that was."""
        project = self._project
        if project is None or self._dirty is None or self._dirty:
            return False
        self.put_off.write(enough)
        found = self.put_off.check(project, enough)
        if found:
            self.found_late += 1
            together = {**project.problems_by_entry, **found}
            by_entry = {id: problems for id, problems in together.items() if problems}
            project = replace(project, version=project.version + 1, problems_by_entry=by_entry)
            shown = self.filter.shown(project, self.settings, set(found), frozenset())
            self._project = replace(project, shown=shown)
        self.put_off.write(enough)
        return self.put_off.is_left

    def _remember(self) -> None:
        """Note what the files looked like, for `refresh`."""
        asked = self.sources.asked
        reading = self._reading.asked if self._reading is not None else frozenset[str]()
        noted = (len(asked), reading, self._settings_asked)
        if noted[0] == self._noted[0] and reading is self._noted[1] and noted[2] is self._noted[2]:
            return
        self._noted = noted
        for path in {*asked, *self._settings_asked, *reading} - self._signatures.keys():
            self._signatures[path] = self.files.signature(path)

    def _update(self, dirty: frozenset[str] | None) -> Project:
        old = self._project
        for path in dirty or ():
            self._signatures[path] = self.files.signature(path)
        stale = self.sources.changed(dirty or ())
        location = self.location
        folders = import_folders(location, self.cwd, self.files)
        if old is None or dirty is None:
            self._libraries = library_folders(
                self.environ, location.folder, location.root, trusted=self.trusted
            )
            self.specs.library_folders = self._libraries
            self.specs.import_folders = folders
            self.sources.configure(folders, self._libraries, Meta())
        if stale & self._constants:
            self.specs.forget()
            dirty = frozenset({*(dirty or ()), location.path})
        before = self._reading
        if before is None or dirty is None or not dirty.isdisjoint(before.asked):
            reading = self.specs.read(dirty)
        else:
            reading = replace(before, changed=frozenset(), gone=frozenset(), moved=False)
        self._reading = reading
        changed = set(reading.changed)
        if self.sources.configure(folders, self._libraries, reading.header.meta) or old is None:
            self._noted = (0, None, None)
            changed = set(reading.by_id)
        for key in stale:
            changed |= self._assembly.users(key)
        changed = {id for id in changed if id in reading.by_id}
        return self._assembly.next(old, reading, changed, stale, folders)

    def _resolve_callable(self, dotted: str) -> Source:
        self._constants.add(("callable", dotted))
        return self.sources.callable(dotted)


@contextmanager
def _collector_off(wanted: bool) -> Iterator[None]:
    """The garbage collector off while much is built at once: it would look at all of it again and again,
    and once more when it is on again, so what is there then is left out for good."""
    if not wanted or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
