"""Debugging a task, beside debugpy alone on a script with the same code.

    python benchmarks/bench_debug.py --rounds 7 [--interpreter PYTHON …] [--only start loop step dump]

PYTHON runs the tasks, by default the one that runs this; give it several times to compare versions.
The first stop wants IPython there, the recorded failure pandas; without it they are told without. Both
adapters speak over standard streams and take turns within a round. What is measured:

start  from the start of the adapter to the stack of the first stop. debugpy launches a script that
       builds IPython's shell and runs the same cells; the breakpoint is in a module that they import.
loop   seconds of the processor of a loop in pure Python, told by the loop itself: under the debugger
       without breakpoints, and with one behind the loop.
step   from a `next` to its stack, scopes and local variables.
dump   a recorded failure: from the start of the adapter, and from `attach`, to the stack.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from clock import machine, shown
from dap_wire import Json, Session, now
from debugged_project import CELLS, STEPS, TURNS, write_project
from process_tree import processor

PARTS = ("start", "loop", "step", "dump")
READING = 0.25
"""Seconds that reading the pipeline may add to the first stop."""


@dataclass(frozen=True)
class Bench:
    """python: runs the tasks. folder: the project."""

    python: str
    folder: Path
    rounds: int

    def line_of(self, file: str, text: str) -> int:
        """The 1-based line that starts with `text`, blanks aside."""
        lines = (self.folder / file).read_text("utf-8").splitlines()
        return next(at for at, line in enumerate(lines, 1) if line.strip().startswith(text))

    def ours(self) -> Session:
        return Session([sys.executable, "-m", "pipelens", "dap", "--interpreter", self.python])

    def theirs(self) -> Session:
        return Session([sys.executable, "-m", "debugpy.adapter"])

    def task(self, name: str, told: Path | None = None, **more: object) -> Json:
        environ = {"TOLD": str(told)} if told else {}
        return {"task": name, "cwd": str(self.folder), "upstream": "ignore", "env": environ, **more}

    def script(self, file: str, *words: str, told: Path | None = None, **more: object) -> Json:
        environ = {"PYDEVD_DISABLE_FILE_VALIDATION": "1"} | ({"TOLD": str(told)} if told else {})
        return {
            "type": "debugpy",
            "request": "launch",
            "program": str(self.folder / file),
            "args": list(words),
            "python": [self.python],
            "cwd": str(self.folder),
            "env": environ,
            "console": "internalConsole",
            "subProcess": False,
            "justMyCode": True,
            **more,
        }

    def has(self, module: str) -> bool:
        probe = f"import importlib.util as u, sys; sys.exit(u.find_spec({module!r}) is None)"
        return subprocess.run([self.python, "-c", probe], check=False).returncode == 0

    @property
    def version(self) -> str:
        told = subprocess.run([self.python, "-V"], capture_output=True, text=True, check=True)
        return told.stdout.strip()


def in_turn(measures: dict[str, Callable[[], list[float]]], rounds: int) -> dict[str, list[list[float]]]:
    """Each measure once a round, the order turned round each time; one round before does not count."""
    found: dict[str, list[list[float]]] = {name: [] for name in measures}
    for number in range(rounds + 1):
        for name in list(measures) if number % 2 else list(reversed(measures)):
            told = measures[name]()
            if number:
                found[name].append(told)
    return found


def median(found: list[list[float]], at: int = 0) -> float:
    return statistics.median(one[at] for one in found)


def told(found: list[list[float]], at: int = 0) -> str:
    """`median (least – most)`"""
    values = [one[at] for one in found]
    return f"{fine(statistics.median(values))} ({fine(min(values))} – {fine(max(values))})"


def fine(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 0.1 else shown(seconds)


# The parts


def start(bench: Bench) -> None:
    points = {bench.folder / "marker.py": [2]}
    if not bench.has("IPython"):
        print(f"no IPython in {bench.python}: the first stop is not measured\n")
        return

    def first_stop(session: Session, arguments: Json) -> list[float]:
        try:
            session.launch(arguments, points)
            session.stack()
            return [now() - session.begun, processor(session.process.pid)]
        finally:
            session.close()

    found = in_turn(
        {
            "debugpy": lambda: first_stop(bench.theirs(), bench.script("shell.py", "cells.json")),
            "pipelens": lambda: first_stop(bench.ours(), bench.task("start")),
        },
        bench.rounds,
    )
    plain, ours = median(found["debugpy"]), median(found["pipelens"])
    print("| first stop | pipelens | debugpy on a script with IPython's shell | ratio | above 1.3 × |")
    print("|---|---|---|---|---|")
    above = (ours - 1.3 * plain) * 1000
    goal = "held" if ours <= 1.3 * plain + READING else "missed"
    print(
        f"| {len(CELLS) + 2} cells, clock | {told(found['pipelens'])} | {told(found['debugpy'])} "
        f"| {ours / plain:.2f} × | {above:+.0f} ms (at most {READING * 1000:.0f}: {goal}) |"
    )
    ours, plain = median(found["pipelens"], 1), median(found["debugpy"], 1)
    print(
        f"| the same, processor of all processes | {told(found['pipelens'], 1)} "
        f"| {told(found['debugpy'], 1)} | {ours / plain:.2f} × | {(ours - 1.3 * plain) * 1000:+.0f} ms |\n"
    )


def loop(bench: Bench) -> None:
    path = bench.folder / "told.json"
    behind = {bench.folder / "loop.py": [bench.line_of("loop.py", "behind")]}

    def finished() -> list[float]:
        return [float(one) for one in json.loads(path.read_text())]

    def run(session: Session, arguments: Json, points: dict[Path, list[int]]) -> list[float]:
        path.unlink(missing_ok=True)
        try:
            session.launch(arguments, points)
            if points:
                session.stack()
                session.ask("continue", threadId=session.thread)
            session.event("terminated")
        finally:
            session.close()
        return finished()

    def bare() -> list[float]:
        path.unlink(missing_ok=True)
        subprocess.run(
            [bench.python, "loop.py"],
            cwd=bench.folder,
            env={**os.environ, "TOLD": str(path)},
            check=True,
            capture_output=True,
        )
        return finished()

    task, script = bench.task("loop", path), bench.script("loop.py", told=path)
    found = in_turn(
        {
            "python": bare,
            "debugpy": lambda: run(bench.theirs(), script, {}),
            "debugpy, behind": lambda: run(bench.theirs(), script, behind),
            "no debugger": lambda: run(bench.ours(), {**task, "noDebug": True}, {}),
            "pipelens": lambda: run(bench.ours(), task, {}),
            "pipelens, behind": lambda: run(bench.ours(), task, behind),
        },
        bench.rounds,
    )
    rows = (
        ("no breakpoints, loop in a function", 0, ""),
        ("no breakpoints, loop in a cell", 1, ""),
        ("a breakpoint behind the loop in its cell", 1, ", behind"),
    )
    print(f"| {TURNS:,} turns, processor | pipelens | against no debugger | debugpy | against no debugger |")
    print("|---|---|---|---|---|")
    for name, at, point in rows:
        ours, plain = found["pipelens" + point], found["debugpy" + point]
        print(
            f"| {name} | {told(ours, at)} | {against(ours, found['no debugger'], at)} "
            f"| {told(plain, at)} | {against(plain, found['python'], at)} |"
        )
    print()


def against(rounds: list[list[float]], floor: list[list[float]], at: int) -> str:
    """The ratio of the medians, each round by the pace of its machine at that moment, and that of the
    fastest rounds."""
    fastest = min(one[at] for one in rounds) / min(one[at] for one in floor)
    return f"{median(rounds, at + 2) / median(floor, at + 2):.2f} × (fastest {fastest:.2f} ×)"


def step(bench: Bench) -> None:
    points = {bench.folder / "step.py": [bench.line_of("step.py", "first")]}

    def steps(session: Session, arguments: Json) -> list[float]:
        try:
            session.launch(arguments, points)
            session.local_names(session.stack()[0])
            took: list[float] = []
            for _ in range(STEPS):
                begun = now()
                session.ask("next", threadId=session.thread)
                session.local_names(session.stack()[0])
                took.append(now() - begun)
            return [statistics.median(took), max(took)]
        finally:
            session.close()

    found = in_turn(
        {
            "debugpy": lambda: steps(bench.theirs(), bench.script("step.py")),
            "pipelens": lambda: steps(bench.ours(), bench.task("step")),
        },
        bench.rounds,
    )
    print(f"| {STEPS} steps, each with stack and locals | pipelens | debugpy | ratio |")
    print("|---|---|---|---|")
    for at, name in enumerate(("median of a session", "slowest of a session")):
        ratio = median(found["pipelens"], at) / median(found["debugpy"], at)
        print(f"| {name} | {told(found['pipelens'], at)} | {told(found['debugpy'], at)} | {ratio:.2f} × |")
    print()


def dump(bench: Bench) -> None:
    build = [sys.executable, "-m", "pipelens", "build", "-p", "failing", "--interpreter", bench.python]
    subprocess.run(build, cwd=bench.folder, capture_output=True, check=False)
    [recorded, *_] = (bench.folder / ".pipelens" / "failures").glob("*.plpm")

    def opened() -> list[float]:
        session = bench.ours()
        try:
            session.ask("initialize", clientID="vscode", adapterID="bench")
            asked = now()
            number = session.send("attach", dump=str(recorded), cwd=str(bench.folder))
            session.event("initialized")
            session.ask("configurationDone")
            session.reply(number)
            frames = session.stack()
            here = now()
            assert frames
            return [here - session.begun, here - asked]
        finally:
            session.close()

    def bare() -> list[float]:
        begun = now()
        subprocess.run([sys.executable, "-c", "pass"], check=True)
        return [now() - begun]

    found = in_turn({"python": bare, "pipelens": opened}, bench.rounds)
    size = recorded.stat().st_size / 1024
    kind = "a pandas frame" if bench.has("pandas") else "a list"
    print("| a recorded failure, to its stack | from the adapter's start | from `attach` | bare Python |")
    print("|---|---|---|---|")
    times = f"{told(found['pipelens'])} | {told(found['pipelens'], 1)} | {told(found['python'])}"
    print(f"| {kind} of 1,000,000 rows, {size:.0f} kB | {times} |\n")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--interpreter", metavar="PYTHON", action="append")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    given = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    measures: dict[str, Callable[[Bench], None]] = {"start": start, "loop": loop, "step": step, "dump": dump}
    print(machine())
    print(f"median (range) of {given.rounds} rounds, in turn; one round before does not count\n")
    for python in given.interpreter or [sys.executable]:
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(os.path.realpath(temporary)) / "project"
            write_project(folder)
            bench = Bench(os.path.abspath(python), folder, given.rounds)
            print(f"### {bench.version}\n")
            for part in PARTS:
                if part in given.only:
                    measures[part](bench)
    return 0


if __name__ == "__main__":
    sys.exit(main())
