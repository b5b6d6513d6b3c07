"""A function that was found: its code as `inspect.getsource` gives it, its arguments and references."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from pipelens.core.problems import Place, Problem, problem
from pipelens.core.python_text import Columns
from pipelens.core.references import definition_references, upstream_subscripts
from pipelens.core.sources import FunctionSource, Parameter
from pipelens.core.text import Position, Span

if TYPE_CHECKING:
    from pipelens.core.functions import Definition, Found
    from pipelens.core.imports import Module

_Kind = Literal["normal", "positional", "keyword", "args", "kwargs"]


def read_code(
    found: Found, decorator_hides: Callable[[Found, ast.expr], bool], extract_upstream: bool
) -> FunctionSource:
    """The function as a source. decorator_hides: whether a decorator replaces name and signature."""
    module, node = found.module, found.node
    columns = module.columns
    problems: list[Problem] = []
    if isinstance(node, ast.Lambda):
        statement = found.bound.statement
        first = node.lineno - 1
        name, span = "<lambda>", columns.span(node)
        decorators: list[ast.expr] = []
        references = upstream_subscripts(statement, columns)
    else:
        decorators = node.decorator_list
        first = min([node.lineno, *(each.lineno for each in decorators)]) - 1
        name, span = node.name, _name_span(node, columns)
        references = definition_references(node, columns)
    if extract_upstream and found.bound.conditional:
        message = (
            f"`{name}` is defined inside an indented block, and its source does not parse on its own: "
            "define it at the margin"
        )
        problems.append(problem("indented-function", message, Place(module.path, span)))
    for decorator in decorators:
        if decorator_hides(found, decorator):
            message = (
                f"this decorator returns another function in place of `{name}` without functools.wraps, "
                "which hides its name and its arguments"
            )
            place = Place(module.path, Span(columns.span(decorator).start, span.end))
            problems.append(problem("decorator-hides-function", message, place))
    parameters, known = _parameters(node, columns)
    return FunctionSource(
        module.path,
        name,
        first,
        span,
        _block(module, node, first),
        parameters,
        references,
        _doc(node),
        found.location.name,
        isinstance(node, ast.AsyncFunctionDef),
        bool(decorators),
        tuple(problems),
        known,
    )


def _block(module: Module, node: Definition | ast.Lambda, first: int) -> str:
    """The lines that belong to the definition, by the rule of `inspect.getsource`: comment lines
    below the last statement belong to it as long as they are indented like its body."""
    lines = module.source_lines
    last = node.end_lineno or node.lineno
    if isinstance(node, ast.Lambda):
        return "".join(lines[first:last])
    begin = node.body[0]
    if begin.lineno > node.lineno and not lines[begin.lineno - 1][: begin.col_offset].strip():
        for at in range(last, len(lines)):
            bare = lines[at].strip()
            if bare and not bare.startswith("#"):
                break
            if bare and len(lines[at]) - len(lines[at].lstrip()) >= begin.col_offset:
                last = at + 1
    return "".join(lines[first:last])


def _name_span(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, columns: Columns) -> Span:
    line = node.lineno - 1
    text = columns.lines[line]
    begin = columns.character(line, node.col_offset)
    keyword = "class" if isinstance(node, ast.ClassDef) else "def"
    at = text.find(keyword, begin) + len(keyword)
    while at < len(text) and text[at] in " \t":
        at += 1
    return Span(Position(line, at), Position(line, at + len(node.name)))


def _parameters(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda, columns: Columns
) -> tuple[tuple[Parameter, ...], bool]:
    """The arguments, and whether they are all known: those of a class may come from its base."""
    drop = 0
    if isinstance(node, ast.ClassDef):
        init = next(
            (
                each
                for each in reversed(node.body)
                if isinstance(each, ast.FunctionDef) and each.name == "__init__"
            ),
            None,
        )
        if init is None:
            return (), not (node.bases or node.keywords or node.decorator_list)
        arguments, drop = init.args, 1
    else:
        arguments = node.args
    found: list[Parameter] = []

    def add(argument: ast.arg, kind: _Kind, default: ast.expr | None) -> None:
        begin = columns.span(argument).start
        span = Span(begin, Position(begin.line, begin.character + len(argument.arg)))
        text = columns.slice(columns.span(default)) if default is not None else None
        found.append(Parameter(argument.arg, span, text, kind))

    plain = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(plain) - len(arguments.defaults)) + list(arguments.defaults)
    for at, (argument, default) in enumerate(zip(plain, defaults, strict=True)):
        if at >= drop:
            add(argument, "positional" if at < len(arguments.posonlyargs) else "normal", default)
    if arguments.vararg:
        add(arguments.vararg, "args", None)
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        add(argument, "keyword", default)
    if arguments.kwarg:
        add(arguments.kwarg, "kwargs", None)
    return tuple(found), True


def _doc(node: ast.AST) -> str:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        lines = (ast.get_docstring(node) or "").splitlines()
        return next((line.strip() for line in lines if line.strip()), "")
    return ""
