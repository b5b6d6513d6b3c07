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
from typing import Protocol

_LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place between two characters: 0-based line, 0-based offset in code points."""

    line: int
    character: int


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open stretch of text."""

    start: Position
    end: Position

    @staticmethod
    def of(line: int, character: int, end_line: int, end_character: int) -> Span:
        return Span(Position(line, character), Position(end_line, end_character))

    @staticmethod
    def on_line(line: int, start: int, end: int) -> Span:
        return Span(Position(line, start), Position(line, end))

    def shifted(self, lines: int) -> Span:
        """The same stretch `lines` further down."""
        if not lines:
            return self
        return Span(
            Position(self.start.line + lines, self.start.character),
            Position(self.end.line + lines, self.end.character),
        )

    def contains(self, position: Position) -> bool:
        """Whether the caret at `position` touches the stretch (its end included)."""
        return self.start <= position <= self.end


class Lines(Protocol):
    """The lines of a text, without their ends: an open editor's, or a file's."""

    def line(self, number: int) -> str:
        """The line `number`; empty beyond the last one."""
        ...

    def __len__(self) -> int: ...


NOWHERE = Span(Position(0, 0), Position(0, 0))


def split_lines(text: str) -> list[str]:
    """The lines of `text`, line ends kept; the last one may be empty."""
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
        return [0, *(match.end() for match in _LINE_END.finditer(self.text))]

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
