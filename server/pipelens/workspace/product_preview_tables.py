"""Products that are tables of text: CSV and its kin, JSON objects line by line."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final, cast

from pipelens.core.answers.describe_blocks import Block, Piece, Table, cut, paragraph
from pipelens.workspace.product_preview_text import decoded

if TYPE_CHECKING:
    from pipelens.workspace.product_preview import Product

ROWS: Final = 5
COLUMNS: Final = 8
CELL: Final = 24
"""Rows, columns and characters of a cell that are shown."""

_DELIMITERS: Final = ",;\t|"
_NAMES: Final = {",": "", ";": "separated by ;", "\t": "separated by tabs", "|": "separated by |"}
_SAMPLED = 20


def table(product: Product) -> tuple[Block, ...]:
    """The head and the first rows, with how many there are where that is known."""
    read = decoded(product)
    if read is None:
        return ()
    text, encoding = read
    if not product.is_whole:
        text = _without_last_line(text)
    delimiter = _delimiter(text)
    try:
        reader = csv.reader(_lines(text), delimiter=delimiter)
        rows = [row for row in reader if row]
    except csv.Error:
        return ()
    if not rows:
        return ()
    head, body = rows[0], rows[1:]
    told = [_counted(product, len(body), 1), f"{len(head):,} column{'' if len(head) == 1 else 's'}"]
    told += [word for word in (_NAMES[delimiter], "" if encoding == "UTF-8" else encoding) if word]
    return (paragraph(", ".join(told)), _shown(head, body))


def _without_last_line(text: str) -> str:
    """Cut in the middle of a row: the rest of it is unknown. A first line that goes on and on stays."""
    end = max(text.rfind("\n"), text.rfind("\r"))
    return text[: end + 1] if end >= 0 else text


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+", text)


def _delimiter(text: str) -> str:
    """The one that cuts the first rows most evenly into most columns."""
    sample = [line for line in islice(_lines(text), _SAMPLED) if line.strip()]

    def evenness(delimiter: str) -> tuple[float, int]:
        try:
            widths = Counter(len(row) for row in csv.reader(sample, delimiter=delimiter) if row)
        except csv.Error:
            return 0.0, 0
        width, often = max(widths.items(), key=lambda item: item[1], default=(1, 0))
        return (often / widths.total(), width) if width > 1 else (0.0, 1)

    return max(_DELIMITERS, key=evenness)


def _counted(product: Product, rows: int, heads: int) -> str:
    if product.is_whole:
        return f"{rows:,} row{'' if rows == 1 else 's'}"
    if product.is_packed:
        return f"more than {rows:,} rows"
    about = round((rows + heads) * product.size / len(product.head))
    digits = 10 ** max(0, len(str(about)) - 2)
    return f"about {about // digits * digits:,} rows"


def _shown(head: Sequence[str], body: Sequence[Sequence[str]]) -> Table:
    more = max((len(row) for row in (head, *body[:ROWS])), default=0) - COLUMNS
    rows = [_cells(row, more > 0) for row in body[:ROWS]]
    if len(body) > ROWS:
        rows.append(tuple("…" for _ in range(min(len(head), COLUMNS) + (more > 0))))
    names = _cells(head, False)
    return Table((*names, f"and {more:,} more") if more > 0 else names, tuple(rows))


def _cells(row: Sequence[str], more: bool) -> tuple[str, ...]:
    cells = tuple(cut(cell.strip(), CELL) for cell in row[:COLUMNS])
    return (*cells, *[""] * (COLUMNS - len(cells)), "…") if more else cells


def json_lines(product: Product) -> tuple[Block, ...]:
    """Objects, one a line, as a table of their keys."""
    read = decoded(product)
    if read is None:
        return ()
    text, _ = read
    lines = [line for line in _lines(text if product.is_whole else _without_last_line(text)) if line.strip()]
    rows: list[dict[str, object]] = []
    for line in lines[:ROWS]:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            return ()
        if not isinstance(row, dict):
            return ()
        rows.append(cast("dict[str, object]", row))
    if not rows:
        return ()
    head = tuple(dict.fromkeys(key for row in rows for key in row))
    body = [[_value(row[key]) if key in row else "" for key in head] for row in rows]
    if len(lines) > ROWS:
        body.append([])
    count: list[Piece] = [_counted(product, len(lines), 0)]
    return (paragraph(*count), _shown(head, body))


def _value(value: object) -> str:
    return value if isinstance(value, str) else cut(json.dumps(value, ensure_ascii=False), CELL)
