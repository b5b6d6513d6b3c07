"""Text and places in it: every position in `core` is 0-based and counts code points.

LSP counts UTF-16 units and `ast` counts UTF-8 bytes; both are translated at the edge that meets
them, never here. Lines end at ``\\n``, ``\\r\\n`` or ``\\r``, as in LSP; the other characters that
`str.splitlines` or YAML take for line ends are ordinary characters.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any, Protocol, cast

_PYTHON_LINE_ENDS = "\x0b\x0c\x1c\x1d\x1e"
_LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place between two characters: 0-based line, 0-based offset in code points."""

    line: int
    character: int


_span = cast(Any, tuple).__new__


class Span(tuple[int, int, int, int]):
    """A half-open stretch of text, from `start` to `end`.

    Kept as four numbers: hundreds of thousands are held for a large pipeline, and two positions for
    each would take twice the room and the time.
    """

    __slots__ = ()
    __match_args__ = ("start", "end")

    def __new__(cls, start: Position, end: Position) -> Span:
        return _span(cls, (start.line, start.character, end.line, end.character))

    @property
    def start(self) -> Position:
        return Position(self[0], self[1])

    @property
    def end(self) -> Position:
        return Position(self[2], self[3])

    @staticmethod
    def of(line: int, character: int, end_line: int, end_character: int) -> Span:
        return _span(Span, (line, character, end_line, end_character))

    @staticmethod
    def on_line(line: int, start: int, end: int) -> Span:
        """A stretch of one line. Those near the beginning of their text are shared: the entries of a
        pipeline look alike, so that most of their places are the same when counted from their first line."""
        if (line | start | end) & ~255:
            return _span(Span, (line, start, line, end))
        key = line << 16 | start << 8 | end
        return _shared.get(key) or _share(key, line, start, line, end)

    @staticmethod
    def shared(line: int, character: int, end_line: int, end_character: int) -> Span:
        """As `of`, one object for all that are the same near the beginning of their text."""
        if (line | character | end_line | end_character) & ~255 or end_line < line:
            return _span(Span, (line, character, end_line, end_character))
        key = (end_line - line) << 24 | line << 16 | character << 8 | end_character
        return _shared.get(key) or _share(key, line, character, end_line, end_character)

    def __repr__(self) -> str:
        return f"Span(start={self.start!r}, end={self.end!r})"

    def __reduce__(self) -> tuple[type[Span], tuple[Position, Position]]:
        return Span, (self.start, self.end)

    def shifted(self, lines: int) -> Span:
        """The same stretch `lines` further down."""
        if not lines:
            return self
        return Span.of(self[0] + lines, self[1], self[2] + lines, self[3])

    def contains(self, position: Position) -> bool:
        """Whether the caret at `position` touches the stretch (its end included)."""
        return self[:2] <= (position.line, position.character) <= self[2:]


_shared: dict[int, Span] = {}
_MOST_SHARED = 50_000


def _share(key: int, *given: int) -> Span:
    if len(_shared) > _MOST_SHARED:
        _shared.clear()
    found = _shared[key] = _span(Span, given)
    return found


class Lines(Protocol):
    """The lines of a text, without their ends: an open editor's, or a file's."""

    def line(self, number: int) -> str:
        """The line `number`; empty beyond the last one."""
        ...

    def __len__(self) -> int: ...


NOWHERE = Span.of(0, 0, 0, 0)


def split_lines(text: str) -> list[str]:
    """The lines of `text`, line ends kept; the last one may be empty."""
    if text.isascii() and not any(mark in text for mark in _PYTHON_LINE_ENDS):
        found = text.splitlines(keepends=True)
        if not found or found[-1][-1] in "\r\n":
            found.append("")
        return found
    lines: list[str] = []
    begin = 0
    for match in _LINE_END.finditer(text):
        lines.append(text[begin : match.end()])
        begin = match.end()
    lines.append(text[begin:])
    return lines


class Document:
    """A text with the way from offsets to positions and back."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def starts(self) -> list[int]:
        """The offset at which each line begins."""
        lines = split_lines(self.text)
        return list(accumulate([len(line) for line in lines[:-1]], initial=0))

    @cached_property
    def plain(self) -> bool:
        """Whether YAML ends lines where LSP does, so that its marks' lines and columns are ours."""
        text = self.text
        return text.isascii() or not any(mark in text for mark in "\x85\u2028\u2029\ufeff")

    @cached_property
    def lines(self) -> list[str]:
        """The lines without their ends."""
        return [line.rstrip("\r\n") for line in split_lines(self.text)]

    def line(self, number: int) -> str:
        """The line `number` without its end; empty beyond the last one."""
        return self.lines[number] if number < len(self.lines) else ""

    def __len__(self) -> int:
        return len(self.lines)

    def position(self, offset: int) -> Position:
        offset = max(0, min(offset, len(self.text)))
        line = bisect_right(self.starts, offset) - 1
        return Position(line, offset - self.starts[line])

    def offset(self, position: Position) -> int:
        """The offset of `position`, moved to the nearest one that exists."""
        if position.line >= len(self.starts):
            return len(self.text)
        return min(self.starts[position.line] + position.character, len(self.text))

    def span(self, start: int, end: int) -> Span:
        return Span(self.position(start), self.position(end))

    def slice(self, span: Span) -> str:
        return self.text[self.offset(span.start) : self.offset(span.end)]
