"""The `warm` engine: workers are forked from a parent that has imported what they need.

One parent for each kind of task, started when first needed, with the environment that all tasks of
the run see. It is ours alone: a private pair of sockets, no name in the file system.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO

from pipelens.runner.process_engine import WORKER, ProcessEngine
from pipelens.runner.state import system
from pipelens.runner.worker_reports import Order, Running

AVAILABLE = sys.platform == "linux"
"""Elsewhere the system's own libraries do not outlive a fork, or a worker would outlive its runner."""

_LOST = -int(signal.SIGKILL)


class WarmEngine:
    """Starts workers by asking the warm parent. kind: `notebook` or `plain`, as the worker has it."""

    name = "warm"

    def __init__(self, interpreter: str, kind: str, environ: Mapping[str, str]) -> None:
        self._interpreter = interpreter
        self._environ = dict(environ)
        self._lock = threading.Lock()
        self._workers: dict[int, _Worker] = {}
        self._next = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._lost = True
        self._broken = False
        self._fresh = ProcessEngine(interpreter)
        self._kind = kind
        self._preload: list[str] = []
        self._told = 0

    def prepare(self) -> None:
        """Start the parent now, so that it imports while a plan is still being made."""
        with self._lock, suppress(OSError):
            self._ensure()

    def preload(self, names: Iterable[str]) -> None:
        """Modules that the parent imports when it is next asked for something."""
        with self._lock:
            self._preload += [name for name in names if name not in self._preload]

    def start(self, order: Order) -> Running:
        if self._broken or dict(order.environ) != self._environ:
            return self._fresh.start(order)
        stdout, stderr = os.pipe(), os.pipe()
        lifeline = system.Lifeline()
        worker = _Worker(os.fdopen(stdout[0], "rb", 0), os.fdopen(stderr[0], "rb", 0), lifeline)
        passed = [stdout[1], stderr[1], lifeline.read_end]
        try:
            with self._lock:
                control = self._ensure()
                self._next += 1
                worker.id = self._next
                self._workers[worker.id] = worker
                request = {"id": worker.id, "plan": order.plan, "cwd": order.cwd}
                socket.send_fds(control, [json.dumps(request).encode("ascii") + b"\n"], passed)
        except OSError:
            # The parent is gone before it could read, or was never there: a worker that nobody began.
            worker.ended(_LOST)
        finally:
            for fd in passed:
                os.close(fd)
        if not worker.has_begun():
            # What is wrong with the parent need not be wrong with the task.
            self._broken = True
            self._workers.pop(worker.id, None)
            worker.discard()
            return self._fresh.start(order)
        return worker

    def close(self) -> None:
        with self._lock:
            self._lost = True
            process, self._process = self._process, None
        if process is not None:
            with suppress(OSError):
                self._control.shutdown(socket.SHUT_RDWR)
            if not self._next:
                # It has forked nothing, and may be busy importing.
                process.kill()
            try:
                process.wait(1)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            self._reader.join(1)
            self._control.close()

    def _ensure(self) -> socket.socket:
        """The way to a parent that lives; a new one where the last was lost."""
        if self._lost:
            self._start()
        if self._told < len(self._preload):
            request = {"import": self._preload[self._told :]}
            self._control.sendall(json.dumps(request).encode("ascii") + b"\n")
            self._told = len(self._preload)
        return self._control

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        command = [self._interpreter, WORKER, "--warm", str(theirs.fileno()), self._kind]
        try:
            self._process = subprocess.Popen(
                command,
                cwd=os.path.dirname(WORKER),
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
        self._control = ours
        self._lost = False
        self._told = 0
        self._reader = threading.Thread(
            target=self._listen, args=(ours, self._process), name="pipelens-warm", daemon=True
        )
        self._reader.start()

    def _listen(self, control: socket.socket, process: subprocess.Popen[bytes]) -> None:
        """Hear of children until the parent is gone; those it has not told the end of are lost."""
        rest = b""
        while True:
            try:
                data = control.recv(1 << 16)
            except OSError:
                data = b""
            if not data:
                break
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                told = json.loads(line)
                worker = self._workers.get(told["id"])
                if worker is None:
                    continue
                if "pid" in told:
                    worker.begun(told["pid"])
                else:
                    with self._lock:
                        del self._workers[told["id"]]
                    worker.ended(told["exit"])
        with self._lock:
            lost, self._workers = list(self._workers.values()), {}
            if self._process is process:
                self._lost = True
        process.wait()
        for worker in lost:
            worker.kill()
            worker.ended(_LOST)


@dataclass(slots=True, eq=False)
class _Worker:
    """A child of the warm parent."""

    stdout: IO[bytes]
    stderr: IO[bytes]
    lifeline: system.Lifeline
    id: int = 0
    _pid: int | None = None
    _code: int | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _known: threading.Event = field(default_factory=threading.Event)
    _end: threading.Event = field(default_factory=threading.Event)

    def has_begun(self) -> bool:
        """Waits until the parent has forked, or is gone."""
        self._known.wait()
        return self._pid is not None

    def begun(self, pid: int) -> None:
        with self._lock:
            self._pid = pid
        self._known.set()

    def ended(self, code: int) -> None:
        with self._lock:
            self._code = code
        self._known.set()
        self._end.set()

    def poll(self) -> int | None:
        return self._code

    def interrupt(self) -> None:
        self._ask(signal.SIGINT)

    def kill(self) -> None:
        self._ask(signal.SIGKILL)

    def _ask(self, number: int) -> None:
        """Signal the worker and all it started, where it was forked at all."""
        if self._pid is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._pid, number)

    def close(self) -> None:
        self._end.wait()
        self.lifeline.close()

    def discard(self) -> None:
        self.stdout.close()
        self.stderr.close()
        self.lifeline.close()
