"""Measures commands in turn, and prints tables of medians, ranges and ratios."""

from __future__ import annotations

import os
import platform
import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_NEVER_KEPT = "PYTHONDONTWRITEBYTECODE"


@dataclass
class Series:
    """One command's seconds over the rounds: of the clock, and of the processor."""

    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.wall)

    @property
    def work(self) -> float:
        """Median seconds of the processor: steadier than the clock on a machine that others use, too."""
        return statistics.median(self.processor)


class Failed(Exception):
    """A measured command did not succeed: its figure would mean nothing."""


def once(
    command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None
) -> tuple[float, float]:
    """Run `command`; returns (seconds on the clock, seconds of the processor). Raises `Failed`.

    By default Python may keep what it compiled, as it usually does: the round that does not count
    compiles for those that do."""
    if environment is None:
        environment = {name: value for name, value in os.environ.items() if name != _NEVER_KEPT}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(
        command,
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise Failed(
            f"{' '.join(command)}: exit {done.returncode}\n{done.stderr.decode(errors='replace')[-2000:]}"
        )
    return wall, (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)


def in_turn(commands: Mapping[str, Callable[[], tuple[float, float]]], rounds: int) -> dict[str, Series]:
    """Each command once per round, the order turned round each time; one round before does not count."""
    series = {name: Series() for name in commands}
    for number in range(rounds + 1):
        names = list(commands) if number % 2 else list(reversed(commands))
        for name in names:
            wall, processor = commands[name]()
            if number:
                series[name].wall.append(wall)
                series[name].processor.append(processor)
    return series


def shown(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"


def row(series: Series) -> str:
    """`median (least–most), processor`"""
    return (
        f"{shown(series.median)} ({shown(min(series.wall))} – {shown(max(series.wall))}, "
        f"processor {shown(series.work)})"
    )


def machine() -> str:
    """Processor, cores, system and load, for the top of a table."""
    model = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
        load = f", load {os.getloadavg()[0]:.1f}"
    except OSError:
        load = ""
    return f"{model}, {os.cpu_count()} cores, {platform.system()}{load}"
