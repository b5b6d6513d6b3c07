"""The `kernel` engine: notebooks in a Jupyter kernel, for who asks for one (`kernelspec_name`, or the
engine `kernel`)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from pipelens.core.project import Task
from pipelens.runner.kernel_host import end_kernel
from pipelens.runner.state import system
from pipelens.runner.worker_reports import Order, Running, WorkerNotStarted

_OURS = str(Path(__file__).resolve().parents[2])
_PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from pipelens.runner.kernel_host import serve; sys.exit(serve(*sys.argv[2:]))"
)
DEFAULT_KERNEL = "python3"


def kernel_of(task: Task, chosen: str | None = None) -> str | None:
    """The kernel that a task asks for, or is asked for by the engine `chosen`; None for a worker."""
    if task.kind != "notebook":
        return None
    named = task.spec.options.get("kernelspec_name")
    if isinstance(named, str) and named:
        return named
    return DEFAULT_KERNEL if chosen == "kernel" else None


def missing_kernel(name: str) -> str | None:
    """Why a kernel cannot be started, in words; it is not started to find out."""
    if find_spec("nbclient") is None:
        return (
            f"the kernel {name} is spoken to by nbclient, which is missing beside pipelens: "
            f"{sys.executable} -m pip install 'pipelens[kernel]'"
        )
    from jupyter_client.kernelspec import KernelSpecManager

    known = KernelSpecManager(ensure_native_kernel=False).find_kernel_specs()
    if name in known:
        return None
    listed = f"installed are {', '.join(sorted(known))}" if known else "none is installed"
    return (
        f"there is no Jupyter kernel {name} ({listed}); "
        f"`PYTHON -m ipykernel install --user --name {name}` installs that of a Python"
    )


@dataclass(frozen=True, slots=True)
class KernelEngine:
    """Starts one process, and one kernel, for each order."""

    name: str = "kernel"

    def start(self, order: Order) -> Running:
        lifeline = system.Lifeline()
        pid_path = f"{order.events}.kernel"
        path = json.dumps([_OURS, *(entry for entry in sys.path if entry and entry != _OURS)])
        command = [sys.executable, "-I", "-c", _PROGRAM, path, order.plan, pid_path, *lifeline.arguments]
        try:
            process = system.start(command, cwd=order.cwd, environ=order.environ, passed=lifeline.passed)
        except OSError as error:
            lifeline.close()
            raise WorkerNotStarted(
                f"a kernel cannot be started in {order.cwd}: {error.strerror or error}"
            ) from error
        finally:
            lifeline.started()
        return _RunningKernel(process, lifeline, pid_path)

    def close(self) -> None:
        return


@dataclass(frozen=True, slots=True)
class _RunningKernel:
    process: subprocess.Popen[bytes]
    lifeline: system.Lifeline
    pid_path: str

    @property
    def stdout(self) -> IO[bytes]:
        assert self.process.stdout is not None
        return self.process.stdout

    @property
    def stderr(self) -> IO[bytes]:
        assert self.process.stderr is not None
        return self.process.stderr

    def poll(self) -> int | None:
        found = self.process.poll()
        if found is not None:
            self._end_kernel()
        return found

    def interrupt(self) -> None:
        system.interrupt(self.process)

    def kill(self) -> None:
        system.kill(self.process)
        self._end_kernel()

    def close(self) -> None:
        self.process.wait()
        self._end_kernel()
        self.lifeline.close()

    def _end_kernel(self) -> None:
        """The kernel outlives its host where that was killed: then the host's note is still there."""
        if os.path.exists(self.pid_path):
            end_kernel(self.pid_path)
            os.unlink(self.pid_path)
