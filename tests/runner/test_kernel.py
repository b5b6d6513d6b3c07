"""Notebooks in a Jupyter kernel: for who asks for one."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from pipelens.runner.events import CellChanged
from pipelens.runner.stop import StopRequest
from tests.runner.making import Pipeline, notebook_at

SCRIPT = """\
# %% tags=["parameters"]
upstream = None
product = None
n = 1

# %%
print("n is", n)
n + 1

# %%
get_ipython().kernel.__class__.__name__
"""


@pytest.fixture
def pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    """A pipeline, and a kernel `here` of this Python."""
    pytest.importorskip("ipykernel", reason="no Jupyter kernel is installed beside the tests")
    pytest.importorskip("nbclient", reason="nbclient, which speaks to kernels, is not installed")
    spec = tmp_path / "jupyter" / "kernels" / "here"
    spec.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (spec / "kernel.json").write_text(
        json.dumps({"argv": argv, "display_name": "Here", "language": "python"})
    )
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    made = Pipeline(tmp_path / "it")
    made.root.mkdir()
    made.write("show.py", SCRIPT)
    return made


def outputs(notebook: Path) -> list[str]:
    cells = notebook_at(notebook)["cells"]
    found = [output for cell in cells for output in cell.get("outputs", ())]
    return [one.get("text") or one["data"]["text/plain"] for one in found]


def test_a_notebook_runs_in_the_kernel_that_it_names(pipeline: Pipeline) -> None:
    pipeline.task("show.py", "out/a.ipynb", params={"n": 4}, kernelspec_name="here")
    assert pipeline.build().problems == ()
    assert outputs(pipeline.root / "out/a.ipynb") == ["n is 4\n", "5", "'IPythonKernel'"]
    assert [event.state for event in pipeline.of_kind(CellChanged)][-2:] == ["started", "finished"]
    assert pipeline.states() == {"show": "fresh"}


def test_a_failure_in_a_kernel_names_cell_and_line(pipeline: Pipeline) -> None:
    pipeline.write("show.py", SCRIPT + "\n# %%\nx = 1\nx / 0\n")
    pipeline.task("show.py", "out/a.ipynb", kernelspec_name="here")
    (problem,) = pipeline.build().problems
    assert (problem.error, problem.line) == ("ZeroDivisionError", 14)
    assert problem.path == str(pipeline.root / "show.py")


@pytest.mark.parametrize("times", [1, 2])
def test_a_stop_ends_the_kernel_too(pipeline: Pipeline, times: int) -> None:
    pid = pipeline.root / "pid"
    pipeline.write(
        "show.py",
        SCRIPT
        + f"\n# %%\nimport os, time\nopen({str(pid)!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)\n",
    )
    pipeline.task("show.py", "out/a.ipynb", kernelspec_name="here")
    stop = StopRequest()

    def stop_when_it_runs() -> None:
        while not (pid.exists() and pid.read_text()):
            time.sleep(0.05)
        for _ in range(times):
            stop()

    threading.Thread(target=stop_when_it_runs, daemon=True).start()
    assert pipeline.build(stop=stop).exit_code == 130
    assert_ends(pid.read_text())


def assert_ends(number: str) -> None:
    """The process of this number ends soon, or has ended."""
    for _ in range(400):
        listed = subprocess.run(["ps", "-o", "stat=", "-p", number], capture_output=True, text=True).stdout
        if not listed.strip() or listed.strip().startswith("Z"):
            return
        time.sleep(0.05)
    pytest.fail("the kernel still runs")


def test_a_build_that_is_killed_leaves_no_kernel(pipeline: Pipeline) -> None:
    pid = pipeline.root / "pid"
    cell = f"import os, time\nopen({str(pid)!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)\n"
    pipeline.write("show.py", SCRIPT + "\n# %%\n" + cell)
    pipeline.write(
        "pipeline.yaml",
        "tasks:\n  - source: show.py\n    product: out/a.ipynb\n    kernelspec_name: here\n",
    )
    command = [sys.executable, "-m", "pipelens", "build"]
    build = subprocess.Popen(command, cwd=pipeline.root, stdout=subprocess.DEVNULL)
    try:
        while not (pid.exists() and pid.read_text()):
            assert build.poll() is None
            time.sleep(0.05)
    finally:
        build.kill()
        build.wait()
    assert_ends(pid.read_text())


def test_a_cell_that_takes_too_long_is_told(pipeline: Pipeline) -> None:
    pipeline.write("show.py", SCRIPT + "\n# %%\nimport time\ntime.sleep(60)\n")
    pipeline.task("show.py", "out/a.ipynb", kernelspec_name="here", executor_params={"execution_timeout": 1})
    (problem,) = pipeline.build().problems
    assert (problem.error, problem.line) == ("CellTimeoutError", 13)
    assert "longer than 1 seconds (execution_timeout)" in problem.message


def test_a_kernel_that_dies_is_told_with_the_cell_that_ran(pipeline: Pipeline) -> None:
    pipeline.write("show.py", SCRIPT + "\n# %%\nimport os\nos._exit(3)\n")
    pipeline.task("show.py", "out/a.ipynb", kernelspec_name="here")
    (problem,) = pipeline.build().problems
    assert "the kernel died" in problem.message
    assert problem.line == 13


def test_the_engine_can_be_the_kernel_for_all(pipeline: Pipeline) -> None:
    spec = pipeline.root.parent / "jupyter" / "kernels"
    (spec / "here").rename(spec / "python3")
    pipeline.task("show.py", "out/a.ipynb")
    assert pipeline.build(engine="kernel").problems == ()
    assert outputs(pipeline.root / "out/a.ipynb")[-1] == "'IPythonKernel'"


def test_the_engine_kernel_without_nbclient_is_refused_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Pipeline(tmp_path / "it")
    made.root.mkdir()
    made.write("show.py", SCRIPT)
    made.task("show.py", "out/a.ipynb")
    # What import machinery finds where a package is not installed.
    monkeypatch.setitem(sys.modules, "nbclient", None)
    result = made.build(engine="kernel")
    assert "pip install 'pipelens[kernel]'" in (result.refused or "")
    assert made.events == []


def test_a_kernel_that_is_not_installed_is_told_before_anything_runs(tmp_path: Path) -> None:
    pytest.importorskip("nbclient", reason="nbclient, which speaks to kernels, is not installed")
    made = Pipeline(tmp_path / "it")
    made.root.mkdir()
    made.write("show.py", SCRIPT)
    made.task("show.py", "out/a.ipynb", kernelspec_name="no-such-kernel")
    result = made.build()
    assert "there is no Jupyter kernel no-such-kernel" in (result.refused or "")
