"""Finds modules the way an import would, and importing nothing (sections 6.2 and 7.3 of the format).

Folders are searched in the order of `sys.path`; a package wins over a module of the same name, and
folders without `__init__.py` make namespace packages out of all their portions.
"""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from pipelens.core.files import Files, Unreadable
from pipelens.core.python_text import Columns, SyntaxFault, parse_python
from pipelens.frozen import frozen

MAX_CHARACTERS = 2_000_000
"""Of a module: its tree takes a hundred times as much memory."""
_MOST_NAMES = 5_000
"""Of a folder that are looked at for a name like the one that is missing."""
_NATIVE = (".so", ".pyd", ".pyc")
_RARELY_LOADED = frozenset(
    [
        "aifc",
        "antigravity",
        "asynchat",
        "asyncore",
        "audioop",
        "cProfile",
        "cgi",
        "cgitb",
        "chunk",
        "compileall",
        "crypt",
        "dbm",
        "distutils",
        "doctest",
        "ensurepip",
        "filecmp",
        "fileinput",
        "ftplib",
        "graphlib",
        "idlelib",
        "imaplib",
        "imghdr",
        "imp",
        "lib2to3",
        "mailbox",
        "mailcap",
        "modulefinder",
        "msilib",
        "msvcrt",
        "netrc",
        "nis",
        "nntplib",
        "nturl2path",
        "ossaudiodev",
        "pickletools",
        "pipes",
        "poplib",
        "profile",
        "pstats",
        "pty",
        "py_compile",
        "pyclbr",
        "pydoc_data",
        "readline",
        "rlcompleter",
        "sched",
        "shelve",
        "smtpd",
        "smtplib",
        "sndhdr",
        "spwd",
        "statistics",
        "sunau",
        "symtable",
        "syslog",
        "tabnanny",
        "telnetlib",
        "this",
        "tkinter",
        "trace",
        "tracemalloc",
        "tty",
        "turtle",
        "turtledemo",
        "uu",
        "venv",
        "wave",
        "winreg",
        "winsound",
        "xdrlib",
        "xmlrpc",
        "zipapp",
        "test",
        "tests",
    ]
)
"""Modules of the standard library that a runner has usually not loaded before it imports a task."""


def hidden_by_standard_library(name: str) -> bool:
    """Whether a top-level module of this name is one that is loaded before any task is imported."""
    return name in sys.stdlib_module_names and name not in _RARELY_LOADED


@frozen
class Location:
    """Where a module is. path: its file, None for a namespace package. folders: where its submodules
    lie, empty for a plain module. name: its dotted name. native: compiled, so nothing can be read."""

    name: str
    path: str | None
    folders: tuple[str, ...] = ()
    native: bool = False

    @property
    def package(self) -> str:
        """The package that relative imports in this module start from, `""` at the top."""
        return self.name if self.folders else self.name.rpartition(".")[0]


Binding = ast.stmt | ast.alias
"""What binds a name: a definition, an assignment, or an alias of an import."""


@frozen
class Bound:
    """The last binding of a name in a module. `statement`: the statement it is part of.
    conditional: it stands inside `if`, `try`, `with` or a loop."""

    node: Binding
    statement: ast.stmt
    conditional: bool


@dataclass(slots=True)
class Module:
    """A parsed module. stars: its `from … import *`, in order. exported: `__all__` where it is a literal.
    relative: its first relative import at the margin."""

    path: str
    text: str
    columns: Columns
    tree: ast.Module
    bindings: dict[str, Bound] = field(default_factory=dict[str, Bound])
    stars: list[ast.ImportFrom] = field(default_factory=list[ast.ImportFrom])
    exported: frozenset[str] | None = None
    relative: ast.ImportFrom | None = None

    _source_lines: list[str] | None = None

    @property
    def source_lines(self) -> list[str]:
        """The lines as `inspect` sees them: each ends with one line feed."""
        if self._source_lines is None:
            lines = self.columns.lines
            self._source_lines = [line + "\n" for line in (lines if lines[-1] else lines[:-1])]
        return self._source_lines


@frozen
class BrokenModule:
    """A module whose text is no Python, or that cannot be read (then `fault` is None)."""

    path: str
    reason: str
    fault: SyntaxFault | None = None


