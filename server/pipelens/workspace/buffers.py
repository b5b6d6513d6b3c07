"""Buffer: the text of an open editor, edited in place.

A list of lines: an edit costs what it touches, not what the document is long. Lines end as in LSP
(`\\n`, `\\r\\n`, `\\r`); positions are in code points. Who reads a buffer again and again asks what
changed since its last revision.
"""

from __future__ import annotations

from itertools import count

from pipelens.core.text import Position, Span, split_lines
from pipelens.frozen import frozen

_MOST_REMEMBERED = 2_000
_MANY = 10_000
_SERIALS = count()


@frozen
class LineChange:
    """The lines from `first` up to `last` became those from `first` up to `end` (both behind the last)."""

    first: int
    last: int
    end: int

    @property
    def more(self) -> int:
        """By how much the lines behind have moved down."""
        return self.end - self.last

    def then(self, other: LineChange) -> LineChange:
        """Both in one, with the lines between them."""
        return LineChange(
            min(self.first, other.first),
            max(self.last, self.last + other.last - self.end),
            max(self.end, other.last) + other.more,
        )


class Buffer:
    """One open document. uri: as its editor writes it; version: of the last edit, None if untold.

    revision: counts the edits. size: of the text, in code points. serial: no other buffer has it.
    """

    def __init__(self, uri: str, text: str, version: int | None = None) -> None:
        self.uri = uri
        self.version = version
        self.revision = 0
        self.size = len(text)
        self.serial = next(_SERIALS)
        self._lines = _shared(split_lines(text))
        self._text: str | None = text
        self._changes: list[LineChange] = []

    @property
    def text(self) -> str:
        if self._text is None:
            self._text = "".join(self._lines)
        return self._text

    @property
    def lines(self) -> list[str]:
        """The lines with their ends, for reading only; the last one may be empty."""
        return self._lines

    def line(self, number: int) -> str:
        """The text of a line without its end; empty beyond the last one."""
        return self._lines[number].rstrip("\r\n") if number < len(self._lines) else ""

    def __len__(self) -> int:
        return len(self._lines)

    def changed_since(self, revision: int) -> LineChange | None:
        """What changed since `revision`, in one; None when that is too long ago."""
        edits = self.revision - revision
        if not 0 <= edits <= len(self._changes):
            return None
        found = LineChange(0, 0, 0)
        for number, change in enumerate(self._changes[len(self._changes) - edits :]):
            found = found.then(change) if number else change
        return found

    def reset(self, text: str) -> None:
        """Replace everything; told as a change of the lines that differ."""
        new, old = split_lines(text), self._lines
        short = min(len(new), len(old))
        first = next((at for at in range(short) if new[at] != old[at]), short)
        rest = short - first
        last = next((at for at in range(rest) if new[-1 - at] != old[-1 - at]), rest)
        self._put(first, len(old) - last, new[first : len(new) - last])
        self._text = text

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
        self._put(first, last + 1, lines)

    def is_on_disk(self, path: str) -> bool:
        """Whether the file says what the editor shows."""
        text = self.text
        try:
            with open(path, encoding="utf-8", newline="") as file:
                return file.read(len(text) + 1) == text
        except (OSError, UnicodeDecodeError):
            return False

    def _put(self, first: int, last: int, lines: list[str]) -> None:
        self.size += sum(map(len, lines)) - sum(map(len, self._lines[first:last]))
        self._lines[first:last] = lines
        self._text = None
        self.revision += 1
        self._changes.append(LineChange(first, last, first + len(lines)))
        if len(self._changes) > _MOST_REMEMBERED:
            del self._changes[: _MOST_REMEMBERED // 2]

    def _existing(self, position: Position) -> Position:
        if position.line >= len(self._lines):
            return Position(len(self._lines) - 1, len(self.line(len(self._lines) - 1)))
        return Position(position.line, min(position.character, len(self.line(position.line))))


def _shared(lines: list[str]) -> list[str]:
    """The lines, equal ones as one: half of a large pipeline's are."""
    if len(lines) < _MANY:
        return lines
    known: dict[str, str] = {}
    return list(map(known.setdefault, lines, lines))
