"""A task under debugpy, which started this process and is imported already (sections 3.3 and 3.4).

Everything that reaches into debugpy is guarded: a changed internal costs the improvement, never the run.
"""

from __future__ import annotations

import ast
import os
import sys
import threading
from contextlib import nullcontext
from types import TracebackType
from typing import Any, Callable, ContextManager, Dict, List, Mapping, Optional, Tuple

from . import cells, tracebacks
from .channel import Channel

_TAKEN_BACK = ("get_ipython", "open", "exit", "quit")
_HERE = os.path.dirname(os.path.abspath(__file__))
_DEBUGGER_ID = 0
"""`sys.monitoring.DEBUGGER_ID`."""


def begin(plan: Mapping[str, Any], channel: Channel) -> Callable[[], ContextManager[Any]]:
    """Improve on what debugpy does, before any of the user's code is loaded. Returns what the whole
    task runs in: notebooks and scripts show the debugger each statement, functions all of it."""
    improvements = (
        _without_delay,
        lambda: _trace_sources(plan),
        _let_forks_run,
    )
    for improve in improvements:
        _guarded(improve)
    _trace(False)
    if not plan["debug"]["just_my_code"]:
        _hide_telling(channel)
    if plan["kind"] == "function":
        return _Traced
    cells.users_code = _Traced
    return nullcontext


def _hide_telling(channel: Channel) -> None:
    """Where libraries are stepped into, a step into `print` must not end in what the channel calls."""
    send = channel.send

    def unseen(kind: str, **fields: Any) -> None:
        with _Traced(False):
            send(kind, **fields)

    channel.send = unseen  # type: ignore[method-assign]


_OWN = os.getpid()


def _trace(wanted: bool) -> None:
    """Whether the debugger looks at what this thread does. In a forked child there is none."""
    if os.getpid() == _OWN:
        _guarded(lambda: sys.modules["debugpy"].trace_this_thread(wanted))  # type: ignore[attr-defined]


_SEEN = threading.local()


class _Traced:
    """While inside, the debugger sees what this thread does, or sees none of it. Steps then never
    end in code of ours, nor in what that calls."""

    def __init__(self, wanted: bool = True) -> None:
        self.wanted = wanted

    def __enter__(self) -> None:
        self.before = getattr(_SEEN, "now", threading.current_thread() is not threading.main_thread())
        self._set(self.wanted)

    def __exit__(self, *error: object) -> None:
        self._set(self.before)

    def _set(self, wanted: bool) -> None:
        if wanted != getattr(_SEEN, "now", None):
            _SEEN.now = wanted
            _trace(wanted)


def _guarded(improve: Callable[[], None]) -> None:
    try:
        improve()
    except Exception:
        return


def _pydevd() -> Any:
    return sys.modules["pydevd"].get_global_debugger()  # type: ignore[attr-defined]


def _without_delay() -> None:
    """Send small messages at once: a step with its stack and locals takes 3 ms instead of 176."""
    import socket

    _pydevd().writer.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _trace_sources(plan: Mapping[str, Any]) -> None:
    """debugpy never stops in files that are called like some of its own or the library's (`io.py`,
    `queue.py`): where the project has such a file, the name is taken off that list."""
    ignored: Dict[str, Any] = sys.modules["_pydevd_bundle.pydevd_dont_trace_files"].DONT_TRACE  # type: ignore[attr-defined]
    folders = [*plan["sys_path"], *plan.get("sys_path_last", ())]
    own = {os.path.basename(plan.get("source") or "")}
    for folder in folders:
        try:
            own.update(name for name in os.listdir(folder) if name.endswith(".py"))
        except OSError:
            continue
    for name in own.intersection(ignored):
        del ignored[name]


def _let_forks_run() -> None:
    """A forked child has no debugger that would let it go on after a breakpoint."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_clear_hooks)


def _clear_hooks() -> None:
    monitoring = getattr(sys, "monitoring", None)
    if monitoring is not None:
        events = monitoring.events
        for name in dir(events):
            event = getattr(events, name)
            if isinstance(event, int) and event:
                try:
                    monitoring.register_callback(_DEBUGGER_ID, event, None)
                except ValueError:
                    continue
    else:
        _guarded(lambda: sys.modules["debugpy"].trace_this_thread(False))  # type: ignore[attr-defined]
        threading.settrace(None)  # type: ignore[arg-type]
        sys.settrace(None)


def tidy(namespace: Dict[str, Any]) -> None:
    """Take IPython's functions out of the module: they are builtins as well, where cells find them."""
    for name in _TAKEN_BACK:
        namespace.pop(name, None)


def stop_at(error: BaseException) -> None:
    """Let the user look at the frame that raised, alive, if they want to stop at uncaught errors.

    Called when everything about the failure is written down. Returns when they resume.
    """
    traceback = _users_part(error) or _at_syntax_error(error)
    if traceback is None:
        return
    debugpy = sys.modules.get("debugpy")
    trigger = getattr(debugpy, "trigger_exception_handler", None)
    if trigger is None:
        return
    try:
        trigger((type(error), error, traceback), as_uncaught=True)
    except Exception:
        return


def _users_part(error: BaseException) -> Optional[TracebackType]:
    """The traceback from the user's code on: the loop of a notebook has asyncio between frames of ours."""
    found = tracebacks.from_user_code(error)
    loop = getattr(sys.modules.get("asyncio"), "__file__", None)
    skipped = (_HERE, os.path.dirname(os.path.abspath(loop))) if loop else (_HERE,)
    while found is not None and _lies_in(found, skipped):
        found = found.tb_next
    return found


def _lies_in(traceback: TracebackType, folders: Tuple[str, ...]) -> bool:
    return os.path.dirname(os.path.abspath(traceback.tb_frame.f_code.co_filename)) in folders


def _at_syntax_error(error: BaseException) -> Optional[TracebackType]:
    """A frame on the line that does not parse: no code of that file ever ran."""
    if not isinstance(error, SyntaxError) or not error.filename:
        return None
    raising: List[ast.stmt] = ast.parse("raise error").body
    for node in ast.walk(raising[0]):
        if hasattr(node, "lineno"):
            node.lineno = node.end_lineno = max(error.lineno or 1, 1)  # type: ignore[attr-defined]
    code = compile(ast.Module(raising, []), error.filename, "exec")
    held, error.__traceback__ = error.__traceback__, None
    try:
        exec(code, {"__name__": "__main__"}, {"error": error})
    except SyntaxError:
        found = error.__traceback__
        return found.tb_next if found is not None else None
    finally:
        error.__traceback__ = held
    return None
