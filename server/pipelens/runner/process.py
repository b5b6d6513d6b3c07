"""One worker process: started with a plan, followed while it runs, stopped when asked.

The `process` engine: one fresh interpreter for each task. What the worker tells arrives through
its event file, what the task prints past the worker through two pipes.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

from pipelens.runner.state import system
from pipelens.runner.stop import StopRequest

WORKER = str(Path(__file__).resolve().parent.parent / "worker" / "__main__.py")
STOP_GRACE = 5.0
"""Seconds that an interrupted task has to end by itself."""


@dataclass(frozen=True, slots=True)
class Told:
    """An event of the worker: a JSON object with a `kind`."""

    kind: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Printed:
    """Text that arrived at the process's own stdout or stderr."""

    stream: Literal["stdout", "stderr"]
    text: str


@dataclass(frozen=True, slots=True)
class Ended:
    """How the worker ended. status: what it said last, None when it died without a word."""

    status: str | None
    returncode: int

    @property
    def in_words(self) -> str:
        return system.died_of(self.returncode)


Report = Told | Printed
Listener = Callable[[Report], None]


class WorkerNotStarted(Exception):
    """The interpreter cannot be started; the text says why."""


class Worker:
    """Runs one plan. `run` blocks until the worker ended, by itself or because of `stop`."""

    def __init__(
        self,
        interpreter: str,
        plan: str,
        events: str,
        *,
        cwd: str,
        environ: Mapping[str, str],
        stop: StopRequest,
    ) -> None:
        self.interpreter = interpreter
        self.plan = plan
        self.events = events
        self.cwd = cwd
        self.environ = environ
        self.stop = stop
        self._stopping: float | None = None

    def run(self, listener: Listener) -> Ended:
        """Start, follow and wait. Raises `WorkerNotStarted`. Whatever a listener raises leaves no
        process behind."""
        with open(self.events, "ab"):
            pass
        lifeline = system.Lifeline()
        try:
            command = [self.interpreter, WORKER, self.plan, *lifeline.arguments]
            try:
                process = system.start(command, cwd=self.cwd, environ=self.environ, passed=lifeline.passed)
            except OSError as error:
                raise WorkerNotStarted(
                    f"the interpreter {self.interpreter} cannot be started in {self.cwd}: {error.strerror or error}"
                ) from error
            finally:
                lifeline.started()
            try:
                return self._follow(process, listener)
            finally:
                if process.poll() is None or self._stopping is not None:
                    system.kill(process)
                    process.wait()
        finally:
            lifeline.close()

    def _heed(self, process: subprocess.Popen[bytes]) -> None:
        """Interrupt the task when a stop was asked for; kill it when it does not end in time."""
        if not self.stop.is_set:
            return
        now = time.monotonic()
        if self._stopping is None:
            self._stopping = now
            system.interrupt(process)
        elif self.stop.is_urgent or now - self._stopping > STOP_GRACE:
            system.kill(process)

    def _follow(self, process: subprocess.Popen[bytes], listener: Listener) -> Ended:
        printed: queue.SimpleQueue[Printed] = queue.SimpleQueue()
        readers = [
            _read_in_background(process.stdout, "stdout", printed),
            _read_in_background(process.stderr, "stderr", printed),
        ]
        status: str | None = None
        pause = 0.001
        with open(self.events, "rb") as file:
            lines = _Lines(file)
            while True:
                ended = process.poll() is not None
                if ended:
                    # What a child that outlives the task keeps open is not waited for.
                    for reader in readers:
                        reader.join(0.2)
                busy = False
                for report in [*lines.new(), *_drained(printed)]:
                    busy = True
                    if isinstance(report, Told) and report.kind == "end":
                        status = str(report.fields.get("status"))
                    listener(report)
                if ended:
                    return Ended(status, process.returncode)
                self._heed(process)
                pause = 0.001 if busy else min(pause * 1.3, 0.02)
                time.sleep(pause)


class _Lines:
    """The whole lines that were added to an event file since it was last asked."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._rest = b""

    def new(self) -> Iterator[Told]:
        data = self._file.read()
        if not data:
            return
        *whole, self._rest = (self._rest + data).split(b"\n")
        for line in whole:
            try:
                record = json.loads(line)
                yield Told(str(record["kind"]), record)
            except (ValueError, KeyError, TypeError):
                continue


def _drained(printed: queue.SimpleQueue[Printed]) -> Iterator[Printed]:
    while True:
        try:
            yield printed.get_nowait()
        except queue.Empty:
            return


def _read_in_background(
    pipe: IO[bytes] | None, stream: Literal["stdout", "stderr"], printed: queue.SimpleQueue[Printed]
) -> threading.Thread:
    import codecs

    assert pipe is not None

    def read() -> None:
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        with pipe:
            while True:
                try:
                    data = os.read(pipe.fileno(), 1 << 16)
                except OSError:
                    data = b""
                text = decode(data, not data)
                if text:
                    printed.put(Printed(stream, text))
                if not data:
                    return

    reader = threading.Thread(target=read, name=f"pipelens-{stream}", daemon=True)
    reader.start()
    return reader
