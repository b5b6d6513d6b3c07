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


def test_a_stop_ends_the_kernel_too(pipeline: Pipeline) -> None:
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
        stop()
        stop()

    threading.Thread(target=stop_when_it_runs, daemon=True).start()
    assert pipeline.build(stop=stop).exit_code == 130
    number = pid.read_text()
    for _ in range(100):
        listed = subprocess.run(["ps", "-o", "stat=", "-p", number], capture_output=True, text=True).stdout
        if not listed.strip() or listed.strip().startswith("Z"):
            return
        time.sleep(0.05)
    pytest.fail("the kernel still runs")


def test_a_kernel_that_is_not_installed_is_told_before_anything_runs(tmp_path: Path) -> None:
    pytest.importorskip("nbclient", reason="nbclient, which speaks to kernels, is not installed")
    made = Pipeline(tmp_path / "it")
    made.root.mkdir()
    made.write("show.py", SCRIPT)
    made.task("show.py", "out/a.ipynb", kernelspec_name="no-such-kernel")
    result = made.build()
    assert "there is no Jupyter kernel no-such-kernel" in (result.refused or "")
