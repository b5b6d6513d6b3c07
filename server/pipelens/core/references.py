"""References: `upstream["name"]["key"]` in code, with their places, in half-typed code too."""

from __future__ import annotations

import ast
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from sys import intern
from typing import TYPE_CHECKING, cast

from pipelens.core.cells import Cell
from pipelens.core.magics import plain_python
from pipelens.core.python_text import TOKEN, Columns, parse_python
from pipelens.core.sources import Reference
from pipelens.core.text import Span

if TYPE_CHECKING:
    from pipelens.core.functions import Definition


def upstream_subscripts(tree: ast.AST, columns: Columns) -> tuple[Reference, ...]:
    """The references in a tree, in text order (section 8.4): constants that subscript `upstream`."""
    outer: dict[int, ast.Subscript] = {}
    found: list[ast.Subscript] = []
    for node in _subscripts(tree, columns):
        if isinstance(node.value, ast.Subscript):
            outer[id(node.value)] = node
        if isinstance(node.value, ast.Name) and node.value.id == "upstream" and _text(node.slice) is not None:
            found.append(node)
    references: list[Reference] = []
    for node in found:
        key = outer.get(id(node))
        name = _text(key.slice) if key else None
        references.append(
            Reference(
                _text(node.slice) or "",
                columns.inside_quotes(node.slice),
                name,
                columns.inside_quotes(key.slice) if key and name is not None else None,
            )
        )
    references.sort(key=lambda reference: reference.span)
    return tuple(references)


def definition_references(node: Definition, columns: Columns) -> tuple[Reference, ...]:
    """The references in a function or a class, told from its text where that is sure: letters are read
    many times faster than a tree is walked."""
    if not node.decorator_list:  # those stand above the line that a definition begins with
        first = node.lineno - 1
        text = "\n".join(columns.lines[first : node.end_lineno])
        if text.isascii():  # else Python takes some letters that look otherwise for the same
            found = plain_references(text, first) if may_refer(text) else ()
            if found is not None:
                return found
    return upstream_subscripts(node, columns)


def _subscripts(tree: ast.AST, columns: Columns) -> list[ast.Subscript]:
    """The subscripts in a tree, without statements whose lines do not say `upstream`. A walk of our own:
    `ast.walk` asks each node for its fields by name, which takes most of the time that reading a large
    module of functions needs."""
    found: list[ast.Subscript] = []
    stack: list[object] = [tree]
    rows = _saying_upstream(tree, columns)
    while stack:
        node = stack.pop()
        if not isinstance(node, ast.AST):
            continue  # a name, or None, in a list
        if isinstance(node, ast.Subscript):
            found.append(node)
        elif rows is not None and isinstance(node, ast.stmt) and not _is_needed(node, rows):
            continue
        for value in cast("Iterable[object]", vars(node).values()):
            kind = type(value)
            if kind is list:
                stack.extend(cast("list[object]", value))
            elif kind is not int and kind is not str and kind is not ast.Load:
                stack.append(value)
    return found


def _saying_upstream(tree: ast.AST, columns: Columns) -> list[int] | None:
    """The lines below a statement, from 1, that say `upstream`; None where letters tell too little: Python
    takes some that look otherwise for the same."""
    if not isinstance(tree, ast.stmt):
        return None
    first, last = tree.lineno, tree.end_lineno or tree.lineno
    lines = columns.lines[first - 1 : last]
    if not all(map(str.isascii, lines)):
        return None
    return [row for row, line in enumerate(lines, first) if "upstream" in line]


def _is_needed(statement: ast.stmt, rows: list[int]) -> bool:
    if getattr(statement, "decorator_list", None):
        return True  # they stand above the line that a definition begins with
    at = bisect_left(rows, statement.lineno)
    return at < len(rows) and rows[at] <= (statement.end_lineno or statement.lineno)


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


_MAY_REFER = re.compile(r"upstream(?:[\s)\\]|#[^\n]*\n)*\[")
"""What every subscript of `upstream` looks like: cells without it need not be parsed."""

