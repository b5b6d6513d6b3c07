"""Whether code surely uses no name that is not defined, and no statement where it may not stand.

pyflakes knows for sure, and takes most of the time that the analysis of thousands of sources needs.
This goes over the same tree in the same order and knows less: whatever it is not sure of, pyflakes is
asked for. That what is sound here is sound for pyflakes is tested with code made for it.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable
from typing import cast

_BUILTINS = frozenset(dir(builtins))
_TYPING = frozenset({"typing", "typing_extensions"})  # there strings are code, too
_Function = ast.FunctionDef | ast.AsyncFunctionDef


class _Unsure(Exception):
    pass


def is_surely_sound(tree: ast.Module, known: frozenset[str]) -> bool:
    """known: names that are always defined, besides those of Python."""
    walk = _Walk(known)
    try:
        walk.block(tree.body)
        walk.functions()
    except (_Unsure, RecursionError):
        return False
    return True


class _Walk:
    """scopes: the names bound so far, the innermost scope last. in_function: whether the innermost block
    is a function's, in_loop: a loop's."""

    def __init__(self, known: frozenset[str]) -> None:
        self.known = known
        self.scopes: list[set[str]] = [set()]
        self.outer: set[str] = set()  # what a function has read that it did not bind before
        self.in_function = False
        self.in_loop = False
        self.is_class = False
        self.later: list[tuple[_Function, list[set[str]]]] = []

    # -- names

    def read(self, name: str) -> None:
        if name in self.scopes[-1]:
            return
        for scope in self.scopes:
            if name in scope:
                break
        else:
            if name not in _BUILTINS and name not in self.known:
                raise _Unsure
        self.outer.add(name)

    def bind(self, name: str) -> None:
        if self.in_function and name in self.outer and name not in self.scopes[-1]:
            raise _Unsure  # perhaps read before it is assigned
        self.scopes[-1].add(name)

    # -- statements

    def block(self, statements: Iterable[ast.stmt]) -> None:
        for statement in statements:
            self.statement(statement)

    def statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Expr(value=value):
                self.value(value)
            case ast.Assign(targets=targets, value=value):
                self.value(value)
                for target in targets:
                    self.value(target)
            case ast.AugAssign(target=target, value=value):
                if isinstance(target, ast.Name):
                    self.read(target.id)
                self.value(value)
                self.value(target)
            case ast.AnnAssign(target=target, annotation=annotation, value=value) if value is not None:
                self.annotation(annotation)
                self.value(value)
                self.value(target)
            case ast.If(test=test, body=body, orelse=orelse):
                self.value(test)
                self.block(body)
                self.block(orelse)
            case ast.For() | ast.AsyncFor():
                self.value(node.iter)
                self.value(node.target)
                self.loop(node.body, node.orelse)
            case ast.While(test=test, body=body, orelse=orelse):
                self.value(test)
                self.loop(body, orelse)
            case ast.With() | ast.AsyncWith():
                for item in node.items:
                    self.value(item.context_expr)
                    if item.optional_vars is not None:
                        self.value(item.optional_vars)
                self.block(node.body)
            case ast.Try():
                self.block(node.body)
                for handler in node.handlers:
                    self.handler(handler)
                self.block(node.orelse)
                self.block(node.finalbody)
            case ast.Import(names=names):
                for each in names:
                    if each.name.partition(".")[0] in _TYPING:
                        raise _Unsure
                    self.bind(each.asname or each.name.partition(".")[0])
            case ast.ImportFrom(module=module, names=names):
                if (module or "").partition(".")[0] in _TYPING:
                    raise _Unsure
                for each in names:
                    if each.name == "*":
                        raise _Unsure
                    self.bind(each.asname or each.name)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self.function(node)
            case ast.ClassDef():
                self.class_of(node)
            case ast.Return(value=value) if self.in_function:
                if value is not None:
                    self.value(value)
            case ast.Break() | ast.Continue() if self.in_loop:
                pass
            case ast.Raise() | ast.Assert() | ast.Pass():
                self.children(node)
            case _:
                raise _Unsure

    def loop(self, body: list[ast.stmt], orelse: list[ast.stmt]) -> None:
        outside, self.in_loop = self.in_loop, True
        self.block(body)
        self.in_loop = outside
        self.block(orelse)

    def handler(self, node: ast.ExceptHandler) -> None:
        """The name of what was caught is gone behind the handler, unless it was there before."""
        if node.type is not None:
            self.value(node.type)
        own = node.name is not None and node.name not in self.scopes[-1]
        if node.name is not None:
            self.bind(node.name)
        self.block(node.body)
        if own:
            self.scopes[-1].discard(cast(str, node.name))

    def class_of(self, node: ast.ClassDef) -> None:
        if getattr(node, "type_params", None) or self.is_class:
            raise _Unsure
        for each in (*node.decorator_list, *node.bases, *node.keywords):
            self.value(each)
        before = self.in_function, self.in_loop
        self.in_function = self.in_loop = False
        self.is_class = True
        self.scopes.append(set())
        self.block(node.body)
        self.scopes.pop()
        self.is_class = False
        self.in_function, self.in_loop = before
        self.bind(node.name)

    # -- functions, whose bodies are read when all around them is bound

    def function(self, node: _Function) -> None:
        if getattr(node, "type_params", None):
            raise _Unsure
        for each in node.decorator_list:
            self.value(each)
        self.arguments(node.args)
        if node.returns is not None:
            self.annotation(node.returns)
        self.bind(node.name)
        around = self.scopes[:-1] if self.is_class else self.scopes  # methods do not see the class's names
        self.later.append((node, list(around)))

    def functions(self) -> None:
        """Read the bodies of all functions, those in functions too."""
        self.in_function, self.in_loop = True, False
        at = 0
        while at < len(self.later):
            node, around = self.later[at]
            at += 1
            self.scopes = [*around, set(_names(node.args))]
            self.outer = set()
            self.block(node.body)

    def arguments(self, node: ast.arguments) -> None:
        """What of a function is read where it is defined."""
        names = _names(node)
        if len(set(names)) < len(names):
            raise _Unsure
        for default in (*node.defaults, *node.kw_defaults):
            if default is not None:
                self.value(default)
        for each in (*node.posonlyargs, *node.args, *node.kwonlyargs, node.vararg, node.kwarg):
            if each is not None and each.annotation is not None:
                self.annotation(each.annotation)

    def annotation(self, node: ast.expr) -> None:
        for each in ast.walk(node):
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                raise _Unsure  # a string in an annotation is code
        self.value(node)

    # -- values

    def value(self, node: ast.AST) -> None:
        """An expression, or a target of an assignment. The order in it does not matter, as long as it
        binds nothing by itself."""
        kind = type(node)
        if kind is ast.Name:
            name = cast(ast.Name, node)
            context = type(name.ctx)
            if context is ast.Load:
                self.read(name.id)
            elif context is ast.Store:
                self.bind(name.id)
            else:
                raise _Unsure
        elif kind is ast.Constant:
            return
        elif kind is ast.Attribute:
            self.value(cast(ast.Attribute, node).value)
        elif kind is ast.Call:
            call = cast(ast.Call, node)
            self.value(call.func)
            for each in call.args:
                self.value(each)
            for keyword in call.keywords:
                self.value(keyword.value)
        elif kind is ast.Subscript:
            self.value(cast(ast.Subscript, node).value)
            self.value(cast(ast.Subscript, node).slice)
        elif kind in _SPECIAL:
            self.special(node)
        else:
            self.children(node)

    def children(self, node: ast.AST) -> None:
        for child in vars(node).values():
            if isinstance(child, list):
                for each in cast("list[object]", child):
                    if isinstance(each, ast.AST):
                        self.value(each)
            elif isinstance(child, ast.AST) and not isinstance(child, ast.expr_context):
                self.value(child)

    def special(self, node: ast.AST) -> None:
        match node:
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                self.scopes.append(set())
                before, self.in_function = self.in_function, False
                for part in node.generators:
                    self.value(part.iter)
                    self.value(part.target)
                    for each in part.ifs:
                        self.value(each)
                if isinstance(node, ast.DictComp):
                    self.value(node.key)
                    self.value(node.value)
                else:
                    self.value(node.elt)
                self.in_function = before
                self.scopes.pop()
            case ast.Lambda(args=args, body=body):
                self.arguments(args)
                self.scopes.append(set(_names(args)))
                before, self.in_function = self.in_function, False
                self.value(body)
                self.in_function = before
                self.scopes.pop()
            case ast.Yield() | ast.YieldFrom() if self.in_function:
                self.children(node)
            case _:
                raise _Unsure


_SPECIAL = frozenset(
    (
        ast.ListComp,
        ast.SetComp,
        ast.GeneratorExp,
        ast.DictComp,
        ast.Lambda,
        ast.Yield,
        ast.YieldFrom,
        ast.NamedExpr,
    )
)


def _names(node: ast.arguments) -> list[str]:
    every = (*node.posonlyargs, *node.args, *node.kwonlyargs, node.vararg, node.kwarg)
    return [each.arg for each in every if each is not None]
