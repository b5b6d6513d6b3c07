"""Processes, locks and disks on Windows; `process_posix` answers to the same names."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence


def lock_file(fd: int) -> bool:
    """Lock an open file for this process; whether nobody else has it."""
    if sys.platform != "win32":
        raise RuntimeError("only on Windows")
    import msvcrt

    try:
        # Far behind the content: a locked byte cannot be read by others.
        os.lseek(fd, 1 << 20, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
    except OSError:
        return False
    finally:
        os.lseek(fd, 0, os.SEEK_SET)
    return True


class Lifeline:
    """Nothing watches the parent here yet: a worker outlives a runner that is killed."""

    def __init__(self) -> None:
        self.arguments: list[str] = []
        self.passed: tuple[int, ...] = ()

    def started(self) -> None:
        return

    def close(self) -> None:
        return


def end_with(fd: int) -> None:
    """Nothing watches here yet."""


def start(
    command: Sequence[str], *, cwd: str, environ: Mapping[str, str], passed: tuple[int, ...]
) -> subprocess.Popen[bytes]:
    """Start a worker in a process group of its own, so that Ctrl-C reaches only us."""
    return subprocess.Popen(
        list(command),
        cwd=cwd,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )


def interrupt(process: subprocess.Popen[bytes]) -> None:
    """Ask the worker to stop. A group can only be sent Ctrl-Break here, which Python takes for an
    end without clean-up: the same as being killed."""
    kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """End the worker and all it started, at once. Of one that has ended nobody knows what it started."""
    if process.poll() is None:
        end_group(process.pid)


def end_group(pid: int) -> None:
    """End a process and all it started."""
    subprocess.run(
        ["taskkill", "/T", "/F", "/PID", str(pid)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )


def end_session(leader: int) -> None:
    """End a process and all it started."""
    end_group(leader)


def room(folder: str) -> int:
    """How many bytes can be written to the disk of `folder`."""
    import shutil

    return shutil.disk_usage(folder).free


def died_of(returncode: int) -> str:
    """How a process ended, in words."""
    return f"ended with exit code {returncode & 0xFFFFFFFF:#x}"


def interrupt_run(pid: int, *, hard: bool) -> None:
    """Ask a build to stop, as Ctrl-Break does; hard: end it and all it started, at once."""
    if hard:
        command = ["taskkill", "/T", "/F", "/PID", str(pid)]
        subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        return
    try:
        os.kill(pid, getattr(signal, "CTRL_BREAK_EVENT", signal.SIGINT))
    except OSError:
        return
