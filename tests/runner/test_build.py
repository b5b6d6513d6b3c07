"""Builds with real processes: what runs, what is left behind, what is told."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from pipelens.runner.events import CellChanged, OutputMade, RunEnded, TaskChanged, TaskProblem
from tests.runner.making import Pipeline, notebook_at

FUNCTIONS = '''\
from pathlib import Path


def load(product, rows):
    """Write numbers."""
    print("loading", rows)
    Path(product).write_text(" ".join(map(str, range(rows))))


def double(product, upstream):
    numbers = Path(upstream["load"]).read_text().split()
    Path(product["data"]).write_text(" ".join(str(2 * int(n)) for n in numbers))
    Path(product["log"]).write_text("done")
'''

SCRIPT = """\
# %% [markdown]
# # Fit

# %% tags=["parameters"]
upstream = ["load"]
product = None
alpha = 1

# %%
from pathlib import Path
numbers = [int(n) for n in Path(upstream["load"]).read_text().split()]
print("read", len(numbers))

# %%
total = alpha * sum(numbers)
total

# %%
Path(product["data"]).write_text(str(total))
"""


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    made = Pipeline(tmp_path / "my pipeline é")
    made.root.mkdir()
    made.write("tasks.py", FUNCTIONS)
    made.write("fit.py", SCRIPT)
    made.task("tasks.load", "out/raw.txt", params={"rows": 4})
    made.task("tasks.double", {"data": "out/double.txt", "log": "out/double.log"}, upstream=("load",))
    made.task(
        "fit.py", {"nb": "out/fit.ipynb", "data": "out/fit.txt"}, upstream=("load",), params={"alpha": 3}
    )
    return made


def test_a_build_makes_all_products_and_the_next_one_nothing(pipeline: Pipeline) -> None:
    assert set(pipeline.states().values()) == {"never_run"}
    result = pipeline.build()
    assert result.problems == ()
    assert (result.exit_code, result.ran) == (0, ("load", "double", "fit"))
    assert (pipeline.root / "out/double.txt").read_text() == "0 2 4 6"
    assert (pipeline.root / "out/fit.txt").read_text() == "18"
    assert set(pipeline.states().values()) == {"fresh"}
    again = pipeline.build()
    assert (again.exit_code, again.ran, len(again.skipped)) == (0, (), 3)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no warm parent")
def test_where_no_warm_parent_lives_each_task_gets_a_process_of_its_own(pipeline: Pipeline) -> None:
    python = pipeline.root / "python é"
    python.write_text(f'#!/bin/sh\n[ "$2" = --warm ] && exit 3\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    pipeline.python = str(python)
    assert pipeline.build().ran == ("load", "double", "fit")


def test_the_metadata_is_what_ploomber_writes(pipeline: Pipeline) -> None:
    pipeline.build(partially=("load",))
    text = (pipeline.root / "out/.raw.txt.metadata").read_text()
    assert "\n" not in text
    record = json.loads(text)
    assert list(record) == ["timestamp", "stored_source_code", "params"]
    assert record["params"] == {"rows": 4}
    assert record["stored_source_code"].startswith("def load(product, rows):")
    assert isinstance(record["timestamp"], float)


def test_the_executed_notebook_is_laid_out_as_jupyter_does_and_tells_when_cells_ran(
    pipeline: Pipeline,
) -> None:
    import nbformat

    pipeline.build()
    path = pipeline.root / "out/fit.ipynb"
    assert path.read_text("utf-8") == nbformat.writes(notebook_at(path)) + "\n"
    times = [
        cell["metadata"]["execution"] for cell in notebook_at(path)["cells"] if cell["cell_type"] == "code"
    ]
    order = [one[key] for one in times for key in ("iopub.execute_input", "shell.execute_reply")]
    assert len(order) == 10
    assert order == sorted(order)
    assert all(text.endswith("Z") and text.startswith("20") for text in order)


def test_the_executed_notebook_holds_params_and_outputs(pipeline: Pipeline) -> None:
    pipeline.build()
    notebook = notebook_at(pipeline.root / "out/fit.ipynb")
    import nbformat

    nbformat.validate(notebook)
    cells = notebook["cells"]
    assert [cell["cell_type"] for cell in cells] == ["markdown", "code", "code", "code", "code", "code"]
    injected = cells[2]
    assert injected["metadata"]["tags"] == ["injected-parameters"]
    root = str(pipeline.root).encode("unicode_escape").decode()
    assert injected["source"].splitlines() == [
        "# Parameters",
        "alpha = 3",
        f'upstream = {{"load": "{root}/out/raw.txt"}}',
        f'product = {{"nb": "{root}/out/fit.ipynb", "data": "{root}/out/fit.txt"}}',
    ]
    assert cells[3]["outputs"] == [{"output_type": "stream", "name": "stdout", "text": "read 4\n"}]
    assert cells[4]["outputs"][0]["data"] == {"text/plain": "18"}
    assert [cell["execution_count"] for cell in cells if cell["cell_type"] == "code"] == [1, 2, 3, 4, 5]


def test_events_tell_tasks_cells_and_output(pipeline: Pipeline) -> None:
    result = pipeline.build()
    states = [(e.task, e.state) for e in pipeline.of_kind(TaskChanged)]
    assert states[:3] == [("load", "queued"), ("double", "queued"), ("fit", "queued")]
    assert states[3:5] == [("load", "started"), ("load", "finished")]
    assert "loading 4\n" in "".join(e.text for e in pipeline.of_kind(OutputMade) if e.task == "load")
    cells = [(e.number, e.total, e.state, e.line) for e in pipeline.of_kind(CellChanged)]
    assert cells[0] == (1, 4, "started", 4)
    assert cells[-1] == (4, 4, "finished", 18)
    lines = (pipeline.root / f".pipelens/runs/{result.run}.jsonl").read_text().splitlines()
    records = [json.loads(line) for line in lines]
    assert [record["seq"] for record in records] == list(range(1, len(records) + 1))
    assert records[0]["kind"] == "run"
    assert records[-1]["kind"] == "end"
    assert {record["version"] for record in records} == {1}


def test_a_failure_names_the_users_line_and_darkens_what_follows(pipeline: Pipeline) -> None:
    pipeline.edit("tasks.py", '    print("loading", rows)\n', "    raise ValueError('no rows')\n")
    pipeline.write("alone.py", "def alone(product):\n    open(product, 'w').close()\n")
    pipeline.task("alone.alone", "out/alone.txt")
    result = pipeline.build()
    assert result.exit_code == 1
    assert (result.ran, result.failed) == (("alone",), ("load",))
    assert set(result.not_run) == {"double", "fit"}
    problem = pipeline.of_kind(TaskProblem)[0]
    assert problem.path == str(pipeline.root / "tasks.py")
    assert problem.line == 5
    assert problem.message == "ValueError: no rows"
    assert problem.traceback.splitlines()[1] == f'  File "{pipeline.root / "tasks.py"}", line 6, in load'
    skipped = {e.task: e.reason for e in pipeline.of_kind(TaskChanged) if e.state == "skipped"}
    assert skipped == {"double": "upstream load failed", "fit": "upstream load failed"}
    assert pipeline.states()["load"] == "failed"
    assert pipeline.of_kind(RunEnded)[0].state == "failed"


def test_a_failing_cell_is_named_and_its_notebook_kept_elsewhere(pipeline: Pipeline) -> None:
    pipeline.build()
    before = (pipeline.root / "out/fit.ipynb").read_bytes()
    pipeline.edit("fit.py", "total = alpha * sum(numbers)\n", "total = alpha\n1 / 0\n")
    result = pipeline.build()
    assert result.failed == ("fit",)
    problem = result.problems[0]
    assert problem.path == str(pipeline.root / "fit.py")
    assert (problem.line, problem.cell, problem.cell_line, problem.called) == (15, 3, 1, False)
    assert "worker" not in problem.traceback
    assert (pipeline.root / "out/fit.ipynb").read_bytes() == before
    assert problem.notebook is not None
    kept = notebook_at(pipeline.root / problem.notebook)
    assert kept["cells"][4]["outputs"][-1]["ename"] == "ZeroDivisionError"
    pipeline.edit("fit.py", "total = alpha\n1 / 0\n", "total = alpha * sum(numbers)\n")
    assert pipeline.states()["fit"] == "fresh"
