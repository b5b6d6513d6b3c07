"""Memory, processor time and wake-ups of a process and its children (Linux, from /proc)."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


def tree(pid: int) -> list[int]:
    """The process and all below it."""
    children: dict[int, list[int]] = defaultdict(list)
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (fields := _fields(int(entry))):
            children[int(fields[1])].append(int(entry))
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += children.get(one, [])
    return found


def memory(pid: int) -> float:
    """Resident memory of the tree, MiB."""
    total = 0
    for one in tree(pid):
        for line in _lines(Path(f"/proc/{one}/status")):
            if line.startswith("VmRSS:"):
                total += int(line.split()[1])
    return total / 1024


def processor(pid: int) -> float:
    """Seconds of the processor that the tree has used."""
    total = 0.0
    for one in tree(pid):
        if fields := _fields(one):
            total += sum(map(int, fields[11:15])) / _TICK
    return total


def wakeups(pid: int) -> int:
    """How often the tree's threads gave the processor up by themselves."""
    total = 0
    for one in tree(pid):
        for thread in Path(f"/proc/{one}/task").glob("*/status"):
            for line in _lines(thread):
                if line.startswith("voluntary_ctxt_switches:"):
                    total += int(line.split()[1])
    return total


def _fields(pid: int) -> list[str]:
    """The fields of a process behind its name, which may hold anything."""
    text = "\n".join(_lines(Path(f"/proc/{pid}/stat")))
    return text.rpartition(")")[2].split()


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
