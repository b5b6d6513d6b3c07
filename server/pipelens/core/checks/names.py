"""Names in scripts and notebooks: what stops a task before it runs (section 13 of the format).

pyflakes looks at all cells together, with IPython's syntax replaced and the params in place; what it
finds is led back to the cell and the line of the file (Q29, Q30).
"""

from __future__ import annotations

import ast
import keyword
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Literal

from pipelens.core.cells import Cell, Cells
from pipelens.core.checks.plain_names import is_surely_sound
from pipelens.core.literals import read_declarations
from pipelens.core.magics import Plain, plain_python
from pipelens.core.problems import Place, Problem, problem
from pipelens.core.python_text import Columns, SyntaxFault, parse_python
from pipelens.core.text import Span
from pipelens.frozen import frozen

Mode = Literal["regular", "strict", "disable"]

_IPYTHON = frozenset(
    [
        "display",
        "get_ipython",
        "In",
        "Out",
        "exit",
        "quit",
        "_",
        "__",
        "___",
        "_i",
        "_ii",
        "_iii",
        "_ih",
        "_oh",
        "_dh",
        "__file__",
    ]
)
_MESSAGES = {
    "UndefinedName": "undefined-name",
    "UndefinedLocal": "undefined-name",
    "DuplicateArgument": "misplaced-statement",
    "ReturnOutsideFunction": "misplaced-statement",
    "YieldOutsideFunction": "misplaced-statement",
    "ContinueOutsideLoop": "misplaced-statement",
    "BreakOutsideLoop": "misplaced-statement",
}
MOST_ANALYSED = 200_000
"""Characters of code; of more the analysis would take seconds, and an editor waits for it."""

_ANYWHERE: Mapping[str, Place] = MappingProxyType({})


@frozen
class _Joined:
    """All cells as one text. rows: for each line the cell it is of and the line there, None for
    lines that stand for the injected cell."""

    text: str
    rows: tuple[tuple[Cell, int] | None, ...]
    parts: tuple[tuple[Cell, Plain], ...]


def check_notebook_names(
    path: str,
    cells: Cells,
    *,
    static_analysis: Mode = "regular",
    passed: Mapping[str, object],
    has_upstream: bool,
    has_product: bool = True,
    passed_places: Mapping[str, Place] = _ANYWHERE,
    task_place: Place | None = None,
) -> tuple[Problem, ...]:
    """What stops the script or notebook `cells` of the task before it runs.

    passed: the task's params. passed_places, task_place: where they and the task are written; without
    them their problems point at the parameters cell.
    """
    if static_analysis == "disable" or cells.language != "python":
        return ()
    cell = cells.parameters
    nearby = task_place or Place(path, cell.label_span if cell else Span.on_line(0, 0, 0))
    strict = cell if static_analysis == "strict" else None
    return (
        *check_passed_params(path, strict, passed, passed_places, nearby),
        *check_code(path, cells, injected_names(passed, cell is not None, has_upstream, has_product)),
    )


def check_passed_params(
    path: str,
    strict: Cell | None,
    passed: Mapping[str, object],
    passed_places: Mapping[str, Place],
    nearby: Place,
) -> Iterable[Problem]:
    """Params that no cell can set, and those that differ from the parameters cell `strict`, where the
    analysis is strict. nearby: for params that are written nowhere."""
    for name in passed:
        if not name.isidentifier() or keyword.iskeyword(name):
            message = f"the param `{name}` is no Python name, so the cell that sets it would be no Python"
            yield problem("param-not-a-name", message, passed_places.get(name, nearby))
    if strict is not None:
        yield from _check_params(path, strict, passed, passed_places, nearby)


def injected_names(
    passed: Iterable[str], has_cell: bool, has_upstream: bool, has_product: bool = True
) -> tuple[str, ...]:
    """What the injected cell assigns. Without a parameters cell Ploomber adds one that assigns
    `upstream`, and so does a run here."""
    names = [name for name in passed if name.isidentifier() and not keyword.iskeyword(name)]
    return (*names, *["upstream"] * (has_upstream or not has_cell), *["product"] * has_product)


def check_code(path: str, cells: Cells, injected: tuple[str, ...]) -> tuple[Problem, ...]:
    """What the code of all cells together uses and nobody defines, and what does not parse: the part
    that takes milliseconds a source, and depends on nothing but what is given. Nothing is said of code
    of more than `MOST_ANALYSED` characters."""
    joined = _join(cells, injected)
    return tuple(_check_code(path, joined)) if len(joined.text) <= MOST_ANALYSED else ()


