"""A build where nothing changed since there was nothing to do, and what counts as a change."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelens.runner.idle_build import build_unchanged
from pipelens.runner.last_look import AskedVariables, LastLook, keep_look, keep_look_after_run, unchanged
from pipelens.workspace.discovery import Location, find_pipeline
from pipelens.workspace.disk import WorkspaceFiles
from pipelens.workspace.opening import open_pipeline

SPEC = """\
tasks:
  - source: tasks.first
    product: out/first.txt
    params:
      resources_:
        table: table.csv
  - source: second.py
    product:
      nb: out/second.ipynb
      data: out/second.txt
"""
TASKS = "def first(product, resources_):\n    open(product, 'w').write('one')\n"
HOOKS = """

def done(report):
    print("done:", report)


def told(dag):
    print("told", list(dag))
"""
SECOND = (
    "# %% tags=['parameters']\nupstream = ['first']\nproduct = None\n\n"
    "# %%\nopen(product['data'], 'w').write(open(upstream['first']).read())\n"
)
LATER = 10_000_000_000
"""Nanoseconds after which no file of a test can have changed unseen."""


def pipelens(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipelens", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def write(folder: Path, spec: str = SPEC) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {
        "pipeline.yaml": spec,
        "tasks.py": TASKS,
        "second.py": SECOND,
        "table.csv": "a,b\n",
    }.items():
        (folder / name).write_text(text)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("looks") / "built"
    write(folder)
    done = pipelens(folder, "build")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def folder(built: Path, tmp_path: Path) -> Path:
    """A copy of the built pipeline, with its last look."""
    copy = tmp_path / "pipeline"
    shutil.copytree(built, copy)
    assert look(copy)
    return copy


def environ(**more: str) -> dict[str, str]:
    return {"HOME": "/home/somebody", **more}


def look(folder: Path, *, late: int = LATER) -> bool:
    """Look at the pipeline, and keep that; whether it can be kept. late: how long after the last change."""
    began = time.time_ns() + late
    keeper = open_pipeline(None, cwd=str(folder), environ=AskedVariables(environ()))
    assert not hasattr(keeper, "message"), keeper
    kept = folder / ".pipelens" / "looks" / "pipeline.yaml.json"
    kept.unlink(missing_ok=True)
    keep_look(keeper, keeper.now(), began)  # pyright: ignore
    return kept.exists()


def now(folder: Path, cwd: Path | None = None, **more: str) -> LastLook | None:
    variables = environ(**more)
    location = find_pipeline(None, str(cwd or folder), variables, WorkspaceFiles())
    assert isinstance(location, Location)
    return unchanged(location, cwd=str(cwd or folder), environ=variables)


def same_size(path: Path) -> None:
    """Write other bytes into the file, as many as before, and give it its old times."""
    before = path.stat()
    data = bytearray(path.read_bytes())
    data[-2] ^= 1
    with path.open("r+b") as file:
        file.write(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES: dict[str, Callable[[Path], object]] = {
    "a function": lambda at: (at / "tasks.py").write_text(TASKS.replace("one", "two")),
    "a script": lambda at: (at / "second.py").write_text(SECOND + "\nprint()\n"),
    "the spec": lambda at: (at / "pipeline.yaml").write_text(SPEC + "\n"),
    "a product that is gone": lambda at: (at / "out/first.txt").unlink(),
    "a record that is gone": lambda at: (at / "out/.first.txt.metadata").unlink(),
    "a record": lambda at: (at / "out/.second.txt.metadata").write_text("{}"),
    "a resource": lambda at: (at / "table.csv").write_text("c,d\n"),
    "a resource that is gone": lambda at: (at / "table.csv").unlink(),
    "an env that was not there": lambda at: (at / "env.yaml").write_text("size: 1\n"),
    "settings that were not there": lambda at: (at / "pipelens.toml").write_text('engine = "process"\n'),
    "a package in front of a module": lambda at: (at / "tasks").mkdir(),
    "a pipeline further up": lambda at: (at.parent / "setup.py").write_text(""),
}
if os.name != "nt":
    CHANGES["a source of the same size and time"] = lambda at: same_size(at / "second.py")
    CHANGES["a record of the same size and time"] = lambda at: same_size(at / "out/.first.txt.metadata")


def test_where_nothing_changed_the_last_look_tells_the_tasks(folder: Path) -> None:
    found = now(folder)
    assert found is not None
    assert found.tasks == ("first", "second")


@pytest.mark.parametrize("what", CHANGES)
def test_after_a_change_the_last_look_counts_no_more(folder: Path, what: str) -> None:
    CHANGES[what](folder)
    assert now(folder) is None


def test_other_variables_and_another_working_folder_count(folder: Path) -> None:
    assert now(folder, VIRTUAL_ENV="/somewhere") is None
    assert now(folder, UNRELATED="1") is not None
    (folder / "inner").mkdir()
    assert now(folder, folder / "inner") is None


def test_a_file_that_changed_just_now_is_not_relied_on(folder: Path) -> None:
    (folder / "second.py").write_text(SECOND)
    assert not look(folder, late=0)


@pytest.mark.parametrize(("below", "is_fine"), [(0, False), (123_456, True)])
def test_times_that_are_told_coarsely_are_relied_on_later(folder: Path, below: int, is_fine: bool) -> None:
    source = folder / "second.py"
    source.write_text(SECOND)
    if source.stat().st_ctime_ns % 1_000_000 == 0:
        is_fine = False  # so does this file system tell all of them
    second = 1_000_000_000
    told = (time.time_ns() // second + 1) * second + below
    os.utime(source, ns=(told, told))
    assert look(folder, late=1_300_000_000) is is_fine
    assert look(folder)
    assert sorted(os.listdir(folder / ".pipelens/looks")) == ["pipeline.yaml.json"]


@pytest.mark.parametrize(
    "spec",
    [
        SPEC + "on_render: tasks.done\n",
        SPEC + "on_finish: tasks.told\n",
        SPEC.replace("    params:", "    on_render: tasks.done\n    params:"),
        SPEC.replace("first.txt", "first-{{now}}.txt"),
        SPEC.replace("first.txt", "first-{{env.NAME}}.txt"),
        SPEC + "  - source: chosen.sh\n    name: shell\n    product: out/shell.txt\n",
    ],
    ids=["render hook", "hook that asks for the tasks", "hook of a task", "time", "variable", "shell"],
)
def test_what_files_do_not_tell_is_looked_at_each_time(tmp_path: Path, spec: str) -> None:
    write(tmp_path, spec)
    (tmp_path / "tasks.py").write_text(TASKS + HOOKS)
    (tmp_path / "chosen.sh").write_text("touch {{product}}\n{% if [1, 2] | random == 1 %}true{% endif %}\n")
    (tmp_path / ".pipelens").mkdir()
    assert not look(tmp_path)


def test_a_damaged_look_is_as_good_as_none(folder: Path) -> None:
    kept = folder / ".pipelens" / "looks" / "pipeline.yaml.json"
    whole = kept.read_bytes()
    for data in (b"", b"{}\n\n{}", b"\xff\n", whole[:100], whole[:-5], whole.replace(b'"about"', b'"else"')):
        kept.write_bytes(data)
        assert now(folder) is None


def test_while_an_intent_lies_about_the_build_looks_itself(folder: Path) -> None:
    def build() -> int | None:
        return build_unchanged(
            None, interpreter=None, listener=lambda _: None, cwd=str(folder), environ=environ()
        )

    assert build() == 0
    intent = {"version": 2, "pipeline": "pipeline.yaml", "task": "first", "run": "x", "products": {}}
    (folder / ".pipelens/intents/pipeline.yaml~first.json").write_text(json.dumps(intent))
    assert build() is None


LOOK = ".pipelens/looks/pipeline.yaml.json"


def told_by_build(folder: Path) -> list[dict[str, object]]:
    """The events of a build, but for what differs from run to run."""
    done = pipelens(folder, "build", "--format", "json-lines")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    last = sorted((folder / ".pipelens/runs").iterdir(), key=lambda path: path.stat().st_mtime_ns)[-1]
    kinds = [json.loads(line)["kind"] for line in last.read_text().splitlines()]
    assert kinds == [event["kind"] for event in events]
    assert done.returncode == events[-1]["exit_code"]
    changing = ("run", "id", "at", "pid", "seconds", "seq")
    told: list[dict[str, object]] = []
    for event in events:
        if told and event["kind"] == told[-1]["kind"] == "output" and event["stream"] == told[-1]["stream"]:
            told[-1]["text"] = f"{told[-1]['text']}{event['text']}"  # printed texts arrive in any pieces
        else:
            told.append({key: value for key, value in event.items() if key not in changing})
    return told


def kept_look(folder: Path) -> Path:
    """Have a build keep its look at the pipeline."""
    time.sleep(2.1)  # until no file may change unseen any more
    pipelens(folder, "build")
    kept = folder / LOOK
    assert kept.exists()
    return kept


def test_it_tells_the_same_as_a_build_that_reads_the_pipeline(folder: Path) -> None:
    (folder / LOOK).unlink()
    whole = told_by_build(folder)
    kept = kept_look(folder)
    stamp = kept.stat().st_mtime_ns
    assert told_by_build(folder) == whole
    assert kept.stat().st_mtime_ns == stamp


def tells_coarsely(folder: Path) -> bool:
    return (folder / "pipeline.yaml").stat().st_ctime_ns % 1_000_000 == 0


def settle(folder: Path) -> None:
    """Wait until the times of the files tell of changes from now on."""
    time.sleep(2.1 if tells_coarsely(folder) else 0.1)


def look_after_run(folder: Path, during: Callable[[Path], object]) -> bool:
    """Read the pipeline, do `during`, and look anew as after a run; whether that is kept."""
    settle(folder)
    began = time.time_ns()
    keeper = open_pipeline(None, cwd=str(folder), environ=AskedVariables(environ()))
    assert not hasattr(keeper, "message"), keeper
    project = keeper.now()  # pyright: ignore
    during(folder)
    kept = folder / ".pipelens" / "looks" / "pipeline.yaml.json"
    kept.unlink(missing_ok=True)
    keep_look_after_run(keeper, project, began, share=1.0)  # pyright: ignore
    return kept.exists()


def test_after_tasks_ran_the_look_is_kept_where_nothing_else_changed(folder: Path) -> None:
    if tells_coarsely(folder):
        pytest.skip("this file system tells times too coarsely to rely on what was just written")
    assert look_after_run(folder, lambda at: pipelens(at, "build", "--force").check_returncode())
    assert now(folder) is not None


WHILE_TASKS_RUN: dict[str, Callable[[Path], object]] = {
    **CHANGES,
    "a source written anew with the same text": lambda at: (at / "second.py").write_text(SECOND),
    "a source that is gone": lambda at: (at / "second.py").unlink(),
    "a module that is gone": lambda at: (at / "tasks.py").unlink(),
    "an old file in the place of a source": lambda at: os.replace(
        shutil.copy2(at / "second.py", at / "x.py"), at / "second.py"
    ),
    "all records": lambda at: [path.unlink() for path in (at / "out").glob(".*.metadata")],
    "a record without a time": lambda at: (at / "out/.first.txt.metadata").write_text("{}"),
}


@pytest.mark.parametrize("what", WHILE_TASKS_RUN)
def test_what_changed_while_tasks_ran_is_not_relied_on(folder: Path, what: str) -> None:
    assert not look_after_run(folder, WHILE_TASKS_RUN[what])


def test_a_task_that_changes_a_source_keeps_the_look_from_being_kept(folder: Path) -> None:
    code = TASKS.replace("    open", "    open('second.py', 'a').write('# more')\n    open")
    (folder / "tasks.py").write_text(code)
    assert not look_after_run(folder, lambda at: pipelens(at, "build").check_returncode())


def test_a_record_that_vanishes_after_it_was_read_is_not_relied_on(folder: Path) -> None:
    began = time.time_ns() + LATER
    keeper = open_pipeline(None, cwd=str(folder), environ=AskedVariables(environ()))
    project = keeper.now()  # pyright: ignore
    kept = folder / ".pipelens" / "looks" / "pipeline.yaml.json"
    kept.unlink()
    (folder / "out/.first.txt.metadata").unlink()
    keep_look(keeper, project, began)  # pyright: ignore
    assert not kept.exists()


SLOW = """\
tasks:
  - source: tasks.slow
    product: slow.txt
  - source: tasks.quick
    product: quick.txt
"""
SLOW_TASKS = """\
import time
from pathlib import Path


def slow(product):
    time.sleep(3)
    Path(product).write_text("slow")


def quick(product):
    Path(product).write_text("quick")
"""


def test_after_a_build_of_all_that_ran_tasks_the_next_reads_nothing(tmp_path: Path) -> None:
    (tmp_path / "pipeline.yaml").write_text(SLOW)
    (tmp_path / "tasks.py").write_text(SLOW_TASKS)
    (tmp_path / ".pipelens").mkdir()
    kept = tmp_path / ".pipelens" / "looks" / "pipeline.yaml.json"
    if tells_coarsely(tmp_path):
        pytest.skip("this file system tells times too coarsely to rely on what was just written")
    settle(tmp_path)
    assert pipelens(tmp_path, "build", "--partially", "slow").returncode == 0
    assert not kept.exists()
    (tmp_path / "slow.txt").unlink()
    assert pipelens(tmp_path, "build").returncode == 0
    stamp = kept.stat().st_mtime_ns
    assert "Nothing to do" in pipelens(tmp_path, "build").stdout
    assert kept.stat().st_mtime_ns == stamp
