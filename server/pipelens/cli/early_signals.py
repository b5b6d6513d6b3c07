"""What a signal does while a command is not yet, or no longer, able to heed it.

Python's own answers are a traceback from whatever is being imported, or a death that says nothing. This is
set up before anything else is imported, and imports nothing that is not there when Python has started. Before
the first line of ours runs, while Python itself starts, nothing can be done about it.
"""

from __future__ import annotations

# What `signal` wraps, without the enumerations that take a while to make.
import _signal  # pyright: ignore[reportMissingImports]
import os

_RUNS = frozenset({"build", "task"})
"""Commands that stop cleanly when they are asked to, and go on when their terminal is closed."""


def leave_at_once(number: int, frame: object) -> None:
    """End this process as after a Ctrl-C. No exception: it could surface anywhere, also where Python can
    only print and forget it."""
    try:
        os.write(2, b"pipelens: interrupted.\n")
    finally:
        os._exit(130)


def begin(command: str) -> None:
    """Heed signals from now on. command: the first word, which may be none. Call in the main thread."""
    if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, leave_at_once)
    if command in _RUNS:
        _signal.signal(_signal.SIGTERM, leave_at_once)
        if hasattr(_signal, "SIGHUP"):
            _signal.signal(_signal.SIGHUP, _signal.SIG_IGN)


def ready(command: str) -> None:
    """The command is about to begin. A run stays as it is until it can stop cleanly; what it does before is
    to read. All else is interrupted as Python does it."""
    if command not in _RUNS and _signal.getsignal(_signal.SIGINT) is leave_at_once:
        _signal.signal(_signal.SIGINT, _signal.default_int_handler)


def end(command: str) -> None:
    """All is done but for the end of Python, which is not worth interrupting."""
    _signal.signal(_signal.SIGINT, _signal.SIG_IGN)
    if command in _RUNS:
        _signal.signal(_signal.SIGTERM, _signal.SIG_IGN)
