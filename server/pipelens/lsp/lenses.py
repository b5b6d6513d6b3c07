"""The code lenses of a document, kept entry by entry: behind an edit only what it changed is made
anew, the rest moves up or down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pipelens.core.answers.offers import Offer, entry_offers, source_offers
from pipelens.core.project import Project, Task
from pipelens.core.spec import TaskEntry
from pipelens.core.text import Span
from pipelens.lsp.convert import uri_of
from pipelens.lsp.lens_text import LINE, Columns, Voice, pipeline_lenses, task_lenses
from pipelens.runner.freshness import Freshness

if TYPE_CHECKING:
    from pipelens.lsp.server import Server

MOST_WITH_ALL: Final = 1_000
"""Above so many tasks each has one lens."""


@dataclass(slots=True)
class _Chunk:
    """The lenses of one entry, and what they were made of."""

    entry: TaskEntry
    tasks: tuple[Task, ...]
    lenses: tuple[tuple[int, str], ...]
    first_line: int = -1
    text: str = ""

    def at(self, first_line: int) -> str:
        """Its JSON where the entry begins at `first_line`."""
        if first_line != self.first_line:
            shown = (lens.replace(LINE, str(first_line + line)) for line, lens in self.lenses)
            self.text = ",".join(shown)
            self.first_line = first_line
        return self.text


@dataclass(slots=True)
class _Page:
    """The lenses of one file as one pipeline has them."""

    voice: Voice
    project: Project | None = None
    generation: int = -1
    text: str = ""
    chunks: dict[int, _Chunk] = field(default_factory=dict[int, _Chunk])


class Lenses:
    """For one client."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._pages: dict[tuple[str, str], _Page] = {}
        self.made = 0
        """Chunks that were made, ever: what a test can count."""

    def of(self, uri: str, path: str) -> str:
        """All lenses of a document, as a JSON list."""
        found = [self._of_project(uri, path, project) for project in self._server.host.projects_with(path)]
        return f"[{','.join(filter(None, found))}]"

    def forget(self, path: str) -> None:
        """The file's document is closed."""
        for key in [key for key in self._pages if key[0] == path]:
            del self._pages[key]

    def _of_project(self, uri: str, path: str, project: Project) -> str:
        if project.spec.form != "tasks":
            return ""
        options = self._server.options
        voice = Voice(options.trusted, options.client == "vscode", len(project.tasks) > MOST_WITH_ALL)
        told = self._server.states.of(project)
        generation = self._server.states.generation(project)
        page = self._pages.get((path, project.path))
        if page is None or page.voice != voice:
            page = self._pages[path, project.path] = _Page(voice)
        is_source = bool(project.tasks_in(path))
        if not is_source and page.project is project and page.generation == generation:
            return page.text
        parts = list(self._of_entries(path, project, told, page))
        if path == project.path and (lens := self._of_pipeline(project, told, voice)):
            parts.insert(0, lens)
        page.project, page.generation = project, generation
        page.text = ",".join(parts)
        if not is_source:
            return page.text
        return ",".join([*parts, *self._of_source(uri, path, project, told, voice)])

    def _of_entries(
        self, path: str, project: Project, told: Mapping[str, Freshness], page: _Page
    ) -> Iterator[str]:
        chunks, by_entry, first_lines = page.chunks, project.tasks_by_entry, project.first_lines
        doubtful = self._doubtful(project, page)
        for id, entry in project.entries.items():
            if entry.path != path:
                continue
            chunk = chunks.get(id)
            if (
                chunk is None
                or chunk.entry is not entry
                or chunk.tasks is not by_entry[id]
                or doubtful is None
                or id in doubtful
            ):
                chunk = chunks[id] = self._chunk(project, entry, told, page.voice)
            line = first_lines.get(id, 0)
            text = chunk.text if line == chunk.first_line else chunk.at(line)
            if text:
                yield text
        if len(chunks) > len(project.entries):
            for id in chunks.keys() - project.entries.keys():
                del chunks[id]

    def _doubtful(self, project: Project, page: _Page) -> set[int] | None:
        """The entries of whose tasks something else is to be said than before; None: all."""
        old = page.project
        names = self._server.states.changed_since(project, page.generation) if old is not None else None
        if old is None or names is None:
            return None
        if project.downstream is not old.downstream:
            before = old.downstream
            names |= {name for name, below in project.downstream.items() if before.get(name) is not below}
        if project.tasks is not old.tasks:
            tasks = old.tasks
            names |= {name for name, task in project.tasks.items() if tasks.get(name) is not task}
        by_name = project.index.by_name
        return {mention.entry for name in names for mention in by_name.get(name, ())}

    def _chunk(
        self, project: Project, entry: TaskEntry, told: Mapping[str, Freshness], voice: Voice
    ) -> _Chunk:
        self.made += 1
        first = project.first_lines.get(entry.id, 0)
        lenses: list[tuple[int, str]] = []
        for offer in entry_offers(project, entry):
            where = self._columns(entry.path, offer.span.shifted(first))
            lenses += ((offer.span.start.line, lens) for lens in _lenses(project, offer, told, where, voice))
        return _Chunk(entry, project.tasks_by_entry[entry.id], tuple(lenses))

    def _of_pipeline(self, project: Project, told: Mapping[str, Freshness], voice: Voice) -> str:
        place = project.spec.section_places.get("tasks")
        if place is None or place.path != project.path:
            return ""
        where = self._columns(project.path, place.span)
        line = str(place.span.start.line)
        return ",".join(
            lens.replace(LINE, line) for lens in pipeline_lenses(uri_of(project.path), told, where, voice)
        )

    def _of_source(
        self, uri: str, path: str, project: Project, told: Mapping[str, Freshness], voice: Voice
    ) -> Iterator[str]:
        places = self._server.places
        for offer in source_offers(project, path):
            if not places.is_shown_in(uri, path, offer.span):
                continue
            shown = places.range(path, offer.span)
            where = Columns(shown.start.character, shown.end.character)
            for lens in _lenses(project, offer, told, where, voice):
                yield lens.replace(LINE, str(shown.start.line))

    def _columns(self, path: str, span: Span) -> Columns:
        line, units = self._server.host.line(path, span.start.line), self._server.units
        return Columns(units.column(line, span.start.character), units.column(line, span.end.character))


def _lenses(
    project: Project, offer: Offer, told: Mapping[str, Freshness], where: Columns, voice: Voice
) -> list[str]:
    state = told.get(offer.task.name)
    if state is None:
        return []
    uri = uri_of(project.path)
    return task_lenses(project, uri, offer.task, state, where, voice, alone=offer.alone)
