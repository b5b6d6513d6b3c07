"""Ends that nobody planned: Ctrl-C, kills, crashes, and what the next build makes of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from pipelens.runner.build import run_build
from pipelens.runner.build_lock import BuildLock
from pipelens.runner.events import RunEnded
from pipelens.runner.freshness import read_freshness
from pipelens.runner.interpreter import Interpreter
from pipelens.runner.plan import BuildOptions, Plan, make_plan
from pipelens.runner.state import make_state
from pipelens.runner.stop import StopRequest
from tests.runner.making import Pipeline

SLOW = """\
import os, subprocess, sys, time
from pathlib import Path

def first(product):
    Path(product).write_text("1")

def slow(product, upstream):
    if HALF:
        Path(product).write_text("half")
    if CHILD:
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", "pipelens-orphan"])
    Path(__file__).with_name("started").write_text(str(os.getpid()))
    time.sleep(60)
"""


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    made = Pipeline(tmp_path)
    made.task("tasks.first", "out/first.txt")
    made.task("tasks.slow", "out/slow.txt", upstream=("first",))
    return made


def slow_tasks(pipeline: Pipeline, *, half: bool = False, child: bool = False) -> None:
    pipeline.write("tasks.py", SLOW.replace("HALF", str(half)).replace("CHILD", str(child)))


def wait_for(path: Path) -> None:
    end = time.monotonic() + 60
    while not (path.exists() and path.read_text()):
        assert time.monotonic() < end, f"{path.name} was not written"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z")


def children_called(mark: str) -> list[str]:
    found = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout
    return [line for line in found.splitlines() if mark in line and "ps -eo" not in line]


PROGRAM = """
import os, sys
sys.path[:0] = {path!r}
from pathlib import Path
from tests.runner.making import Pipeline
made = Pipeline(Path({root!r}))
made.task("tasks.first", "out/first.txt")
made.task("tasks.slow", "out/slow.txt", upstream=("first",))
sys.exit(made.build(force=True).exit_code)
"""


def start_build(pipeline: Pipeline) -> subprocess.Popen[bytes]:
    """A build in a process of its own, as a command would run it."""
    here = str(Path(__file__).parents[2])
    program = textwrap.dedent(PROGRAM).format(
        path=[here, os.path.join(here, "server")], root=str(pipeline.root)
    )
    return subprocess.Popen([sys.executable, "-c", program], start_new_session=True)


def test_a_stop_ends_the_task_and_all_it_started(pipeline: Pipeline) -> None:
    slow_tasks(pipeline, child=True)
    stop = StopRequest()

    def ask() -> None:
        wait_for(pipeline.root / "started")
        stop()

    threading.Thread(target=ask).start()
    result = pipeline.build(stop=stop)
    assert (result.exit_code, result.ran, result.failed, result.not_run) == (130, ("first",), (), ("slow",))
    assert pipeline.of_kind(RunEnded)[0].state == "stopped"
    assert children_called("pipelens-orphan") == []
    assert list((pipeline.root / ".pipelens/intents").iterdir()) == []
    assert list((pipeline.root / ".pipelens/plans").iterdir()) == []
    assert pipeline.states()["first"] == "fresh"


@pytest.mark.skipif(os.name == "nt", reason="a process cannot be sent Ctrl-C on Windows")
def test_ctrl_c_ends_a_build_with_130(pipeline: Pipeline) -> None:
    slow_tasks(pipeline)
    process = start_build(pipeline)
    wait_for(pipeline.root / "started")
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(30) == 130
    assert not is_alive(int((pipeline.root / "started").read_text()))
    assert pipeline.states() == {"first": "fresh", "slow": "failed"}


def test_a_stopped_task_that_changed_its_product_loses_its_metadata(pipeline: Pipeline) -> None:
    slow_tasks(pipeline)
    pipeline.edit("tasks.py", "    time.sleep(60)\n", "    Path(product).write_text('whole')\n")
    assert pipeline.build().ok
    (pipeline.root / "started").unlink()
    slow_tasks(pipeline, half=True)
    stop = StopRequest()

    def ask() -> None:
        wait_for(pipeline.root / "started")
        stop()

    threading.Thread(target=ask).start()
    assert pipeline.build(stop=stop).exit_code == 130
    assert not (pipeline.root / "out/.slow.txt.metadata").exists()


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux ends a worker whose runner is killed"
)
def test_a_killed_runner_leaves_no_worker_and_the_next_build_knows(pipeline: Pipeline) -> None:
    slow_tasks(pipeline)
    pipeline.edit("tasks.py", "    time.sleep(60)\n", "    Path(product).write_text('whole')\n")
    assert pipeline.build().ok
    (pipeline.root / "started").unlink()
    slow_tasks(pipeline, half=True)
    process = start_build(pipeline)
    wait_for(pipeline.root / "started")
    assert pipeline.states()["slow"] == "running"
    worker = int((pipeline.root / "started").read_text())
    process.kill()
    process.wait()
    end = time.monotonic() + 30
    while is_alive(worker):
        assert time.monotonic() < end, "the worker outlived its runner"
        time.sleep(0.05)
    # The source as it was for the good run: only the intent knows that the product is half a file.
    slow_tasks(pipeline)
    pipeline.edit("tasks.py", "    time.sleep(60)\n", "    Path(product).write_text('whole')\n")
    told = pipeline.freshness()["slow"]
    assert (told.state, told.reason) == ("stale", "its last run was interrupted after it changed a product")
    assert pipeline.build().ran == ("slow",)
    assert (pipeline.root / "out/slow.txt").read_text() == "whole"
    assert list((pipeline.root / ".pipelens/intents").iterdir()) == []


@pytest.mark.parametrize("how", ["os.kill(os.getpid(), 9)", "os._exit(3)"])
def test_a_worker_that_dies_fails_its_task_only(pipeline: Pipeline, how: str) -> None:
    slow_tasks(pipeline)
    pipeline.edit("tasks.py", "    time.sleep(60)\n", f"    {how}\n")
    result = pipeline.build()
    assert (result.exit_code, result.ran, result.failed) == (1, ("first",), ("slow",))
    expected = "was killed by signal SIGKILL" if "kill" in how else "ended with exit code 3"
    assert expected in result.problems[0].message


def test_the_notebook_of_a_killed_worker_keeps_what_it_showed(tmp_path: Path) -> None:
    pipeline = Pipeline(tmp_path)
    pipeline.write(
        "nb.py",
        '# %% tags=["parameters"]\nupstream = None\nproduct = None\n\n# %%\nprint("before")\n\n# %%\nimport os\nos.kill(os.getpid(), 9)\n',
    )
    pipeline.task("nb.py", "out/nb.ipynb")
    problem = pipeline.build().problems[0]
    assert problem.notebook is not None
    assert "before" in (tmp_path / problem.notebook).read_text("utf-8")
    assert not (tmp_path / "out/nb.ipynb").exists()


def test_a_second_build_of_a_pipeline_is_refused_naming_the_first(pipeline: Pipeline) -> None:
    slow_tasks(pipeline)
    make_state(str(pipeline.root))
    lock = BuildLock(str(pipeline.root), str(pipeline.root / "pipeline.yaml"))
    assert lock.acquire("first-run") is None
    try:
        result = pipeline.build()
    finally:
        lock.release()
    assert result.refused is not None
    assert f"another build of this pipeline is running (process {os.getpid()}" in result.refused
    assert result.exit_code == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows does not tell whether a process has children")
def test_who_hears_of_the_end_finds_nothing_of_the_build_in_the_way(tmp_path: Path) -> None:
    made = Pipeline(tmp_path)
    made.write("tasks.py", SLOW)
    made.task("tasks.first", "out/first.txt")
    left: list[bool] = []
    project = made.project()
    plan = make_plan(project, read_freshness(project), BuildOptions())
    assert isinstance(plan, Plan)
    result = run_build(
        project,
        plan,
        interpreter=Interpreter(made.python, "the test says so"),
        listener=lambda event: left.append(has_children()) if isinstance(event, RunEnded) else None,
        cwd=str(tmp_path),
        environ=os.environ,
    )
    assert result.ok
    assert left == [False]


def has_children() -> bool:
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def test_an_interpreter_that_does_not_work_is_told_before_anything_runs(pipeline: Pipeline) -> None:
    slow_tasks(pipeline)
    pipeline.python = str(pipeline.root / "no-python")
    result = pipeline.build()
    assert result.refused is not None
    assert "no-python cannot be started" in result.refused
    assert "because the test says so" in result.refused
    assert not (pipeline.root / ".pipelens").exists()


def test_a_stop_before_the_start_runs_nothing(pipeline: Pipeline) -> None:
    slow_tasks(pipeline)
    project = pipeline.project()
    plan = make_plan(project, pipeline.freshness(), BuildOptions())
    assert isinstance(plan, Plan)
    stop = StopRequest()
    stop()
    result = run_build(
        project,
        plan,
        interpreter=Interpreter(sys.executable, "the test says so"),
        listener=pipeline.events.append,
        cwd=str(pipeline.root),
        environ=os.environ,
        stop=stop,
    )
    assert (result.exit_code, result.not_run) == (130, ("first", "slow"))
