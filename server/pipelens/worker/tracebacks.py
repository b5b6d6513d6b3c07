"""Errors of the task as the user should see them: from their own first frame on."""

from __future__ import annotations

import os
import traceback
from opcode import opmap
from types import TracebackType
from typing import Any, Dict, List, Optional

_HANDING_ON = ("asyncio.runners", "asyncio.base_events", "asyncio.unix_events", "signal")
_OWN = os.path.dirname(os.path.abspath(__file__)) + os.sep


def from_user_code(error: BaseException) -> Optional[TracebackType]:
    """The traceback of `error` without the frames that led from the worker to the user's code."""
    found = error.__traceback__
    while found is not None and _is_ours(found):
        found = found.tb_next
    # Importing the user's module passes through the import system first.
    rest = found
    while rest is not None and _is_import(rest):
        rest = rest.tb_next
    return rest


def _is_ours(frame: TracebackType) -> bool:
    return os.path.abspath(frame.tb_frame.f_code.co_filename).startswith(_OWN)


def _is_import(frame: TracebackType) -> bool:
    name = frame.tb_frame.f_code.co_filename
    return name.startswith("<frozen importlib") or name.replace("\\", "/").endswith("/importlib/__init__.py")


def plain(error: BaseException) -> str:
    """The text that Python prints, without our frames."""
    return "".join(traceback.format_exception(type(error), error, from_user_code(error)))


def is_early_stop(error: BaseException) -> bool:
    """Whether `error` is Ploomber's request to end a build quietly, whoever defines the class."""
    return any(
        base.__name__ == "DAGBuildEarlyStop" and base.__module__.startswith("ploomber")
        for base in type(error).__mro__
    )


def is_interruption(error: BaseException) -> bool:
    """Whether `error` came from outside, as a Ctrl-C does. One that code of the task raises itself, in so
    many words, is a failure like any other; the library's loop and threads only hand on what came."""
    if KeyboardInterrupt not in type.__dict__["__mro__"].__get__(type(error)):
        return False
    found = error.__traceback__
    while found is not None and found.tb_next is not None:
        found = found.tb_next
    if found is None or found.tb_frame.f_globals.get("__name__") in _HANDING_ON:
        return True
    # The system raises between two instructions, or in a call: never in a `raise`.
    return found.tb_frame.f_code.co_code[found.tb_lasti] != opmap["RAISE_VARARGS"]


def described(error: BaseException, roots: List[str]) -> Dict[str, Any]:
    """The error as an event: type, message, traceback and where the user's code is to blame.

    `line` is 0-based. The place is the innermost frame in a file under `roots` (or in a cell).
    """
    fields: Dict[str, Any] = {
        "error": type(error).__name__,
        "message": _message(error),
        "traceback": plain(error),
        "path": None,
        "line": None,
    }
    if isinstance(error, SyntaxError) and error.filename:
        fields.update(path=error.filename, line=max((error.lineno or 1) - 1, 0))
    else:
        found = from_user_code(error)
        while found is not None:
            path = found.tb_frame.f_code.co_filename
            if _is_users(path, roots):
                fields.update(path=path, line=found.tb_lineno - 1)
            found = found.tb_next
    if isinstance(error, ImportError):
        fields["module"] = error.name
    return fields


def text_of(error: BaseException) -> str:
    """`str(error)`, which an error of the user may fail to give."""
    try:
        return str(error)
    except Exception:
        return "(its text could not be made)"


def _message(error: BaseException) -> str:
    try:
        if isinstance(error, KeyError) and len(error.args) == 1 and isinstance(error.args[0], str):
            return error.args[0] if " " in error.args[0] else repr(error.args[0])
        return str(error)
    except Exception:
        return "(its text could not be made)"


def _is_users(path: str, roots: List[str]) -> bool:
    if path.startswith("<"):
        return path.startswith("<parameters of ")
    folded = os.path.normcase(path)
    if "site-packages" in folded.replace("\\", "/").split("/"):
        return False
    return any(folded.startswith(os.path.normcase(root.rstrip("/\\") + os.sep)) for root in roots)
