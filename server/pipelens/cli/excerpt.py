"""Source lines with carets under the place that is meant, aligned in every script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipelens.cli.terminal import Segment, cells, harmless
from pipelens.core.text import Position, Span

_TAB = 4
_WIDTH = 160
_MOST_LINES = 5


def excerpt(lines: Sequence[str], span: Span, style: str = "bold red") -> Iterator[tuple[Segment, ...]]:
    """The lines of `span`, numbered from 1, each with carets below what the span covers of it.

    lines: the file's lines without their ends. Long spans are cut in the middle, long lines are
    cut to a window around the carets. A span outside the file yields nothing.
    """
    if span.start.line >= len(lines):
        return
    last = min(span.end.line, len(lines) - 1)
    if last > span.start.line and span.end.character == 0 and span.end.line == last:
        last -= 1
    numbers = list(range(span.start.line, last + 1))
    gutter = len(str(last + 1))
    shown = numbers if len(numbers) <= _MOST_LINES else [*numbers[: _MOST_LINES - 2], -1, numbers[-1]]
    for number in shown:
        if number < 0:
            yield (Segment(f"{'...':>{gutter + 2}}", "bright_black"),)
            continue
        text, indent, length = _marked(lines[number], *_covered(lines[number], number, span))
        yield Segment(f"{number + 1:>{gutter}} | ", "bright_black"), Segment(text)
        yield Segment(f"{'':>{gutter}} | ", "bright_black"), Segment(" " * indent + "^" * length, style)


def _covered(line: str, number: int, span: Span) -> tuple[int, int]:
    """The characters of `line` inside the span; leading blanks of a continued line are left out."""
    if number == span.start.line:
        start = min(span.start.character, len(line))
    else:
        start = len(line) - len(line.lstrip())
    end = min(span.end.character, len(line)) if number == span.end.line else len(line.rstrip())
    return start, max(start, end)


def _marked(line: str, start: int, end: int) -> tuple[str, int, int]:
    """The line as printed, the columns before the carets, and how many carets there are."""
    first = max(0, start - _WIDTH // 2) if len(line) > _WIDTH else 0
    end = min(end, first + _WIDTH)
    window = line[first : first + _WIDTH]
    before = "..." if first else ""
    after = "..." if len(line) > first + _WIDTH else ""
    head = _expanded(before + line[first:start], 0)
    body = _expanded(line[start:end], cells(head))
    whole = _expanded(before + window, 0) + after
    return whole, cells(head), max(1, cells(body))


def _expanded(text: str, column: int) -> str:
    """`text` with its tabs as blanks, when it begins at `column`, and its controls made visible."""
    if "\t" not in text:
        return harmless(text)
    parts: list[str] = []
    for character in text:
        if character == "\t":
            blanks = _TAB - column % _TAB
            parts.append(" " * blanks)
            column += blanks
        else:
            shown = harmless(character)
            parts.append(shown)
            column += cells(shown)
    return "".join(parts)


def place_text(path: str, position: Position) -> str:
    """`path:line:column`, counted from 1, as terminals and editors make it clickable."""
    return f"{path}:{position.line + 1}:{position.character + 1}"
