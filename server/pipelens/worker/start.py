"""Reads the plan, prepares the process as the task expects it, and runs the task.

All that this task will need of ours and of the standard library is imported before the project's
folders go onto the import path (a project may have an `inspect.py`), and no more than that: a
trivial task should cost little more than starting Python.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import nullcontext
from typing import Any, Dict, List, Optional

from . import functions, lost_interrupts, python_path, shim, tracebacks
from .channel import Channel

PLAN_VERSION = 1


def main(arguments: List[str]) -> int:
    """0: the task ended well, or asked to stop early; 1: it failed; 130: it was interrupted."""
    if arguments[0] == "--warm":
        if os.name == "nt":
            from . import warm_windows as warm
        else:
            from . import warm_posix as warm

        return warm.serve(int(arguments[1]), arguments[2])
    return run_plan(arguments[0], int(arguments[1]) if len(arguments) > 1 else None)


def import_for(kind: str) -> None:
    """Import what running tasks of a kind needs, before a plan is known."""
    from importlib.util import find_spec

    from . import hooks, notebooks, products, values  # noqa: F401

    _lifeline().prepare()
    "".encode("unicode_escape")
    if kind == "notebook":
        notebooks.prepare({})
        if find_spec("IPython") is not None:
            from .main_module import build_shell

            build_shell()


def run_plan(path: str, lifeline_fd: Optional[int]) -> int:
    """Run one plan in this process; what it returns is the process's exit code."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    plan: Dict[str, Any] = json.loads(text)
    if plan["version"] != PLAN_VERSION:
        sys.stderr.write("a plan of version {} is not understood here\n".format(plan["version"]))
        return 2
    channel = Channel(plan["outputs"]["events"])
    if lifeline_fd is not None:
        _lifeline().watch(lifeline_fd)
    users_code: Any = nullcontext
    if plan.get("debug"):
        from . import debugging

        users_code = debugging.begin(plan, channel)
        if plan["debug"].get("python_path"):
            python_path.take(plan["debug"]["python_path"])
    _import_for_values(text)
    run = _runner_of(plan)
    _prepare(plan)
    before = frozenset(sys.modules)
    try:
        with users_code():
            run(plan, channel)
    except BaseException as error:
        return _report(error, plan, channel)
    imported = [name for name in plan.get("notice", ()) if name in sys.modules and name not in before]
    if imported:
        channel.send("imported", names=imported)
    channel.send("end", status="ok")
    return 0


def _lifeline() -> Any:
    if os.name == "nt":
        from . import lifeline_windows as lifeline
    else:
        from . import lifeline_posix as lifeline

    return lifeline


def _import_for_values(text: str) -> None:
    """The modules of the types that the plan's values have."""
    if '"$": "time"' in text:
        import datetime  # noqa: F401
    if '"$": "path"' in text:
        import pathlib  # noqa: F401


def _runner_of(plan: Dict[str, Any]) -> Any:
    """What runs a plan of this kind. All modules of ours, and IPython, are imported before the
    project's folders go onto the import path."""
    if plan["kind"] == "function":
        if plan.get("hooks") or plan.get("code") is None:
            from . import hooks
        return functions.run
    if plan["kind"] in ("shell", "values"):
        from . import bash

        return bash.run if plan["kind"] == "shell" else bash.run_values
    if plan["kind"] == "hooks":
        from . import hooks  # noqa: F401

        return _run_hooks
    from . import notebooks

    if plan["kind"] == "script":
        return notebooks.run_script
    return notebooks.prepare(plan)


def _prepare(plan: Dict[str, Any]) -> None:
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    sys.argv = [plan.get("source") or plan.get("task") or ""]
    python_path.put_in_front()
    for path in reversed(plan["sys_path"]):
        if path in sys.path:
            sys.path.remove(path)
        sys.path.insert(0, path)
    sys.path.extend(path for path in plan.get("sys_path_last", ()) if path not in sys.path)
    shim.offer()
    lost_interrupts.heed()


def _run_hooks(plan: Dict[str, Any], channel: Channel) -> None:
    """Hooks by themselves, in order; the first failure of one with a task stops only what hangs on
    that task."""
    from . import hooks

    failed = False
    dark = set()
    for call in plan["calls"]:
        task = call.get("task")
        if task is not None and dark.intersection(call.get("after", ())):
            dark.add(task["task"])
            continue
        if failed and task is None:
            continue
        name = task["task"] if task is not None else None
        try:
            if task is not None:
                hooks.call_task_hook(call["hook"], task)
            else:
                hooks.call_pipeline_hook(call["hook"], call, lambda: channel.send("calling"))
        except hooks.NeedsTasks:
            channel.send("needs_tasks")
            return
        except Exception as error:
            failed = True
            if name is not None:
                dark.add(name)
            channel.send(
                "failure",
                task=name,
                phase=call["phase"],
                early_stop=tracebacks.is_early_stop(error),
                **tracebacks.described(error, plan["user_roots"]),
            )
        else:
            channel.send("called", task=name, phase=call["phase"])
    if failed:
        raise _HooksFailed


class _HooksFailed(Exception):
    """Already told."""


def _report(error: BaseException, plan: Dict[str, Any], channel: Channel) -> int:
    """Tell the runner how the task ended."""
    if isinstance(error, _HooksFailed):
        channel.send("end", status="failed")
        return 1
    if tracebacks.is_interruption(error):
        channel.send("end", status="interrupted")
        return 130
    early = tracebacks.is_early_stop(error)
    if not getattr(error, "_pipelens_told", False):
        described = tracebacks.described(error, plan["user_roots"])
        channel.message = described["message"]
        channel.send("failure", task=plan.get("task"), phase=channel.phase, early_stop=early, **described)
    if plan["outputs"].get("dump") and not early:
        from . import dump

        dump.write(error, plan, channel.message)
    if plan.get("debug") and not early:
        from . import debugging

        debugging.stop_at(error)
    failure = (plan.get("hooks") or {}).get("on_failure")
    if failure and channel.phase != "on_finish":
        from . import hooks

        try:
            hooks.call_task_hook(failure, plan)
        except Exception as second:
            channel.send(
                "failure",
                task=plan.get("task"),
                phase="on_failure",
                **tracebacks.described(second, plan["user_roots"]),
            )
            channel.send("end", status="failed")
            return 1
        channel.send("called", task=plan.get("task"), phase="on_failure")
    channel.send("end", status="early_stop" if early else "failed")
    return 0 if early else 1
