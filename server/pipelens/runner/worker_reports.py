"""A running worker: what it tells, how it is followed and stopped, whichever engine started it.

What the worker tells arrives through its event file, what the task prints past the worker through
two pipes.
"""

from __future__ import annotations

import codecs
import json
import os
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any, Literal, Protocol

from pipelens.runner.state import system
from pipelens.runner.stop import StopRequest

STOP_GRACE = 5.0
"""Seconds that an interrupted task has to end by itself."""


@dataclass(frozen=True, slots=True)
class Order:
    """What an engine is asked to run. plan: the plan's file. events: the file that the worker
    appends to. cwd: absolute. environ: all that the task sees."""

    plan: str
    events: str
    cwd: str
    environ: Mapping[str, str]


class Running(Protocol):
    """A worker that was started: its pipes, and what can be done with it."""

    @property
    def stdout(self) -> IO[bytes]: ...

    @property
    def stderr(self) -> IO[bytes]: ...

    def poll(self) -> int | None:
        """Its exit code (negative: the signal that ended it), None while it runs."""
        ...

    def interrupt(self) -> None:
        """Ask it and all it started to stop, as Ctrl-C does."""
        ...

    def kill(self) -> None:
        """End it and all it started, at once."""
        ...

    def close(self) -> None:
        """Wait for its end and give back what following it took; called once, at the end."""
        ...


class Engine(Protocol):
    """A way of starting workers. `start` may be called from several threads at once."""

    @property
    def name(self) -> str: ...

    def start(self, order: Order) -> Running:
        """Raises `WorkerNotStarted`."""
        ...

    def close(self) -> None:
        """End what the engine keeps; workers are ended by those who follow them."""
        ...


class WorkerNotStarted(Exception):
    """The interpreter cannot be started; the text says why."""


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


def carry_out(engine: Engine, order: Order, stop: StopRequest, listener: Listener) -> Ended:
    """Start a worker, follow it and wait for its end, by itself or because of `stop`. Raises
    `WorkerNotStarted`. Whatever a listener raises leaves no process behind."""
    with open(order.events, "ab"):
        pass
    running = engine.start(order)
    following = _Following(running, stop)
    try:
        return following.follow(order.events, listener)
    finally:
        if running.poll() is None or following.stopping is not None:
            running.kill()
        running.close()


@dataclass(slots=True)
class _Following:
    """One worker being followed. stopping: since when (monotonic) it has been asked to stop."""

    running: Running
    stop: StopRequest
    stopping: float | None = None

    def heed(self) -> None:
        """Interrupt the task when a stop was asked for; kill it when it does not end in time."""
        if not self.stop.is_set:
            return
        now = time.monotonic()
        if self.stopping is None:
            self.stopping = now
            self.running.interrupt()
        elif self.stop.is_urgent or now - self.stopping > STOP_GRACE:
            self.running.kill()

    def follow(self, events: str, listener: Listener) -> Ended:
        printed: queue.SimpleQueue[Printed] = queue.SimpleQueue()
        news = threading.Event()
        readers = [
            _read_in_background(self.running.stdout, "stdout", printed, news),
            _read_in_background(self.running.stderr, "stderr", printed, news),
        ]
        status: str | None = None
        pause = 0.001
        with open(events, "rb") as file:
            lines = _Lines(file)
            while True:
                returncode = self.running.poll()
                if returncode is not None:
                    # What a child that outlives the task keeps open is not waited for.
                    for reader in readers:
                        reader.join(0.2)
                busy = False
                for report in [*lines.new(), *_drained(printed)]:
                    busy = True
                    if isinstance(report, Told) and report.kind == "end":
                        status = str(report.fields.get("status"))
                    listener(report)
                if returncode is not None:
                    return Ended(status, returncode)
                self.heed()
                # A pipe that is closed is the first sign of the end, so it counts as news.
                pause = 0.001 if busy or news.is_set() else min(pause * 1.3, 0.02)
                news.clear()
                news.wait(pause)


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
    pipe: IO[bytes],
    stream: Literal["stdout", "stderr"],
    printed: queue.SimpleQueue[Printed],
    news: threading.Event,
) -> threading.Thread:
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
                news.set()
                if not data:
                    return

    reader = threading.Thread(target=read, name=f"pipelens-{stream}", daemon=True)
    reader.start()
    return reader
