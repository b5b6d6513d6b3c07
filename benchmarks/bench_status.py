"""`status` and a build with nothing to do, against Ploomber, in turn in one run.

    python benchmarks/bench_status.py --ploomber PYTHON --tasks 100 1000 --rounds 5

PYTHON is an interpreter with Ploomber 0.23.3. Pipelens builds the pipeline first; both tools read
the same metadata, so both find everything fresh, which is looked at before anything is measured.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from clock import in_turn, machine, once, row
from pipelines import make, read_mix


def version(python: str, package: str) -> str:
    program = f"from importlib.metadata import version; print(version({package!r}))"
    done = subprocess.run([python, "-c", program], capture_output=True, text=True, check=True)
    return f"{package} {done.stdout.strip()}"


def fresh_everywhere(python: str, folder: Path) -> bool:
    done = subprocess.run(
        [python, "-m", "pipelens", "status", "--json"], cwd=folder, capture_output=True, text=True, check=True
    )
    return all(task["freshness"]["state"] == "fresh" for task in json.loads(done.stdout)["tasks"])


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--ploomber", metavar="PYTHON", help="an interpreter with Ploomber; without it only ours is measured"
    )
    parser.add_argument("--pipelens", metavar="PYTHON", default=sys.executable)
    parser.add_argument("--tasks", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mix", type=read_mix, default={"function": 1}, metavar="KIND=WEIGHT,…")
    given = parser.parse_args()

    print(machine())
    print(version(given.pipelens, "pipelens"), end="")
    print(" · " + version(given.ploomber, "ploomber") if given.ploomber else "")
    print(f"median (range) of {given.rounds} rounds, the tools in turn; seed {given.seed}, mix {given.mix}\n")
    print("| | tasks | pipelens | Ploomber | ratio, clock | ratio, processor |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as temporary:
        for tasks in given.tasks:
            folder = Path(temporary) / str(tasks)
            make(folder, tasks, seed=given.seed, mix=given.mix)
            once([given.pipelens, "-m", "pipelens", "build"], folder)
            assert fresh_everywhere(given.pipelens, folder), "the first build left something to do"
            for words in (["status"], ["build"]):
                ours = [str(Path(given.pipelens).with_name("pipelens")), *words]
                commands = {"pipelens": partial(once, ours, folder)}
                if given.ploomber:
                    theirs = [str(Path(given.ploomber).with_name("ploomber")), *words]
                    commands["ploomber"] = partial(once, theirs, folder)
                series = in_turn(commands, given.rounds)
                cells = [" ".join(words), str(tasks), row(series["pipelens"])]
                if given.ploomber:
                    ratio = series["ploomber"].median / series["pipelens"].median
                    work = series["ploomber"].work / series["pipelens"].work
                    cells += [row(series["ploomber"]), f"{ratio:.0f} ×", f"{work:.0f} ×"]
                else:
                    cells += ["–", "–", "–"]
                print("| " + " | ".join(cells) + " |", flush=True)
            if given.ploomber:
                assert fresh_everywhere(given.pipelens, folder), (
                    "Ploomber ran something: the figures compare nothing"
                )
    return 0


if __name__ == "__main__":
    sys.exit(main())
