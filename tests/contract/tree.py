"""The files of the project, and their syntax trees, for the tests that hold for all of them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
PACKAGE = TOP / "server" / "pipelens"


@cache
def tracked() -> tuple[Path, ...]:
    """Every file under version control; in an unpacked sdist, every file that is not made here."""
    if (TOP / ".git").exists():
        listed = subprocess.run(
            ["git", "-c", "core.fsmonitor=false", "ls-files", "-z"], cwd=TOP, capture_output=True, check=True
        )
        names = [name for name in listed.stdout.decode("utf-8").split("\0") if name]
        return tuple(path for name in names if (path := TOP / name).is_file())
    made = {"build", "dist", ".venv", "__pycache__", ".pytest_cache", ".ruff_cache", ".hypothesis"}
    return tuple(
        path for path in TOP.rglob("*") if path.is_file() and not made & set(path.relative_to(TOP).parts)
    )


@cache
def modules() -> tuple[Path, ...]:
    """Every Python module of the package; what a template copies into new projects is not one."""
    return tuple(sorted(path for path in PACKAGE.rglob("*.py") if "starter" not in path.parts))


def named(path: Path) -> str:
    """`core/spec.py`, for messages and tables."""
    return path.relative_to(PACKAGE).as_posix()


@cache
def syntax(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported(path: Path, *, only_at_start: bool = False) -> Iterator[tuple[str, int]]:
    """Absolute module names that `path` imports, with their lines.

    only_at_start: those alone that run when the module is imported: not inside a function, and
    not for type checkers only.
    """
    for node in _statements(syntax(path), only_at_start):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            if node.level == 0 and node.module:
                yield node.module, node.lineno
                if node.module.split(".")[0] == "pipelens":
                    for alias in node.names:
                        yield f"{node.module}.{alias.name}", node.lineno
            elif node.level:
                parts = path.relative_to(PACKAGE.parent).with_suffix("").parts[: -node.level]
                yield ".".join((*parts, *filter(None, [node.module]))), node.lineno


def _statements(node: ast.AST, only_at_start: bool) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if only_at_start:
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
                continue
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                continue
        yield child
        yield from _statements(child, only_at_start)
