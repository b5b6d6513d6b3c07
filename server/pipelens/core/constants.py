"""What a function returns, where its text alone says so: a body that only returns a literal."""

from __future__ import annotations

import ast
import textwrap

from pipelens.core.sources import FunctionSource, Source

_LONGEST = 20_000


def constant_result(source: Source) -> object:
    """The literal that the function returns; None when only calling it can tell."""
    if not isinstance(source, FunctionSource) or source.decorated or len(source.code) > _LONGEST:
        return None
    if any(parameter.default is None for parameter in source.parameters):
        return None
    try:
        tree = ast.parse(textwrap.dedent(source.code))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if len(tree.body) != 1 or not isinstance(tree.body[0], ast.FunctionDef):
        return None
    body = [
        statement
        for statement in tree.body[0].body
        if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
    ]
    if len(body) != 1 or not isinstance(body[0], ast.Return) or body[0].value is None:
        return None
    try:
        return ast.literal_eval(body[0].value)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None
