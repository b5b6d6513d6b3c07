"""One round: a build is hit at a random moment, the next one must make everything right.

`python -m tests.faults.rounds KIND FIRST COUNT` plays rounds by themselves and prints one JSON line for
each; the seed of a round is its kind and its number, so what was found can be played again.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.faults import processes_posix as processes
from tests.faults import small_disk
from tests.faults.blows import BLOWS
from tests.faults.judging import judged
from tests.faults.moments import Round
from tests.faults.victim import Models

_OURS = re.compile(r'File ".*/pipelens/(?!worker/)')


def played(kind: str, number: int, folder: Path, models: Models) -> Round:
    round = Round(kind, number, folder / f"{kind}-{number}")
    if kind == "disk":
        round.page = False
        small_disk.mounted(round.folder, round.chance)
    models.laid(round.folder, round.start, page=round.page)
    try:
        BLOWS[kind](round, models)
        round.expect("bug in Pipelens" not in round.err, f"a bug: {round.err[-800:]}")
        is_ours = _OURS.search(round.err) and not round.was_starting(signal.SIGINT)
        round.expect(not is_ours, f"a traceback of ours: {round.err[-1500:]}")
        judged(round, models)
    finally:
        for process in processes.marked(round.mark):
            processes.kill(process.pid)
    return round


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
