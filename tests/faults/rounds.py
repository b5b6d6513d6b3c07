"""One round: a build is hit at a random moment, the next one must make everything right.

`python -m tests.faults.rounds KIND FIRST COUNT` plays rounds by themselves and prints one JSON line for
each; the seed of a round is its kind and its number, so what was found can be played again.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipelens.runner.build_lock import is_building
from pipelens.runner.freshness import read_freshness
from pipelens.runner.history import past_runs
from pipelens.workspace.opening import NotFound, open_pipeline
from tests.faults import processes_posix as processes
from tests.faults import small_disk
from tests.faults.victim import (
    Models,
    built,
    command,
    content,
    content_of,
    differences,
    environment,
)

_OURS = re.compile(r'File ".*/pipelens/(?!worker/)')


@dataclass
class Round:
    """What is drawn, and what was found. wrong: what must not be; hit: whether the blow fell while the
    build ran."""

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


def _stamps(folder: Path) -> dict[str, int]:
    try:
        with os.scandir(folder) as entries:
            return {entry.name: entry.stat().st_mtime_ns for entry in entries}
    except OSError:
        return {}


# -- the blows


def hit_worker(round: Round, models: Models) -> None:
    _one_process(round, models, processes.workers, "worker")


def hit_warm_parent(round: Round, models: Models) -> None:
    round.words = ("--engine", "warm", *round.words[2:])
    _one_process(round, models, processes.warm_parents, "warm parent")


def _one_process(
    round: Round,
    models: Models,
    choose: Callable[[list[processes.Process]], list[processes.Process]],
    what: str,
) -> None:
    wait, victim = moment(round, models), begun(round)
    wait(victim)
    while not victim.is_over() and not round.hit:
        if found := choose(processes.marked(round.mark)):
            round.hit = processes.kill(round.chance.choice(found).pid)
        else:
            time.sleep(0.005)
    ended(round, victim)
    round.expect(round.code in (0, 1), f"a killed {what} ends the build with {round.code}")
    if round.code == 1:
        round.expect("SIGKILL" in round.err, "what died is not told")


def hit_builder(round: Round, models: Models) -> None:
    wait, victim = moment(round, models), begun(round)
    if wait(victim):
        victim.process.kill()
        round.hit = True
    ended(round, victim)
    round.expect(round.code in (0, -signal.SIGKILL), f"a killed builder ends with {round.code}")


def hit_all(round: Round, models: Models) -> None:
    wait, victim = moment(round, models), begun(round)
    if wait(victim):
        found = processes.marked(round.mark)
        round.chance.shuffle(found)
        killed = [one.pid for one in found if processes.kill(one.pid)]
        round.hit = victim.process.pid in killed
        victim.process.kill()
    ended(round, victim)
    round.expect(round.code in (0, -signal.SIGKILL), f"killed, it ends with {round.code}")


def _stopped(round: Round, models: Models, *numbers: int) -> None:
    wait, victim = moment(round, models), begun(round)
    if wait(victim):
        for number in numbers:
            round.hit = processes.kill(victim.process.pid, number)
            time.sleep(round.chance.random() * 0.2 if len(numbers) > 1 else 0)
    ended(round, victim)
    began = (round.folder / ".pipelens").exists()
    if not began and round.code in (-signal.SIGINT, -signal.SIGTERM, 1):
        return  # the interpreter itself was still starting
    round.expect(
        round.code in (0, 130, *(-n for n in numbers if n == signal.SIGTERM)),
        f"stopped, it ends with {round.code}",
    )
    round.expect("Traceback" not in round.err, f"a stop ends with a traceback: {round.err[-1500:]}")


def hit_ctrl_c(round: Round, models: Models) -> None:
    _stopped(round, models, signal.SIGINT)


def hit_ctrl_c_twice(round: Round, models: Models) -> None:
    _stopped(round, models, signal.SIGINT, signal.SIGINT)


def hit_terminate(round: Round, models: Models) -> None:
    _stopped(round, models, signal.SIGTERM)


def hit_hang_up(round: Round, models: Models) -> None:
    wait, victim = moment(round, models), begun(round)
    if wait(victim):
        round.hit = processes.kill(victim.process.pid, signal.SIGHUP)
    ended(round, victim)
    if round.code != -signal.SIGHUP or (round.folder / ".pipelens").exists():
        round.expect(round.code == 0, f"a closed terminal ends the build with {round.code}")


def hit_one_of_two(round: Round, models: Models) -> None:
    """A second build waits while the first is killed."""
    wait, victim = moment(round, models), begun(round)
    time.sleep(round.chance.random() * 0.3)
    # The one that waits has a mark of its own: what it leaves counts as well, see `judged`.
    second = subprocess.Popen(
        command("build", "-j", round.words[3]),
        cwd=round.folder,
        env=environment(round.mark),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    if wait(victim):
        victim.process.kill()
        round.hit = True
    ended(round, victim)
    _, err = second.communicate(timeout=240)
    round.expect(second.returncode == 0, f"the second build ended with {second.returncode}: {err[-500:]}")
    found = differences(content(round.folder), content(models.of(2, page=round.page)))
    round.expect(not found, f"after the second build these are wrong: {found}")


def hit_disk(round: Round, models: Models) -> None:
    """The disk is full from the start or from some moment on, of space or of files."""
    disk = small_disk.drawn(round.folder, round.chance)
    round.moment = disk.in_words
    if disk.at_once:
        disk.fill()
        victim = begun(round)
    else:
        wait, victim = moment(round, models), begun(round)
        round.moment += f", {round.moment}"
        wait(victim)
        disk.fill()
    ended(round, victim)
    round.hit = round.code != 0
    round.expect(round.code in (0, 1), f"on a full disk the build ends with {round.code}")
    if round.code == 1:
        round.expect("is full" in round.err, f"what is wrong is not told: {round.err[-600:]}")
        round.expect("make room" in round.err.lower(), "what to do is not told")
        round.expect(str(round.folder.name) in round.err or "out/" in round.err, "no file is named")
    judged_meanwhile(round, models)
    disk.free()


BLOWS: dict[str, Callable[[Round, Models], None]] = {
    "worker": hit_worker,
    "builder": hit_builder,
    "both": hit_all,
    "disk": hit_disk,
    "warm-parent": hit_warm_parent,
    "ctrl-c": hit_ctrl_c,
    "ctrl-c-twice": hit_ctrl_c_twice,
    "terminate": hit_terminate,
    "hang-up": hit_hang_up,
    "two-builds": hit_one_of_two,
}


# -- what must be true afterwards


def played(kind: str, number: int, folder: Path, models: Models) -> Round:
    round = Round(kind, number, folder / f"{kind}-{number}")
    if kind == "disk":
        round.page = False
        small_disk.mounted(round.folder, round.chance)
    models.laid(round.folder, round.start, page=round.page)
    try:
        BLOWS[kind](round, models)
        round.expect("bug in Pipelens" not in round.err, f"a bug: {round.err[-800:]}")
        round.expect(not _OURS.search(round.err), f"a traceback of ours: {round.err[-1500:]}")
        judged(round, models)
    finally:
        for process in processes.marked(round.mark):
            processes.kill(process.pid)
    return round


def states(folder: Path) -> dict[str, str]:
    keeper = open_pipeline(None, cwd=str(folder), environ={}, overrides={})
    assert not isinstance(keeper, NotFound)
    return {name: told.state for name, told in read_freshness(keeper.now()).items()}


def judged_meanwhile(round: Round, models: Models) -> None:
    """Before the next build: nobody is left, and what looks fresh is right."""
    left = processes.left_after(round.mark)
    round.expect(not left, f"processes are left: {[one.words for one in left]}")
    expected = content(models.of(2, page=round.page))
    keeper = open_pipeline(None, cwd=str(round.folder), environ={}, overrides={})
    assert not isinstance(keeper, NotFound)
    project = keeper.now()
    for name, told in read_freshness(project).items():
        products = project.tasks[name].products
        if told.state == "running":
            round.expect(False, f"{name} looks as if it ran")
        if told.state != "fresh" or products is None:
            continue
        for item in products.items:
            now = content_of(round.folder, item.path)
            was = {path: expected.get(path) for path in now}
            round.expect(now and now == was, f"{name} looks fresh, and {item.path} is not what it makes")


def judged(round: Round, models: Models) -> None:
    folder, expected = round.folder, content(models.of(2, page=round.page))
    judged_meanwhile(round, models)
    again = built(folder, round.mark, *round.words[:4])
    round.expect(
        again.returncode == 0, f"the next build ends with {again.returncode}: {again.stderr[-1500:]}"
    )
    found = differences(content(folder), expected)
    round.expect(not found, f"these are wrong after the next build: {found}")
    stale = {name: state for name, state in states(folder).items() if state != "fresh"}
    round.expect(not stale, f"after the next build: {stale}")
    if round.chance.random() < 0.25:  # it costs a third of a round
        third = built(folder, round.mark, "--json")
        round.expect(third.returncode == 0, f"the third build ends with {third.returncode}")
        if third.returncode == 0:
            ran = [task["name"] for task in json.loads(third.stdout)["tasks"] if task["ran"]]
            round.expect(not ran, f"the third build runs {ran}")
    round.expect(not processes.left_after(round.mark), "processes are left at the end")
    _clean(round)


def _clean(round: Round) -> None:
    """Nothing of the run that was hit lies about."""
    root, state = str(round.folder), round.folder / ".pipelens"
    pipeline = str(round.folder / "pipeline.yaml")
    for part in ("intents", "plans"):
        left = os.listdir(state / part)
        round.expect(not left, f"left in {part}: {left}")
    left = [str(path) for path in round.folder.rglob("*.tmp")]
    round.expect(not left, f"temporary files: {left}")
    round.expect(not is_building(root, pipeline), "the lock is held")
    runs = past_runs(root, pipeline)
    fewest = 1 if round.kind == "disk" else 2  # what found no room is not known
    began = (state / "runs").exists() and len(os.listdir(state / "runs"))
    round.expect(len(runs) >= min(fewest, began), f"the history knows {len(runs)} runs")
    round.expect(all(run.state != "running" for run in runs), "a run in the history runs for ever")
    round.expect(not list(state.glob("*.broken*")), "the history was broken")


def played_in(
    kind: str, first: int, count: int, folder: Path, models: Models, *, keep: bool = False
) -> Iterator[Round]:
    """Rounds one after another; what they leave is removed, but (keep) for what went wrong."""
    for number in range(first, first + count):
        round = played(kind, number, folder, models)
        yield round
        if not (round.wrong and keep):
            small_disk.unmounted(round.folder)
            shutil.rmtree(round.folder, ignore_errors=True)


def main(words: list[str]) -> int:
    kind, first, count = words[0], int(words[1]), int(words[2])
    keep = bool(os.environ.get("PIPELENS_FAULTS_KEEP"))
    folder = Path(tempfile.mkdtemp(prefix="pipelens-faults-"))
    models = Models(Path(words[3]) if len(words) > 3 else folder / "models")
    failed = False
    try:
        for round in played_in(kind, first, count, folder, models, keep=keep):
            failed = failed or bool(round.wrong)
            told = {"kind": kind, "number": round.number, "hit": round.hit, "wrong": round.wrong}
            print(json.dumps({**told, "told": round.told}), flush=True)
    finally:
        if not (failed and keep):
            shutil.rmtree(folder, ignore_errors=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
