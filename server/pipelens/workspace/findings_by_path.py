"""The findings of one pipeline by file, followed from snapshot to snapshot: what an edit did not touch
is neither located nor sorted again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from pipelens.core.answers.findings import Finding, finding_of, in_order
from pipelens.core.problems import Place, Problem
from pipelens.core.project import Project, Shown

_NOBODY: Mapping[int, int] = MappingProxyType({})
_REST = -1
"""Stands for the problems that belong to no entry."""


class FindingsByPath:
    """`update` follows a snapshot and tells which files have other findings; `of` tells those."""

    def __init__(self) -> None:
        self._project: Project | None = None
        self._shown = Shown({}, ())
        self._lines: Mapping[int, int] = _NOBODY
        self._anchors: dict[int, tuple[int, ...]] = {}  # the entries that places of its problems count from
        self._found: dict[str, dict[int, tuple[Finding, ...]]] = {}
        self._paths: dict[int, tuple[str, ...]] = {}

    @property
    def paths(self) -> Iterable[str]:
        """The files that have any."""
        return self._found.keys()

    def update(self, project: Project) -> set[str]:
        """The files whose findings changed."""
        if project is self._project:
            return set()
        shown = project.shown or Shown(project.problems_by_entry, project.other_problems)
        if project.spec.form == "foreign":
            shown = Shown({}, ())  # another tool's: nothing that its author wants to hear from us
        before, lines = self._shown, project.first_lines
        stale: dict[int, tuple[Problem, ...]] = {}
        if shown.by_entry is not before.by_entry:
            known, now = before.by_entry, shown.by_entry
            ids = shown.changed
            if ids is None or self._project is None or project.version != self._project.version + 1:
                ids = now.keys() | known.keys()
            stale = {id: now.get(id, ()) for id in ids if known.get(id) is not now.get(id)}
        if shown.others is not before.others:
            stale[_REST] = shown.others
        if lines is not self._lines:
            for id in self._moved(lines):
                stale.setdefault(id, shown.by_entry.get(id, ()) if id != _REST else shown.others)
        self._project, self._shown, self._lines = project, shown, lines
        touched: set[str] = set()
        for id, problems in stale.items():
            touched.update(self._put(project, id, problems))
        return touched

    def of(self, path: str) -> tuple[Finding, ...]:
        """The findings of a file, each once, in the order in which it shows them."""
        project, by_id = self._project, self._found.get(path)
        if project is None or not by_id:
            return ()
        if len(by_id) == 1:
            return in_order(next(iter(by_id.values())))
        ids = sorted(by_id, key=lambda id: (id == _REST, self._lines.get(id, 0), id))
        return in_order(finding for id in ids for finding in by_id[id])

    def _moved(self, lines: Mapping[int, int]) -> list[int]:
        """Whose findings stand on other lines now."""
        before = self._lines
        return [
            id
            for id, anchors in self._anchors.items()
            if any(before.get(anchor) != lines.get(anchor) for anchor in anchors)
        ]

    def _put(self, project: Project, id: int, problems: tuple[Problem, ...]) -> set[str]:
        """Replace the findings of an entry; the files in which that changes any."""
        by_path: dict[str, list[Finding]] = {}
        for problem in problems:
            by_path.setdefault(problem.place.path, []).append(finding_of(project, problem))
        touched: set[str] = set()
        for path in self._paths.pop(id, ()):
            if path not in by_path:
                touched.add(path)
                del self._found[path][id]
                if not self._found[path]:
                    del self._found[path]
        for path, found in by_path.items():
            of_path = self._found.setdefault(path, {})
            if of_path.get(id) != tuple(found):
                of_path[id] = tuple(found)
                touched.add(path)
        if by_path:
            self._paths[id] = tuple(by_path)
        anchors = {place.entry for problem in problems for place in _places(problem)}
        anchors.discard(None)
        if anchors:
            self._anchors[id] = tuple(anchor for anchor in anchors if anchor is not None)
        else:
            self._anchors.pop(id, None)
        return touched


def _places(problem: Problem) -> Iterator[Place]:
    yield problem.place
    yield from (related.place for related in problem.related)
