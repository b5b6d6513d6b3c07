"""What killed runs and full disks leave, each by itself; `tests/faults` hits whole builds."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelens.runner.build import run_build
from pipelens.runner.build_lock import BuildLock, Turn, last_turn
from pipelens.runner.disk_room import advice, in_words
from pipelens.runner.events import EventLog, TaskProblem
from pipelens.runner.intents import changed_products, recover, write_intent
from pipelens.runner.interpreter import Interpreter
from pipelens.runner.leftovers import clear_leftovers
from pipelens.runner.plan import BuildOptions, Plan, make_plan
from pipelens.runner.process_engine import WORKER
from pipelens.runner.state import make_state
from pipelens.runner.whole_file import write_whole
from tests.runner.making import Pipeline

LINUX_ONLY = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has this")
ONE = "def one(product):\n    open(str(product), 'w').write('1')\n"


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    made = Pipeline(tmp_path)
    made.write("tasks.py", ONE)
    made.task("tasks.one", "out/one.txt")
    return made


@LINUX_ONLY
def test_a_worker_that_begins_after_its_runner_is_gone_runs_nothing(tmp_path: Path):
    plan = {"version": 1, "kind": "values", "outputs": {"events": str(tmp_path / "events")}}
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    ours, theirs = os.pipe()
    os.close(theirs)
    done = subprocess.run(
        [sys.executable, WORKER, str(tmp_path / "plan.json"), str(ours)],
        pass_fds=(ours,),
        start_new_session=True,
        capture_output=True,
        check=False,
    )
    os.close(ours)
    assert done.returncode == -9, done.stderr
    assert (tmp_path / "events").read_bytes() == b""


@LINUX_ONLY
def test_what_a_killed_worker_had_started_is_ended_too(pipeline: Pipeline):
    pipeline.write(
        "tasks.py",
        "import os, signal, subprocess\n\n\ndef one(product):\n"
        "    subprocess.Popen(['sleep', '300.25'])\n    os.kill(os.getpid(), signal.SIGKILL)\n",
    )
    assert pipeline.build().failed == ("one",)
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert "sleep 300.25" not in listed


@LINUX_ONLY
def test_a_task_whose_events_find_no_room_has_not_ended_well_and_cannot_hide_it(tmp_path: Path):
    program = (
        f"import sys; sys.path.insert(0, {str(Path(WORKER).parent.parent)!r})\n"
        "from worker.channel import Channel\n"
        "channel = Channel('/dev/full')\n"
        "try:\n    channel.send('output', text='lost')\nexcept OSError:\n    print('told the task')\n"
        "channel.send('end', status='ok')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (74, "")
    assert "what the task tells cannot be written to /dev/full: No space left on device" in done.stderr


def test_a_change_deep_in_a_folder_that_is_a_product_is_a_change(tmp_path: Path):
    make_state(str(tmp_path))
    deep = tmp_path / "product" / "a" / "b"
    deep.mkdir(parents=True)
    (deep / "file").write_text("old")
    path = str(tmp_path / "product")
    intent = write_intent(str(tmp_path), "pipeline.yaml", "one", "run", [path])
    assert changed_products(intent) == ()
    with open(deep / "file", "r+") as file:
        file.write("newer")
    assert changed_products(intent) == (path,)


def test_what_lies_about_after_an_interrupted_run_is_removed(pipeline: Pipeline):
    pipeline.build()
    root, spec = str(pipeline.root), pipeline.project().path
    product = str(pipeline.root / "out/one.txt")
    write_intent(root, spec, "one", "20260101-000000-aaaa", [product])
    Path(product).write_text("half of it")
    state = pipeline.root / ".pipelens"
    for name in ("out/.one.txt.0123abcd.tmp", "out/..one.txt.metadata.0123abcd.tmp"):
        (pipeline.root / name).write_text("half")
    (pipeline.root / "out/.one.txt.mine.tmp").write_text("the user's")
    (state / "plans/one-20260101-000000-aaaa.json").write_text("{}")
    (state / "plans/other-20260101-000000-bbbb.json").write_text("{}")
    (state / "intents/.pipeline.yaml~one.json.0123abcd.tmp").write_text("{")
    living = BuildLock(root, "other.yaml")
    assert living.acquire("20260101-000000-bbbb") is None
    try:
        assert recover(root, spec) == {"one": (product,)}
        clear_leftovers(root, spec)
    finally:
        living.release()
    left = sorted(path.name for path in (pipeline.root / "out").iterdir())
    assert left == [".one.txt.mine.tmp", "one.txt"]
    assert [path.name for path in (state / "plans").iterdir()] == ["other-20260101-000000-bbbb.json"]
    assert list((state / "intents").iterdir()) == []
    assert pipeline.states() == {"one": "stale"}


def test_a_plan_from_before_another_build_is_made_anew(pipeline: Pipeline):
    root, project = str(pipeline.root), pipeline.project()
    planned_at = last_turn(root, project.path)
    assert planned_at == ""
    pipeline.build()
    plan = make_plan(project, pipeline.freshness(), BuildOptions())
    assert isinstance(plan, Plan)
    product = str(pipeline.root / "out/one.txt")
    write_intent(root, project.path, "one", "20260101-000000-aaaa", [product])
    Path(product).write_text("half")  # by a build that began after the plan was made, and was killed

    def again() -> tuple:
        made = make_plan(project, pipeline.freshness(), BuildOptions())
        assert isinstance(made, Plan)
        return project, made

    result = run_build(
        project,
        plan,
        interpreter=Interpreter(sys.executable, "the test says so"),
        listener=pipeline.events.append,
        cwd=root,
        environ=os.environ,
        turn=Turn(lambda builder: None, again, planned_at),
    )
    assert result.ran == ("one",)
    assert Path(product).read_text() == "1"


def test_while_somebody_builds_no_plan_is_of_now(pipeline: Pipeline):
    pipeline.build()
    root, spec = str(pipeline.root), pipeline.project().path
    before = last_turn(root, spec)
    assert before
    lock = BuildLock(root, spec)
    assert lock.acquire("20260101-000000-aaaa") is None
    assert lock.before == before
    assert last_turn(root, spec) is None
    lock.release()
    assert last_turn(root, spec) not in ("", before)


@LINUX_ONLY
def test_a_file_that_finds_no_room_is_named_and_nothing_is_left(tmp_path: Path):
    import resource
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(OSError, match="file") as told:
            write_whole(str(tmp_path / "file"), b"x" * 5000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert told.value.filename == str(tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_with_what_to_do(tmp_path: Path):
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "x")
    assert in_words(full) == "its disk is full; make room there and build again, what is done is not repeated"
    assert in_words(OSError(errno.EACCES, "Permission denied", "x")) == "Permission denied"
    told = advice("OSError: [Errno 28] No space left on device", [str(tmp_path / "not-there")])
    assert told.startswith(f"The disk that holds {tmp_path / 'not-there'} is full: make room")
    assert advice("ValueError: no", [str(tmp_path)]) == ""


@LINUX_ONLY
def test_an_event_that_was_torn_takes_no_other_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "events.jsonl"
    log = EventLog(str(path), "run")
    log.write(TaskProblem("one", "first"))
    whole = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: whole(fd, data[:20]))
    log.write(TaskProblem("two", "torn"))
    monkeypatch.undo()
    log.write(TaskProblem("three", "third"))
    log.close()
    lines = path.read_text().splitlines()
    assert [json.loads(lines[i])["task"] for i in (0, 2)] == ["one", "three"]
