"""Processes found by a mark in their environment, which all inherit from the build that began it."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass

AVAILABLE = os.path.isdir("/proc/self")


@dataclass(frozen=True)
class Process:
    pid: int
    parent: int
    words: tuple[str, ...]

    @property
    def is_warm_parent(self) -> bool:
        return "--warm" in self.words

    @property
    def is_converter(self) -> bool:
        return any("conversion_server" in word for word in self.words)


def marked(mark: str) -> list[Process]:
    """The living processes that have `FAULTS_MARK=mark` in their environment."""
    wanted = f"FAULTS_MARK={mark}".encode()
    found: list[Process] = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/environ", "rb") as file:
                if wanted not in file.read().split(b"\0"):
                    continue
            with open(f"/proc/{name}/stat", "rb") as file:
                state, parent = file.read().rpartition(b")")[2].split()[:2]
            with open(f"/proc/{name}/cmdline", "rb") as file:
                words = tuple(os.fsdecode(word) for word in file.read().split(b"\0"))
        except OSError:
            continue
        if state not in (b"Z", b"X"):
            found.append(Process(int(name), int(parent), words))
    return found


def workers(found: list[Process]) -> list[Process]:
    """Those that run a task: forks of a warm parent, or interpreters with a plan."""
    warm = {one.pid for one in found if one.is_warm_parent}
    forked = [one for one in found if one.is_warm_parent and one.parent in warm]
    plain = [one for one in found if any(word.endswith(".json") for word in one.words[1:3])]
    return [*forked, *(one for one in plain if not one.is_warm_parent)]


def warm_parents(found: list[Process]) -> list[Process]:
    warm = {one.pid for one in found if one.is_warm_parent}
    return [one for one in found if one.is_warm_parent and one.parent not in warm]


def kill(pid: int, number: int = signal.SIGKILL) -> bool:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def left_after(mark: str, seconds: float = 15.0) -> list[Process]:
    """Who is still there after a while that is long enough to die in."""
    end = time.monotonic() + seconds
    while found := marked(mark):
        if time.monotonic() > end:
            return found
        time.sleep(0.02)
    return []
