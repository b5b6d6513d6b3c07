"""Buffer: the text of an open editor, edited in place.

A list of lines: an edit costs what it touches, not what the document is long. Lines end as in LSP
(`\\n`, `\\r\\n`, `\\r`); positions are in code points.
"""

from __future__ import annotations

from pipelens.core.text import Position, Span, split_lines


class Buffer:
    """One open document. uri: as its editor writes it; version: of the last edit, None if untold."""

    def __init__(self, uri: str, text: str, version: int | None = None) -> None:
        self.uri = uri
        self.version = version
        self._lines = split_lines(text)

    @property
    def text(self) -> str:
        return "".join(self._lines)

    def line(self, number: int) -> str:
        """The text of a line without its end; empty beyond the last one."""
        return self._lines[number].rstrip("\r\n") if number < len(self._lines) else ""

    def __len__(self) -> int:
        return len(self._lines)

    def reset(self, text: str) -> None:
        """Replace everything."""
        self._lines = split_lines(text)

    def replace(self, span: Span, text: str) -> None:
        """Put `text` in the place of `span`; positions that do not exist mean the nearest ones."""
        start, end = self._existing(span.start), self._existing(max(span.start, span.end))
        first, last = start.line, end.line
        before, after = self._lines[first][: start.character], self._lines[last][end.character :]
        joined = before + text + after
        if first and joined.startswith("\n") and self._lines[first - 1].endswith("\r"):
            first -= 1
            joined = self._lines[first] + joined
        lines = split_lines(joined)
        if last + 1 < len(self._lines):
            lines.pop()  # empty: what was joined ends as the last line did
        self._lines[first : last + 1] = lines

    def _existing(self, position: Position) -> Position:
        if position.line >= len(self._lines):
            return Position(len(self._lines) - 1, len(self.line(len(self._lines) - 1)))
        return Position(position.line, min(position.character, len(self.line(position.line))))
