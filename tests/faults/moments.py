"""Rounds: what is drawn for each, the build that is hit, and waiting for the moment to hit it."""

from __future__ import annotations

import os
import random
import re
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.victim import Models, command, environment

_OWN_FRAME = re.compile(r'File ".*?/pipelens/(.*)')
_FIRST_LINES = re.compile(r'(__init__|__main__|cli/__init__|cli/entry)\.py", line \d+, in <module>')
"""Frames of ours before any function of ours is called."""


@dataclass
class Round:
    """What is drawn, and what was found. wrong: what must not be; hit: whether the blow fell while the
    build ran. before: the files that were there when it began."""

    kind: str
    number: int
    folder: Path
    start: str = ""
    words: tuple[str, ...] = ()
    page: bool = False
    moment: str = ""
    hit: bool = False
    code: int | None = None
    out: str = ""
    err: str = ""
    before: frozenset[tuple[object, ...]] = frozenset()
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(f"{os.environ.get('PIPELENS_FAULTS_SEED', '')}{self.kind}-{self.number}")
        self.start = self.chance.choice(("new", "edited", "edited", "fresh"))
        engine = self.chance.choice((("--engine", "warm"), ("--engine", "warm"), ("--engine", "process")))
        jobs = self.chance.choice((("-j", "1"), ("-j", "2")))
        self.words = (*engine, *jobs, *(("--force",) if self.start == "fresh" else ()))
        self.page = self.chance.random() < 0.1

    @property
    def mark(self) -> str:
        return f"{self.kind}-{self.number}-{os.getpid()}"

    def expect(self, truth: object, what: str) -> None:
        if not truth:
            self.wrong.append(what)

    def was_starting(self, *numbers: int) -> bool:
        """Whether a signal fell while Python itself was starting, before the first line of ours could heed
        it: Python has died of it, or told so in its own words, and nothing was done or said by us."""
        if not self.hit or self.code not in (1, *(-number for number in numbers)):
            return False
        ours = [words for words in _OWN_FRAME.findall(self.err) if not _FIRST_LINES.fullmatch(words)]
        return (
            not ours and not self.out and "pipelens:" not in self.err and files_of(self.folder) == self.before
        )

    @property
    def told(self) -> str:
        """The round in a line, for who plays it again."""
        return (
            f"{self.kind} {self.number}: {self.start}, {' '.join(self.words)}, page={self.page}, {self.moment}, "
            f"code {self.code}: " + "; ".join(self.wrong)
        )


@dataclass
class Victim:
    """A build under way. began: monotonic."""

    process: subprocess.Popen[str]
    mark: str
    began: float = field(default_factory=time.monotonic)

    def is_over(self) -> bool:
        return self.process.poll() is not None


def begun(round: Round) -> Victim:
    """Start the build that is to be hit; what it prints goes to files, since nobody reads meanwhile."""
    outputs = [open(round.folder.with_suffix(end), "w") for end in (".out", ".err")]  # noqa: SIM115
    round.before = files_of(round.folder)
    process = subprocess.Popen(
        command("build", *round.words),
        cwd=round.folder,
        env=environment(round.mark),
        stdin=subprocess.DEVNULL,
        stdout=outputs[0],
        stderr=outputs[1],
        text=True,
        start_new_session=True,
    )
    for file in outputs:
        file.close()
    return Victim(process, round.mark)


def ended(round: Round, victim: Victim) -> None:
    round.code = victim.process.wait(240)
    round.out, round.err = (
        round.folder.with_suffix(end).read_text("utf-8", "replace") for end in (".out", ".err")
    )


def moment(round: Round, models: Models) -> Callable[[Victim], bool]:
    """Draw when to hit; what waits for it tells whether the build still runs. Half of the moments lie
    anywhere in the length of a build, half shortly after something was written."""
    chance = round.chance
    if chance.random() < 0.5:
        at = chance.random() * 1.05 * models.length(round.start, round.words)
        round.moment = f"after {at:.3f} s"
        return lambda victim: _slept(victim, at)
    stage = chance.choice(("intent", "plan", "product", "metadata", "record"))
    number, more = chance.randint(1, 7), chance.choice((0.0, 0.003 * chance.random(), 0.05 * chance.random()))
    round.moment = f"{more:.4f} s after {stage} {number}"
    return lambda victim: _seen(round.folder, victim, stage, number) and _slept(victim, more, since=None)


def _slept(victim: Victim, seconds: float, since: float | None = 0.0) -> bool:
    end = seconds + (victim.began if since is not None else time.monotonic())
    while (left := end - time.monotonic()) > 0 and not victim.is_over():
        time.sleep(min(left, 0.01))
    return not victim.is_over()


def _seen(folder: Path, victim: Victim, stage: str, number: int) -> bool:
    """Wait until the `number`th file of a kind was written."""
    where = {"product": "out", "metadata": "out", "record": ".pipelens"}.get(stage, f".pipelens/{stage}s")
    before = _stamps(folder / where)
    changes: set[tuple[str, int]] = set()
    while not victim.is_over():
        for name, stamp in _stamps(folder / where).items():
            wanted = stage in ("intent", "plan", "record") or name.endswith(".metadata") == (
                stage == "metadata"
            )
            if wanted and before.get(name) != stamp:
                changes.add((name, 0 if stage == "product" else stamp))
        if len(changes) >= number:
            return True
        time.sleep(0.001)
    return False


def files_of(folder: Path) -> frozenset[tuple[object, ...]]:
    """All that is in a folder, so that it shows whether anything was written, moved or removed."""
    found: set[tuple[object, ...]] = set()
    for path in folder.rglob("*"):
        stat = path.lstat()
        found.add((str(path), stat.st_ino, stat.st_mtime_ns, stat.st_size))
    return frozenset(found)


def _stamps(folder: Path) -> dict[str, int]:
    try:
        with os.scandir(folder) as entries:
            return {entry.name: entry.stat().st_mtime_ns for entry in entries}
    except OSError:
        return {}
