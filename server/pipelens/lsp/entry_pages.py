"""Answers about a whole document, kept entry by entry as JSON text: behind an edit only what it changed
is made anew, the rest moves up or down."""

from __future__ import annotations

import asyncio
import gc
import operator
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import quote

from pipelens.core.project import Project, Task
from pipelens.core.spec import TaskEntry
from pipelens.lsp.convert import uri_of
from pipelens.runner.freshness import Freshness

if TYPE_CHECKING:
    from pipelens.core.text import Span
    from pipelens.lsp.server import Server

_MOST_PAGES = 8
"""Documents whose answers are kept."""

_SLICE = 0.005
"""Seconds of writing between two messages."""

_MANY = 2_000
"""After so many entries were written for the first time, the garbage collector need not look at them."""

_BLOCK = 32
"""So many entries are looked at together."""


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

    def lined(self, text: str, mark: str, line: int) -> None:
        """A text in which `mark` stands for a line, counted from the entry's first."""
        parts = text.replace("%", "%%").split(mark)
        self.parts.append("%d".join(parts))
        self.lines += [line] * (len(parts) - 1)

    def _column(self, line: int, character: int) -> int:
        text = self.server.host.line(self.path, line + self.first_line)
        return character if text.isascii() else self.server.units.column(text, character)


Writing = Callable[[Writer, Project, TaskEntry, Mapping[str, Freshness]], None]
"""Writes what an entry has to tell, nothing or one or more values with commas between them."""


@dataclass(slots=True)
class _Block:
    """Some entries that follow each other, and what each tells.

    begins: their first lines. templates: None for what is yet to be written; lines: of each, counted
    from its first one.
    """

    entries: list[TaskEntry]
    tasks: list[tuple[Task, ...]]
    begins: list[int]
    templates: list[str | None]
    lines: list[tuple[int, ...]]

    @property
    def text(self) -> str:
        template = ",".join(filter(None, self.templates))
        found = zip(self.begins, self.lines, strict=True)
        return template % tuple([begin + line for begin, lines in found for line in lines])

    def keep(self, old: _Block) -> None:
        """Take over what `old` has of the entries that are the same."""
        known = {entry.id: number for number, entry in enumerate(old.entries)}
        for number, entry in enumerate(self.entries):
            at = known.get(entry.id, -1)
            if at >= 0 and old.entries[at] is entry and old.tasks[at] is self.tasks[number]:
                self.templates[number], self.lines[number] = old.templates[at], old.lines[at]


@dataclass(slots=True)
class _Page:
    """One document as one pipeline has it. blocks: in the document's order, by the id of their first
    entry; unwritten: those of them that are yet to be written."""

    voice: object
    project: Project | None = None
    generation: int = -1
    blocks: dict[int, _Block] = field(default_factory=dict[int, _Block])
    unwritten: list[_Block] = field(default_factory=list["_Block"])


