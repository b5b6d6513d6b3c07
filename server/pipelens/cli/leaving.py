"""The end of a command that has read a pipeline."""

from __future__ import annotations

import os
import sys


def leave(code: int) -> None:
    """End this process as Python does, but for one thing: what was read is not let go piece by piece, which
    takes a tenth of all the time of a build of thousands of tasks that finds nothing to do. Returns where
    that is not for us to decide: other threads are at work, or somebody observes this one."""
    threading = sys.modules.get("threading")
    if (threading is not None and threading.active_count() > 1) or _is_observed():
        return
    import atexit

    atexit._run_exitfuncs()  # pyright: ignore[reportPrivateUsage]
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            return
    os._exit(code)


def _is_observed() -> bool:
    """Whether a debugger, a profiler or a person at Python's prompt wants to have the last word."""
    if sys.flags.inspect or sys.flags.interactive or sys.gettrace() or sys.getprofile():
        return True
    monitoring = getattr(sys, "monitoring", None)  # since Python 3.12
    return monitoring is not None and any(monitoring.get_tool(number) for number in range(6))