def _join(cells: Cells, injected: Iterable[str]) -> _Joined:
    assignments = "; ".join(f"{name} = 0" for name in injected)
    lines: list[str] = []
    rows: list[tuple[Cell, int] | None] = []
    parts: list[tuple[Cell, Plain]] = []
    parameters = cells.parameters

    def inject() -> None:
        lines.append(assignments)
        rows.append(None)

    if parameters is None:
        inject()
    for cell in cells.kept:
        if cell.kind == "code":
            plain = plain_python(cell.source)
            parts.append((cell, plain))
            for at, line in enumerate(plain.text.split("\n")):
                lines.append(line)
                rows.append((cell, at))
        if cell is parameters or (parameters is not None and cell.index == parameters.index):
            inject()
    return _Joined("\n".join(lines), tuple(rows), tuple(parts))


def _check_code(path: str, joined: _Joined) -> Iterable[Problem]:
    tree = parse_python(joined.text)
    if isinstance(tree, SyntaxFault):
        yield _syntax_error(path, joined, tree)
        return
    if is_surely_sound(tree, _IPYTHON):
        return
    from pyflakes.checker import Checker

    try:
        messages: list[Any] = Checker(tree, builtins=_IPYTHON).messages
    except RecursionError:
        return
    if not any(type(message).__name__ in _MESSAGES for message in messages):
        return
    columns = Columns(joined.text)
    nodes = _Nodes(tree)
    bound = frozenset(name for _, plain in joined.parts for name in plain.bound)
    opened = next((cell.index for cell, plain in joined.parts if plain.open), None)
    for message in sorted(messages, key=lambda each: (each.lineno, each.col)):
        kind = type(message).__name__
        code = _MESSAGES.get(kind)
        at: int = message.lineno - 1
        row = joined.rows[at]
        if code is None or row is None:
            continue
        if kind == "YieldOutsideFunction" and (message.lineno, message.col) in nodes.awaits:
            continue
        cell, line = row
        text = _said(kind, message)
        if code == "undefined-name":
            name = str(message.message_args[0])
            if name in bound or (opened is not None and cell.index >= opened):
                continue
        start = columns.character(message.lineno - 1, message.col)
        end = nodes.end(message.lineno, message.col, columns)
        if code == "undefined-name":
            end = start + len(str(message.message_args[0]))
        yield problem(code, text, Place(path, cell.span(line, start, line, end)))


def _said(kind: str, message: Any) -> str:
    args = message.message_args
    match kind:
        case "UndefinedName":
            return f"`{args[0]}` is not defined here: define or import it in an earlier line or cell"
        case "UndefinedLocal":
            return f"`{args[0]}` is read before it is assigned in this function"
        case "DuplicateArgument":
            return f"the argument `{args[0]}` occurs twice"
        case "ReturnOutsideFunction":
            return "`return` stands outside of a function"
        case "YieldOutsideFunction":
            return "`yield` stands outside of a function"
        case "ContinueOutsideLoop":
            return "`continue` stands outside of a loop"
        case _:
            return "`break` stands outside of a loop"


class _Nodes:
    """Ends of nodes by where they begin, and where `await` stands, which cells may use at the top."""

    def __init__(self, tree: ast.Module) -> None:
        self.awaits: set[tuple[int, int]] = set()
        self._ends: dict[tuple[int, int], tuple[int, int]] = {}
        for node in ast.walk(tree):
            if not isinstance(node, (ast.expr, ast.stmt)):
                continue
            at = (node.lineno, node.col_offset)
            if isinstance(node, ast.Await):
                self.awaits.add(at)
            if isinstance(node, ast.stmt) and node.end_lineno is not None:
                self._ends.setdefault(at, (node.end_lineno, node.end_col_offset or 0))

    def end(self, line: int, column: int, columns: Columns) -> int:
        """The end of the statement at this place, at most that of its first line."""
        end_line, end = self._ends.get((line, column), (line, column + 1))
        if end_line != line:
            return len(columns.lines[line - 1])
        return columns.character(line - 1, end)


