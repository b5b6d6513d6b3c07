"""The `kernel` engine: notebooks in a Jupyter kernel, for who asks for one (`kernelspec_name`, or the
engine `kernel`)."""

from __future__ import annotations

import json
import os
import sys
from importlib.util import find_spec
from pathlib import Path

from pipelens.core.project import Task
from pipelens.frozen import frozen
from pipelens.runner.kernel_host import end_kernel
from pipelens.runner.process_engine import RunningProcess, start_process
from pipelens.runner.worker_reports import Order, Running

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


@frozen
class KernelEngine:
    """Starts one process, and one kernel, for each order."""

    name: str = "kernel"

    def start(self, order: Order) -> Running:
        pid_path = f"{order.events}.kernel"
        path = json.dumps([_OURS, *(entry for entry in sys.path if entry and entry != _OURS)])
        command = [sys.executable, "-I", "-c", _PROGRAM, path, order.plan, pid_path]
        return _RunningKernel(*start_process(order, command, "a kernel's host"), pid_path)

    def close(self) -> None:
        return


@frozen
class _RunningKernel(RunningProcess):
    pid_path: str

    # A class with slots is made anew by `dataclass`, so `super()` would not know it.
    def poll(self) -> int | None:
        found = RunningProcess.poll(self)
        if found is not None:
            self._end_kernel()
        return found

    def kill(self) -> None:
        RunningProcess.kill(self)
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
