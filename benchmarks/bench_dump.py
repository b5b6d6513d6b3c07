"""What recording a failure costs: a million-row data frame in the failing frame, against debuglater.

    python benchmarks/bench_dump.py --rounds 5 [--debuglater PYTHON]

Run with an interpreter that has numpy and pandas. PYTHON is one with debuglater, dill, numpy and pandas;
without it only ours is measured. Each round is a fresh process, which is told by its own processor time:
the failure is caught, recorded once to load the code, and recorded again. Printed are the first recording
(loading included) and the second. The floor is what an empty file of the same size takes to write.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from clock import machine

import pipelens

WORKER = Path(pipelens.__file__).parent / "worker"
ROWS = 1_000_000

_FAILURE = f"""
import json, os, sys, time
import numpy, pandas

def fail():
    rows = {ROWS}
    frame = pandas.DataFrame({{
        "number": numpy.arange(rows, dtype="f8"), "whole": numpy.arange(rows), "flag": numpy.arange(rows) % 2 == 0,
        "when": pandas.date_range("2020", periods=rows, freq="s"), "word": ["a", "b", "c", "d"] * (rows // 4),
    }})
    return frame["missing"]

try:
    fail()
except KeyError as caught:
    error = caught
path = sys.argv[1]
"""
_OURS = """
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
spec = spec_from_file_location("_pipelens_worker", sys.argv[2] + "/__init__.py", submodule_search_locations=[sys.argv[2]])
module = module_from_spec(spec)
sys.modules["_pipelens_worker"] = module
spec.loader.exec_module(module)
import_module("_pipelens_worker.start")
plan = {"task": "t", "params": {}, "user_roots": [os.getcwd()], "outputs": {"dump": path},
    "recording": {"run": "r", "root": os.getcwd(), "pipeline": "pipeline.yaml", "values": sys.argv[3]}}
def record():
    import_module("_pipelens_worker.dump").write(error, plan)
"""
_DEBUGLATER = """
import debuglater
def record():
    try:
        raise error
    except KeyError:
        debuglater.run(path, echo=False)
"""
_FLOOR = """
size = int(sys.argv[3])
def record():
    with open(path, "wb") as file:
        file.write(bytes(size))
"""
_MEASURE = """
told = []
for _ in range(2):
    before = time.process_time()
    record()
    told.append(time.process_time() - before)
print(json.dumps([*told, os.path.getsize(path)]))
"""


def measured(python: str, way: str, folder: Path, *arguments: str) -> tuple[float, float, int]:
    """Seconds of the processor of the first recording and of the second; bytes."""
    script = folder / "failing.py"
    script.write_text(_FAILURE + way + _MEASURE, "utf-8")
    command = [python, str(script), str(folder / "failed.dump"), str(WORKER), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    first, second, size = json.loads(done.stdout.splitlines()[-1])
    return first, second, size


def row(name: str, found: list[tuple[float, float, int]], floor: float | None, ours: float | None) -> str:
    first = statistics.median(one[0] for one in found) * 1000
    second = statistics.median(one[1] for one in found) * 1000
    low, high = min(one[0] for one in found) * 1000, max(one[0] for one in found) * 1000
    ratio = "–" if ours is None else f"{first / ours:.0f} ×"
    above = "–" if floor is None else f"{first / floor:.1f} ×"
    size = found[0][2] / 1e6
    return f"| {name} | {first:.1f} ({low:.1f}–{high:.1f}) | {second:.1f} | {size:.2f} | {above} | {ratio} |"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--debuglater", metavar="PYTHON")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    ways = {f"values: {values}": (sys.executable, _OURS, values) for values in ("none", "small", "all")}
    if given.debuglater:
        ways["debuglater"] = (given.debuglater, _DEBUGLATER, "")
    found: dict[str, list[tuple[float, float, int]]] = {name: [] for name in ways}
    floors: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for number in range(given.rounds):
            names = list(ways) if number % 2 else list(reversed(ways))
            for name in names:
                python, way, values = ways[name]
                found[name].append(measured(python, way, folder, values))
        for name, series in found.items():
            floors[name] = measured(sys.executable, _FLOOR, folder, str(series[0][2]))[0] * 1000
    print(machine())
    print(f"milliseconds of the processor, median (range) of {given.rounds} fresh processes, in turn\n")
    print("| | first recording | second | MB | against writing as many bytes | against values: none |")
    print("|---|---|---|---|---|---|")
    ours = statistics.median(one[0] for one in found["values: none"]) * 1000
    for name, series in found.items():
        print(row(name, series, floors[name], None if name == "values: none" else ours))
    return 0


if __name__ == "__main__":
    sys.exit(main())
