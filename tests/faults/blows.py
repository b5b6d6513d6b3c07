"""The blows: what is done to a build, and what it may say to that."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from tests.faults import processes_posix as processes
from tests.faults import small_disk
from tests.faults.judging import judged_meanwhile
from tests.faults.moments import Round, begun, ended, moment
from tests.faults.victim import Models, command, content, differences, environment


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
    # On a busy machine it may see its workers die, and end by itself, before its turn comes.
    is_told = round.code == 1 and "SIGKILL" in round.err
    round.expect(is_told or round.code in (0, -signal.SIGKILL), f"killed, it ends with {round.code}")


def _stopped(round: Round, models: Models, *numbers: int) -> None:
    wait, victim = moment(round, models), begun(round)
    if wait(victim):
        for number in numbers:
            round.hit = processes.kill(victim.process.pid, number)
            time.sleep(round.chance.random() * 0.2 if len(numbers) > 1 else 0)
    ended(round, victim)
    if round.was_starting(*numbers):
        return
    round.expect(round.code in (0, 130), f"stopped, it ends with {round.code}")
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
    if not round.was_starting(signal.SIGHUP):
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
    if _was_over_before(round.folder, second.pid, victim.process.pid):
        return  # it found nothing to do while the other was still reading the pipeline
    found = differences(content(round.folder), content(models.of(2, page=round.page)))
    round.expect(not found, f"after the second build these are wrong: {found}")


def _was_over_before(folder: Path, first: int, then: int) -> bool:
    """Whether the build of process `first` had ended before that of process `then` began."""
    began: dict[int, float] = {}
    ended: dict[int, float] = {}
    for path in (folder / ".pipelens" / "runs").glob("*.jsonl"):
        events = [json.loads(line) for line in path.read_text().splitlines() if line.endswith("}")]
        if events and "pid" in events[0]:
            began[events[0]["pid"]] = events[0]["at"]
            if events[-1]["kind"] == "end":
                ended[events[0]["pid"]] = events[-1]["at"]
    return first in ended and then in began and ended[first] < began[then]


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
