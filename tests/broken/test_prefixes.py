"""Every prefix of good files: nothing raises, and no finished task is lost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipelens.core.project import Project
from tests.broken.texts import GOOD, SOURCES, Good
from tests.workspace.keeping import PIPELINE, keeper_of, picture

styles = pytest.mark.parametrize("style", sorted(GOOD))


def all_there(project: Project, complete: Project, good: Good, end: int, text: str) -> None:
    """Every task that `text` finishes is read as in the complete file."""
    for name, finished in good.finished.items():
        if finished > end:
            continue
        task = project.tasks.get(name)
        assert task is not None, (name, text)
        meant = complete.tasks[name]
        assert (task.spec.source, task.kind, task.class_name) == (
            meant.spec.source,
            meant.kind,
            meant.class_name,
        ), (name, text)
        assert dict(task.params) == dict(meant.params), (name, text)
        assert _products(task.spec) == _products(meant.spec), (name, text)


def _products(spec: object) -> object:
    products = getattr(spec, "products", None)
    return products and [(item.key, item.path) for item in products.items]


def some_ends(good: Good) -> list[int]:
    """Every prefix when soaking, else every seventh and those around where a task is finished."""
    if os.environ.get("HYPOTHESIS_PROFILE") == "soak":
        return list(range(len(good.text) + 1))
    near = {end + more for end in good.finished.values() for more in (0, 1, 2, 5)}
    return sorted(end for end in {*range(0, len(good.text), 7), *near} if end <= len(good.text))


@styles
def test_a_good_file_is_read_whole(style: str, tmp_path: Path) -> None:
    good = GOOD[style]
    project = keeper_of(tmp_path, {**SOURCES, PIPELINE: good.text}).now()
    assert set(good.finished) <= set(project.tasks)
    assert not [problem for problem in project.found if problem.code == "yaml-error"]
    for entry in project.entries.values():
        assert not entry.broken


@styles
def test_while_a_good_file_is_typed_no_finished_task_is_lost(style: str, tmp_path: Path) -> None:
    good = GOOD[style]
    path = os.path.realpath(tmp_path / PIPELINE)
    complete = keeper_of(tmp_path, {**SOURCES, PIPELINE: good.text}).now()
    keeper = keeper_of(tmp_path, {**SOURCES, PIPELINE: ""})
    for end in range(len(good.text) + 1):
        keeper.edit(path, good.text[:end])
        all_there(keeper.now(), complete, good, end, good.text[:end])
    assert picture(keeper.now()) == picture(complete)


@styles
def test_opened_at_any_point_of_its_typing_no_finished_task_is_lost(style: str, tmp_path: Path) -> None:
    good = GOOD[style]
    complete = keeper_of(tmp_path, {**SOURCES, PIPELINE: good.text}).now()
    for end in some_ends(good):
        project = keeper_of(tmp_path, {**SOURCES, PIPELINE: good.text[:end]}).now()
        all_there(project, complete, good, end, good.text[:end])


@styles
def test_while_a_good_file_is_deleted_from_its_end_no_finished_task_is_lost(
    style: str, tmp_path: Path
) -> None:
    good = GOOD[style]
    path = os.path.realpath(tmp_path / PIPELINE)
    keeper = keeper_of(tmp_path, {**SOURCES, PIPELINE: good.text})
    complete = keeper.now()
    for end in range(len(good.text), -1, -7):
        keeper.edit(path, good.text[:end])
        all_there(keeper.now(), complete, good, end, good.text[:end])
