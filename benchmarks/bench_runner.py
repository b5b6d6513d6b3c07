"""The runner beside Ploomber, in turn in one run: first builds, one task more, nothing to do.

    python benchmarks/bench_runner.py --ploomber PYTHON --rounds 5
    python benchmarks/bench_runner.py --only first idle --mix script=1 --flow --comments --hook --seed 7

PYTHON is an interpreter with Ploomber 0.23.3, by default that of build/ploomber-venv. All times are
from the start of a process to its end, or of the processor in it and all that it started. Before a
first build everything that an earlier one left is removed, and after it every product is looked for.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from bench_status import fresh_everywhere, version
from clock import Series, in_turn, machine, once, row, shown
from pipelines import Style, add_style_options, make, read_style

PARTS = ("floor", "first", "parallel", "html", "task", "preload", "idle")
PLOOMBER = Path(__file__).parents[1] / "build/ploomber-venv/bin/python"
FEW, MANY = 10, 60
"""Tasks between which the cost of one more is measured."""
SETTLED = 2.5
"""Seconds after which a build relies on files that have not changed since."""

Run = Callable[[], tuple[float, float]]


@dataclass(frozen=True)
class Bench:
    """What is measured, and with which data."""

    ours: str
    theirs: str | None
    folder: Path
    rounds: int
    seed: int
    mix: dict[str, int] | None
    style: Style

    def command(self, tool: str, *words: str) -> list[str]:
        python = self.ours if tool == "pipelens" else self.theirs
        return [str(Path(python or "").absolute().with_name(tool)), *words]

    def pipeline(self, name: str, tasks: int, kind: str, **style: object) -> Path:
        folder = self.folder / name
        make(
            folder,
            tasks,
            seed=self.seed,
            mix=self.mix or {kind: 1},
            style=replace(self.style, **style),  # pyright: ignore[reportArgumentType]
        )
        return folder

    def tools(self) -> tuple[str, ...]:
        return ("pipelens", "ploomber") if self.theirs else ("pipelens",)


def forget(folder: Path) -> None:
    for name in ("out", ".pipelens"):
        shutil.rmtree(folder / name, ignore_errors=True)


def first_build(command: list[str], folder: Path, tasks: int) -> tuple[float, float]:
    forget(folder)
    measured = once(command, folder)
    made = len(list((folder / "out").glob("*.txt")))
    assert made == tasks, f"{command[0]} made {made} of {tasks} products"
    return measured


def line(
    what: str, measured: Mapping[str, Series], goal: str, *, ratio: float = 0, processor: bool = False
) -> None:
    """One row of the table. ratio: how many times faster it shall be. processor: that counts."""
    ours, theirs = measured["pipelens"], measured.get("ploomber")
    cells = [what, row(ours)]
    if theirs is None:
        cells += ["–", "–", "–"]
    else:
        cells += [row(theirs), f"{theirs.median / ours.median:.1f} ×", f"{theirs.work / ours.work:.1f} ×"]
        if ratio:
            reached = (theirs.work / ours.work if processor else theirs.median / ours.median) >= ratio
            goal += " ✓" if reached else " ✗"
    print("| " + " | ".join([*cells, goal]) + " |", flush=True)


def measure_floor(bench: Bench) -> None:
    commands: dict[str, Run] = {
        "bare": partial(once, [bench.ours, "-c", "pass"], bench.folder),
        "IPython": partial(once, [bench.ours, "-c", "import IPython"], bench.folder),
    }
    series = in_turn(commands, bench.rounds)
    line("floor: Python starts and ends", {"pipelens": series["bare"]}, "")
    line("floor: Python imports IPython", {"pipelens": series["IPython"]}, "")


def measure_first(bench: Bench, *, product: str = "ipynb", workers: int = 1, ratio: float) -> None:
    tasks = FEW
    executor = "parallel" if workers > 1 else ""
    folders = {
        "pipelens": bench.pipeline(f"first-{product}-{workers}", tasks, "notebook", reach=0, product=product)
    }
    folders["ploomber"] = bench.pipeline(
        f"first-{product}-{workers}-theirs",
        tasks,
        "notebook",
        reach=0,
        product=product,
        executor=f"\n  dotted_path: ploomber.executors.Parallel\n  processes: {workers}" if executor else "",
    )
    words = ["build", "-j", str(workers)] if executor else ["build"]
    commands: dict[str, Run] = {
        tool: partial(
            first_build,
            bench.command(tool, *(words if tool == "pipelens" else ["build"])),
            folders[tool],
            tasks,
        )
        for tool in bench.tools()
    }
    at_once = f", {workers} at once" if executor else ""
    what = f"first build of {tasks} tasks, `.{product}`{at_once}"
    line(what, in_turn(commands, bench.rounds), f"{ratio:.0f} ×", ratio=ratio)


def measure_task(bench: Bench) -> None:
    """The slope between few tasks and many: what one more task costs in a worker that is warm."""
    for kind, goal in (("notebook", 0.030), ("script", 0.030), ("function", 0.015)):
        commands: dict[str, Run] = {}
        for tasks in (FEW, MANY):
            folder = replace(bench, mix={kind: 1}).pipeline(f"{kind}-{tasks}", tasks, kind, reach=0)
            commands[str(tasks)] = partial(first_build, bench.command("pipelens", "build"), folder, tasks)
        series = in_turn(commands, bench.rounds)
        few, many = series[str(FEW)], series[str(MANY)]
        wall = (many.median - few.median) / (MANY - FEW)
        work = (many.work - few.work) / (MANY - FEW)
        told = f"{1000 * wall:.1f} ms (processor {1000 * work:.1f} ms)"
        verdict = "✓" if wall < goal else "✗"
        print(f"| one {kind} task more | {told} | – | – | – | {shown(goal)} {verdict} |", flush=True)


def measure_preload(bench: Bench, module: str) -> None:
    """Tasks that import a library: where the last run showed that they do, and where none did."""
    folder = bench.pipeline("preload", FEW, "script", reach=0, imports=(module,))
    command = bench.command("pipelens", "build", "--force")

    def with_history() -> tuple[float, float]:
        once(command, folder)
        return once(command, folder)

    runs: dict[str, Run] = {"first": partial(first_build, command, folder, FEW), "again": with_history}
    series = in_turn(runs, bench.rounds)
    line(f"{FEW} tasks that import {module}, first build", {"pipelens": series["first"]}, "")
    faster = series["first"].median / series["again"].median
    line(f"the same again (imported once for all): {faster:.1f} ×", {"pipelens": series["again"]}, "")


def measure_idle(bench: Bench, sizes: list[int], *, with_ploomber: int) -> None:
    """Builds with nothing to do: with all files read, and where none changed since the last such build."""
    for tasks in sizes:
        folder = bench.pipeline(f"idle-{tasks}", tasks, "function")
        command = bench.command("pipelens", "build")
        once([*command, "-j", "2"], folder)
        assert fresh_everywhere(bench.ours, folder), "the first build left something to do"
        looks = folder / ".pipelens" / "looks"

        def in_full(command: list[str] = command, folder: Path = folder, looks: Path = looks):
            shutil.rmtree(looks, ignore_errors=True)
            return once(command, folder)

        goal = {1000: 0.6, 10_000: 4.0}.get(tasks)
        full = in_turn({"pipelens": in_full}, bench.rounds)
        time.sleep(SETTLED)
        once(command, folder)
        commands: dict[str, Run] = {"pipelens": partial(once, command, folder)}
        if bench.theirs and tasks <= with_ploomber:
            commands["ploomber"] = partial(once, bench.command("ploomber", "build"), folder)
        again = in_turn(commands, bench.rounds if len(commands) == 1 else 1)
        for what, measured in (("all read", full), ("again, nothing changed", again)):
            work = measured["pipelens"].work
            told = f"{shown(goal)} of processor {'✓' if work < goal else '✗'}" if goal else ""
            line(f"nothing to do, {tasks:,} tasks, {what}", measured, told)
        assert fresh_everywhere(bench.ours, folder), "something ran: the figures compare nothing"


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--ploomber", metavar="PYTHON", default=str(PLOOMBER) if PLOOMBER.exists() else None)
    parser.add_argument("--pipelens", metavar="PYTHON", default=sys.executable)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, metavar="PART", help=str(PARTS))
    parser.add_argument("--tasks", type=int, nargs="+", default=[1000, 10_000], help="sizes for `idle`")
    parser.add_argument("--idle-ploomber", type=int, default=0, metavar="N", help="up to N tasks beside it")
    parser.add_argument("--preload", default="pandas", metavar="MODULE", help="what tasks import")
    add_style_options(parser)
    return parser.parse_args()


def main() -> int:
    given = read_arguments()
    style = read_style(given)
    print(machine())
    versions = [version(given.pipelens, "pipelens")]
    versions += [version(given.ploomber, "ploomber")] if given.ploomber else []
    print(" · ".join([f"Python {sys.version.split()[0]}", *versions]))
    mix = given.mix or "as each part has it"
    print(f"median (range) of {given.rounds} rounds, in turn; seed {given.seed}, mix {mix}, {style}\n")
    print("| | pipelens | Ploomber | ratio, clock | ratio, processor | goal |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as temporary:
        bench = Bench(
            given.pipelens, given.ploomber, Path(temporary), given.rounds, given.seed, given.mix, style
        )
        parts: dict[str, Callable[[], None]] = {
            "floor": partial(measure_floor, bench),
            "first": partial(measure_first, bench, ratio=20),
            "parallel": partial(measure_first, bench, workers=2, ratio=10),
            "html": partial(measure_first, bench, product="html", ratio=4),
            "task": partial(measure_task, bench),
            "preload": partial(measure_preload, bench, given.preload),
            "idle": partial(measure_idle, bench, given.tasks, with_ploomber=given.idle_ploomber),
        }
        for name in given.only:
            parts[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main())
