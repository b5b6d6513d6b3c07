"""Finds the function behind a dotted path, and reads it, without importing anything.

Sections 6.2, 6.3, 7.3, 8.4 and 11.2 of the format.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from pipelens.core.files import Files
from pipelens.core.function_code import read_code
from pipelens.core.imports import (
    Bound,
    BrokenModule,
    Location,
    Module,
    ModuleReader,
    absolute_name,
    hidden_by_standard_library,
)
from pipelens.core.problems import Place, problem
from pipelens.core.sources import FunctionSource, UnreadableSource, UnresolvedFunction
from pipelens.core.suggestions import nearest
from pipelens.core.text import Position, Span
from pipelens.frozen import frozen

__all__ = ["ModuleReader", "read_function"]

_MAX_STEPS = 50
"""How many re-exports and aliases are followed. Real chains have a handful."""
_MAX_NAMES = 5000
"""How many names of a module or folder are compared for a suggestion."""

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@frozen
class Found:
    """What a name leads to: a definition or lambda, in a module. `bound`: how it got its name there."""

    module: Module
    location: Location
    node: Definition | ast.Lambda
    bound: Bound


@frozen
class NotCallable:
    """A name that leads to something that cannot be a task."""

    module: Module
    node: ast.stmt
    reason: str


@frozen
class Lost:
    """A name that leads nowhere; certain: False when only importing could tell."""

    reason: str
    certain: bool = True
    path: str | None = None
    names: tuple[str, ...] = ()


def read_function(
    dotted: str,
    import_folders: tuple[str, ...],
    files: Files,
    *,
    library_folders: tuple[str, ...] = (),
    modules: ModuleReader | None = None,
    extract_upstream: bool = True,
) -> FunctionSource | UnresolvedFunction | UnreadableSource:
    """The function that `dotted` names.

    import_folders: absolute, in the order of `sys.path`. library_folders: where installed packages
    lie; a module found only there is not read, and `certain` is False. modules: a reader to share.
    extract_upstream: whether the function's own text is parsed for references, which a definition
    inside `if`, `try` or `with` does not survive.
    """
    modules = modules or ModuleReader(files)
    search = _Search(modules, import_folders, library_folders)
    return search.function(dotted, extract_upstream)


class _Search:
    def __init__(self, modules: ModuleReader, folders: tuple[str, ...], libraries: tuple[str, ...]) -> None:
        self.modules = modules
        self.folders = folders
        self.libraries = libraries
        self.steps = 0

    def function(
        self, dotted: str, extract_upstream: bool
    ) -> FunctionSource | UnresolvedFunction | UnreadableSource:
        parts = dotted.split(".")
        if len(parts) < 2 or not all(parts):
            return UnresolvedFunction(dotted, 0, "a dotted path has the form module.function")
        name = ".".join(parts[:-1])
        if hidden_by_standard_library(parts[0]):
            reason = f"`{parts[0]}` is a module of the standard library, which is loaded before yours"
            return UnresolvedFunction(dotted, 0, reason)
        location = self.modules.find(name, self.folders)
        if isinstance(location, int):
            return self.no_module(dotted, parts, location)
        if location.native:
            return UnresolvedFunction(dotted, len(parts) - 1, "its module is compiled", certain=False)
        broken = self.packages(parts[:-1])
        if broken is not None:
            return _broken(broken)
        if location.path is None:
            reason = f"`{name}` is a folder without modules of that name: it defines no functions"
            return UnresolvedFunction(
                dotted,
                len(parts) - 1,
                reason,
                suggestions=_near(parts[-1], self.modules.near(location.folders)),
            )
        module = self.modules.module(location.path)
        if isinstance(module, BrokenModule):
            return _broken(module)
        relative = _relative_import(module, location)
        if relative is not None:
            return relative
        match self.name(module, location, parts[-1], frozenset()):
            case Found() as found:
                return read_code(found, self.decorator_hides, extract_upstream)
            case NotCallable() as other:
                return _refused(other)
            case UnreadableSource() as unreadable:
                return unreadable
            case Lost() as lost:
                near = _near(parts[-1], lost.names)
                path = lost.path or module.path
                return UnresolvedFunction(
                    dotted, len(parts) - 1, lost.reason, lost.certain, path, suggestions=near
                )

    def packages(self, parts: list[str]) -> BrokenModule | None:
        """The first package on the way that does not parse: importing a module imports those first."""
        for count in range(1, len(parts)):
            location = self.modules.find(".".join(parts[:count]), self.folders)
            if isinstance(location, Location) and location.path is not None:
                module = self.modules.module(location.path)
                if isinstance(module, BrokenModule):
                    return module
        return None

    def no_module(self, dotted: str, parts: list[str], at: int) -> UnresolvedFunction:
        missing = ".".join(parts[: at + 1])
        if at == 0:
            if not isinstance(self.modules.find(parts[0], self.libraries), int):
                reason = f"`{parts[0]}` is an installed package"
                return UnresolvedFunction(dotted, 0, reason, certain=False)
            reason = f"there is no module `{missing}`"
            return UnresolvedFunction(
                dotted, 0, reason, suggestions=_near(parts[0], self.modules.near(self.folders))
            )
        parent = self.modules.find(".".join(parts[:at]), self.folders)
        path = parent.path if isinstance(parent, Location) else None
        if isinstance(parent, Location) and not parent.folders:
            reason = f"`{parts[at - 1]}` is a module, not a package: functions must stand at its top level"
            return UnresolvedFunction(dotted, at, reason, path=path)
        folders = parent.folders if isinstance(parent, Location) else ()
        return UnresolvedFunction(
            dotted,
            at,
            f"there is no module `{missing}`",
            path=path,
            suggestions=_near(parts[at], self.modules.near(folders)),
        )

    def name(
        self, module: Module, location: Location, name: str, seen: frozenset[tuple[str, str]]
    ) -> Found | NotCallable | Lost | UnreadableSource:
        """What `name` is in `module`."""
        self.steps += 1
        if (module.path, name) in seen or self.steps > _MAX_STEPS:
            return Lost(f"`{name}` leads in a circle", path=module.path)
        seen = seen | {(module.path, name)}
        bound = module.bindings.get(name)
        if bound is None:
            return self.star(module, location, name, seen)
        match bound.node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return Found(module, location, bound.node, bound)
            case ast.alias() as alias:
                return self.imported(module, location, bound, alias, seen)
            case ast.Assign(targets=[ast.Name()], value=value) | ast.AnnAssign(value=ast.expr() as value):
                return self.value(module, location, name, bound, value, seen)
            case _:
                return Lost(f"`{name}` gets its value in a way that only running tells", False, module.path)

    def value(
        self,
        module: Module,
        location: Location,
        name: str,
        bound: Bound,
        value: ast.expr,
        seen: frozenset[tuple[str, str]],
    ) -> Found | NotCallable | Lost | UnreadableSource:
        match value:
            case ast.Lambda():
                return Found(module, location, value, bound)
            case ast.Name(id=other):
                return self.name(module, location, other, seen)
            case ast.Attribute():
                target = self.attribute(module, location, value)
                if target is not None:
                    return self.name(*target, seen)
            case ast.Call(func=ast.Name(id="partial") | ast.Attribute(attr="partial")):
                return NotCallable(
                    module,
                    bound.statement,
                    f"`{name}` is a functools.partial, which has no source of its own",
                )
            case ast.Constant() | ast.List() | ast.Dict() | ast.Set() | ast.Tuple() | ast.JoinedStr():
                return NotCallable(module, bound.statement, f"`{name}` is a value, not a function")
            case _:
                pass
        return Lost(f"`{name}` gets its value in a way that only running tells", False, module.path)

    def attribute(
        self, module: Module, location: Location, value: ast.Attribute
    ) -> tuple[Module, Location, str] | None:
        """The module and name that `a.b.name` means, where `a` or `a.b` is an imported module."""
        parts: list[str] = []
        node: ast.expr = value.value
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return None
        bound = module.bindings.get(node.id)
        if bound is None or not isinstance(bound.node, ast.alias):
            return None
        if isinstance(bound.statement, ast.ImportFrom):
            base = absolute_name(location, bound.statement.level, bound.statement.module)
            base = f"{base}.{bound.node.name}" if base else bound.node.name
        else:
            base = bound.node.name if bound.node.asname else node.id
        target = self.modules.find(".".join([base, *reversed(parts)]), self.folders)
        if isinstance(target, int) or target.path is None:
            return None
        found = self.modules.module(target.path)
        return None if isinstance(found, BrokenModule) else (found, target, value.attr)

    def imported(
        self,
        module: Module,
        location: Location,
        bound: Bound,
        alias: ast.alias,
        seen: frozenset[tuple[str, str]],
    ) -> Found | NotCallable | Lost | UnreadableSource:
        statement = bound.statement
        if not isinstance(statement, ast.ImportFrom):
            return NotCallable(module, statement, f"`{alias.name}` is a module, not a function")
        base = absolute_name(location, statement.level, statement.module)
        if base is None:
            return Lost("a relative import leads out of the top of its package", path=module.path)
        target = self.modules.find(base, self.folders) if base else 0
        if isinstance(target, int):
            top = base.partition(".")[0]
            ours = not isinstance(self.modules.find(top, self.folders), int)
            return Lost(f"it comes from `{base}`, which was not found here", ours, module.path)
        if target.native:
            return Lost(f"it comes from `{base}`, which is compiled", False, module.path)
        if target.path is not None:
            other = self.modules.module(target.path)
            if isinstance(other, BrokenModule):
                return _broken(other)
            found = self.name(other, target, alias.name, seen)
            if not isinstance(found, Lost):
                return found
            lost = found
        else:
            lost = Lost(f"there is no `{alias.name}` in `{base}`", path=module.path)
        if not isinstance(self.modules.find(f"{base}.{alias.name}", self.folders), int):
            return NotCallable(module, statement, f"`{alias.name}` is a module, not a function")
        return lost

    def star(
        self, module: Module, location: Location, name: str, seen: frozenset[tuple[str, str]]
    ) -> Found | NotCallable | Lost | UnreadableSource:
        """A name that the module does not bind itself: it may come with `from … import *`."""
        certain = True
        for statement in reversed(module.stars):
            base = absolute_name(location, statement.level, statement.module)
            target = self.modules.find(base, self.folders) if base else 0
            if isinstance(target, int) or target.path is None:
                certain = False
                continue
            other = self.modules.module(target.path)
            if isinstance(other, BrokenModule):
                return _broken(other)
            public = name in other.exported if other.exported is not None else not name.startswith("_")
            if not public:
                continue
            found = self.name(other, target, name, seen)
            if not isinstance(found, Lost):
                return found
            certain = certain and found.certain
        if not certain:
            return Lost(f"`{name}` may come from an import of everything (`*`)", False, module.path)
        if "__getattr__" in module.bindings:
            return Lost("its module makes names when they are asked for (`__getattr__`)", False, module.path)
        short = location.name or module.path
        return Lost(f"there is no `{name}` in module `{short}`", True, module.path, tuple(module.bindings))

    def decorator_hides(self, found: Found, decorator: ast.expr) -> bool:
        """Whether a decorator of the project returns an inner function without `functools.wraps`."""
        called = isinstance(decorator, ast.Call)
        node = decorator.func if isinstance(decorator, ast.Call) else decorator
        target: Found | NotCallable | Lost | UnreadableSource | None = None
        if isinstance(node, ast.Name):
            target = self.name(found.module, found.location, node.id, frozenset())
        elif isinstance(node, ast.Attribute):
            place = self.attribute(found.module, found.location, node)
            target = self.name(*place, frozenset()) if place else None
        if not isinstance(target, Found) or not isinstance(target.node, ast.FunctionDef):
            return False
        inner = _returned(target.node)
        if called and inner is not None:
            inner = _returned(inner)
        if inner is None:
            return False
        return not any("wraps" in ast.unparse(each) for each in inner.decorator_list)


def _returned(function: ast.FunctionDef) -> ast.FunctionDef | None:
    """The nested function that `function` returns as its last act."""
    last = function.body[-1]
    if not isinstance(last, ast.Return) or not isinstance(last.value, ast.Name):
        return None
    name = last.value.id
    return next(
        (each for each in function.body if isinstance(each, ast.FunctionDef) and each.name == name), None
    )


def _near(name: str, names: Iterable[str]) -> tuple[str, ...]:
    found = nearest(name, sorted(set(names))[:_MAX_NAMES])
    return (found,) if found is not None else ()


def _broken(module: BrokenModule) -> UnreadableSource:
    fault = module.fault
    span = (
        Span(Position(fault.line, fault.character), Position(fault.end_line, fault.end_character))
        if fault
        else Span.of(0, 0, 0, 1)
    )
    code = "syntax-error" if fault else "unreadable-source"
    message = f"this module {module.reason}"
    return UnreadableSource(module.path, (problem(code, message, Place(module.path, span)),))


def _relative_import(module: Module, location: Location) -> UnreadableSource | None:
    """A module at the top that imports relatively fails as soon as it is imported."""
    if location.package:
        return None
    if module.relative is None:
        return None
    message = (
        f"`{location.name}` is imported as a module at the top, where relative imports fail: "
        "import by full name, or give the dotted path with its package"
    )
    place = Place(module.path, module.columns.span(module.relative))
    return UnreadableSource(module.path, (problem("relative-import-at-top", message, place),))


def _refused(other: NotCallable) -> UnreadableSource:
    place = Place(other.module.path, other.module.columns.span(other.node))
    message = f"{other.reason}: define the task with `def`"
    return UnreadableSource(other.module.path, (problem("not-a-function", message, place),))
