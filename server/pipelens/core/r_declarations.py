"""`upstream <- list("a")` in R, by the tiny grammar that Ploomber reads (section 8.7 of the format)."""

from __future__ import annotations

import re
from typing import Literal

from pipelens.core.cells import Cell
from pipelens.core.sources import Declaration, Element

_LINE = re.compile(r"\s*(?P<name>[A-Za-z]+)\s*(?:<-|=)\s*(?P<value>NULL|list\((?P<items>.*)\))\s*$")
_ITEM = re.compile(r"""\s*(?:(?P<key>[A-Za-z]+)\s*=\s*)?(?P<text>"[^"]*"|'[^']*')\s*(?P<comma>,|$)""")


def read_r_declaration(cell: Cell, name: Literal["upstream", "product"]) -> Declaration | None:
    """The declaration of `name`, None where the cell has none.

    Each line up to it must be of the same form, or reading stops there with an error.
    """
    for row, line in enumerate(cell.source.split("\n")):
        if line == "" or line.startswith("#"):
            continue
        span = cell.span(row, len(line) - len(line.lstrip()), row, len(line.rstrip()))
        match = _LINE.match(line)
        if match is None:
            reason = 'only lines like `NAME <- list("a", "b")` or `NAME <- NULL` may stand up to it'
            return Declaration(name, span, span, error=reason, error_span=span)
        if match["name"] != name:
            continue
        value_span = cell.span(row, match.start("value"), row, match.end("value"))
        if match["items"] is None:
            return Declaration(name, span, value_span)
        elements: dict[str, Element] = {}
        values: list[str] = []
        keys: list[str] = []
        at, end = match.span("items")
        while at < end:
            item = _ITEM.match(line, at, end)
            if item is None:
                where = cell.span(row, at, row, end)
                return Declaration(
                    name, span, value_span, error="only quoted names are read in the list", error_span=where
                )
            text = item["text"][1:-1]
            where = cell.span(row, item.start("text") + 1, row, item.end("text") - 1)
            elements.setdefault(text, Element(text, where))
            values.append(text)
            if item["key"]:
                keys.append(item["key"])
            at = item.end()
        if not values:
            return Declaration(
                name, span, value_span, error="an empty list() is not read; write NULL", error_span=value_span
            )
        value: object = dict(zip(keys, values, strict=True)) if len(keys) == len(values) else values
        return Declaration(name, span, value_span, value, tuple(elements.values()))
    return None
