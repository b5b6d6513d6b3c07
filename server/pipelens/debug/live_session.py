"""A task under the debugger: from the arguments of `launch` to `terminated`, and nothing left behind."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipelens.debug.debug_engine import DebugEngine, DebuggedWorker, returncode
from pipelens.debug.debugpy_process import DebugpyProcess
from pipelens.debug.launch import Launch, LaunchError, Target, find_target
from pipelens.debug.notebook_cells import CellFiles, no_cell_files
from pipelens.debug.passing import Passing
from pipelens.debug.shadowing import shadows_library
from pipelens.debug.task_build import build_upstream, run_task
from pipelens.debug.translation import translated_launch
from pipelens.debug.view import StackView
from pipelens.debug.wire import Message, WireError
from pipelens.runner.events import RUN_ID_VARIABLE, Event, OutputMade, TaskProblem
from pipelens.runner.stop import StopRequest
from pipelens.runner.worker_reports import Order

if TYPE_CHECKING:
    from pipelens.debug.adapter import Adapter

MOST_TO_END = 8.0
"""Seconds that ending a session may take."""
MOST_TO_START = 15.0
"""Seconds from debugpy's launcher to the task's process, on a machine that is very busy."""
MOST_TO_START_AGAIN = 5.0
"""Seconds between the end of a process and the start of the next, where a wrapper starts the Python."""
SET_BY_CLIENTS = ("PYTHONSAFEPATH",)
"""Clients of ours start the adapter with it (law 1 of the architecture); no task shall see it."""


class LiveSession:
    """One launch. Three threads meet here: the client's reader, debugpy's, and the run's."""

    def __init__(self, adapter: Adapter, debugpy: DebugpyProcess, request: Message) -> None:
        self.adapter, self.client, self.debugpy = adapter, adapter.client, debugpy
        self.request = request
        self.stop = StopRequest()
        self.worker: DebuggedWorker | None = None
        self.target: Target | None = None
        self.launch: Launch | None = None
        self.cells: CellFiles = no_cell_files()
        self.passing: Passing | None = None
        self.exit_code: int | None = None
        self.problem = ""
        self.python_path: str | None = None
        """The `PYTHONPATH` that the worker sets by itself."""
        self.connected = threading.Event()
        """debugpy is inside the task's process."""
        self._answered = threading.Lock()
        self._run = threading.Thread(target=self._carry_out, name="pipelens-run", daemon=True)

    def start(self) -> None:
        self._run.start()

    # The client's requests

    def handle(self, request: Message) -> None:
        if self.passing is not None:
            if request.get("command") == "terminate":
                self.stop()
            self.passing.pass_request(request)
        elif request.get("command") == "terminate":
            self.stop()
            self.stop()
            self.client.respond(request)
        else:
            self.client.refuse(request, "the task is not being debugged yet")

    def end(self) -> None:
        """Stop whatever is going on, and wait until the records are in order."""
        self.stop()
        self.stop()
        self._run.join(MOST_TO_END)

    # The run

    def _carry_out(self) -> None:
        failure = ""
        try:
            self.launch = Launch.read(self.request.get("arguments"))
            environ = self._environment(self.launch)
            target = self.target = find_target(self.launch, self.adapter.interpreter, environ)
            build_upstream(target, self.launch.upstream, environ, self.stop, self.adapter.console)
            engine = DebugEngine(self._start_worker, self._rewrite)
            failure = run_task(
                target, self.launch.upstream, environ, self.stop, engine, self.hear, self.adapter.console
            )
        except LaunchError as error:
            failure = str(error)
        except Exception as error:
            failure = f"this is a bug in Pipelens ({type(error).__name__}: {error})"
            raise
        finally:
            self._tell_end(failure)

    def _environment(self, launch: Launch) -> dict[str, str]:
        left_out = (*SET_BY_CLIENTS, RUN_ID_VARIABLE)
        environ = {name: value for name, value in os.environ.items() if name not in left_out}
        return {**environ, **launch.environ}

    def hear(self, event: Event) -> None:
        """What the run of the debugged task tells."""
        assert self.target is not None
        match event:
            case OutputMade(stream=stream, text=text) if self.target.is_notebook:
                self.client.event("output", {"category": stream, "output": text})
            case TaskProblem(severity="error"):
                text = event.traceback or f"{event.task}: {event.message}\n"
                self.problem = self.problem or event.message
                if not self.may_answer_launch:
                    self.client.event("output", {"category": "stderr", "output": text})
            case _:
                pass

    @property
    def may_answer_launch(self) -> bool:
        return not self._answered.locked()

    def _tell_end(self, failure: str) -> None:
        """The records are in order: only now is the session over for the client."""
        if self._answered.acquire(blocking=False):
            text = self.problem or failure or "the debugging was stopped before it began"
            if self.stop.is_set and not self.problem:
                text = "the debugging was stopped before it began"
            self.client.refuse(self.request, text, show=not self.stop.is_set)
        else:
            code = self.exit_code if self.exit_code is not None else -1
            code = 1 if code == 0 and failure else code
            if failure and failure != self.problem:
                if self.stop.is_set:
                    assert self.target is not None
                    self.adapter.console(f"{self.target.task.name} was stopped.\n")
                else:
                    self.client.event("output", {"category": "stderr", "output": failure + "\n"})
            self.client.event("exited", {"exitCode": code & 0xFF})
        self.adapter.tell_terminated()

    # debugpy

    def _rewrite(self, plan: dict[str, Any]) -> None:
        """Make a plan one for the debugger."""
        assert self.target is not None
        assert self.launch is not None
        plan["debug"] = None if self.launch.no_debug else self._debug_plan(self.launch)
        uris = self.launch.cells.get(os.path.abspath(self.target.task.source_path or ""))
        self.cells = CellFiles.written(self.target.project.root, plan, uris)

    def _debug_plan(self, launch: Launch) -> dict[str, object]:
        """What the worker does for the debugger. A `PYTHONPATH` that debugpy would stumble over is set by
        the worker, once debugpy is in its process; any other is there from the start, as ever."""
        assert self.target is not None
        value = self._environment(launch).get("PYTHONPATH", "")
        self.python_path = value if value and shadows_library(value, self.target.cwd) else None
        return {"just_my_code": launch.just_my_code, "python_path": self.python_path}

    def _start_worker(self, order: Order, lifeline: str | None) -> DebuggedWorker:
        assert self.target is not None
        assert self.launch is not None
        connection = self.debugpy.connection
        worker = self.worker = DebuggedWorker(self._terminate, self.debugpy.kill)
        task = self.target.task
        view = StackView(
            [self.target.project.root, self.target.project.spec.folder],
            [task.source_path or "", *self.cells.files],
            self.target.interpreter.path,
        )
        name = os.path.basename(task.source_path) if task.source_path else str(task.name)
        self.passing = Passing(self, worker, view, self.cells, name)
        said = {"adapterID": "pipelens", **self.adapter.said}
        connection.request("initialize", said, lambda response: None)
        arguments = translated_launch(
            plan=order.plan,
            lifeline=lifeline,
            python=self.target.interpreter.path,
            cwd=order.cwd,
            environ=self._start_environ(order.environ),
            inherited=self.debugpy.environ,
            stop_on_entry=self.launch.stop_on_entry,
            just_my_code=self.launch.just_my_code,
            no_debug=self.launch.no_debug,
        )
        threading.Thread(target=self._read_debugpy, name="pipelens-debugpy", daemon=True).start()
        connection.request("launch", arguments, self._launched)
        threading.Thread(target=self._watch_start, name="pipelens-start", daemon=True).start()
        return worker

    def _start_environ(self, environ: Mapping[str, str]) -> dict[str, str]:
        left_out = "PYTHONPATH" if self.python_path else None
        return {name: value for name, value in environ.items() if name != left_out}

    def _watch_start(self) -> None:
        """Where the task's Python ends before debugpy is in it, debugpy waits for a minute and then tells
        nothing of it."""
        assert self.worker is not None
        assert self.target is not None
        assert self.launch is not None
        if self.launch.no_debug:
            return
        most, since = 0, time.monotonic()
        while not self.connected.wait(0.25) and self.worker.poll() is None:
            living = self.debugpy.living()
            if living is None:
                return
            most = max(most, living)
            # Two are debugpy's own; a task that ended between two looks was never seen.
            longest = MOST_TO_START_AGAIN if most > 2 else MOST_TO_START
            if living > 2 or most < 2:
                since = time.monotonic()
            elif time.monotonic() - since > longest:
                self.problem = (
                    f"{self.target.interpreter.path} ended before the debugger was in it; "
                    f"`pipelens task {self.target.task.name}` shows what it says"
                )
                self.worker.kill()
                return

    def _launched(self, response: Message) -> None:
        if response.get("success"):
            if self._answered.acquire(blocking=False):
                self.client.pass_response(self.request, response)
            return
        self.problem = self.problem or str(response.get("message") or "debugpy could not start the task")
        assert self.worker is not None
        self.worker.ended(1)

    def _read_debugpy(self) -> None:
        assert self.passing is not None
        assert self.worker is not None
        connection = self.debugpy.connection
        try:
            while (message := connection.read()) is not None:
                self.passing.take(message)
        except WireError:
            pass
        finally:
            connection.is_open = False
            self.passing.lost()
            self.worker.kill()

    def exited(self, code: int) -> None:
        """debugpy says that the process ended."""
        assert self.worker is not None
        self.exit_code = code
        self.worker.ended(returncode(code))

    def _terminate(self) -> None:
        self.debugpy.connection.request("disconnect", {"terminateDebuggee": True})