class EntryPages:
    """One kind of answer for one client. voice: what it depends on beside the entries. sees_others: whether
    it tells of a task's downstream, and of tasks of the same name."""

    def __init__(
        self,
        server: Server,
        write: Writing,
        voice: Callable[[Project], object] = lambda project: None,
        *,
        sees_others: bool = False,
    ) -> None:
        self._server = server
        self._write = write
        self._voice = voice
        self._sees_others = sees_others
        self._pages: dict[tuple[str, str], _Page] = {}
        self._lines: dict[tuple[int, ...], tuple[int, ...]] = {}  # mostly the same for all entries
        self.made = 0
        """Entries that were written, ever: what a test can count."""

    async def ready(self, path: str) -> None:
        """Wait until `of` answers at once: what is much to write is written in slices, between which
        messages are handled."""
        host, made = self._server.host, self.made
        for known in host.projects_with(path):
            await self._server.states.ready(known)
            while (project := host.project(known.path)) is not None:
                end = time.monotonic() + _SLICE
                if self._write_some(self._page(path, project), lambda end=end: time.monotonic() > end):
                    break
                await asyncio.sleep(0)
        if self.made - made > _MANY:
            from pipelens.lsp.spare_memory import give_back

            gc.freeze()
            give_back()

    def of(self, path: str, project: Project) -> str:
        """What the entries in the file tell, with commas between them."""
        page = self._page(path, project)
        self._write_some(page, lambda: False)
        return ",".join([text for block in page.blocks.values() if (text := block.text)])

    def _page(self, path: str, project: Project) -> _Page:
        """The page as the snapshot has it, with the blocks that are still good."""
        generation = self._server.states.generation(project)
        voice = self._voice(project)
        page = self._pages.get((path, project.path))
        if page is None or page.voice != voice:
            self._pages.pop((path, project.path), None)
            page = self._pages[path, project.path] = _Page(voice)
            while len(self._pages) > _MOST_PAGES:
                del self._pages[next(iter(self._pages))]
        if page.project is not project or page.generation != generation:
            self._follow(page, path, project)
            page.project, page.generation = project, generation
        return page

    def _follow(self, page: _Page, path: str, project: Project) -> None:
        doubtful = self._doubtful(project, page)
        known = page.blocks if doubtful is not None else {}
        page.blocks, page.unwritten = {}, []
        entries = list(project.entries.values())
        if entries and (entries[0].path != path or entries[-1].path != path):
            entries = [entry for entry in entries if entry.path == path]
        ids = [entry.id for entry in entries]
        tasks = list(map(project.tasks_by_entry.__getitem__, ids))
        lines = list(map(project.first_lines.__getitem__, ids))
        # A block begins where the id tells, so that entries which come or go change one or two.
        starts = [number for number, id in enumerate(ids) if not (number and id % _BLOCK)]
        for begin, end in pairwise([*starts, len(ids)]):
            id = ids[begin]
            block = known.get(id)
            if block is None or not (
                _are(entries[begin:end], block.entries) and _are(tasks[begin:end], block.tasks)
            ):
                old, size = block, end - begin
                block = _Block(entries[begin:end], tasks[begin:end], [], [None] * size, [()] * size)
                if old is not None:
                    block.keep(old)
            block.begins = lines[begin:end]
            if doubtful and not doubtful.isdisjoint(ids[begin:end]):
                for number in range(begin, end):
                    if ids[number] in doubtful:
                        block.templates[number - begin] = None
            page.blocks[id] = block
            if None in block.templates:
                page.unwritten.append(block)
        page.unwritten.reverse()

    def _doubtful(self, project: Project, page: _Page) -> set[int] | None:
        """The entries of whose tasks something else is to be said than before; None: all."""
        old = page.project
        names = self._server.states.changed_since(project, page.generation) if old is not None else None
        if old is None or names is None:
            return None
        if self._sees_others and project.downstream is not old.downstream:
            before = old.downstream
            names |= {name for name, below in project.downstream.items() if before.get(name) is not below}
        if self._sees_others and project.tasks is not old.tasks:
            if project.changed is not None and project.version == old.version + 1:
                names |= project.changed
            else:
                tasks = old.tasks
                names |= {name for name, task in project.tasks.items() if tasks.get(name) is not task}
        by_name = project.index.by_name
        return {mention.entry for name in names for mention in by_name.get(name, ())}

    def _write_some(self, page: _Page, enough: Callable[[], bool]) -> bool:
        """Write blocks until it is `enough`, one at least; whether none is left."""
        project = page.project
        if project is None or not page.unwritten:
            return True
        told = self._server.states.of(project)
        while page.unwritten:
            self._write_block(page.unwritten[-1], project, told)
            page.unwritten.pop()
            if enough():
                break
        return not page.unwritten

    def _write_block(self, block: _Block, project: Project, told: Mapping[str, Freshness]) -> None:
        for number, (entry, line) in enumerate(zip(block.entries, block.begins, strict=True)):
            if block.templates[number] is None:
                self.made += 1
                writer = Writer(self._server, entry.path, line)
                self._write(writer, project, entry, told)
                lines = tuple(writer.lines)
                block.lines[number] = self._lines.setdefault(lines, lines)
                block.templates[number] = "".join(writer.parts)


def _are(some: Sequence[object], others: Sequence[object]) -> bool:
    """Whether these are the very same things."""
    return len(some) == len(others) and all(map(operator.is_, some, others))
