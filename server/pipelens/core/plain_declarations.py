"""Parameters cells that hold nothing but `name = value` with plain values, read without a tree.

Most do, and thousands are read when a large pipeline is opened. Whatever is not surely understood
is left to `literals`; that both say the same is tested with texts made for it.
"""

from __future__ import annotations

import re
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


@lru_cache(maxsize=256)
def _none(name: Literal["upstream", "product"], span: Span, value_span: Span) -> Declaration:
    """One that most sources have, at the same place."""
    return Declaration(name, span, value_span, None)


def plain_declarations(
    cell: Cell,
) -> tuple[Declaration | None, Declaration | None, tuple[Parameter, ...]] | None:
    """`upstream`, `product` and the params; None where the cell is not as plain as that."""
    found: dict[str, Declaration] = {}
    params: dict[str, Parameter] = {}
    for number, line in enumerate(cell.source.split("\n")):
        match = _LINE.fullmatch(line)
        if match is None:
            return None
        name = match["name"]
        if name is None:
            continue
        if name in found or name in params or iskeyword(name):
            return None
        end = match.end("value")
        if name not in ("upstream", "product"):
            params[name] = shared_parameter(name, cell.span(number, 0, number, len(name)), match["value"])
            continue
        begin = match.start("value")
        value: object
        elements: dict[str, Element] = {}
        if match["constant"] is not None:
            if match["constant"] != "None":
                return None
            value = None
        else:
            items = list(_ITEM.finditer(line, begin, end))
            texts = [item[0][1:-1] for item in items]
            value = texts[0] if match["text"] is not None else texts
            for item, text in zip(items, texts, strict=True):
                if text not in elements:
                    at = cell.span(number, item.start() + 1, number, item.end() - 1)
                    elements[text] = Element(text, at)
        at, value_at = cell.span(number, 0, number, end), cell.span(number, begin, number, end)
        if value is None:
            found[name] = _none(name, at, value_at)
        else:
            found[name] = Declaration(name, at, value_at, value, tuple(elements.values()))
    return found.get("upstream"), found.get("product"), tuple(params.values())
