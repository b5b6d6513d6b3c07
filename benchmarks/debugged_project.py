"""The project that `bench_debug.py` debugs: one task for each of its parts, and the script that debugpy is
given beside the first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

TURNS = 1_000_000
"""Of the loop that a breakpoint stands behind."""
STEPS = 25

_TASKS = """
tasks:
  - source: start.py
    product: {nb: out/start.ipynb, data: out/start.txt}
  - source: loop.py
    product: {nb: out/loop.ipynb, data: out/loop.txt}
  - source: step.py
    product: {nb: out/step.ipynb, data: out/step.txt}
  - source: failing.py
    product: {nb: out/failing.ipynb, data: out/failing.txt}
"""
_HEAD = '# %% tags=["parameters"]\nupstream = None\nproduct = None\n'
CELLS = [f"values_{n} = [k * {n} for k in range(100)]\nsum(values_{n})" for n in range(20)]
_MARKER = "def mark():\n    return 1\n"
_SHELL = """
import json, sys
from traitlets.config import Config
from IPython.core.interactiveshell import InteractiveShell
config = Config()
config.HistoryManager.enabled = False
shell = InteractiveShell.instance(config=config)
sys.path.insert(0, ".")
with open(sys.argv[1]) as file:
    cells = json.load(file)
for text in cells:
    shell.run_cell(text).raise_error()
"""
_LOOP = f"""
# %%
import json, os, time
from pathlib import Path

def pace():
    # Work that no debugger slows: how fast the machine is at this moment.
    begun = time.process_time()
    sum(range({TURNS}))
    return time.process_time() - begun

def work():
    total = 0
    for number in range({TURNS}):
        if number % 3:
            total += number
        else:
            total -= 1
    return total

before = pace()
begun = time.process_time()
work()
inside = time.process_time() - begun
between = pace()
# %%
total = 0
begun = time.process_time()
for number in range({TURNS}):
    if number % 3:
        total += number
    else:
        total -= 1
outside = time.process_time() - begun
behind = 1
# %%
after = pace()
Path(os.environ["TOLD"]).write_text(json.dumps(
    [inside, outside, 2 * inside / (before + between), 2 * outside / (between + after)]
))
Path("out").mkdir(exist_ok=True)
Path("out/loop.txt").touch()
"""
_STEP = (
    """
# %%
from pathlib import Path

def many():
    names = ["a", "b", "c"] * 20
    table = {name + str(n): n for n, name in enumerate(names)}
    first = 1
"""
    + "".join(f"    value_{n} = first + {n}\n" for n in range(STEPS + 2))
    + '    return first\n# %%\nmany()\nPath("out").mkdir(exist_ok=True)\nPath("out/step.txt").touch()\n'
)
_FAILING = """
# %%
try:
    import numpy, pandas
except ImportError:
    table = {"number": list(range(1_000_000))}
else:
    number = numpy.arange(1_000_000)
    table = pandas.DataFrame({"number": number, "half": number / 2, "flag": number % 2 == 0})

def fail(table):
    return table["missing"]

fail(table)
"""


def write_project(folder: Path) -> None:
    def percent(cells: Sequence[str]) -> str:
        return _HEAD + "".join(f"# %%\n{cell}\n" for cell in cells)

    last = 'import marker\nmarker.mark()\nfrom pathlib import Path\nPath("out/start.txt").touch()'
    folder.mkdir()
    for name, text in {
        "pipeline.yaml": _TASKS,
        "start.py": percent([*CELLS, last]),
        "marker.py": _MARKER,
        "shell.py": _SHELL,
        "cells.json": json.dumps(["upstream = None\nproduct = None", *CELLS, last]),
        "loop.py": _HEAD + _LOOP,
        "step.py": _HEAD + _STEP,
        "failing.py": _HEAD + _FAILING,
    }.items():
        (folder / name).write_text(text, "utf-8")
