"""Tables of styled cells, aligned by what a terminal shows, not by how many characters there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from pipelens.cli.terminal import Line, Segment, cells, harmless

_GAP = "  "
_NARROWEST = 12


def table(
    head: Sequence[str], rows: Sequence[Sequence[Segment]], *, width: int, elastic: Sequence[int] = ()
) -> Iterator[Line]:
    """The lines of a table. A cell may hold several lines.

    width: columns at hand. elastic: the columns that give way when the table is wider, the first
    of them first; their cells are cut in the middle, so that both ends of a path stay readable.
    """
    sizes = [
        max([cells(title), *(_width_of(row[number]) for row in rows)]) for number, title in enumerate(head)
    ]
    for number in elastic:
        excess = sum(sizes) + len(_GAP) * (len(sizes) - 1) - width
        if excess > 0:
            sizes[number] = max(min(sizes[number], _NARROWEST), sizes[number] - excess)
    yield _joined([Segment(title, "bold") for title in head], sizes)
    for row in rows:
        if not any("\n" in cell.text for cell in row):
            yield _joined(row, sizes)
            continue
        split = [[Segment(part, cell.style) for part in cell.text.split("\n")] for cell in row]
        for number in range(max(map(len, split))):
            yield _joined([parts[number] if number < len(parts) else Segment("") for parts in split], sizes)


def _joined(parts: Sequence[Segment], sizes: Sequence[int]) -> Line:
    line: list[Segment] = []
    for part, size in zip(parts, sizes, strict=True):
        text = shortened(harmless(part.text), size)
        line.append(part if text is part.text else Segment(text, part.style))
        line.append(_blank(size - cells(text) + len(_GAP)))
    return line[:-1]


@lru_cache(256)
def _blank(size: int) -> Segment:
    return Segment(" " * size)


def shortened(text: str, size: int) -> str:
    """`text` in at most `size` columns, its middle left out."""
    if cells(text) <= size:
        return text
    front = max(1, (size - 3) // 3)
    head = _cut(text, front)
    tail = _cut(text[::-1], size - 3 - cells(head))[::-1]
    return f"{head}...{tail}"


def _cut(text: str, size: int) -> str:
    taken, used = "", 0
    for character in text:
        used += cells(character)
        if used > size:
            break
        taken += character
    return taken


def _width_of(cell: Segment) -> int:
    if cell.text.isascii() and cell.text.isprintable():
        return len(cell.text)
    return max(cells(harmless(part)) for part in cell.text.split("\n"))
