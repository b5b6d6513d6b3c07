"""Parameters cells that hold nothing but `name = value` with plain values, read without a tree.

Most do, and thousands are read when a large pipeline is opened. Whatever is not surely understood
is left to `literals`; that both say the same is tested with texts made for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from keyword import iskeyword
from typing import Literal

from pipelens.core.cells import Cell
from pipelens.core.sources import Declaration, Element, Parameter, shared_parameter
from pipelens.core.text import Span

_TEXT = r"""(?:"[^"\\\n\r\0]*"|'[^'\\\n\r\0]*')"""
_LINE = re.compile(
    rf"""(?:(?P<name>[A-Za-z_][A-Za-z0-9_]*)[ ]=[ ]
            (?P<value>(?P<constant>None|True|False|(?:0|[1-9][0-9]*)(?:\.[0-9]+)?)
              |(?P<text>{_TEXT})
              |\[(?P<items>(?:{_TEXT}(?:,[ ]?{_TEXT})*)?)\]))?
        [ \t]*(?:\#[^\0]*)?""",
    re.VERBOSE,
)
_ITEM = re.compile(_TEXT)


_Item = tuple[str, int, int]
"""A string: what it says, where it begins and ends inside its quotes."""
_Assigned = tuple[str, str, int, int, "str | None", "str | None", tuple[_Item, ...]]
"""A line: the name, the value's text, where that begins and ends, what it is if it is a constant or one
string, and the strings in it."""


@lru_cache(maxsize=2048)
def _assigned(line: str) -> _Assigned | Literal["nothing"] | None:
    """What a line assigns: thousands of parameters cells say the same. None for what is not plain."""
    match = _LINE.fullmatch(line)
    if match is None:
        return None
    name = match["name"]
    if name is None:
        return "nothing"
    if iskeyword(name):
        return None
    begin, end = match.span("value")
    items: tuple[_Item, ...] = ()
    if match["constant"] is None:
        found = _ITEM.finditer(line, begin, end)
        items = tuple([(item[0][1:-1], item.start() + 1, item.end() - 1) for item in found])
    return name, match["value"], begin, end, match["constant"], match["text"], items


@lru_cache(maxsize=256)
def _none(name: Literal["upstream", "product"], span: Span, value_span: Span) -> Declaration:
    """One that most sources have, at the same place."""
    return Declaration(name, span, value_span, None)


PlainDeclarations = tuple["Declaration | None", "Declaration | None", tuple[Parameter, ...]]
"""`upstream`, `product` and the params."""


def plain_declarations(cell: Cell) -> PlainDeclarations | None:
    """What the cell declares; None where it is not as plain as that."""
    return _declarations(cell.source.split("\n"), cell.span)


def declarations_in(lines: list[str], row: int) -> PlainDeclarations | None:
    """As `plain_declarations`, of lines that stand in the file as they are, from `row` on."""

    def span(line: int, character: int, end_line: int, end_character: int) -> Span:
        return Span.on_line(row + line, character, end_character)

    return _declarations(lines, span)


def _declarations(lines: list[str], place: Callable[[int, int, int, int], Span]) -> PlainDeclarations | None:
    found: dict[str, Declaration] = {}
    params: dict[str, Parameter] = {}
    for number, line in enumerate(lines):
        assigned = _assigned(line)
        if assigned is None:
            return None
        if assigned == "nothing":
            continue
        name, text, begin, end, constant, string, items = assigned
        if name in found or name in params:
            return None
        if name not in ("upstream", "product"):
            params[name] = shared_parameter(name, place(number, 0, number, len(name)), text)
            continue
        value: object
        elements: dict[str, Element] = {}
        if constant is not None:
            if constant != "None":
                return None
            value = None
        else:
            value = items[0][0] if string is not None else [said for said, _, _ in items]
            for said, first, last in items:
                if said not in elements:
                    elements[said] = Element(said, place(number, first, number, last))
        at, value_at = place(number, 0, number, end), place(number, begin, number, end)
        if value is None:
            found[name] = _none(name, at, value_at)
        else:
            found[name] = Declaration(name, at, value_at, value, tuple(elements.values()))
    return found.get("upstream"), found.get("product"), tuple(params.values())
