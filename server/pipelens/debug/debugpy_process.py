"""debugpy's own adapter, a child of ours that is spoken to over its standard streams."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec

from pipelens.debug.wire import Connection
from pipelens.runner.state import system

NOT_INSTALLED = f"debugpy is missing beside pipelens: {sys.executable} -m pip install debugpy"


class DebugpyMissing(Exception):
    """It cannot be started; the text says why."""


class DebugpyProcess:
    """Started at once, so that it gets ready while the client is still talking."""

    def __init__(self) -> None:
        spec = find_spec("debugpy")
        if spec is None or not spec.submodule_search_locations:
            raise DebugpyMissing(NOT_INSTALLED)
        # By path, as debugpy starts its own parts: no folder of the project gets onto its import path.
        program = os.path.join(spec.submodule_search_locations[0], "adapter")
        # The task gets the client's `PYTHONPATH` back; debugpy's own processes shall find nothing there.
        self.environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        try:
            self._process = subprocess.Popen(
                [sys.executable, program],
                env=self.environ,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            raise DebugpyMissing(f"debugpy cannot be started: {error.strerror or error}") from error
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.connection = Connection(self._process.stdout.fileno(), self._process.stdin.fileno())

    def living(self) -> int | None:
        """How many processes there are: debugpy's adapter, its launcher, the task and what it started.
        None where the system does not tell."""
        try:
            names = [name for name in os.listdir("/proc") if name.isdigit()]
        except OSError:
            return None
        found = 0
        for name in names:
            try:
                with open(f"/proc/{name}/stat", "rb") as file:
                    state, _, _, session = file.read().rpartition(b")")[2].split()[:4]
            except (OSError, ValueError):
                continue
            found += state != b"Z" and int(session) == self._process.pid
        return found or None

    def close(self, patience: float = 1.0) -> None:
        """Let it end by itself, which it does when its input closes; then end it and all it started."""
        assert self._process.stdin is not None
        self.connection.is_open = False
        try:
            self._process.stdin.close()
        except OSError:
            pass
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            pass
        self.kill()
        self._process.wait()

    def kill(self) -> None:
        """End it, its launcher and the debuggee at once. The last has a group of its own, and debugpy tells
        its number only after `configurationDone`."""
        system.end_session(self._process.pid)
