"""A build that finds nothing changed since there was nothing to do: told and recorded like any other,
without reading the pipeline. Its own `on_finish` is called all the same."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipelens.runner.build_lock import BuildLock, user_name
from pipelens.runner.events import (
    Event,
    EventLog,
    Listener,
    PlanMade,
    RunEnd,
    RunEnded,
    RunStarted,
    TaskChanged,
    given_run_id,
    new_run_id,
)
from pipelens.runner.history import History
from pipelens.runner.intents import read_intents
from pipelens.runner.interpreter import Interpreter, found_interpreter
from pipelens.runner.last_look import LastLook, look_path, unchanged
from pipelens.runner.leftovers import clear_leftovers
from pipelens.runner.state import StateError, make_state, state_path, trim_state
from pipelens.workspace.discovery import Location, NotFound, find_pipeline
from pipelens.workspace.disk import WorkspaceFiles

if TYPE_CHECKING:
    from pipelens.runner.hook_calls import HooksDone
    from pipelens.runner.stop import StopRequest

FRESH = "up to date"


def build_unchanged(
    entry_point: str | None,
    *,
    interpreter: str | None,
    listener: Listener,
    cwd: str,
    environ: Mapping[str, str],
) -> int | None:
    """The exit code of the build of everything that is done, because there was nothing to do when it was
    last looked at and nothing is another since. Where that is not sure nothing is told, and None returned.

    interpreter: the one that was asked for. Raises nothing that the pipeline is to blame for.
    """
    location = find_pipeline(entry_point, cwd, environ, WorkspaceFiles())
    if isinstance(location, NotFound) or not os.path.exists(look_path(location)):
        return None
    run = given_run_id(environ) or new_run_id()
    lock = BuildLock(location.root, location.path)
    try:
        look = _with_lock(lock, run, location, cwd, environ)
        if look is None:
            return None
        python = found_interpreter(location, look.interpreter, look.settings, interpreter, environ)
        trim_state(location.root)
        build = _IdleBuild(location, look, run, python, os.path.abspath(cwd), listener)
        try:
            return build.carry_out(environ)
        finally:
            build.close()
    except StateError:
        return None
    finally:
        lock.release()


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


@dataclass(slots=True)
class _IdleBuild:
    """A build without tasks to run. cwd: absolute. It is told from `tell` on, not before."""

    location: Location
    look: LastLook
    run: str
    python: Interpreter
    cwd: str
    listener: Listener
    began: float = field(default_factory=time.monotonic)
    log: EventLog | None = None
    history: History | None = None

    def carry_out(self, environ: Mapping[str, str]) -> int | None:
        """The exit code; None where the pipeline must be read after all, of which nothing was told."""
        if self.look.hook is None:
            return self.end("ok", 0)
        from pipelens.runner.stop import StopRequest, stopped_by_signals

        stop = StopRequest()
        with stopped_by_signals(stop):
            done = self.hooked(environ, stop)
            if done.needs_tasks:
                return None
            if stop.is_set:
                return self.end("stopped", 130)
            return self.end("failed", 1, *done.problems) if done.status == "failed" else self.end("ok", 0)

    def hooked(self, environ: Mapping[str, str], stop: StopRequest) -> HooksDone:
        """Call the pipeline's `on_finish`. Until it is known to be called with what it asks for nothing is
        told, not even what its module prints."""
        from pipelens.runner.hook_calls import HookCalls, report_of
        from pipelens.runner.process_engine import ProcessEngine, task_environment

        assert self.look.hook is not None
        waiting: list[Event] = []

        def hear(event: Event) -> None:
            waiting.append(event)
            if self.log is not None:
                tell_all()

        def tell_all() -> None:
            self.tell(*waiting)
            waiting.clear()

        frame, call = self.look.hook
        calls = HookCalls(
            self.location.root,
            self.run,
            frame,
            task_environment(environ),
            ProcessEngine(self.python.path),
            stop,
            hear,
            tell_all,
        )
        done = calls.carry_out([{**call, "report": report_of(self.look.tasks, {})}])
        if waiting and not done.needs_tasks:
            tell_all()
        return done

    def end(self, state: RunEnd, code: int, *problems: Event) -> int:
        seconds = time.monotonic() - self.began
        self.tell(*problems, RunEnded(state, code, seconds, skipped=self.look.tasks), state=state)
        return code

    def tell(self, *events: Event, state: RunEnd | None = None) -> None:
        """Tell the beginning, where that was not done, and these. state: how the run ended."""
        if self.log is None:
            root, path = self.location.root, self.location.path
            self.log = EventLog(state_path(root, "runs", f"{self.run}.jsonl"), self.run)
            self.history = History(root, path)
            self.history.begin(self.run, "build", time.time(), user_name())
            events = (
                RunStarted(self.run, path, root, self.cwd, os.getpid(), self.python.path, self.python.why),
                PlanMade(tuple((name, "skip", FRESH) for name in self.look.tasks)),
                *(TaskChanged(name, "skipped", FRESH) for name in self.look.tasks),
                *events,
            )
        if state is not None and self.history is not None:
            self.history.end(self.run, state, time.monotonic() - self.began)
        self.log.write(*events)
        for event in events:
            self.listener(event)

    def close(self) -> None:
        for opened in (self.history, self.log):
            if opened is not None:
                opened.close()
