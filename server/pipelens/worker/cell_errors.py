"""Errors of cells: where they happened, and how a notebook shows them."""

from __future__ import annotations

import traceback
from typing import Any, List, Optional

from . import cells, tracebacks

_MAGIC_STARTS = ("%", "!", "?")


def raise_syntax(code: cells.Code, advice: str) -> None:
    """Raise the syntax error of `code`, where it has one. advice: for a cell that a magic keeps from parsing."""
    if code.error is None:
        return
    magic = next(
        (line.strip() for line in code.source.split("\n") if line.lstrip().startswith(_MAGIC_STARTS)), None
    )
    if magic is not None:
        code.error.msg = "{} ({}: {})".format(code.error.msg, magic.split()[0], advice)
    raise code.error


def formatted(error: BaseException, shell: Any) -> List[str]:
    """The traceback as a notebook shows it. shell: IPython's, None without it."""
    found = tracebacks.from_user_code(error)
    if shell is not None:
        try:
            if isinstance(error, SyntaxError):
                frames = traceback.extract_tb(found) if found is not None else None
                return shell.SyntaxTB.structured_traceback(type(error), error, frames)
            return shell.InteractiveTB.structured_traceback(type(error), error, found)
        except Exception:
            pass
    return tracebacks.plain(error).splitlines()


def line_in_cell(error: BaseException, code: cells.Code) -> Optional[int]:
    """The 0-based line of the cell that was running, or that does not parse."""
    if isinstance(error, SyntaxError) and error is code.error and error.lineno is not None:
        return code.own_line(error.lineno)
    found = tracebacks.from_user_code(error)
    while found is not None:
        if found.tb_frame.f_code.co_filename == code.filename and found.tb_frame.f_code.co_name == "<module>":
            return code.own_line(found.tb_lineno)
        found = found.tb_next
    return None
