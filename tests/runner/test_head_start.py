"""A warm parent that is started before the pipeline is read."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from pipelens.runner import warm_engine_posix as warm
from pipelens.runner.head_start import HeadStart, head_start

pytestmark = pytest.mark.skipif(not warm.AVAILABLE, reason="warm parents need fork")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tasks.py").write_text("def make(product): ...\n")
    (tmp_path / "pipeline.yaml").write_text("tasks:\n  - source: tasks.make\n    product: out/a.txt\n")
    return tmp_path


def kind_of(folder: Path, *, is_sure: bool = False, engine: str | None = None) -> str | None:
    """Of the parent that is started for a build of the pipeline; None where none is."""
    with head_start(
        str(folder / "pipeline.yaml"),
        interpreter=sys.executable,
        engine=engine,
        cwd=str(folder),
        environ={},
        is_sure=is_sure,
    ) as started:
        return started.kind if started is not None else None


def ran(folder: Path) -> None:
    """As if a build had ended, and nothing had been touched since."""
    (folder / ".pipelens").mkdir()
    (folder / ".pipelens/history.db").touch()
    for path in folder.rglob("*.*"):
        os.utime(path, (1, 2 if path.name == "history.db" else 1))


def test_a_pipeline_that_never_ran_gets_one(folder: Path) -> None:
    assert kind_of(folder) == "plain"


def test_notebooks_are_expected_where_the_pipeline_names_files_with_cells(folder: Path) -> None:
    (folder / "pipeline.yaml").write_text("tasks:\n  - source: show.py\n    product: out/show.ipynb\n")
    assert kind_of(folder) == "notebook"


def test_nothing_is_started_where_nothing_is_newer_than_the_last_run(folder: Path) -> None:
    ran(folder)
    assert kind_of(folder) is None
    assert kind_of(folder, is_sure=True) == "plain"


def test_an_edit_below_the_pipeline_starts_one(folder: Path) -> None:
    (folder / "steps").mkdir()
    (folder / "steps/more.py").touch()
    ran(folder)
    os.utime(folder / "steps/more.py")
    assert kind_of(folder) == "plain"


def test_another_engine_needs_none(folder: Path) -> None:
    assert kind_of(folder, engine="process") is None


def test_it_is_taken_once_and_only_by_who_wants_the_same() -> None:
    start = HeadStart(sys.executable, "plain", {"A": "1"})
    start.begin()
    try:
        assert start.taken(sys.executable, "notebook", {"A": "1"}) is None
        assert start.taken(sys.executable, "plain", {}) is None
        engine = start.taken(sys.executable, "plain", {"A": "1"})
        assert engine is not None
        engine.close()
        assert start.taken(sys.executable, "plain", {"A": "1"}) is None
    finally:
        start.close()
