"""What is put off until nobody waits: the static analyses of sources that no editor shows, and
writing the store of what was read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from pipelens.core.checks import check_entry
from pipelens.core.checks.code import Analyse
from pipelens.core.problems import Problem
from pipelens.core.project import Project
from pipelens.core.sources import NotebookSource
from pipelens.workspace.source_cache import SourceCache


class PutOff:
    """patient: whether anything is put off at all; else analyses are made when they are asked for."""

    def __init__(self, sources: SourceCache, *, patient: bool) -> None:
        self.sources = sources
        self.patient = patient
        self._waiting: dict[int, None] = {}
        self._writing: Iterator[None] | None = None
        self._wrote = False

    def analysing(self, entry: int) -> Analyse:
        """How the sources of `entry` are analysed: at once where an editor shows them."""
        sources = self.sources

        def analyse(source: NotebookSource, injected: tuple[str, ...]) -> tuple[Problem, ...] | None:
            if not self.patient or sources.files.is_open(source.path):
                return sources.analyse(source, injected)
            known = sources.analysis(source, injected)
            if known is None:
                self._waiting[entry] = None
            return known

        return analyse

    def check(self, project: Project, enough: Callable[[], bool]) -> Mapping[int, tuple[Problem, ...]]:
        """Make analyses until it is `enough`; the entries whose problems are others than in `project`."""
        found: dict[int, tuple[Problem, ...]] = {}
        while self._waiting and not enough():
            id = next(iter(self._waiting))
            del self._waiting[id]
            entry = project.entries.get(id)
            if entry is not None and not entry.broken:
                problems = (*entry.problems, *check_entry(project, entry, self.sources.analyse))
                if problems != project.problems_by_entry.get(id, ()):
                    found[id] = problems
        return found

    def write(self, enough: Callable[[], bool]) -> None:
        """Write what was read to the store, as far as it goes until it is `enough`: first before anything
        is analysed, since the analyses of a large pipeline may last longer than its editor is open; then
        when all are made."""
        if self._writing is None:
            if self._waiting and self._wrote:
                return
            self._wrote = True
            self._writing = self.sources.writing()
        while self._writing is not None and not enough():
            if next(self._writing, self) is self:
                self._writing = None

    @property
    def is_left(self) -> bool:
        return bool(self._waiting) or self._writing is not None
