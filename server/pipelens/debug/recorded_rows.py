"""Rows of recorded arrays, columns and data frames, by their positions: out of the whole value where the
dump holds it, else out of the first ones that were shown."""

from __future__ import annotations

import ast
from typing import Final

from pipelens.debug.calculation import Refused
from pipelens.debug.dump_values import Reference, Table, Values
from pipelens.debug.recorded import Node

_MOST_ROWS: Final = 200
"""Of a frame, at once: a row has up to some dozen columns."""


def row_at(owner: Reference, key: object, values: Values) -> object:
    """Row `key` of a series, or of a frame as a dict."""
    node = values.node(owner)
    total = _total(node)
    if type(key) is not int:
        raise Refused("rows are given by whole numbers here; head and tail give several")
    row = key + total if key < 0 else key
    if not 0 <= row < total:
        raise Refused(f"IndexError: {key} is out of range (it has {total:,} rows)")
    columns = _columns(node)
    if columns is None:
        return _cell(owner, row, values)
    return {_name(label): _cell(column, row, values) for label, column in columns}


def first_rows(owner: Reference, count: int, values: Values) -> object:
    """`head(count)` of an array, a series or a frame."""
    whole = values.whole(owner)
    if whole is not None:
        return whole.head(count)
    return _some(owner, 0, count, values)


def last_rows(owner: Reference, count: int, values: Values) -> object:
    """`tail(count)`."""
    whole = values.whole(owner)
    if whole is not None:
        return whole.tail(count)
    total = _total(values.node(owner))
    return _some(owner, max(0, total - count), count, values)


def all_rows(owner: Reference, values: Values) -> list[object]:
    """The values of an array of one dimension or a series; refuses when some were not recorded."""
    node = values.node(owner)
    by_label = {child.label: child.node for child in node.children}
    total = _total(node)
    if total > len(by_label):
        raise Refused(f"only some of its {total:,} items were recorded")
    return [_cell(owner, row, values) for row in range(total)]


def _some(owner: Reference, first: int, count: int, values: Values) -> object:
    node = values.node(owner)
    rows = range(first, min(_total(node), first + count))
    if len(rows) > _MOST_ROWS:
        raise Refused(f"at most {_MOST_ROWS} rows are given at once in a recorded failure")
    columns = _columns(node)
    if columns is None:
        return [_cell(owner, row, values) for row in rows]
    if not columns:
        raise Refused("its columns were not recorded")
    names = tuple(_name(label) for label, _ in columns)
    return Table(
        names, first, tuple(tuple(_cell(column, row, values) for _, column in columns) for row in rows)
    )


def _total(node: Node) -> int:
    if not node.shape or node.type not in ("DataFrame", "Series", "ndarray"):
        raise Refused(f"a recorded {node.type or 'value'} has no rows")
    return node.shape[0]


def _columns(node: Node) -> list[tuple[str, Reference]] | None:
    """The recorded columns of a frame; None for what is no frame."""
    if node.type != "DataFrame":
        return None
    # The labels of columns are written as keys are; bare names are the frame's own attributes.
    return [(child.label, Reference(child.node)) for child in node.children if not child.label.isidentifier()]


def _name(label: str) -> object:
    """A column's name from what stands between the brackets, where that is a text or a number."""
    try:
        found: object = ast.literal_eval(label)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return label
    return found if isinstance(found, (str, int, float)) else label


def _cell(column: Reference, row: int, values: Values) -> object:
    whole = values.whole(column)
    if whole is not None:
        return whole.item(row)
    node = values.node(column)
    for child in node.children:
        if child.label == str(row):
            return Reference(child.node)
    raise Refused(f"row {row:,} was not recorded")
