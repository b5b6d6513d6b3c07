"""Processes, locks and disks on POSIX systems; `process_windows` answers to the same names."""

from __future__ import annotations

import fcntl
import os
import select
import signal
import subprocess
from collections.abc import Mapping, Sequence


def lock_file(fd: int) -> bool:
    """Lock an open file for this process; whether nobody else has it."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


class Lifeline:
    """A pipe whose end the worker watches: when this process is gone, the system ends the worker."""

    def __init__(self) -> None:
        self.read_end, self._write_end = os.pipe()

    @property
    def arguments(self) -> list[str]:
        return [str(self.read_end)]

    @property
    def passed(self) -> tuple[int, ...]:
        return (self.read_end,)

    def started(self) -> None:
        """The worker has its own copy now."""
        os.close(self.read_end)

    def close(self) -> None:
        os.close(self._write_end)


def end_with(fd: int) -> None:
    """End this process's group when the other end of the lifeline `fd` closes, at once if it has closed;
    for processes of our own, as `worker/lifeline_posix.py` does it for those of users."""
    os.set_inheritable(fd, False)
    set_signal = getattr(fcntl, "F_SETSIG", None)
    if set_signal is None or os.getpgrp() != os.getpid():
        return
    fcntl.fcntl(fd, set_signal, signal.SIGKILL)
    fcntl.fcntl(fd, fcntl.F_SETOWN, -os.getpgrp())
    fcntl.fcntl(fd, fcntl.F_SETFL, fcntl.fcntl(fd, fcntl.F_GETFL) | os.O_ASYNC)
    look = select.poll()
    look.register(fd, select.POLLIN)
    if look.poll(0):
        os.killpg(0, signal.SIGKILL)


def start(
    command: Sequence[str], *, cwd: str, environ: Mapping[str, str], passed: tuple[int, ...]
) -> subprocess.Popen[bytes]:
    """Start a worker in a session of its own, so that Ctrl-C reaches only us and a signal of ours
    reaches everything that it started."""
    return subprocess.Popen(
        list(command),
        cwd=cwd,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=passed,
        start_new_session=True,
    )


def interrupt(process: subprocess.Popen[bytes]) -> None:
    """Ask the worker and all it started to stop, as Ctrl-C does."""
    _signal(process, signal.SIGINT)


def kill(process: subprocess.Popen[bytes]) -> None:
    """End the worker and all it started, at once."""
    _signal(process, signal.SIGKILL)


def end_group(pid: int) -> None:
    """End a process that leads a group, and the group."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def end_session(leader: int) -> None:
    """End every process of the session that `leader` leads, whatever groups they have made of their own."""
    ended: set[int] = set()
    while found := {pid for pid in _processes() if _session(pid) == leader} - ended:
        # Again until nothing is new: one may have been starting another.
        for pid in found:
            try:
                os.kill(pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                continue
        ended |= found


def _processes() -> list[int]:
    try:
        names = os.listdir("/proc")
    except OSError:
        names = []
    if not any(name.isdigit() for name in names):
        listed = subprocess.run(["ps", "-A", "-o", "pid="], capture_output=True, check=False)
        names = listed.stdout.decode("ascii", "replace").split()
    return [int(name) for name in names if name.isdigit()]


def _session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except OSError:
        return 0


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        return


def room(folder: str) -> int:
    """How many bytes can be written to the disk of `folder`; none where no file can be made there."""
    found = os.statvfs(folder)
    if found.f_files and not found.f_favail:
        return 0
    return found.f_bavail * found.f_frsize


def died_of(returncode: int) -> str:
    """How a process ended, in words."""
    if returncode >= 0:
        return f"ended with exit code {returncode}"
    try:
        return f"was killed by signal {signal.Signals(-returncode).name}"
    except ValueError:
        return f"was killed by signal {-returncode}"


def interrupt_run(pid: int, *, hard: bool) -> None:
    """Ask a build to stop, as Ctrl-C does; hard: at once (it takes a second request for that)."""
    try:
        os.kill(pid, signal.SIGINT)
        if hard:
            os.kill(pid, signal.SIGTERM)
    except (ProcessLookupError, PermissionError):
        return
