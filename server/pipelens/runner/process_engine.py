"""The `process` engine: one fresh interpreter for each task."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pipelens.runner.state import system
from pipelens.runner.worker_reports import Order, Running, WorkerNotStarted

WORKER = str(Path(__file__).resolve().parent.parent / "worker" / "__main__.py")
"""The program that an interpreter is lent to run one plan."""


@dataclass(frozen=True, slots=True)
class ProcessEngine:
    """Starts a worker for each order. interpreter: the path of the Python that runs the task."""

    interpreter: str
    name: str = "process"

    def start(self, order: Order) -> Running:
        lifeline = system.Lifeline()
        command = [self.interpreter, WORKER, order.plan, *lifeline.arguments]
        try:
            process = system.start(command, cwd=order.cwd, environ=order.environ, passed=lifeline.passed)
        except OSError as error:
            lifeline.close()
            raise WorkerNotStarted(
                f"the interpreter {self.interpreter} cannot be started in {order.cwd}: {error.strerror or error}"
            ) from error
        finally:
            lifeline.started()
        return _RunningProcess(process, lifeline)

    def close(self) -> None:
        return


@dataclass(frozen=True, slots=True)
class _RunningProcess:
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