class ModuleReader:
    """Parses modules, each once as long as its text stays the same.

    One reader may serve any number of tasks; it asks `files` for the text each time, so what the
    files know decides what is new.
    """

    def __init__(self, files: Files) -> None:
        self.files = files
        self._modules: dict[str, tuple[str, Module | BrokenModule]] = {}
        self.parsed = 0

    def module(self, path: str) -> Module | BrokenModule:
        """The module at `path` (absolute)."""
        text = self.files.read(path)
        if isinstance(text, Unreadable):
            return BrokenModule(path, text.reason)
        known = self._modules.get(path)
        if known is not None and (known[0] is text or known[0] == text):
            return known[1]
        self.parsed += 1
        if len(text) > MAX_CHARACTERS:
            found = BrokenModule(path, f"is too large to be read ({len(text):,} characters)")
            self._modules[path] = (text, found)
            return found
        plain = text.removeprefix("\ufeff")
        tree = parse_python(plain)
        found = (
            _module(path, plain, tree)
            if isinstance(tree, ast.Module)
            else BrokenModule(path, f"is not valid Python: {tree.message}", tree)
        )
        self._modules[path] = (text, found)
        return found

    def find(self, name: str, folders: tuple[str, ...]) -> Location | int:
        """The module of this dotted name, or the index of the part that was not found."""
        parts = name.split(".")
        search = folders
        location: Location | None = None
        for at, part in enumerate(parts):
            location = self._one(part, ".".join(parts[: at + 1]), search)
            if location is None:
                return at
            if location.native:
                return location
            search = location.folders
        return location if location is not None else 0

    def _one(self, part: str, name: str, folders: tuple[str, ...]) -> Location | None:
        portions: list[str] = []
        if not part or "/" in part or "\\" in part:
            return None
        for folder in folders:
            base = os.path.join(folder, part)
            if self.files.kind(base) == "folder":
                init = os.path.join(base, "__init__.py")
                if self.files.kind(init) == "file":
                    return Location(name, init, (base,))
                portions.append(base)
            path = base + ".py"
            if self.files.kind(path) == "file":
                return Location(name, path)
            if self._native(folder, part):
                return Location(name, None, native=True)
        return Location(name, None, tuple(portions)) if portions else None

    def _native(self, folder: str, part: str) -> bool:
        prefix = part + "."
        return any(each.startswith(prefix) and each.endswith(_NATIVE) for each in self.files.names(folder))

    def near(self, folders: tuple[str, ...]) -> Iterator[str]:
        """The names of modules and packages in these folders."""
        for folder in folders:
            for name in self.files.names(folder)[:_MOST_NAMES]:
                if name.endswith(".py"):
                    yield name[:-3]
                elif "." not in name and self.files.kind(os.path.join(folder, name)) == "folder":
                    yield name


def _module(path: str, text: str, tree: ast.Module) -> Module:
    module = Module(path, text, Columns(text), tree)
    for statement, conditional in _statements(tree.body, False):
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                module.bindings[name] = Bound(statement, statement, conditional)
            case ast.Assign(targets=targets):
                for target in targets:
                    for node in ast.walk(target):
                        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                            module.bindings[node.id] = Bound(statement, statement, conditional)
                            if node.id == "__all__":
                                module.exported = _names(statement.value)
            case ast.AnnAssign(target=ast.Name(id=name), value=value) if value is not None:
                module.bindings[name] = Bound(statement, statement, conditional)
            case ast.Import(names=aliases):
                for alias in aliases:
                    name = alias.asname or alias.name.partition(".")[0]
                    module.bindings[name] = Bound(alias, statement, conditional)
            case ast.ImportFrom(names=aliases, level=level):
                if level and not conditional and module.relative is None:
                    module.relative = statement
                for alias in aliases:
                    if alias.name == "*":
                        module.stars.append(statement)
                    else:
                        module.bindings[alias.asname or alias.name] = Bound(alias, statement, conditional)
            case ast.Delete(targets=targets):
                for target in targets:
                    if isinstance(target, ast.Name):
                        module.bindings.pop(target.id, None)
            case _:
                pass
    return module


def _statements(body: list[ast.stmt], conditional: bool) -> Iterator[tuple[ast.stmt, bool]]:
    """The statements that run when the module is imported, in text order."""
    for statement in body:
        yield statement, conditional
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        for name in ("body", "handlers", "orelse", "finalbody", "cases"):
            inner = getattr(statement, name, None)
            if isinstance(inner, list):
                for each in cast("list[object]", inner):
                    if isinstance(each, ast.stmt):
                        yield from _statements([each], True)
                    elif isinstance(each, (ast.ExceptHandler, ast.match_case)):
                        yield from _statements(each.body, True)


def _names(node: ast.expr) -> frozenset[str] | None:
    if not isinstance(node, (ast.List, ast.Tuple)):
        return None
    names = [each.value for each in node.elts if isinstance(each, ast.Constant)]
    return frozenset(name for name in names if isinstance(name, str))


def absolute_name(location: Location, level: int, module: str | None) -> str | None:
    """The dotted name that an import in the module at `location` means; None beyond the top."""
    if level == 0:
        return module or ""
    package = location.package
    if not package:
        return None
    parts = package.split(".")
    if level - 1 >= len(parts):
        return None
    base = parts[: len(parts) - (level - 1)]
    return ".".join([*base, module] if module else base)