_PLAIN_REFERENCE = re.compile(
    r"""\#[^\n]*
    |upstream(?<![\w.]upstream)\[(?P<quote>["'])(?P<name>[^"'\\\n]+)(?P=quote)\]
        (?:\[(?P<key_quote>["'])(?P<key>[^"'\\\n]+)(?P=key_quote)\])?(?![\s)\\\[#]*\[)
    |upstream(?P<other>(?:[\s)\\]|\#[^\n]*\n)*\[)
    |\"\"\"[^\\"]*(?:(?:\\.|"(?!""))[^\\"]*)*\"\"\"
    |\'\'\'[^\\']*(?:(?:\\.|'(?!''))[^\\']*)*\'\'\'
    |"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?""",
    re.VERBOSE | re.DOTALL,
)
"""Written so that each way begins with a character that tells it, which is found many times faster."""
_FORMATTED = re.compile(r"(?<!\w)(?:[fF][rbRB]?|[rbRB][fF])\Z")


def read_references(cell: Cell) -> tuple[Reference, ...]:
    """The references in a cell of Python, with their places in the file, half-typed cells too."""
    if cell.kind != "code" or not may_refer(cell.source):
        return ()
    plain = plain_python(cell.source).text
    found = plain_references(plain)
    if found is None:
        tree = parse_python(plain)
        if isinstance(tree, ast.Module):
            found = upstream_subscripts(tree, Columns(plain))
        else:
            found = _token_references(plain)

    def place(span: Span | None) -> Span | None:
        if span is None:
            return None
        return cell.span(*span)

    return tuple(
        [
            Reference(intern(each.name), cast(Span, place(each.span)), each.key, place(each.key_span))
            for each in found
        ]
    )


def may_refer(source: str) -> bool:
    """Whether anything in `source` may be a subscript of `upstream`."""
    return "upstream" in source and _MAY_REFER.search(source) is not None


def plain_references(text: str, row: int = 0) -> tuple[Reference, ...] | None:
    """The references where all are written as `upstream["name"]["key"]`, without building a tree; None
    where one is written in any other way. row: of the first line."""
    found: list[Reference] = []
    for match in _PLAIN_REFERENCE.finditer(text):
        if match["name"] is None:
            if match["other"]:
                return None
            start = match.start()
            if (
                match[0][0] != "#"
                and "upstream" in match[0]
                and _FORMATTED.search(text, max(start - 3, 0), start)
            ):
                return None
            continue
        begin = text.rfind("\n", 0, match.start()) + 1
        if text[begin : match.start()].rstrip(" \t(").endswith((".", "\\")) or (
            not text[begin : match.start()].strip() and text[:begin].rstrip().endswith((".", "\\"))
        ):
            return None
        line = row + text.count("\n", 0, begin)
        start, end = match.span("name")
        key = match["key"]
        key_span = None
        if key is not None:
            key_start, key_end = match.span("key")
            key_span = Span.on_line(line, key_start - begin, key_end - begin)
        found.append(
            Reference(
                intern(match["name"]),
                Span.on_line(line, start - begin, end - begin),
                key and intern(key),
                key_span,
            )
        )
    return tuple(found)


def _token_references(text: str) -> tuple[Reference, ...]:
    """References in text that does not parse, from its tokens."""
    kept: list[tuple[str, str, int]] = []
    for match in TOKEN.finditer(text):
        if match.lastgroup not in ("blank", "newline", "joined", "comment"):
            kept.append((match.lastgroup or "", match[0], match.start()))
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    found: list[Reference] = []
    at = 0
    while at < len(kept):
        if kept[at][1] == "upstream" and not (at and kept[at - 1][1] == "."):
            name = _subscript(kept, at + 1, starts)
            if name is not None:
                key = _subscript(kept, at + 4, starts)
                found.append(Reference(*name, *(key or (None, None))))
        at += 1
    return tuple(found)


def _subscript(tokens: list[tuple[str, str, int]], at: int, starts: list[int]) -> tuple[str, Span] | None:
    """The string of `["…"]` at `at`; the closing bracket may be missing."""
    if at + 1 >= len(tokens) or tokens[at][1] != "[" or tokens[at + 1][0] != "string":
        return None
    _, text, offset = tokens[at + 1]
    if text[0] not in "\"'" or len(text) < 2 or text[-1] != text[0] or "\\" in text:
        return None
    if at + 2 < len(tokens) and tokens[at + 2][1] != "]" and not text:
        return None
    line = bisect_right(starts, offset) - 1
    begin = offset - starts[line] + 1
    return text[1:-1], Span.on_line(line, begin, begin + len(text) - 2)
