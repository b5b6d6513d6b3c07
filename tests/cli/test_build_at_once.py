"""Several tasks at once, and several builds of one pipeline, with real processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.command import pipelens, write

NO_CTRL_C = pytest.mark.skipif(
    os.name == "nt", reason="Ctrl-C goes to a whole console on Windows, the test's own process included"
)
PIPELINE = """\
executor: EXECUTOR
tasks:
  - source: steps.left
    product: out/left.txt
  - source: steps.right
    product: out/right.txt
  - source: steps.after
    product: out/after.txt
"""
STEPS = """\
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent


def wait_for(name):
    end = time.monotonic() + 100
    while not (HERE / name).exists():
        if time.monotonic() > end:
            raise TimeoutError(name)
        time.sleep(0.01)


def left(product):
    BEFORE
    (HERE / "left-runs").write_text(str(os.getpid()))
    print("from the left")
    wait_for("right-runs")
    LEFT
    Path(product).write_text("1")


def right(product):
    BEFORE
    (HERE / "right-runs").write_text(str(os.getpid()))
    print("from the right")
    wait_for("left-runs")
    RIGHT
    Path(product).write_text("2")


def after(product, upstream):
    Path(product).write_text(Path(upstream["left"]).read_text())
"""


def project(
    folder: Path, *, executor: str = "serial", left: str = "", right: str = "", before: str = ""
) -> Path:
    steps = STEPS.replace("LEFT", left or "pass").replace("RIGHT", right or "pass")
    return write(
        folder,
        {
            "pipeline.yaml": PIPELINE.replace("EXECUTOR", executor),
            "steps.py": steps.replace("BEFORE", before or "pass"),
        },
    )


@contextmanager
def started(folder: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A build in a process of its own; whatever the test finds, it is gone afterwards."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pipelens", *words],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def wait_for(path: Path) -> str:
    end = time.monotonic() + 100
    while not (path.exists() and path.read_text()):
        assert time.monotonic() < end, f"{path.name} was not written"
        time.sleep(0.02)
    return path.read_text()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z")


@pytest.mark.parametrize(
    ("executor", "words"),
    [
        ("serial", ("-j", "2")),
        ("{dotted_path: ploomber.executors.Parallel, processes: 2}", ()),
    ],
)
def test_tasks_run_at_once_where_that_is_asked_for(tmp_path: Path, executor: str, words: tuple[str, ...]):
    # Each of the two tasks waits for the other one.
    answer = pipelens("build", *words, cwd=project(tmp_path, executor=executor))
    assert answer.code == 0, answer.err
    assert "[left] from the left" in answer.out
    assert "[right] from the right" in answer.out
    assert (tmp_path / "out" / "after.txt").read_text() == "1"


def test_a_number_of_jobs_is_above_zero(tmp_path: Path):
    answer = pipelens("build", "-j", "0", cwd=project(tmp_path))
    assert answer.code == 2
    assert "number above 0" in answer.err


def test_after_a_failure_what_does_not_need_it_runs_unless_it_shall_not(tmp_path: Path):
    steps = {"pipeline.yaml": PIPELINE.replace("EXECUTOR", "serial")}
    steps["steps.py"] = (
        "def left(product):\n    raise ValueError('no')\n\n\n"
        "def right(product):\n    open(product, 'w').write('2')\n\n\n"
        "def after(product, upstream):\n    upstream['left']\n"
    )
    write(tmp_path, steps)
    told = pipelens("build", "--no-keep-going", cwd=tmp_path)
    assert told.code == 1
    assert "right not run: the build does not go on after left failed" in told.err
    assert not (tmp_path / "out" / "right.txt").exists()
    assert pipelens("build", "--keep-going", cwd=tmp_path).code == 1
    assert (tmp_path / "out" / "right.txt").exists()


def test_a_build_as_lines_for_programs(tmp_path: Path):
    answer = pipelens("build", "-j", "2", "--format", "json-lines", cwd=project(tmp_path))
    events = [json.loads(line) for line in answer.out.splitlines()]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert (events[0]["kind"], events[1]["kind"], events[-1]["kind"]) == ("run", "plan", "end")
    (file,) = (tmp_path / ".pipelens" / "runs").iterdir()
    kept = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert [event["kind"] for event in kept] == [event["kind"] for event in events]
    assert {event["run"] for event in events} == {file.stem}


def test_a_second_build_waits_and_finds_the_work_done(tmp_path: Path):
    project(tmp_path, right="wait_for('go')")
    with started(tmp_path, "build", "-j", "2") as first:
        wait_for(tmp_path / "right-runs")
        refused = pipelens("build", "--no-wait", cwd=tmp_path)
        assert refused.code == 1
        assert f"another build of this pipeline is running (process {first.pid}, since " in refused.err
        with started(tmp_path, "build") as second:
            assert second.stderr is not None
            assert second.stderr.readline().startswith("Waiting: another build of this pipeline is running")
            (tmp_path / "go").touch()
            out, err = second.communicate(timeout=100)
            assert second.returncode == 0, err
            assert out.rstrip().endswith("Nothing to do: all selected tasks are up to date.")
        assert first.wait(100) == 0


@NO_CTRL_C
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_who_waits_can_be_stopped(tmp_path: Path, number: int):
    project(tmp_path, right="wait_for('go')")
    with started(tmp_path, "build", "-j", "2") as first:
        wait_for(tmp_path / "right-runs")
        with started(tmp_path, "build") as second:
            assert second.stderr is not None
            second.stderr.readline()
            second.send_signal(number)
            out, err = second.communicate(timeout=100)
            assert second.returncode == 130, err
            assert "Traceback" not in out + err
        (tmp_path / "go").touch()
        assert first.wait(100) == 0


@NO_CTRL_C
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_ends_all_tasks_that_run_at_once(tmp_path: Path, number: int):
    child = f"subprocess.Popen(['sleep', '300.{number}'])"
    project(tmp_path, left="wait_for('never')", right=f"{child}; wait_for('never')")
    with started(tmp_path, "build", "-j", "2") as process:
        tasks = [int(wait_for(tmp_path / name)) for name in ("left-runs", "right-runs")]
        process.send_signal(number)
        out, err = process.communicate(timeout=100)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert out.rstrip().endswith("0 tasks done; the next build goes on from here.")
    assert not any(map(is_alive, tasks))
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert f"sleep 300.{number}" not in listed
    states = pipelens("status", "--json", cwd=tmp_path).json["tasks"]
    assert "fresh" not in {task["freshness"]["state"] for task in states}
    assert list((tmp_path / ".pipelens" / "intents").iterdir()) == []


@NO_CTRL_C
def test_a_second_ctrl_c_ends_tasks_that_do_not_listen(tmp_path: Path):
    deaf = "signal.signal(signal.SIGINT, signal.SIG_IGN)"
    project(tmp_path, before=deaf, left="wait_for('never')", right="wait_for('never')")
    with started(tmp_path, "build", "-j", "2") as process:
        tasks = [int(wait_for(tmp_path / name)) for name in ("left-runs", "right-runs")]
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=100)
    assert process.returncode == 130
    assert not any(map(is_alive, tasks))


@NO_CTRL_C
def test_a_closed_terminal_ends_no_build(tmp_path: Path):
    import pty

    project(tmp_path, right="wait_for('go')")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "pipelens", "build", "-j", "2"],
        cwd=tmp_path,
        env={**os.environ, "TERM": "xterm"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        wait_for(tmp_path / "right-runs")
        os.close(ours)
        os.killpg(process.pid, signal.SIGHUP)
        (tmp_path / "go").touch()
        assert process.wait(100) == 0
    finally:
        process.kill()
    assert (tmp_path / "out" / "after.txt").exists()
