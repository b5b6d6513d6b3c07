"""The engine of a debugged task: the worker is the process that debugpy debugs.

To the runner it is a worker like any other: plan, intent, events, notebook, metadata and history
come from the same `TaskRun` as in a build.
"""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable
from typing import IO, Any, Literal

from pipelens.frozen import frozen
from pipelens.runner.engines import DEBUGGER
from pipelens.runner.plan_file import write_plan
from pipelens.runner.state import system
from pipelens.runner.worker_reports import Order

if os.name == "nt":
    from pipelens.debug.lifeline_windows import NamedLifeline
else:
    from pipelens.debug.lifeline_posix import NamedLifeline

KILLED = -9


@frozen
class DebugEngine:
    """start_worker: hands the order to debugpy, with the path of what the worker hangs on. rewrite: changes the plan before that."""

    start_worker: Callable[[Order, str | None], DebuggedWorker]
    rewrite: Callable[[dict[str, Any]], None]
    name: str = DEBUGGER

    def start(self, order: Order) -> DebuggedWorker:
        with open(order.plan, encoding="utf-8") as file:
            plan: dict[str, Any] = json.load(file)
        self.rewrite(plan)
        lifeline = NamedLifeline(f"{order.plan}.alive")
        try:
            write_plan(order.plan, plan)
            worker = self.start_worker(order, lifeline.path)
        except BaseException:
            lifeline.close()
            raise
        worker.lifeline = lifeline
        return worker

    def close(self) -> None:
        return


class DebuggedWorker:
    """The debuggee, as debugpy tells of it. terminate: asks debugpy to end it; kill_all: ends debugpy."""

    def __init__(self, terminate: Callable[[], None], kill_all: Callable[[], None]) -> None:
        self.pid: int | None = None
        self.lifeline: NamedLifeline | None = None
        self._terminate, self._kill_all = terminate, kill_all
        self._code: int | None = None
        self._lock = threading.Lock()
        self.stdout, self._out = _pipe()
        self.stderr, self._err = _pipe()

    def heard(self, stream: Literal["stdout", "stderr"], text: str) -> None:
        """What the process printed."""
        with self._lock:
            if self._code is not None:
                return
            fd = self._out if stream == "stdout" else self._err
            try:
                _write(fd, _bytes(text))
            except OSError:
                return

    def ended(self, code: int) -> None:
        """The process is gone; what comes later is not heard."""
        with self._lock:
            if self._code is None:
                self._code = code
                os.close(self._out)
                os.close(self._err)

    def poll(self) -> int | None:
        return self._code

    def interrupt(self) -> None:
        self._terminate()

    def kill(self) -> None:
        if self._code is None:
            if self.pid is not None:
                system.end_group(self.pid)
            self._kill_all()
            self.ended(KILLED)

    def close(self) -> None:
        self.ended(KILLED)
        if self.lifeline is not None:
            self.lifeline.close()


def returncode(code: int) -> int:
    """As a parent has it, negative for a signal: debugpy tells its lowest byte."""
    is_signal = os.name != "nt" and 256 - code in set(signal.Signals)
    return code - 256 if is_signal else code


def _bytes(text: str) -> bytes:
    """What the process wrote: debugpy hands on bytes that are no text as surrogates."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def _pipe() -> tuple[IO[bytes], int]:
    read_end, write_end = os.pipe()
    return open(read_end, "rb", 0), write_end


def _write(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
