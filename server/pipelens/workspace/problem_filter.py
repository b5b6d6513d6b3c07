"""Settings and suppressing comments applied to a project's problems, anew only for what an edit touched."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from pipelens.core.files import Unreadable
from pipelens.core.problems import Problem
from pipelens.core.project import Project, Shown
from pipelens.core.suppression import (
    MARK,
    Hiding,
    SeverityChoice,
    Suppressions,
    read_suppressions,
    suppressions_by_entry,
    unknown_codes,
    visible,
)
from pipelens.core.text import split_lines
from pipelens.workspace.buffers import Buffer
from pipelens.workspace.disk import WorkspaceFiles
from pipelens.workspace.settings import Settings

_NOTHING: Mapping[str, SeverityChoice] = MappingProxyType({})


class ProblemFilter:
    """preferred: severities that count before those of the project's settings (an editor's user)."""

    def __init__(self, files: WorkspaceFiles) -> None:
        self.preferred: Mapping[str, SeverityChoice] = _NOTHING
        self._files = files
        self._severities: Mapping[str, SeverityChoice] = _NOTHING
        self._hiding: dict[str, Hiding] = {}
        self._marked: dict[str, _Marked] = {}
        self._last = Shown({}, ())
        self._paths_of: dict[int, frozenset[str]] = {}
        self._paths: Counter[str] = Counter()

    def shown(
        self,
        project: Project,
        settings: Settings,
        affected: set[int] | None,
        dirty: frozenset[str] | None,
    ) -> Shown:
        """The problems of `project`, and of the settings file, that are to be shown.

        affected: the entries whose problems may differ from the last time, None = all; dirty: the files
        whose texts may.
        """
        severities: Mapping[str, SeverityChoice] = {**settings.severity, **self.preferred}
        everything = affected is None or dirty is None or severities != self._severities
        self._severities = severities
        everything |= self._comments_changed(project, dirty)
        found = project.problems_by_entry
        last = self._last.by_entry
        gone = self._gone(project)
        if everything or affected is None:
            shown: dict[int, tuple[Problem, ...]] = {}
            ids = (*found, *gone)
        else:
            shown = dict(last)
            ids = (*affected, *gone)
        for id in ids:
            problems = found.get(id, ())
            self._note(id, problems)
            kept = self._kept(project, problems)
            if kept:
                shown[id] = last[id] if last.get(id) == kept else kept
            else:
                shown.pop(id, None)
        others = self._kept(project, (*project.other_problems, *settings.problems))
        others += self._kept(project, self._unknown_codes(project, others))
        if others == self._last.others:
            others = self._last.others
        self._last = Shown(shown, others, None if everything else frozenset(ids))
        return self._last

    def _gone(self, project: Project) -> Iterable[int]:
        return self._paths_of.keys() - project.problems_by_entry.keys()

    def _note(self, id: int, problems: tuple[Problem, ...]) -> None:
        """Count the files in which the problems of an entry lie."""
        paths = frozenset(problem.place.path for problem in problems)
        before = self._paths_of.pop(id, frozenset())
        if paths:
            self._paths_of[id] = paths
        if paths != before:
            self._paths.subtract(before)
            self._paths.update(paths)

    def _kept(self, project: Project, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        severities, hiding = self._severities, self._hiding_in
        found: list[Problem] = []
        for problem in problems:
            comments = hiding(project, problem.place.path)
            kept = visible(problem, severities, comments, project.locate)
            if kept is not None:
                found.append(kept)
        return tuple(found)

    def _unknown_codes(self, project: Project, others: tuple[Problem, ...]) -> Iterable[Problem]:
        """Told for the spec, the env and the files that have problems."""
        paths = {project.path, *(problem.place.path for problem in others)}
        if project.env.path is not None:
            paths.add(project.env.path)
        for path in paths:
            self._hiding_in(project, path)
        for path, hiding in self._hiding.items():
            if hiding.suppressions and (path in paths or self._paths[path] > 0):
                yield from unknown_codes(path, hiding.suppressions)

    # -- comments

    def _comments_changed(self, project: Project, dirty: frozenset[str] | None) -> bool:
        """Read the comments of changed files anew; whether they hide something else now."""
        changed = False
        for path in self._hiding.keys() if dirty is None else self._hiding.keys() & dirty:
            before = self._hiding[path]
            now = self._read(project, path)
            if now.suppressions != before.suppressions:
                self._hiding[path] = now
                changed = True
        return changed

    def _hiding_in(self, project: Project, path: str) -> Hiding:
        known = self._hiding.get(path)
        if known is None:
            known = self._hiding[path] = self._read(project, path)
        return known

    def _read(self, project: Project, path: str) -> Hiding:
        if path != project.path:
            text = self._files.read(path)
            return Hiding(() if isinstance(text, Unreadable) else read_suppressions(path, text))
        marked = self._marked.setdefault(path, _Marked())
        lines = marked.update(self._files, path)
        if not marked.numbers:
            return Hiding(())
        starts = [line for id, line in project.first_lines.items() if project.entries[id].path == path]
        found: Suppressions = suppressions_by_entry(path, lines, marked.numbers, starts)
        return Hiding(found)


class _Marked:
    """The lines of a file that may hold a suppressing comment, kept while it is edited."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self._buffer: Buffer | None = None
        self._revision = 0

    def update(self, files: WorkspaceFiles, path: str) -> list[str]:
        """The lines of the file now; `numbers` are up to date then."""
        buffer = files.buffer(path)
        if buffer is None:
            text = files.read(path)
            lines = split_lines("" if isinstance(text, Unreadable) else text)
            self._buffer = None
            self.numbers = _with_mark(lines, 0, len(lines))
            return lines
        lines = buffer.lines
        change = buffer.changed_since(self._revision) if buffer is self._buffer else None
        self._buffer, self._revision = buffer, buffer.revision
        if change is None:
            self.numbers = _with_mark(lines, 0, len(lines)) if MARK in buffer.text else []
            return lines
        numbers = self.numbers
        first, last = bisect_left(numbers, change.first), bisect_left(numbers, change.last)
        self.numbers = [
            *numbers[:first],
            *_with_mark(lines, change.first, change.end),
            *(number + change.more for number in numbers[last:]),
        ]
        return lines


def _with_mark(lines: list[str], first: int, last: int) -> list[int]:
    return [number for number in range(first, last) if MARK in lines[number]]
