"""Answers about a whole document, kept entry by entry as JSON text: behind an edit only what it changed
is made anew, the rest moves up or down."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipelens.core.project import Project, Task
from pipelens.core.spec import TaskEntry
from pipelens.core.text import Span
from pipelens.runner.freshness import Freshness

if TYPE_CHECKING:
    from pipelens.lsp.server import Server

MOST_SHOWN = 12
"""Of so many tasks of one entry the states count."""

_MOST_PAGES = 8
"""Documents whose answers are kept."""


@dataclass(slots=True)
class Writer:
    """JSON in which line numbers are left open: `span` writes a range, and notes its lines."""

    server: Server
    path: str
    first_line: int
    parts: list[str] = field(default_factory=list[str])
    lines: list[int] = field(default_factory=list[int])

    def put(self, text: str) -> None:
        self.parts.append(text.replace("%", "%%"))

    def span(self, span: Span) -> None:
        """A range; lines of `span` count from the entry's first line."""
        start, end = span.start, span.end
        first, last = self._column(start.line, start.character), self._column(end.line, end.character)
        self.parts.append(
            f'{{"start":{{"line":%d,"character":{first}}},"end":{{"line":%d,"character":{last}}}}}'
        )
        self.lines += (span.start.line, span.end.line)

    def _column(self, line: int, character: int) -> int:
        text = self.server.host.line(self.path, line + self.first_line)
        return character if text.isascii() else self.server.units.column(text, character)


Writing = Callable[[Writer, Project, TaskEntry, Mapping[str, Freshness]], None]
"""Writes what an entry has to tell, nothing or one or more values with commas between them."""


@dataclass(slots=True)
class _Chunk:
    entry: TaskEntry
    tasks: tuple[Task, ...]
    told: tuple[Freshness | None, ...]
    template: str
    lines: tuple[int, ...]
    first_line: int = -1
    text: str = ""

    def at(self, first_line: int) -> str:
        if first_line != self.first_line:
            self.text = self.template % tuple([first_line + line for line in self.lines])
            self.first_line = first_line
        return self.text


@dataclass(slots=True)
class _Page:
    voice: object
    project: Project | None = None
    generation: int = -1
    text: str = ""
    chunks: dict[int, _Chunk] = field(default_factory=dict[int, _Chunk])


class EntryPages:
    """One kind of answer for one client. voice: what it depends on beside the entries."""

    def __init__(
        self, server: Server, write: Writing, voice: Callable[[Project], object] = lambda project: None
    ) -> None:
        self._server = server
        self._write = write
        self._voice = voice
        self._pages: dict[tuple[str, str], _Page] = {}
        self.made = 0
        """Chunks that were made, ever: what a test can count."""

    def of(self, path: str, project: Project) -> str:
        """What the entries in the file tell, with commas between them."""
        told = self._server.states.of(project)
        generation = self._server.states.generation(project)
        voice = self._voice(project)
        page = self._pages.get((path, project.path))
        if page is None or page.voice != voice:
            self._pages.pop((path, project.path), None)
            page = self._pages[path, project.path] = _Page(voice)
            while len(self._pages) > _MOST_PAGES:
                del self._pages[next(iter(self._pages))]
        if page.project is project and page.generation == generation:
            return page.text
        parts = self._parts(path, project, told, page, page.generation != generation)
        page.text = ",".join(filter(None, parts))
        page.project, page.generation = project, generation
        return page.text

    def _parts(
        self, path: str, project: Project, told: Mapping[str, Freshness], page: _Page, doubtful: bool
    ) -> Iterator[str]:
        chunks, by_entry, first_lines = page.chunks, project.tasks_by_entry, project.first_lines
        for id, entry in project.entries.items():
            if entry.path != path:
                continue
            chunk = chunks.get(id)
            if (
                chunk is None
                or chunk.entry is not entry
                or chunk.tasks is not by_entry[id]
                or (doubtful and chunk.told != _told(chunk.tasks, told))
            ):
                chunk = chunks[id] = self._chunk(project, entry, told)
            yield chunk.at(first_lines.get(id, 0))
        for id in chunks.keys() - project.entries.keys():
            del chunks[id]

    def _chunk(self, project: Project, entry: TaskEntry, told: Mapping[str, Freshness]) -> _Chunk:
        self.made += 1
        writer = Writer(self._server, entry.path, project.first_lines.get(entry.id, 0))
        self._write(writer, project, entry, told)
        tasks = project.tasks_by_entry[entry.id]
        return _Chunk(entry, tasks, _told(tasks, told), "".join(writer.parts), tuple(writer.lines))


def _told(tasks: tuple[Task, ...], told: Mapping[str, Freshness]) -> tuple[Freshness | None, ...]:
    return tuple([told.get(task.name) for task in tasks[:MOST_SHOWN]])
