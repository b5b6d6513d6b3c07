"""Interpreters without IPython, from the oldest that is promised on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import pythons
from tests.runner.making import Pipeline, notebook_at

NOTEBOOK = """\
# %% tags=["parameters"]
upstream = ["make"]
product = None
n = 1

# %%
import sys
class Rich:
    def _repr_html_(self):
        return "<b>rich</b>"

def where():
    return sys._getframe(1).f_lineno

# %%
Rich()

# %%
print(where(), __name__)
display({"a": n})
try:
    input()
except EOFError:
    print("eof")

# %%
import asyncio
await asyncio.sleep(0, n)
"""

FUNCTION = """\
from pathlib import Path

def make(product, when, some):
    Path(product).write_text(repr((when, some)))
"""


@pytest.mark.parametrize(
    "python", pythons.found().values(), ids=[pythons.name_of(v) for v in pythons.found()]
)
def test_functions_and_notebooks_run_under_every_python(pipeline: Pipeline, python: Path) -> None:
    import datetime

    pipeline.python = str(python)
    pipeline.write("tasks.py", FUNCTION)
    pipeline.write("nb.py", NOTEBOOK)
    params = {"when": datetime.date(2020, 1, 31), "some": [(1, 2), {3: "x"}, b"b", float("inf")]}
    pipeline.task("tasks.make", "out/made.txt", params=params)
    pipeline.task("nb.py", "out/nb.ipynb", upstream=("make",), params={"n": 5})
    result = pipeline.build()
    assert [problem.traceback or problem.message for problem in result.problems] == []
    made = (pipeline.root / "out/made.txt").read_text()
    assert made == "(datetime.date(2020, 1, 31), [(1, 2), {3: 'x'}, b'b', inf])"
    cells = notebook_at(pipeline.root / "out/nb.ipynb")["cells"]
    assert cells[3]["outputs"][0]["data"]["text/html"] == "<b>rich</b>"
    printed = "".join(o.get("text", "") for o in cells[4]["outputs"])
    assert printed == "19 __main__\neof\n"
    assert cells[5]["outputs"][0]["data"] == {"text/plain": "5"}


def without_ipython() -> Path:
    """An interpreter that has no IPython."""
    from pipelens.runner.interpreter import probe

    for path in pythons.found().values():
        if "IPython" not in (probe(str(path)).packages or {}):
            return path
    pytest.skip("every Python of this machine has IPython")


def test_a_magic_without_ipython_says_what_to_install(pipeline: Pipeline) -> None:
    pipeline.python = str(without_ipython())
    pipeline.write(
        "nb.py",
        '# %% tags=["parameters"]\nupstream = None\nproduct = None\n\n# %%\n%matplotlib inline\nx = 1\n',
    )
    pipeline.task("nb.py", "out/nb.ipynb")
    problem = pipeline.build().problems[0]
    assert f"magics need IPython: {pipeline.python} -m pip install ipython" in problem.message
    assert problem.line == 5


def test_an_import_error_names_the_interpreter_and_how_to_change_it(pipeline: Pipeline) -> None:
    pipeline.write("tasks.py", "import not_installed_anywhere\n\ndef make(product): ...\n")
    pipeline.task("tasks.make", "out/made.txt")
    problem = pipeline.build().problems[0]
    assert problem.error == "ModuleNotFoundError"
    assert problem.line == 0
    assert pipeline.python in problem.advice
    assert "because the test says so" in problem.advice
    assert "--interpreter" in problem.advice
    assert "pip install not_installed_anywhere" in problem.advice
