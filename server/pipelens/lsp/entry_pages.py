"""Answers about a whole document, kept entry by entry as JSON text: behind an edit only what it changed
is made anew, the rest moves up or down."""

from __future__ import annotations

import operator
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from pipelens.core.project import Project, Task
from pipelens.core.spec import TaskEntry
from pipelens.core.text import Span
from pipelens.lsp.convert import uri_of
from pipelens.runner.freshness import Freshness

if TYPE_CHECKING:
    from pipelens.lsp.server import Server

MOST_SHOWN = 12
"""Of so many tasks of one entry the states count."""

_MOST_PAGES = 8
"""Documents whose answers are kept."""

_BLOCK = 64
"""So many entries are joined once, and again when one of them changes."""


@lru_cache(maxsize=256)
def _folder_uri(folder: str) -> str:
    return uri if (uri := uri_of(folder)).endswith("/") else f"{uri}/"


def file_uri(path: str) -> str:
    """As `uri_of`, for many files of few folders."""
    folder, name = os.path.split(path)
    return _folder_uri(folder) + quote(name)


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
    """What one entry tells."""

    entry: TaskEntry
    tasks: tuple[Task, ...]
    told: tuple[Freshness | None, ...]
    template: str
    lines: tuple[int, ...]

    def at(self, first_line: int) -> str:
        return self.template % tuple([first_line + line for line in self.lines])


@dataclass(slots=True)
class _Page:
    """One document as one pipeline has it. entries, tasks, lines: in the document's order, of the
    snapshot that `blocks`, each of so many entries, were made from."""

    voice: object
    project: Project | None = None
    generation: int = -1
    text: str = ""
    chunks: dict[int, _Chunk] = field(default_factory=dict[int, _Chunk])
    entries: list[TaskEntry] = field(default_factory=list[TaskEntry])
    tasks: list[tuple[Task, ...]] = field(default_factory=list[tuple[Task, ...]])
    lines: list[int] = field(default_factory=list[int])
    blocks: list[str] = field(default_factory=list[str])


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
        """Entries that were written, ever: what a test can count."""

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
        if page.project is not project or page.generation != generation:
            self._update(page, path, project, told, states_changed=page.generation != generation)
            page.text = ",".join(filter(None, page.blocks))
            page.project, page.generation = project, generation
        return page.text

    def _update(
        self,
        page: _Page,
        path: str,
        project: Project,
        told: Mapping[str, Freshness],
        *,
        states_changed: bool,
    ) -> None:
        entries = list(project.entries.values())
        if entries and (entries[0].path != path or entries[-1].path != path):
            entries = [entry for entry in entries if entry.path == path]
        ids = [entry.id for entry in entries]
        tasks = list(map(project.tasks_by_entry.__getitem__, ids))
        lines = list(map(project.first_lines.__getitem__, ids))
        blocks: list[str] = []
        for begin in range(0, len(ids), _BLOCK):
            end = begin + _BLOCK
            number = begin // _BLOCK
            if (
                not states_changed
                and number < len(page.blocks)
                and lines[begin:end] == page.lines[begin:end]
                and _are(entries[begin:end], page.entries[begin:end])
                and _are(tasks[begin:end], page.tasks[begin:end])
            ):
                blocks.append(page.blocks[number])
                continue
            parts: list[str] = []
            for at in range(begin, min(end, len(ids))):
                chunk = self._chunk(page, project, entries[at], tasks[at], told, doubtful=states_changed)
                if chunk.template:
                    parts.append(chunk.at(lines[at]))
            blocks.append(",".join(parts))
        for id in page.chunks.keys() - project.entries.keys() if len(page.chunks) != len(ids) else ():
            del page.chunks[id]
        page.entries, page.tasks, page.lines, page.blocks = entries, tasks, lines, blocks

    def _chunk(
        self,
        page: _Page,
        project: Project,
        entry: TaskEntry,
        tasks: tuple[Task, ...],
        told: Mapping[str, Freshness],
        *,
        doubtful: bool,
    ) -> _Chunk:
        chunk = page.chunks.get(entry.id)
        same = chunk is not None and chunk.entry is entry and chunk.tasks is tasks
        if chunk is not None and same and (not doubtful or chunk.told == _told(tasks, told)):
            return chunk
        self.made += 1
        writer = Writer(self._server, entry.path, project.first_lines.get(entry.id, 0))
        self._write(writer, project, entry, told)
        made = _Chunk(entry, tasks, _told(tasks, told), "".join(writer.parts), tuple(writer.lines))
        page.chunks[entry.id] = made
        return made


def _are(some: Sequence[object], others: Sequence[object]) -> bool:
    """Whether these are the very same things."""
    return len(some) == len(others) and all(map(operator.is_, some, others))


def _told(tasks: tuple[Task, ...], told: Mapping[str, Freshness]) -> tuple[Freshness | None, ...]:
    return tuple([told.get(task.name) for task in tasks[:MOST_SHOWN]])
