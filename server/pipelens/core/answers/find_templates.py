"""Names in texts of which only little is read: R code, SQL and shell templates, `[[holes]]` of a grid."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from pipelens.core.cells import Cell
from pipelens.core.sources import NotebookSource, Reference
from pipelens.core.text import Lines, Position, Span

_R = re.compile(
    r"""(?P<comment>\#.*)
    |(?<![\w.$])(?P<what>upstream|product)\s*(?:
        \[\[\s*(?P<quote>["'])(?P<name>[^"'\\\n]*)(?P=quote)\s*\]\]
        |\$(?P<word>[A-Za-z][\w.]*))
        (?:\s*\[\[\s*(?P<key_quote>["'])(?P<key>[^"'\\\n]*)(?P=key_quote)\s*\]\]|\$(?P<key_word>[A-Za-z][\w.]*))?
    |(?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')""",
    re.VERBOSE,
)
_HOLE = re.compile(r"\[\[(.*?)\]\]")
_OWN = re.compile(r"""(?<![\w.])product\s*\[\s*(["'])([^"'\\\n]*)\1\s*\]""")


def r_references(
    source: NotebookSource, what: Literal["upstream", "product"]
) -> Iterator[tuple[Reference, Literal["string", "template"]]]:
    """`upstream[["name"]][["key"]]` and `upstream$name$key` in R code, and how the name stands there."""
    for cell in source.cells.kept if source.cells is not None else ():
        if cell.kind != "code" or what not in cell.source:
            continue
        for row, line in enumerate(cell.source.split("\n")):
            for match in _R.finditer(line):
                if match["what"] != what:
                    continue
                group = "name" if match["name"] is not None else "word"
                key = next((name for name in ("key", "key_word") if match[name] is not None), None)
                yield (
                    Reference(
                        match[group],
                        _within(cell, row, *match.span(group)),
                        match[key] if key else None,
                        _within(cell, row, *match.span(key)) if key else None,
                    ),
                    "string" if group == "name" else "template",
                )


def _within(cell: Cell, row: int, start: int, end: int) -> Span:
    return cell.span(row, start, row, end)


def own_keys(lines: Lines, key: str) -> Iterator[Span]:
    """`product["key"]` in a template."""
    for number in range(len(lines)):
        for match in _OWN.finditer(lines.line(number)):
            if match[2] == key:
                yield Span.on_line(number, *match.span(2))


def holes_in(lines: Lines, span: Span, name: str) -> Iterator[Span]:
    """Where `[[…]]` in the stretch asks for `name`."""
    from pipelens.core.env import EnvValue
    from pipelens.core.expansion import expand

    known = {name: EnvValue(name, "", "file")}
    for number in range(span.start.line, span.end.line + 1):
        line = lines.line(number)
        begin = span.start.character if number == span.start.line else 0
        end = span.end.character if number == span.end.line else len(line)
        for hole in _HOLE.finditer(line, begin, end):
            for used in expand("{{" + hole[1] + "}}", known).names:
                if used.name == name:
                    yield Span(
                        Position(number, hole.start() + used.start), Position(number, hole.start() + used.end)
                    )
