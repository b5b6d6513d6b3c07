"""The engine of `task --in-process`: the task has the terminal, and a debugger can see it.

Where the tasks' Python is the one that runs us, the worker runs in this very process, so that the
debugger that started us stops in the task. Another Python needs a process of its own; it has our
terminal, so that `breakpoint()` works there. The records are those of every other run.
"""

from __future__ import annotations

import json
import os
import runpy
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from pipelens.frozen import frozen
from pipelens.import_path import WITHDRAWN
from pipelens.runner.process_engine import WORKER
from pipelens.runner.stop import StopRequest
from pipelens.runner.worker_reports import Order, WorkerNotStarted

_BREATH = 0.02
"""Seconds between two looks at what a notebook has printed."""


@frozen
class TerminalEngine:
    """interpreter: the path of the Python that runs the task. stop: told of a Ctrl-C in the task."""

    interpreter: str
    stop: StopRequest
    name: str = "terminal"

    @property
    def is_here(self) -> bool:
        """Whether tasks run in this process. Pythons of two environments may be links to one file,
        and one folder may hold several Pythons."""
        ours, theirs = os.path.abspath(sys.executable), os.path.abspath(self.interpreter)
        in_one_folder = os.path.dirname(ours) == os.path.dirname(theirs)
        return in_one_folder and os.path.realpath(ours) == os.path.realpath(theirs)

    def start(self, order: Order) -> EndedWorker:
        """Run the worker to its end; what it told is in its event file then."""
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        with _ctrl_c(signal.default_int_handler if self.is_here else signal.SIG_IGN), _shown(order.events):
            try:
                code = _run_here(order) if self.is_here else self._run_beside(order)
            except KeyboardInterrupt:
                code = 130
        if code in (130, -signal.SIGINT):
            self.stop()
        return EndedWorker(code)

    def close(self) -> None:
        return

    def _run_beside(self, order: Order) -> int:
        command = [self.interpreter, WORKER, order.plan]
        try:
            process = subprocess.Popen(command, cwd=order.cwd, env=dict(order.environ))
        except OSError as error:
            reason = error.strerror or error
            told = f"the interpreter {self.interpreter} cannot be started in {order.cwd}: {reason}"
            raise WorkerNotStarted(told) from error
        return process.wait()


def _run_here(order: Order) -> int:
    """Run the worker's program, and put everything of ours back as it was. What the task imported
    stays; nothing else runs in this process."""
    folder, path, words, environ = os.getcwd(), list(sys.path), sys.argv, dict(os.environ)
    streams = sys.stdin, sys.stdout, sys.stderr
    try:
        _set_environ(dict(order.environ))
        sys.path[:0] = WITHDRAWN
        os.chdir(order.cwd)
        sys.argv = [WORKER, order.plan]
        runpy.run_path(WORKER, run_name="__main__")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stdin, sys.stdout, sys.stderr = streams
        sys.path[:], sys.argv = path, words
        _set_environ(environ)
        os.chdir(folder)
    return 0


def _set_environ(environ: dict[str, str]) -> None:
    for name in os.environ.keys() - environ.keys():
        del os.environ[name]
    os.environ.update(environ)


@contextmanager
def _ctrl_c(handler: object) -> Iterator[None]:
    """Ctrl-C belongs to the task while it runs."""
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, handler)  # type: ignore[arg-type]
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL if before is None else before)


@contextmanager
def _shown(events: str) -> Iterator[None]:
    """What a notebook prints goes into its cells; meanwhile it is shown on the terminal as well."""
    over = threading.Event()

    def show() -> None:
        with open(events, "rb") as file:
            rest = b""
            while True:
                is_last = over.wait(_BREATH)
                *lines, rest = (rest + file.read()).split(b"\n")
                for line in lines:
                    _show(line)
                if is_last:
                    return

    shower = threading.Thread(target=show, name="pipelens-shown", daemon=True)
    shower.start()
    try:
        yield
    finally:
        over.set()
        shower.join()


def _show(line: bytes) -> None:
    if b'"stream"' not in line:
        return
    try:
        output = json.loads(line)["output"]
        number = {"stdout": 1, "stderr": 2}[output["name"]]
        os.write(number, output["text"].encode("utf-8", "backslashreplace"))
    except (ValueError, KeyError, TypeError, OSError):
        return


class EndedWorker:
    """A worker that has ended before anybody could follow it."""

    def __init__(self, code: int) -> None:
        self._code = code
        self.stdout: IO[bytes] = open(os.devnull, "rb")  # noqa: SIM115
        self.stderr: IO[bytes] = open(os.devnull, "rb")  # noqa: SIM115

    def poll(self) -> int:
        return self._code

    def interrupt(self) -> None:
        return

    def kill(self) -> None:
        return

    def close(self) -> None:
        self.stdout.close()
        self.stderr.close()
