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
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, Literal, Protocol, cast

from pipelens.frozen import frozen
from pipelens.runner.report_order import Mark, MarkSplitter, ReportOrder, Stream
from pipelens.runner.state import system
from pipelens.runner.stop import StopRequest

STOP_GRACE = 5.0
"""Seconds that an interrupted task has to end by itself."""

_MOST_WAITING = 64
"""Pieces of at most 64 KB that are kept of a pipe before they are told."""


@frozen
class Order:
    """What an engine is asked to run. plan: the plan's file. events: the file that the worker
    appends to. cwd: absolute. environ: all that the task sees. marks: what the worker puts into its
    pipes (see `report_order`), None where it does not."""

    plan: str
    events: str
    cwd: str
    environ: Mapping[str, str]
    marks: str | None = None


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


@frozen
class Told:
    """An event of the worker: a JSON object with a `kind`."""

    kind: str
    fields: Mapping[str, Any]


@frozen
class Printed:
    """Text that arrived at the process's own stdout or stderr."""

    stream: Literal["stdout", "stderr"]
    text: str


@frozen
class Ended:
    """How the worker ended. status: what it said last, None when it died without a word."""

    status: str | None
    returncode: int

    @property
    def in_words(self) -> str:
        return system.died_of(self.returncode)

    @property
    def was_killed(self) -> bool:
        """Whether somebody ended it: also after its last word, when files that the task left open were
        still to be written."""
        return self.returncode in (-9, -15)


Report = Told | Printed
Listener = Callable[[Report], None]


def carry_out(engine: Engine, order: Order, stop: StopRequest, listener: Listener) -> Ended:
    """Start a worker, follow it and wait for its end, by itself or because of `stop`. Raises
    `WorkerNotStarted`. Whatever a listener raises leaves no process behind."""
    os.close(os.open(order.events, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
    running = engine.start(order)
    following = _Following(running, stop)
    try:
        return following.follow(order, listener)
    finally:
        # What the task started and left behind must not go on: nobody follows it any more, and it may
        # write products.
        running.kill()
        running.close()


@dataclass(slots=True)
class _Following:
    """One worker being followed. stopping: since when (monotonic) it has been asked to stop. status: its
    last word. has_begun: it has said anything."""

    running: Running
    stop: StopRequest
    stopping: float | None = None
    status: str | None = None
    has_begun: bool = False

    def heed(self) -> None:
        """Interrupt the task when a stop was asked for; kill it when it does not end in time."""
        if not self.stop.is_set:
            return
        now = time.monotonic()
        if self.stopping is None:
            self.stopping = now
            if not self.has_begun:
                # No code of the user's runs yet, and an interpreter that is interrupted while it starts
                # complains at length.
                self.running.kill()
            elif self.status is None:
                self.running.interrupt()
        elif self.stop.is_urgent or now - self.stopping > STOP_GRACE:
            self.running.kill()

    def follow(self, order: Order, listener: Listener) -> Ended:
        news = threading.Event()
        reports = ReportOrder()
        pipes = [
            _Pipe(self.running.stdout, "stdout", MarkSplitter(order.marks), news),
            _Pipe(self.running.stderr, "stderr", MarkSplitter(order.marks), news),
        ]
        pause = 0.001
        with open(order.events, "rb") as file:
            events = _Lines(file)
            try:
                while (returncode := self.running.poll()) is None:
                    busy = self.tell(events, pipes, reports, listener)
                    self.heed()
                    # A pipe that is closed is the first sign of the end, so it counts as news.
                    pause = 0.001 if busy or news.is_set() else min(pause * 1.3, 0.02)
                    news.clear()
                    news.wait(pause)
                self.tell_rest(events, pipes, reports, listener)
                return Ended(self.status, returncode)
            finally:
                for pipe in pipes:
                    pipe.is_left = True

    def tell_rest(
        self, events: _Lines, pipes: Sequence[_Pipe], reports: ReportOrder, listener: Listener
    ) -> None:
        """After the end. What a child that outlives the task keeps open is not waited for."""
        over = time.monotonic() + 2.0
        quiet = 0
        while quiet < 2 and time.monotonic() < over:
            for pipe in pipes:
                pipe.reader.join(0.1)
            busy = self.tell(events, pipes, reports, listener)
            if not busy and not any(pipe.reader.is_alive() for pipe in pipes):
                break
            quiet = 0 if busy else quiet + 1
        while self.tell(events, (), reports, listener, all=True):
            pass

    def tell(
        self,
        events: _Lines,
        pipes: Sequence[_Pipe],
        reports: ReportOrder,
        listener: Listener,
        *,
        all: bool = False,
    ) -> bool:
        """Pass on a measure of what has arrived, in order; whether there was anything."""
        # The pipes first: what was printed after an event is then never told before it.
        for pipe in pipes:
            pipe.take(reports)
        reports.events.extend(events.new())
        busy = False
        for found in reports.ready(all=all):
            busy = True
            if isinstance(found, tuple):
                listener(Printed(*found))
                continue
            self.has_begun = True
            if found["kind"] == "end":
                self.status = str(found.get("status"))
            listener(Told(str(found["kind"]), found))
        return busy


class _Lines:
    """The whole lines that were added to an event file since it was last asked, a measure at a time."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._rest = b""

    def new(self) -> Iterator[dict[str, Any]]:
        data = self._file.read(1 << 20)
        if not data:
            return
        *whole, self._rest = (self._rest + data).split(b"\n")
        for line in whole:
            try:
                record = json.loads(line)
                if isinstance(record, dict) and "kind" in record:
                    yield cast("dict[str, Any]", record)
            except ValueError:
                continue


class _Pipe:
    """A pipe that a thread reads. Who prints faster than it is told has to wait."""

    def __init__(self, pipe: IO[bytes], stream: Stream, marks: MarkSplitter, news: threading.Event) -> None:
        self.is_left = False
        """Whether nobody wants what still arrives."""
        self._pipe = pipe
        self._stream: Stream = stream
        self._marks = marks
        self._news = news
        self._arrived: queue.Queue[str | Mark | None] = queue.Queue(_MOST_WAITING)
        self.reader = threading.Thread(target=self._read, name=f"pipelens-{stream}", daemon=True)
        self.reader.start()

    def take(self, reports: ReportOrder) -> None:
        """Hand on what has arrived."""
        waiting = reports.printed[self._stream]
        try:
            for _ in range(_MOST_WAITING - len(waiting)):
                found = self._arrived.get_nowait()
                if found is None:
                    reports.ended.add(self._stream)
                else:
                    waiting.append(found)
        except queue.Empty:
            return

    def _read(self) -> None:
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        with self._pipe:
            while True:
                try:
                    data = os.read(self._pipe.fileno(), 1 << 16)
                except OSError:
                    data = b""
                for found in self._marks.split(data):
                    if isinstance(found, Mark):
                        self._put(found)
                    elif text := decode(found, not data):
                        self._put(text)
                if not data:
                    self._put(None)
                    return

    def _put(self, found: str | Mark | None) -> None:
        while not self.is_left:
            try:
                self._arrived.put(found, timeout=0.5)
                self._news.set()
                return
            except queue.Full:
                continue
