"""Which names are a function's own? The part of Python's scopes that finding a name needs."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pipelens.core.python_text import TOKEN, Columns
from pipelens.core.text import Position, Span
from pipelens.frozen import frozen

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)


@frozen
class Own:
    """here: names that are a function's own. elsewhere: those that it declares `global`."""

    here: frozenset[str]
    elsewhere: frozenset[str]


def locals_of(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> Own:
    """The names of a function: its arguments and what its body binds."""
    arguments = node.args
    every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    names = {each.arg for each in (*every, arguments.vararg, arguments.kwarg) if each is not None}
    body: list[ast.stmt] | list[ast.expr] = [node.body] if isinstance(node, ast.Lambda) else node.body
    declared = [each for each in _own_nodes(body) if isinstance(each, ast.Global | ast.Nonlocal)]
    names |= bound_in(body)
    for each in declared:
        names -= set(each.names)
    there = (name for each in declared if isinstance(each, ast.Global) for name in each.names)
    return Own(frozenset(names), frozenset(there))


def bound_in(body: list[ast.stmt] | list[ast.expr]) -> frozenset[str]:
    """What the statements of one scope bind, whatever they declare `global`."""
    names: set[str] = set()
    for node in _own_nodes(body):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                names.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.alias(name=name, asname=bound):
                names.add(bound or name.partition(".")[0])
            case ast.ExceptHandler(name=str(name)):
                names.add(name)
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                names.add(name)
            case ast.MatchMapping(rest=str(name)):
                names.add(name)
            case _:
                pass
    return frozenset(names)


def _own_nodes(body: list[ast.stmt] | list[ast.expr]) -> Iterator[ast.AST]:
    """The nodes of a scope; of inner scopes only their heads."""
    waiting: list[ast.AST] = [*body]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            continue
        if isinstance(node, _COMPREHENSIONS):
            # Targets are its own; an assignment expression inside binds out here.
            waiting.extend(each.target for each in ast.walk(node) if isinstance(each, ast.NamedExpr))
            continue
        waiting.extend(ast.iter_child_nodes(node))


def named_by(node: ast.AST, columns: Columns) -> Iterator[tuple[str, str, Span]]:
    """Names that stand in a node as mere text: what they are, how they are bound, and where."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            yield from _words(node, (name,), "def", columns, after="def")
        case ast.ClassDef(name=name):
            yield from _words(node, (name,), "class", columns, after="class")
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            for alias in aliases:
                span = columns.span(alias)
                name = alias.asname or alias.name.partition(".")[0]
                yield name, "import", span
        case ast.ExceptHandler(name=str(name)):
            yield from _words(node, (name,), "except", columns, after="as")
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            yield from _words(node, tuple(names), "", columns)
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name, "case", columns.span(node)  # pyright: ignore[reportArgumentType]
        case ast.MatchMapping(rest=str(name)):
            yield name, "case", columns.span(node)  # pyright: ignore[reportArgumentType]
        case _:
            return


def _words(
    node: ast.stmt | ast.excepthandler, names: tuple[str, ...], how: str, columns: Columns, after: str = ""
) -> Iterator[tuple[str, str, Span]]:
    """The words of a statement's head that are among `names`, once each."""
    whole = columns.span(node)
    left = list(names)
    for number in range(whole.start.line, whole.end.line + 1):
        line = columns.lines[number]
        begin = whole.start.character if number == whole.start.line else 0
        for token in TOKEN.finditer(line, begin):
            if token.lastgroup != "word":
                continue
            if after:
                after = "" if token[0] == after else after
            elif token[0] in left:
                left.remove(token[0])
                yield token[0], how, Span(Position(number, token.start()), Position(number, token.end()))
                if not left:
                    return
