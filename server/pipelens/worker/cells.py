"""Cells into code objects that carry the file's own name and lines.

One code object per top-level statement: a breakpoint behind a loop then costs the loop nothing.
"""

from __future__ import annotations
import __future__

import ast
import io
import linecache
import tokenize
from contextlib import nullcontext
from typing import Any, Callable, ContextManager, List, Mapping, Optional, Tuple

_FUTURE = 0
for _name in __future__.all_feature_names:
    _FUTURE |= getattr(__future__, _name).compiler_flag

users_code: Callable[[], ContextManager[Any]] = nullcontext
"""What the user's statements run in: a debugger looks at nothing else."""


class Code:
    """A code cell of the plan, parsed.

    index: among all cells of the source; None for the injected cell. magic: the first word of a
    cell magic that the worker runs itself, with its arguments.
    """

    def __init__(self, cell: Mapping[str, Any]) -> None:
        self.source: str = cell["source"]
        self.index: Optional[int] = cell.get("index")
        self.filename: str = cell["filename"]
        self.line: int = cell["line"]
        self.lines: Optional[List[int]] = cell.get("lines")
        self.injected = bool(cell.get("injected"))
        self.tags = frozenset(cell.get("tags") or ())
        self.transformed = self.source
        self.statements: List[ast.stmt] = []
        self.error: Optional[SyntaxError] = None
        self.magic: Optional[Tuple[str, str]] = None

    @property
    def is_empty(self) -> bool:
        return not self.source.strip()

    @property
    def is_skipped(self) -> bool:
        return self.is_empty or "skip-execution" in self.tags

    @property
    def may_fail(self) -> bool:
        """Whether the notebook goes on after an error of this cell."""
        return "raises-exception" in self.tags

    def file_line(self, line: int) -> int:
        """The 1-based line of the file for a 1-based line of the cell."""
        if self.lines and 1 <= line <= len(self.lines):
            return self.lines[line - 1]
        return self.line + line - 1

    def own_line(self, line: int) -> int:
        """The 0-based line of the cell for a 1-based line of the file."""
        if self.lines and line in self.lines:
            return self.lines.index(line)
        return max(line - self.line, 0)


def register_text(filename: str, text: str) -> None:
    """Let tracebacks show lines of a text that is in no file of that name."""
    linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)


def parse(cell: Code, transform: Callable[[str], str], skip: int = 0) -> None:
    """Parse `cell` under its file's name and lines; a syntax error is kept for when it runs.

    skip: lines at the top that are not Python (a cell magic that the worker runs itself).
    """
    lines = cell.source.split("\n")
    text = "\n".join([""] * skip + lines[skip:])
    try:
        cell.transformed = transform(text)
        tree = ast.parse(cell.transformed, cell.filename)
    except SyntaxError as error:
        _shift_error(error, cell)
        cell.error = error.with_traceback(None)
        return
    except ValueError as error:
        # A NUL character, which older Pythons report so.
        cell.error = SyntaxError(str(error), (cell.filename, cell.file_line(1), 1, ""))
        return
    for node in ast.walk(tree):
        if hasattr(node, "lineno"):
            node.lineno = cell.file_line(node.lineno)  # type: ignore[attr-defined]
        if getattr(node, "end_lineno", None) is not None:
            node.end_lineno = cell.file_line(node.end_lineno)  # type: ignore[attr-defined]
    cell.statements = tree.body


def _shift_error(error: SyntaxError, cell: Code) -> None:
    if error.lineno is not None:
        error.lineno = cell.file_line(error.lineno)
    if getattr(error, "end_lineno", None):
        error.end_lineno = cell.file_line(error.end_lineno)  # type: ignore[attr-defined]
    error.filename = cell.filename


class Compiler:
    """Compiles statements one by one; `from __future__ import` holds for all that follow."""

    def __init__(self, allow_await: bool) -> None:
        self.flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT if allow_await else 0

    def compile(self, statement: ast.stmt, filename: str, display: bool) -> Any:
        tree: Any
        if display:
            tree, mode = ast.Interactive([statement]), "single"
        else:
            tree, mode = ast.Module([statement], []), "exec"
        code = compile(tree, filename, mode, self.flags, True)
        self.flags |= code.co_flags & _FUTURE
        return code


def show_assigned(statements: List[ast.stmt]) -> None:
    """Let a last statement that gives a value to one name be followed by that name."""
    last = statements[-1] if statements else None
    if isinstance(last, ast.Assign) and len(last.targets) == 1:
        target: Any = last.targets[0]
    elif isinstance(last, (ast.AugAssign, ast.AnnAssign)):
        target = last.target
    else:
        return
    if isinstance(target, ast.Name):
        shown = ast.Expr(ast.Name(target.id, ast.Load()))
        statements.append(ast.fix_missing_locations(ast.copy_location(shown, target)))


def ends_with_semicolon(source: str) -> bool:
    """Whether the last thing in the cell, comments aside, is a semicolon: then nothing is shown."""
    if ";" not in source:
        return False
    ignored = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENDMARKER, tokenize.DEDENT)
    last = ""
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type not in ignored:
                last = token.string
    except (tokenize.TokenError, SyntaxError, IndentationError):
        return False
    return last == ";"
