"""A build that finds nothing changed since there was nothing to do: told and recorded like any other,
without reading the pipeline."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping

from pipelens.runner.build_lock import BuildLock, user_name
from pipelens.runner.events import (
    Event,
    EventLog,
    Listener,
    PlanMade,
    RunEnded,
    RunStarted,
    TaskChanged,
    given_run_id,
    new_run_id,
)
from pipelens.runner.history import History
from pipelens.runner.intents import read_intents
from pipelens.runner.interpreter import found_interpreter
from pipelens.runner.last_look import LastLook, look_path, unchanged
from pipelens.runner.leftovers import clear_leftovers
from pipelens.runner.state import StateError, make_state, state_path, trim_state
from pipelens.workspace.discovery import Location, NotFound, find_pipeline
from pipelens.workspace.disk import WorkspaceFiles

FRESH = "up to date"


def build_unchanged(
    entry_point: str | None,
    *,
    interpreter: str | None,
    listener: Listener,
    cwd: str,
    environ: Mapping[str, str],
) -> bool:
    """Whether the build of everything is done, because there was nothing to do when it was last looked
    at and nothing is another since. Where that is not sure nothing is told, and False returned.

    interpreter: the one that was asked for. Raises nothing that the pipeline is to blame for.
    """
    location = find_pipeline(entry_point, cwd, environ, WorkspaceFiles())
    if isinstance(location, NotFound) or not os.path.exists(look_path(location)):
        return False
    run = given_run_id(environ) or new_run_id()
    lock = BuildLock(location.root, location.path)
    try:
        look = _with_lock(lock, run, location, cwd, environ)
        if look is None:
            return False
        _told(location, look, run, interpreter, listener, cwd, environ)
    except StateError:
        return False
    finally:
        lock.release()
    return True


def _with_lock(
    lock: BuildLock,
    run: str,
    location: Location,
    cwd: str,
    environ: Mapping[str, str],
) -> LastLook | None:
    make_state(location.root)
    if lock.acquire(run) is not None or read_intents(location.root, location.path):
        return None
    look = unchanged(location, cwd=cwd, environ=environ)
    if look is None:
        return None
    clear_leftovers(location.root, location.path)
    try:
        for folder in look.folders:
            os.makedirs(folder, exist_ok=True)
    except OSError:
        return None
    return look


def _told(
    location: Location,
    look: LastLook,
    run: str,
    given: str | None,
    listener: Listener,
    cwd: str,
    environ: Mapping[str, str],
) -> None:
    began, folder = time.monotonic(), os.path.abspath(cwd)
    python = found_interpreter(location, look.interpreter, look.settings, given, environ)
    trim_state(location.root)
    log = EventLog(state_path(location.root, "runs", f"{run}.jsonl"), run)
    history = History(location.root, location.path)
    try:
        history.begin(run, "build", time.time(), user_name())
        pid, root = os.getpid(), location.root
        events: list[Event] = [
            RunStarted(run, location.path, root, folder, pid, python.path, python.why),
            PlanMade(tuple((name, "skip", FRESH) for name in look.tasks)),
            *(TaskChanged(name, "skipped", FRESH) for name in look.tasks),
        ]
        seconds = time.monotonic() - began
        events.append(RunEnded("ok", 0, seconds, skipped=look.tasks))
        history.end(run, "ok", seconds)
        log.write(*events)
        for event in events:
            listener(event)
    finally:
        history.close()
        log.close()
