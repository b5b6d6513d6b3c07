"""`upstream = […]` and `product = …`, read without executing anything.

Ploomber evaluates the right-hand side; here only literals, the constructors `list`, `tuple`, `set`
and `dict` and sums of literals have a value, and anything else is said to be not understood (section
8.1 of the format, Q17). Text that does not parse is read statement by statement.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Literal, cast

from pipelens.core.cells import Cell
from pipelens.core.magics import plain_python
from pipelens.core.plain_declarations import plain_declarations
from pipelens.core.python_text import TOKEN, Columns, SyntaxFault, parse_python
from pipelens.core.sources import Declaration, Element, Parameter
from pipelens.core.text import Position, Span
from pipelens.frozen import frozen

_DECLARED = ("upstream", "product")
_BEGINS = re.compile(r"(upstream|product)\b[ \t]*(?=[-+|&^*/%@]?=(?!=)|:)")
_AFTER_TARGET = re.compile(r"[ \t]*[-+|&^*/%@]{0,2}=[ \t]*\\\n[ \t]")
_ASSIGNMENT = re.compile(r"[^\W\d]\w*[ \t]*=(?!=)")
_MAX_SUM = 1_000_000
_CONSTRUCTORS = {"list": list, "tuple": tuple, "set": set, "dict": dict}


class NotLiteral(Exception):
    """A value that only running it could tell, with the node that is to blame."""

    def __init__(self, node: ast.AST, reason: str) -> None:
        super().__init__(reason)
        self.node = node
        self.reason = reason


@frozen
class Declarations:
    """What a parameters cell assigns.

    unseen: assignments to `upstream` and `product` that Ploomber does not see, with the reason.
    annotated: names with an annotated assignment, which Ploomber's strict check cannot read.
    """

    upstream: Declaration | None = None
    product: Declaration | None = None
    params: tuple[Parameter, ...] = ()
    unseen: Mapping[str, tuple[Span, str]] = field(default_factory=dict[str, "tuple[Span, str]"])
    annotated: tuple[Parameter, ...] = ()


def read_declarations(cell: Cell) -> Declarations:
    """The declarations and params of a parameters cell of Python (section 8.1)."""
    if cell.kind != "code":
        return Declarations()
    found = plain_declarations(cell)
    if found is not None:
        return Declarations(*found)
    return read_from_tree(cell)


def read_from_tree(cell: Cell) -> Declarations:
    """As `read_declarations`, for any cell of code."""
    plain = plain_python(cell.source).text
    reader = _Reader(cell)
    tree = parse_python(plain)
    if isinstance(tree, ast.Module):
        reader.module(tree, Columns(plain))
    else:
        reader.fragments(plain)
    return reader.result()


class _Reader:
    def __init__(self, cell: Cell) -> None:
        self.cell = cell
        self.found: dict[str, Declaration] = {}
        self.broken: dict[str, Declaration] = {}
        self.unseen: dict[str, tuple[Span, str]] = {}
        self.params: dict[str, Parameter] = {}
        self.annotated: dict[str, Parameter] = {}

    def result(self) -> Declarations:
        def of(name: str) -> Declaration | None:
            return self.found.get(name) or self.broken.get(name)

        return Declarations(
            of("upstream"),
            of("product"),
            tuple(self.params.values()),
            self.unseen,
            tuple(self.annotated.values()),
        )

    def place(self, span: Span, first: int = 0) -> Span:
        """A stretch of the text that was parsed, as one of the file."""
        return self.cell.span(span[0] + first, span[1], span[2] + first, span[3])

    def module(self, tree: ast.Module, columns: Columns, first: int = 0) -> None:
        end = -1
        for statement in tree.body:
            self.statement(statement, columns, first, leads=statement.lineno > end)
            end = statement.end_lineno or statement.lineno

    def statement(self, statement: ast.stmt, columns: Columns, first: int, *, leads: bool) -> None:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in _DECLARED and leads:
                self.declare(name, statement, value, columns, first)
            case ast.AugAssign(target=ast.Name(id=name), value=value) if name in _DECLARED and leads:
                self.declare(name, statement, value, columns, first)
            case ast.AnnAssign(target=ast.Name(id=name)) if name in _DECLARED and leads:
                span = self.place(columns.span(statement), first)
                reason = "an annotated assignment is not understood: leave the annotation out"
                self.found[name] = Declaration(_known(name), span, span, error=reason, error_span=span)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant()) if name not in _DECLARED:
                pass
            case _:
                self.unrecognised(statement, columns, first)
        self.parameters(statement, columns, first)

    def declare(self, name: str, statement: ast.stmt, value: ast.expr, columns: Columns, first: int) -> None:
        span = columns.span(statement)
        value_span = columns.span(value)
        text = columns.slice(Span(span.start, value_span.end))
        found: object = None
        elements: tuple[Element, ...] = ()
        error: str | None = None
        error_span: Span | None = None
        if _AFTER_TARGET.match(text[len(name) :]):
            error, error_span = "the value must begin on the line of its name, not behind a backslash", span
        else:
            try:
                found = literal(value)
                elements = self.elements(value, columns, first)
            except NotLiteral as refused:
                error = refused.reason
                error_span = columns.span(cast(ast.expr, refused.node))
            except RecursionError:
                error, error_span = "the value is nested too deeply", value_span
        previous = self.found.get(name)
        if previous is not None and previous.error is not None:
            return  # Ploomber evaluates each in turn and stops at the first that fails
        self.found[name] = Declaration(
            _known(name),
            self.place(span, first),
            self.place(value_span, first),
            found,
            elements,
            error,
            self.place(error_span, first) if error_span else None,
        )

    def elements(self, value: ast.expr, columns: Columns, first: int) -> tuple[Element, ...]:
        names: dict[str, Element] = {}
        for node in _leaves(value):
            if isinstance(node, ast.keyword):
                span = columns.span(node)
                name = node.arg or ""
                end = Position(span.start.line, span.start.character + len(name))
                span = Span(span.start, end)
            else:
                try:
                    name = literal(node)
                except NotLiteral:
                    continue
                span = columns.inside_quotes(node)
            if isinstance(name, str) and name not in names:
                names[name] = Element(name, self.place(span, first))
        return tuple(names.values())

    def unrecognised(self, statement: ast.stmt, columns: Columns, first: int) -> None:
        """Note assignments that look like declarations and that Ploomber does not see."""
        top = isinstance(statement, (ast.Assign, ast.AugAssign, ast.AnnAssign))
        for node in ast.walk(statement):
            if (
                not isinstance(node, ast.Name)
                or node.id not in _DECLARED
                or not isinstance(node.ctx, ast.Store)
            ):
                continue
            if top:
                reason = f"it is seen only as a statement of its own: `{node.id} = …` at the start of a line"
            else:
                reason = "it is seen only at the top level of the cell"
            self.unseen.setdefault(node.id, (self.place(columns.span(node), first), reason))

    def parameters(self, statement: ast.stmt, columns: Columns, first: int) -> None:
        value: ast.expr | None
        match statement:
            case ast.Assign(targets=targets, value=value):
                pass
            case ast.AugAssign(target=target, value=value):
                targets = [target]
            case ast.AnnAssign(target=target, value=value):
                targets = [target]
            case _:
                return
        if len(targets) == 1 and isinstance(targets[0], ast.Name) and targets[0].id in _DECLARED:
            return
        default = None
        if isinstance(value, ast.Constant) and value.value is None:
            default = "None"
        elif value is not None:
            default = columns.slice(columns.span(value))
        for target in targets:
            for node in (target,) if isinstance(target, ast.Name) else ast.walk(target):
                if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Store):
                    continue
                if node.id in _DECLARED:
                    continue
                whole = default if node is target else None
                parameter = Parameter(node.id, self.place(columns.span(node), first), whole)
                self.params[node.id] = parameter
                if isinstance(statement, ast.AnnAssign):
                    self.annotated[node.id] = parameter

    def fragments(self, plain: str) -> None:
        """Read text that does not parse: each logical line on its own."""
        for first, text in logical_lines(plain):
            tree = parse_python(text)
            if isinstance(tree, ast.Module):
                self.module(tree, Columns(text), first)
                continue
            match = _BEGINS.match(text)
            if match:
                self.half_typed(match[1], text, first, tree)

    def half_typed(self, name: str, text: str, first: int, fault: SyntaxFault) -> None:
        """A declaration that is being typed: the names so far, and why it does not count."""
        lines = text.split("\n")
        last = next((at for at, line in enumerate(lines[1:], 1) if _ASSIGNMENT.match(line)), len(lines))
        text = "\n".join(lines[:last]).rstrip()
        names: dict[str, Element] = {}
        for match in TOKEN.finditer(text):
            if match.lastgroup == "string" and len(match[0]) > 2 and match[0][0] == match[0][-1]:
                line = text.count("\n", 0, match.start())
                begin = match.start() - (text.rfind("\n", 0, match.start()) + 1)
                span = Span.on_line(line, begin + 1, begin + len(match[0]) - 1)
                names.setdefault(match[0][1:-1], Element(match[0][1:-1], self.place(span, first)))
        end = text.split("\n")
        span = self.place(Span.of(0, 0, len(end) - 1, len(end[-1])), first)
        reason = f"the assignment is not valid Python: {fault.message}"
        self.broken[name] = Declaration(_known(name), span, span, None, tuple(names.values()), reason, span)


def _known(name: str) -> Literal["upstream", "product"]:
    return "product" if name == "product" else "upstream"


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """The statements at the margin of text that does not parse: first line and text of each.

    A line that begins a declaration ends whatever bracket was left open before it.
    """
    begin = line = start = depth = 0
    offset = 0
    while offset < len(text):
        token = TOKEN.match(text, offset)
        if token is None:
            break
        offset = token.end()
        match token.lastgroup:
            case "open":
                depth += 1
            case "close":
                depth = max(depth - 1, 0)
            case "newline":
                line += 1
                if depth == 0 or _BEGINS.match(text, offset):
                    yield start, text[begin : offset - 1]
                    begin, start, depth = offset, line, 0
            case _:
                line += token[0].count("\n")
    if begin < len(text):
        yield start, text[begin:]


def literal(node: ast.expr) -> object:
    """The value of a literal expression; raises `NotLiteral` for all that would have to run."""
    match node:
        case ast.Constant(value=value):
            return cast(object, value)
        case ast.List(elts=elements):
            return [literal(element) for element in elements]
        case ast.Tuple(elts=elements):
            return tuple(literal(element) for element in elements)
        case ast.Set(elts=elements):
            return [_hashable(element) for element in elements]
        case ast.Dict(keys=keys, values=values):
            if None in keys:
                raise NotLiteral(node, "`**` in a mapping is not read")
            return {
                _hashable(cast(ast.expr, key)): literal(value)
                for key, value in zip(keys, values, strict=True)
            }
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=operand):
            number = literal(operand)
            if isinstance(number, (int, float, complex)):
                return -number if isinstance(sign, ast.USub) else number
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _sum(node, literal(left), literal(right))
        case ast.JoinedStr(values=values) if all(isinstance(value, ast.Constant) for value in values):
            return "".join(str(cast(ast.Constant, value).value) for value in values)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords) if name in _CONSTRUCTORS:
            return _constructed(node, name, args, keywords)
        case _:
            pass
    raise NotLiteral(
        node,
        f"`{_shown(node)}` would have to be run, and pipelens never evaluates a declaration: write plain strings",
    )


def _shown(node: ast.expr) -> str:
    try:
        text = ast.unparse(node)
    except RecursionError:
        return "…"
    return text if len(text) <= 40 else text[:39] + "…"


def _hashable(node: ast.expr) -> object:
    value = literal(node)
    try:
        hash(value)
    except TypeError:
        raise NotLiteral(node, "this cannot be an element of a set or a key") from None
    return value


def _sum(node: ast.expr, left: object, right: object) -> object:
    if isinstance(left, str) and isinstance(right, str) and len(left) + len(right) < _MAX_SUM:
        return left + right
    if isinstance(left, list) and isinstance(right, list):
        return cast("list[object]", left) + cast("list[object]", right)
    if isinstance(left, tuple) and isinstance(right, tuple):
        return cast("tuple[object, ...]", left) + cast("tuple[object, ...]", right)
    raise NotLiteral(node, "only strings, lists and tuples can be joined with `+` here")


def _constructed(node: ast.expr, name: str, args: list[ast.expr], keywords: list[ast.keyword]) -> object:
    if len(args) > 1 or (keywords and name != "dict") or any(k.arg is None for k in keywords):
        raise NotLiteral(node, f"`{name}(…)` is read with one literal only")
    given: object = literal(args[0]) if args else ()
    if name == "dict":
        try:
            made = dict(cast("Mapping[object, object]", given))
        except (TypeError, ValueError):
            raise NotLiteral(node, "this cannot be made into a mapping") from None
        return {**made, **{str(k.arg): literal(k.value) for k in keywords}}
    if not isinstance(given, (list, tuple, dict, str)):
        raise NotLiteral(node, f"this cannot be made into a {name}")
    items = list(cast("list[object]", given))
    return tuple(items) if name == "tuple" else items


def _leaves(node: ast.expr) -> Iterator[ast.expr | ast.keyword]:
    """The nodes that name the elements of a literal: list elements, mapping keys, a lone string."""
    match node:
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            yield from elements
        case ast.Dict(keys=keys):
            yield from (key for key in keys if key is not None)
        case ast.Call(args=args, keywords=keywords):
            for argument in args:
                yield from _leaves(argument)
            yield from keywords
        case ast.BinOp(left=left, right=right) if not isinstance(literal(node), str):
            yield from _leaves(left)
            yield from _leaves(right)
        case _:
            yield node
