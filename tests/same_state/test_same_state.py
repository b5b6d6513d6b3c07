"""Pipelens and Ploomber work on one folder by turns, and agree on what is up to date all the while."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import ploomber
from tests.same_state.edits import EDITS
from tests.same_state.sides import Pipelens, Ploomber, Side

pytestmark = [
    ploomber.needs_ploomber,
    pytest.mark.skipif(os.name == "nt", reason="Ploomber is kept ready by a process that forks"),
]
PROJECTS = Path(__file__).parent / "projects"


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ploomber]:
    side = Ploomber(tmp_path_factory.mktemp("ploomber"))
    yield side
    side.close()


@pytest.mark.parametrize("first", ["pipelens", "ploomber"])
@pytest.mark.parametrize("name", sorted(EDITS))
def test_what_one_built_is_up_to_date_for_both_and_an_edit_outdates_the_same_tasks(
    name: str, first: str, theirs: Ploomber, tmp_path: Path
) -> None:
    folder = tmp_path / "a project"
    shutil.copytree(PROJECTS / name, folder)
    ours = Pipelens()
    builder, other = (ours, theirs) if first == "pipelens" else (theirs, ours)

    everything = builder.outdated(folder)
    assert other.outdated(folder) == everything
    assert builder.build(folder) == everything
    assert_up_to_date(folder, ours, theirs)
    for edit in EDITS[name]:
        builder, other = other, builder
        edit.apply(folder)
        expected = edit.expected(everything)
        assert {"ours": ours.outdated(folder), "theirs": theirs.outdated(folder)} == {
            "ours": expected,
            "theirs": expected,
        }, str(edit)
        assert builder.build(folder) == expected, str(edit)
        assert_up_to_date(folder, ours, theirs)


def assert_up_to_date(folder: Path, *sides: Side) -> None:
    for side in sides:
        assert side.outdated(folder) == []
        assert side.build(folder) == []


@pytest.mark.parametrize("name", ["notebooks", "shell"])
def test_a_project_that_was_moved_is_up_to_date_for_ploomber_after_a_build(
    name: str, theirs: Ploomber, tmp_path: Path
) -> None:
    shutil.copytree(PROJECTS / name, tmp_path / "here")
    Pipelens().build(tmp_path / "here")
    moved = (tmp_path / "here").rename(tmp_path / "there and back")
    assert Pipelens().build(moved) == []
    assert_up_to_date(moved, Pipelens(), theirs)


def test_the_ploomber_command_finds_nothing_to_do(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    shutil.copytree(PROJECTS / "serializers", folder)
    assert Pipelens().build(folder) == ["halves", "label", "numbers"]
    for words in (["status"], ["build"]):
        asked = subprocess.run(
            [ploomber.program("ploomber"), *words],
            cwd=folder,
            env=ploomber.environment(tmp_path),
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        rows = [line.split() for line in asked.stdout.splitlines()]
        said = {row[0]: row for row in rows if row and row[0] in ("numbers", "halves", "label")}
        assert len(said) == 3
        assert all("False" in row and "True" not in row for row in said.values()), asked.stdout
