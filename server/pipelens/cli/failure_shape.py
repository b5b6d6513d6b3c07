"""The JSON of a recorded failure that `failures show --json` prints: a contract that other programs read."""

from __future__ import annotations

from collections.abc import Sequence

from pipelens.cli.shapes import Object
from pipelens.debug.dump_values import Reference, Values
from pipelens.debug.recorded import Dump, Frame, Local, RecordedError
from pipelens.debug.trace_text import formatted, full_type, source_line


def failure_shape(dump: Dump, *, superseded: bool) -> Object:
    """The whole chain with its frames and the texts of their variables. `file` is relative to the
    root where `in_root` says so."""
    values = Values(dump, trusted=False)
    return {
        "task": dump.task,
        "run": dump.run,
        "root": dump.root,
        "pipeline": dump.pipeline,
        "at": dump.created,
        "python": dump.python,
        "superseded": superseded,
        "truncated": list(dump.truncated),
        "traceback": formatted(dump),
        "errors": [_error(error, dump, values) for error in dump.errors],
    }


def _error(error: RecordedError, dump: Dump, values: Values) -> Object:
    return {
        "type": full_type(error),
        "message": error.message,
        "link": error.link,
        "notes": list(error.notes),
        "frames": [_frame(frame, dump, values) for frame in error.frames],
    }


def _frame(frame: Frame, dump: Dump, values: Values) -> Object:
    return {
        "file": frame.file,
        "in_root": frame.in_root,
        "line": max(0, frame.line - 1),
        "name": frame.qualname or frame.name,
        "user": frame.user,
        "text": (source_line(dump, frame) or "").strip(),
        "locals": _names(frame.locals, values),
        "globals": _names(frame.globals, values),
    }


def _names(named: Sequence[Local], values: Values) -> list[Object]:
    lines = ((local.name, Reference(local.node)) for local in named)
    return [{"name": name, "type": values.type(one), "text": values.text(one)} for name, one in lines]
