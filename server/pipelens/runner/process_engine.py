"""The `process` engine: one fresh interpreter for each task."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from pipelens.frozen import frozen
from pipelens.runner.state import system
from pipelens.runner.worker_reports import Order, Running, WorkerNotStarted

WORKER = str(Path(__file__).resolve().parent.parent / "worker" / "__main__.py")
"""The program that an interpreter is lent to run one plan."""

OWN_VARIABLES = "PIPELENS_"


def task_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment that tasks see: the client's, with nothing of ours in it."""
    return {name: value for name, value in environ.items() if not name.startswith(OWN_VARIABLES)}


@frozen
class ProcessEngine:
    """Starts a worker for each order. interpreter: the path of the Python that runs the task."""

    interpreter: str
    name: str = "process"

    def start(self, order: Order) -> Running:
        return RunningProcess(
            *start_process(order, [self.interpreter, WORKER, order.plan], "the interpreter")
        )

    def close(self) -> None:
        return


def start_process(
    order: Order, command: Sequence[str], what: str
) -> tuple[subprocess.Popen[bytes], system.Lifeline]:
    """Start `command`, the lifeline's arguments behind it, as `order` says. what: for the message of
    `WorkerNotStarted`."""
    lifeline = system.Lifeline()
    try:
        words = [*command, *lifeline.arguments]
        process = system.start(words, cwd=order.cwd, environ=order.environ, passed=lifeline.passed)
    except OSError as error:
        lifeline.close()
        raise WorkerNotStarted(
            f"{what} {command[0]} cannot be started in {order.cwd}: {error.strerror or error}"
        ) from error
    finally:
        lifeline.started()
    return process, lifeline


@frozen
class RunningProcess:
    """A worker that is a child of ours; when we are gone, the lifeline ends it."""

    process: subprocess.Popen[bytes]
    lifeline: system.Lifeline

    @property
    def stdout(self) -> IO[bytes]:
        assert self.process.stdout is not None
        return self.process.stdout

    @property
    def stderr(self) -> IO[bytes]:
        assert self.process.stderr is not None
        return self.process.stderr

    def poll(self) -> int | None:
        return self.process.poll()

    def interrupt(self) -> None:
        system.interrupt(self.process)

    def kill(self) -> None:
        system.kill(self.process)

    def close(self) -> None:
        self.process.wait()
        self.lifeline.close()
