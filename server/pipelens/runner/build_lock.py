"""Who builds a pipeline now: one process at a time, and how another one waits for it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from pipelens.frozen import frozen
from pipelens.runner.disk_room import in_words
from pipelens.runner.state import StateError, pipeline_key, state_path, system
from pipelens.runner.stop import StopRequest

if TYPE_CHECKING:
    from pipelens.core.project import Project
    from pipelens.runner.plan import Plan

_LONGEST: Final = 4096
"""Bytes of what is read of a lock."""
_BETWEEN_TRIES: Final = 0.1
"""Seconds between two looks at a lock that somebody else holds."""


@frozen
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


@frozen
class Turn:
    """What to do about another build of the pipeline. waits: told once who it is. plan_again: the project
    and the plan as they are after it; what it raises ends the run. planned_at: `last_turn` from before
    the plan was made; by default nobody knows. is_patient: whether to wait at all."""

    waits: Callable[[Builder], None]
    plan_again: Callable[[], tuple[Project, Plan]]
    planned_at: str | None = None
    is_patient: bool = True


class BuildLock:
    """Held while a pipeline is built. The system releases it when the process dies, however it dies.
    before: `last_turn` when it was taken."""

    def __init__(self, root: str, pipeline: str, *, path: str | None = None) -> None:
        self.path = path or lock_path(root, pipeline)
        self.before = ""
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
                self.before = os.read(fd, _LONGEST).decode("utf-8", "replace")
                self._sign(fd, run)
                return None
        return read_builder(self.path) or Builder(0, "", 0.0)

    def _sign(self, fd: int, run: str) -> None:
        """Write down who has the lock. On a full disk nobody learns it."""
        record = {"version": 1, "pid": os.getpid(), "run": run, "since": time.time()}
        record |= {"user": user_name(), "host": _host()}
        try:
            os.ftruncate(fd, 0)
            os.lseek(fd, 0, os.SEEK_SET)
            os.write(fd, json.dumps(record).encode())
        except OSError:
            return

    def _opened(self) -> int:
        try:
            return os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StateError(f"cannot use the lock {self.path}: {in_words(error)}") from error

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


def last_turn(root: str, pipeline: str) -> str | None:
    """What tells the last build of a pipeline from any other; None while one is under way."""
    try:
        with open(lock_path(root, pipeline), encoding="utf-8", errors="replace") as file:
            told = file.read(_LONGEST)
    except OSError:
        told = ""
    return None if is_building(root, pipeline) else told


def lock_holders(root: str) -> list[Builder | None]:
    """Who builds any pipeline of the root now; None for one that could not say who it is."""
    try:
        names = os.listdir(state_path(root))
    except OSError:
        return []
    paths = [state_path(root, name) for name in names if name.endswith(".lock")]
    return [read_builder(path) for path in paths if _is_held(path)]


def is_building(root: str, pipeline: str) -> bool:
    """Whether a living process builds the pipeline."""
    return _is_held(lock_path(root, pipeline))


def _is_held(path: str) -> bool:
    try:
        fd = os.open(path, os.O_RDWR)
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
