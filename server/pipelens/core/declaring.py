"""Names put into `upstream = …` in the style that stands there: a list stays a list, its quotes stay
its quotes, a name a line stays a name a line (section 8.1 of the format)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pipelens.core.cells import Cell
from pipelens.core.magics import plain_python
from pipelens.core.problems import Edit, Fix, Place
from pipelens.core.python_text import Columns, parse_python
from pipelens.core.sources import NotebookSource
from pipelens.core.text import Position, Span


def declared_upstream(source: NotebookSource, name: str) -> Fix | None:
    """The fix that declares `name` in the parameters cell; None where the declaration is none that can
    be added to."""
    cell = source.cells.parameters if source.cells is not None else None
    if cell is None or source.upstream is None or source.upstream.error is not None:
        return None
    plain = plain_python(cell.source).text
    tree = parse_python(plain)
    if not isinstance(tree, ast.Module):
        return None
    columns = Columns(plain)
    for statement in reversed(tree.body):
        match statement:
            case ast.Assign(targets=[ast.Name(id="upstream")], value=value):
                added = tuple(_added(value, name, columns, _quote(plain)))
                edits = tuple(Edit(Place(source.path, _in_file(cell, span)), text) for span, text in added)
                return Fix(f"Declare '{name}' in 'upstream'", edits) if edits else None
            case _:
                continue
    return None


def _in_file(cell: Cell, span: Span) -> Span:
    return cell.span(span.start.line, span.start.character, span.end.line, span.end.character)


def _added(value: ast.expr, name: str, columns: Columns, quote: str) -> Iterator[tuple[Span, str]]:
    """The edits of the parsed text that add `name` to a value."""
    span = columns.span(value)
    match value:
        case ast.Constant(value=None) | ast.List(elts=[]) | ast.Dict(keys=[]):
            yield span, f"[{quoted(name, quote)}]"
        case ast.Tuple(elts=[]):
            yield span, f"({quoted(name, quote)},)"
        case ast.Constant(value=str()):
            yield Span(span.start, span.start), "["
            yield Span(span.end, span.end), f", {quoted(name, quote)}]"
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            yield _behind(span, elements, elements, quoted(name, quote), columns)
        case ast.Dict(keys=keys, values=values) if None not in keys:
            first = [key for key in keys if key is not None]
            yield _behind(span, first, values, f"{quoted(name, quote)}: None", columns)
        case ast.Call(func=ast.Name(id="list" | "tuple" | "set"), args=[argument], keywords=[]):
            yield from _added(argument, name, columns, quote)
        case ast.Call(func=ast.Name(id="list" | "tuple" | "set"), args=[], keywords=[]):
            yield span, f"[{quoted(name, quote)}]"
        case ast.BinOp(op=ast.Add(), right=right):
            yield from _added(right, name, columns, quote)
        case _:
            return


def _behind(
    whole: Span, firsts: list[ast.expr], lasts: list[ast.expr], text: str, columns: Columns
) -> tuple[Span, str]:
    """An insertion behind the last element: on a line of its own where that one has its own, too."""
    begin, end = columns.span(firsts[-1]).start, columns.span(lasts[-1]).end
    line = columns.lines[begin.line]
    lead = line[: begin.character]
    own_line = begin.line > whole.start.line and not lead.strip()
    at = Span(end, end)
    return (at, f",\n{lead}{text}") if own_line else (at, f", {text}")


def _quote(text: str) -> str:
    return "'" if text.count("'") > text.count('"') else '"'


def quoted(name: str, quote: str) -> str:
    """`name` as a Python string."""
    escaped = name.replace("\\", "\\\\").replace(quote, "\\" + quote).replace("\n", "\\n")
    return f"{quote}{escaped}{quote}"


def removed_upstream(source: NotebookSource, name: str) -> Fix | None:
    """The fix that takes `name` out of the declaration; None where that says it in another way than
    by a literal."""
    cell = source.cells.parameters if source.cells is not None else None
    if cell is None or source.upstream is None or source.upstream.error is not None:
        return None
    plain = plain_python(cell.source).text
    tree = parse_python(plain)
    values = [
        statement.value
        for statement in (tree.body if isinstance(tree, ast.Module) else ())
        if isinstance(statement, ast.Assign)
        and [target.id for target in statement.targets if isinstance(target, ast.Name)] == ["upstream"]
    ]
    found = _removed(values[0], name, Columns(plain)) if len(values) == 1 else None
    if found is None:
        return None
    edit = Edit(Place(source.path, _in_file(cell, found[0])), found[1])
    return Fix(f"Remove '{name}' from 'upstream'", (edit,))


def _removed(value: ast.expr, name: str, columns: Columns) -> tuple[Span, str] | None:
    """The stretch of the parsed text that goes, and what comes in its place."""
    match value:
        case ast.List(elts=firsts) | ast.Tuple(elts=firsts) | ast.Set(elts=firsts):
            lasts = firsts
        case ast.Dict(keys=keys, values=lasts) if None not in keys:
            firsts = [key for key in keys if key is not None]
        case ast.Constant(value=str(text)) if text == name:
            return columns.span(value), "None"
        case _:
            return None
    at = [n for n, one in enumerate(firsts) if isinstance(one, ast.Constant) and one.value == name]
    if len(at) != 1:
        return None
    (place,) = at
    if len(firsts) == 1:
        return columns.span(value), "None"
    if isinstance(value, ast.Tuple) and len(firsts) == 2:
        # What is left of a pair in brackets is no tuple.
        return columns.span(value), f"[{columns.slice(columns.span(firsts[1 - place]))}]"
    if place + 1 < len(firsts):
        return Span(columns.span(firsts[place]).start, columns.span(firsts[place + 1]).start), ""
    return Span(columns.span(lasts[place - 1]).end, columns.span(lasts[place]).end), ""


def assigned_upstream(path: str, cell: Cell, names: tuple[str, ...] = ()) -> Fix | None:
    """The fix that begins a parameters cell without `upstream` with its assignment."""
    first = cell.source.split("\n", 1)[0]
    if not cell.lines or first.lstrip().startswith("%"):
        return None
    value = "[" + ", ".join(quoted(name, _quote(cell.source)) for name in names) + "]" if names else "None"
    at = Position(*cell.lines[0])
    edit = Edit(Place(path, Span(at, at)), f"upstream = {value}\n")
    return Fix(f"Add `upstream = {value}` to the parameters cell", (edit,), preferred=not names)
