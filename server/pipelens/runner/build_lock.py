"""Who builds a pipeline now: one process at a time, and how another one waits for it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipelens.runner.state import StateError, pipeline_key, state_path, system
from pipelens.runner.stop import StopRequest

if TYPE_CHECKING:
    from pipelens.core.project import Project
    from pipelens.runner.plan import Plan

_BETWEEN_TRIES: Final = 0.1
"""Seconds between two looks at a lock that somebody else holds."""


@dataclass(frozen=True, slots=True)
class Builder:
    """Who holds the lock of a pipeline. since: seconds since the epoch; pid 0: nobody said."""

    pid: int
    run: str
    since: float
    user: str = ""
    host: str = ""

    @property
    def in_words(self) -> str:
        """`another build of this pipeline is running (process 12, since 14:02:11, by ann)`."""
        since = time.localtime(self.since)
        today = time.strftime("%Y%m%d", since) == time.strftime("%Y%m%d")
        parts = [f"process {self.pid}"] if self.pid else []
        if self.since:
            parts.append("since " + time.strftime("%H:%M:%S" if today else "%Y-%m-%d %H:%M:%S", since))
        if self.user:
            parts.append(f"by {self.user}")
        if self.host and self.host != _host():
            parts.append(f"on {self.host}")
        told = f" ({', '.join(parts)})" if parts else ""
        return f"another build of this pipeline is running{told}"


def _host() -> str:
    import platform

    return platform.node()


def user_name() -> str:
    """Who runs this process; empty where nobody can say."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


@dataclass(frozen=True, slots=True)
class Turn:
    """What to do while another build of the pipeline runs. waits: told who it is, once. plan_again:
    the project and the plan as they are afterwards; what it raises ends the run."""

    waits: Callable[[Builder], None]
    plan_again: Callable[[], tuple[Project, Plan]]


class BuildLock:
    """Held while a pipeline is built. The system releases it when the process dies, however it dies."""

    def __init__(self, root: str, pipeline: str, *, path: str | None = None) -> None:
        self.path = path or lock_path(root, pipeline)
        self._fd: int | None = None

    def acquire(self, run: str) -> Builder | None:
        """Take the lock; who has it when it is taken (then nothing is held). Raises `StateError`."""
        tries = 5
        while tries:
            fd = self._opened()
            if not system.lock_file(fd):
                # Who only asks whether somebody builds holds the lock for an instant.
                os.close(fd)
                tries -= 1
                time.sleep(0.05 if tries else 0)
            elif not self._is_still(fd):
                os.close(fd)  # somebody took the file away between the two looks
            else:
                self._fd = fd
                os.ftruncate(fd, 0)
                record: dict[str, object] = {
                    "version": 1,
                    "pid": os.getpid(),
                    "run": run,
                    "since": time.time(),
                }
                record |= {"user": user_name(), "host": _host()}
                os.write(fd, json.dumps(record).encode())
                return None
        return read_builder(self.path) or Builder(0, "", 0.0)

    def _opened(self) -> int:
        try:
            return os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StateError(f"cannot use the lock {self.path}: {error.strerror or error}") from error

    def _is_still(self, fd: int) -> bool:
        try:
            return os.path.samestat(os.fstat(fd), os.stat(self.path))
        except OSError:
            return False

    def wait(self, run: str, stop: StopRequest) -> Builder | None:
        """Take the lock as soon as it is free; who has it when `stop` comes first. Raises `StateError`."""
        while (builder := self.acquire(run)) is not None:
            if stop.is_set:
                return builder
            time.sleep(_BETWEEN_TRIES)
        return None

    def release(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def is_building(root: str, pipeline: str) -> bool:
    """Whether a living process builds the pipeline."""
    try:
        fd = os.open(lock_path(root, pipeline), os.O_RDWR)
    except OSError:
        return False
    try:
        return not system.lock_file(fd)
    finally:
        os.close(fd)


def read_builder(path: str) -> Builder | None:
    try:
        with open(path, encoding="utf-8") as file:
            record = json.load(file)
        who = (str(record.get("user", "")), str(record.get("host", "")))
        return Builder(int(record["pid"]), str(record["run"]), float(record["since"]), *who)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def lock_path(root: str, pipeline: str) -> str:
    return state_path(root, f"{pipeline_key(root, pipeline)}.lock")
