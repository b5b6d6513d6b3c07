"""Functions in words: how they are called, what they say of themselves, where they lie."""

from __future__ import annotations

import ast
import textwrap
from typing import Final

from pipelens.core.answers.describe_blocks import Block, Code, Link, Listing, cut, marked, paragraph
from pipelens.core.answers.describe_places import shown_path
from pipelens.core.project import Project
from pipelens.core.sources import FunctionSource, Parameter, UnresolvedFunction

_LONGEST_CODE: Final = 100_000
_WIDTH: Final = 90


def describe_callable(project: Project, dotted_path: str) -> tuple[Block, ...]:
    """A hook, a client, a serializer: anything that the YAML names by its dotted path."""
    match project.callables.get(dotted_path):
        case FunctionSource(path=path, line=line) as source:
            where = Link(f"{shown_path(project, path)}:{line + 1}", path, line)
            return (signature(source), *_doc(source), paragraph(Code(dotted_path), " in ", where))
        case UnresolvedFunction(reason=reason, suggestions=near):
            meant = f"; did you mean {near[0]}?" if near else ""
            return (paragraph(Code(dotted_path), " was not found: ", *marked(reason + meant)),)
        case _:
            return ()


def signature(source: FunctionSource) -> Block:
    """The function's first line, as Python would write it."""
    node = _node(source)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        returns = f" -> {ast.unparse(node.returns)}" if node.returns is not None else ""
        word = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
        arguments = ast.unparse(node.args)
        line = f"{word} {node.name}({arguments}){returns}"
        if len(line) > _WIDTH:
            line = f"{word} {node.name}(\n    " + ",\n    ".join(_arguments(node.args)) + f"\n){returns}"
        return Listing(line, "python")
    word = "class" if isinstance(node, ast.ClassDef) else "async def" if source.is_async else "def"
    arguments = ", ".join(map(_parameter, source.parameters))
    return Listing(f"{word} {source.name}({arguments})", "python")


def _arguments(arguments: ast.arguments) -> list[str]:
    """One text for each argument. The commas of the whole do not tell where one ends."""
    found: list[str] = []
    positional = [*arguments.posonlyargs, *arguments.args]
    first = len(positional) - len(arguments.defaults)
    for at, one in enumerate(positional):
        found.append(_argument(one, arguments.defaults[at - first] if at >= first else None))
        if arguments.posonlyargs and at + 1 == len(arguments.posonlyargs):
            found.append("/")
    if arguments.vararg is not None:
        found.append("*" + _argument(arguments.vararg, None))
    elif arguments.kwonlyargs:
        found.append("*")
    for one, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        found.append(_argument(one, default))
    if arguments.kwarg is not None:
        found.append("**" + _argument(arguments.kwarg, None))
    return found


def _argument(one: ast.arg, default: ast.expr | None) -> str:
    told = f"{one.arg}: {ast.unparse(one.annotation)}" if one.annotation is not None else one.arg
    if default is None:
        return told
    return (
        f"{told} = {ast.unparse(default)}" if one.annotation is not None else f"{told}={ast.unparse(default)}"
    )


def _parameter(one: Parameter) -> str:
    star = {"args": "*", "kwargs": "**"}.get(one.kind, "")
    return f"{star}{one.name}" + (f"={one.default}" if one.default is not None else "")


def _node(source: FunctionSource) -> ast.stmt | None:
    if len(source.code) > _LONGEST_CODE:
        return None
    try:
        body = ast.parse(textwrap.dedent(source.code)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return body[0] if body else None


def _doc(source: FunctionSource) -> tuple[Block, ...]:
    """The first paragraph of its docstring."""
    node = _node(source)
    documented = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    doc = ast.get_docstring(node) if documented else source.doc
    text = " ".join((doc or "").strip().split("\n\n", 1)[0].split())
    return (paragraph(cut(text)),) if text else ()
