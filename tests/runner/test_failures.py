"""The store of recorded failures: what is listed, what is superseded, what is dropped."""

from __future__ import annotations

import json
import os
import time
import zipfile
from pathlib import Path

import pytest

from pipelens.runner.failures import (
    Failure,
    failure_of_run,
    last_failure,
    list_failures,
    remove_failure,
    trim_failures,
)
from tests.runner.making import Pipeline

HEAD = '# %% tags=["parameters"]\nupstream = None\nproduct = None\n\n'


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    made = Pipeline(tmp_path / "my pipeline é")
    made.root.mkdir()
    return made


def failures(pipeline: Pipeline) -> tuple[Failure, ...]:
    return list_failures(str(pipeline.root), str(pipeline.root / "pipeline.yaml"))


def failing(pipeline: Pipeline) -> None:
    pipeline.write("fn.py", "def bad(product):\n    raise ValueError('no luck')\n")
    pipeline.task("fn.bad", "out/x.txt")


def test_a_failed_task_leaves_a_dump_that_is_listed(pipeline: Pipeline) -> None:
    failing(pipeline)
    result = pipeline.build()
    (found,) = failures(pipeline)
    assert (found.task, found.run, found.error_type, found.message) == (
        "bad",
        result.run,
        "ValueError",
        "no luck",
    )
    assert not found.superseded
    assert pipeline.root / str(result.problems[0].dump) == Path(found.path)
    assert (
        failure_of_run(str(pipeline.root), str(pipeline.root / "pipeline.yaml"), result.run, "bad") == found
    )


def test_a_later_success_supersedes_it(pipeline: Pipeline) -> None:
    failing(pipeline)
    pipeline.build()
    pipeline.write("fn.py", "def bad(product):\n    open(product, 'w').close()\n")
    assert pipeline.build().ok
    (found,) = failures(pipeline)
    assert found.superseded
    assert last_failure(str(pipeline.root), str(pipeline.root / "pipeline.yaml"), "bad") == found


def test_scripts_and_notebooks_leave_one_too_and_the_notebook_goes_with_it(pipeline: Pipeline) -> None:
    pipeline.write("sc.py", HEAD + "# %%\n1 / 0\n")
    pipeline.write("nb.py", HEAD + "# %%\n1 / 0\n")
    pipeline.task("sc.py", "out/y.txt", class_name="ScriptRunner")
    pipeline.task("nb.py", "out/nb.ipynb")
    pipeline.build()
    found = {failure.task: failure for failure in failures(pipeline)}
    assert found.keys() == {"sc", "nb"}
    beside = Path(found["nb"].path).with_suffix(".ipynb")
    assert beside.exists()
    remove_failure(found["nb"])
    assert not beside.exists()
    assert [failure.task for failure in failures(pipeline)] == ["sc"]


def write_dump(root: Path, task: str, at: float, number: int = 0) -> Path:
    folder = root / ".pipelens" / "failures"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{task}-{time.strftime('%Y%m%d-%H%M%S', time.gmtime(at))}-{number:04x}.plpm"
    summary = {
        "task": task,
        "run": f"r{number}",
        "created": at,
        "pipeline": "pipeline.yaml",
        "type": "E",
        "message": "m",
    }
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("summary.json", json.dumps(summary))
    os.utime(path, (at, at))
    return path


def test_the_latest_come_first(tmp_path: Path) -> None:
    now = time.time()
    for number in range(3):
        write_dump(tmp_path, "t", now - number * 60, number)
    found = list_failures(str(tmp_path), str(tmp_path / "pipeline.yaml"))
    assert [failure.run for failure in found] == ["r0", "r1", "r2"]
    assert list_failures(str(tmp_path), str(tmp_path / "other.yaml")) == ()


def test_failures_age(tmp_path: Path) -> None:
    now = time.time()
    old = write_dump(tmp_path, "old", now - 15 * 86_400)
    same = [write_dump(tmp_path, "same", now - number, number) for number in range(5)]
    others = [write_dump(tmp_path, f"t{number}", now - 100 - number) for number in range(30)]
    (old.parent / ".x.plpm.01234567.tmp").write_bytes(b"half")
    os.utime(old.parent / ".x.plpm.01234567.tmp", (now - 7200, now - 7200))
    trim_failures(str(tmp_path), now)
    left = {path.name for path in old.parent.iterdir()}
    assert left == {path.name for path in (*same[:3], *others[:17])}


def test_what_is_no_dump_is_not_listed(tmp_path: Path) -> None:
    path = write_dump(tmp_path, "t", time.time())
    path.write_bytes(path.read_bytes()[:50])
    (path.parent / "x.plpm").write_bytes(b"no zip")
    with zipfile.ZipFile(path.parent / "y.plpm", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("summary.json", "[" * 10_000_000)
    with zipfile.ZipFile(path.parent / "z.plpm", "w") as archive:
        archive.writestr("summary.json", "[" * 10_000)
    assert list_failures(str(tmp_path), str(tmp_path / "pipeline.yaml")) == ()


def test_no_state_folder_means_no_failures(tmp_path: Path) -> None:
    assert list_failures(str(tmp_path), str(tmp_path / "pipeline.yaml")) == ()
    trim_failures(str(tmp_path))
    assert not (tmp_path / ".pipelens").exists()