def _syntax_error(path: str, joined: _Joined, fault: SyntaxFault) -> Problem:
    """The first cell that does not parse on its own knows the place better than all cells together."""
    for cell, plain in joined.parts:
        alone = parse_python(plain.text)
        if isinstance(alone, SyntaxFault):
            span = cell.span(alone.line, alone.character, alone.end_line, alone.end_character)
            return problem("syntax-error", f"this is not valid Python: {alone.message}", Place(path, span))
    row = joined.rows[min(fault.line, len(joined.rows) - 1)] if joined.rows else None
    span = Span.on_line(0, 0, 1)
    if row is not None:
        cell, line = row
        span = cell.span(line, fault.character, line, fault.character + 1)
    return problem("syntax-error", f"this is not valid Python: {fault.message}", Place(path, span))


def _check_params(
    path: str,
    cell: Cell,
    passed: Mapping[str, object],
    passed_places: Mapping[str, Place],
    nearby: Place,
) -> Iterable[Problem]:
    """Strict mode: what the parameters cell declares must be what the task passes."""
    declarations = read_declarations(cell)
    if declarations.annotated:
        first = declarations.annotated[0]
        message = f"strict analysis does not understand the annotated assignment of `{first.name}`"
        yield problem("strict-annotated-param", message, Place(path, first.span))
        return
    plain = plain_python(cell.source).text
    tree = parse_python(plain)
    if isinstance(tree, SyntaxFault):
        return
    declared, assigned = _declared(tree, Columns(plain))
    for name, span in declared.items():
        if name not in passed:
            where = cell.span(span.start.line, span.start.character, span.end.line, span.end.character)
            message = (
                f"`{name}` is declared in the parameters cell, and the task does not pass it in `params`"
            )
            yield problem("strict-missing-param", message, Place(path, where))
    for name in passed:
        if name in declared or name in ("upstream", "product"):
            continue
        span = assigned.get(name)
        if span is None:
            message = f"the task passes `{name}`, and the parameters cell does not assign it"
            yield problem("strict-unexpected-param", message, passed_places.get(name, nearby))
        else:
            where = cell.span(span.start.line, span.start.character, span.end.line, span.end.character)
            message = (
                f"`{name}` is read after this assignment in the same cell, so strict analysis does not see it "
                "as declared: read it in a later cell"
            )
            yield problem("strict-unexpected-param", message, Place(path, where))


def _declared(tree: ast.Module, columns: Columns) -> tuple[dict[str, Span], dict[str, Span]]:
    """Names whose last occurrence is an assignment's target, and all names that are assigned."""
    targets: set[int] = set()
    last: dict[str, tuple[tuple[int, int], Span, bool]] = {}
    assigned: dict[str, Span] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                targets.update(id(each) for each in _targets(target))
        elif isinstance(node, (ast.AugAssign, ast.AnnAssign)):
            targets.update(id(each) for each in _targets(node.target))
    for node in ast.walk(tree):
        for name, span in _occurrences(node, columns):
            is_target = id(node) in targets
            at = (span.start.line, span.start.character)
            if is_target:
                assigned.setdefault(name, span)
            if name not in last or last[name][0] < at:
                last[name] = (at, span, is_target)
    declared = {
        name: span
        for name, (_, span, is_target) in sorted(last.items(), key=lambda item: item[1][0])
        if is_target and name not in ("upstream", "product")
    }
    return declared, assigned


def _targets(node: ast.expr) -> Iterable[ast.expr]:
    match node:
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            for element in elements:
                yield from _targets(element)
        case ast.Starred(value=value):
            yield from _targets(value)
        case ast.Name() | ast.Attribute():
            yield node
        case _:
            pass


def _occurrences(node: ast.AST, columns: Columns) -> Iterable[tuple[str, Span]]:
    match node:
        case ast.Name(id=name):
            yield name, columns.span(node)
        case ast.Attribute(attr=name):
            end = columns.span(node).end
            yield name, Span.on_line(end.line, end.character - len(name), end.character)
        case ast.arg(arg=name):
            start = columns.span(node).start
            yield name, Span.on_line(start.line, start.character, start.character + len(name))
        case ast.keyword(arg=str(name)):
            start = columns.span(node).start
            yield name, Span.on_line(start.line, start.character, start.character + len(name))
        case ast.alias(name=name, asname=other):
            span = columns.span(node)
            for each in (*name.split("."), other):
                if each:
                    yield each, span
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name, columns.span(node)
        case _:
            pass
