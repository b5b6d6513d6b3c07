"""What a function returns, where its text alone says so: a literal, or nothing at all."""

from __future__ import annotations

import ast
import textwrap

from pipelens.core.sources import FunctionSource, Source

_LONGEST = 20_000


def constant_result(source: Source) -> object:
    """The literal that the function returns; None when only calling it can tell."""
    function = _function(source)
    if function is None or not isinstance(source, FunctionSource):
        return None
    if any(parameter.default is None for parameter in source.parameters):
        return None
    body = [
        statement
        for statement in function.body
        if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
    ]
    if len(body) != 1 or not isinstance(body[0], ast.Return) or body[0].value is None:
        return None
    try:
        return ast.literal_eval(body[0].value)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None


def returns_nothing(source: Source) -> bool:
    """Whether the function surely returns None: it has no `return` with a value and ends by itself."""
    function = _function(source)
    if function is None:
        return False
    stack: list[ast.AST] = list(function.body)
    while stack:
        node = stack.pop()
        match node:
            case ast.Return(value=ast.expr() as value):
                if not (isinstance(value, ast.Constant) and value.value is None):
                    return False
            case ast.Yield() | ast.YieldFrom() | ast.Raise():
                return False
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Lambda():
                continue
            case _:
                pass
        stack.extend(ast.iter_child_nodes(node))
    return True


def _function(source: Source) -> ast.FunctionDef | None:
    """The definition of a plain function: a decorator may return anything."""
    if not isinstance(source, FunctionSource) or source.decorated or len(source.code) > _LONGEST:
        return None
    try:
        tree = ast.parse(textwrap.dedent(source.code))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    only = tree.body[0] if len(tree.body) == 1 else None
    return only if isinstance(only, ast.FunctionDef) else None
