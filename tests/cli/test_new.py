from __future__ import annotations

from pathlib import Path

from tests.cli.command import pipelens, write


def test_a_new_project_is_made_whole(tmp_path: Path):
    answer = pipelens("new", "first", cwd=tmp_path)
    assert answer.code == 0
    made = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()}
    assert {"first/pipeline.yaml", "first/env.yaml", "first/.gitignore"} <= {
        name.replace("\\", "/") for name in made
    }
    assert [p.name for p in tmp_path.iterdir()] == ["first"]
    assert "pipelens build" in answer.out


def test_a_folder_that_holds_something_is_never_touched(tmp_path: Path):
    write(tmp_path, {"first/mine.txt": "mine"})
    answer = pipelens("new", "first", cwd=tmp_path)
    assert answer.code == 2
    assert "is there already and not empty" in answer.err
    assert [p.name for p in (tmp_path / "first").iterdir()] == ["mine.txt"]


def test_an_empty_folder_is_filled(tmp_path: Path):
    (tmp_path / "first").mkdir()
    assert pipelens("new", "first", cwd=tmp_path).code == 0


def test_a_name_is_needed(tmp_path: Path):
    answer = pipelens("new", cwd=tmp_path)
    assert answer.code == 2
    assert "NAME is missing" in answer.err


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path):
    write(tmp_path, {"file": ""})
    answer = pipelens("new", "file/inside", cwd=tmp_path)
    assert answer.code == 1
    assert "cannot be made" in answer.err
