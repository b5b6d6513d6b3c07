"""Whose interrupt it was: a Ctrl-C ends a task without more ado, one that the task raises is its failure."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipelens.runner.state import state_path
from tests import pythons
from tests.runner.making import Pipeline
from tests.worker.dumping import dump_of

PYTHONS = [pytest.param(path, id=pythons.name_of(version)) for version, path in pythons.found().items()]

OWN = "raise KeyboardInterrupt('enough')"
FROM_OUTSIDE = "os.kill(os.getpid(), signal.SIGINT); time.sleep(60)"
IN_A_LOOP = "asyncio.run(slowly())"
HEAD = """
import asyncio, os, signal, time

async def slowly():
    os.kill(os.getpid(), signal.SIGINT)
    await asyncio.sleep(60)
"""


def dumps(made: Pipeline) -> list[str]:
    folder = state_path(str(made.root), "failures")
    return [name for name in os.listdir(folder) if name.endswith(".plpm")] if os.path.isdir(folder) else []


@pytest.mark.parametrize("kind", ["function", "notebook"])
@pytest.mark.parametrize(
    ("code", "is_own"),
    [
        (OWN, True),
        pytest.param(FROM_OUTSIDE, False, marks=pytest.mark.skipif(os.name == "nt", reason="no such signal")),
        pytest.param(IN_A_LOOP, False, marks=pytest.mark.skipif(os.name == "nt", reason="no such signal")),
    ],
    ids=["its own", "from outside", "from outside, in a loop"],
)
def test_an_interrupt_that_a_task_raises_is_recorded_as_its_failure(
    kind: str, code: str, is_own: bool, tmp_path: Path
) -> None:
    made = Pipeline(tmp_path / "it")
    if kind == "function":
        made.write("tasks.py", f"{HEAD}\ndef make(product):\n    {code}\n")
        made.task("tasks.make", "out/a.txt")
    elif code != IN_A_LOOP:
        cells = f'# %% tags=["parameters"]\nupstream = None\nproduct = None\n\n# %%{HEAD}\n# %%\n{code}\n'
        made.write("make.py", cells)
        made.task("make.py", "out/a.ipynb")
    else:
        return  # a notebook's cells run in a loop already
    [problem] = [one for one in made.build().problems if one.severity == "error"]
    assert problem.error == "KeyboardInterrupt"
    assert len(dumps(made)) == is_own
    assert problem.message == ("KeyboardInterrupt: enough" if is_own else "it was interrupted")
    assert ("raise KeyboardInterrupt" in problem.traceback) == is_own


@pytest.mark.parametrize("python", PYTHONS)
def test_every_python_tells_them_apart(python: Path, tmp_path: Path) -> None:
    told = dump_of(
        tmp_path / "it", "class Mine(KeyboardInterrupt): pass\nraise Mine('enough')\n", python=python
    )
    assert told.error["type"] == "Mine"
