"""Every fix of every problem, tried on the pipeline that shows the problem: the problem goes, and no
error comes."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from pipelens.core.answers.actions import Action, Sight, actions, fix_all
from pipelens.core.answers.fixes import Change
from pipelens.core.files import Unreadable
from pipelens.core.problems import CreateFile, Edit, rules
from pipelens.core.project import Project
from pipelens.core.text import Document, Lines, Span
from pipelens.workspace.disk import WorkspaceFiles
from pipelens.workspace.opening import NotFound, open_pipeline
from tests.contract.tree import TOP
from tests.core.editing import applied

FIXTURES = TOP / "tests" / "pipelines" / "problems"
WHOLE = Span.of(0, 0, 100_000, 0)

Told = tuple[str, str, str]


def copied(code: str, folder: Path) -> Path:
    shutil.copytree(FIXTURES / code, folder, symlinks=True)
    wanted = settings(folder)
    for name, count in wanted.get("pad", {}).items():
        with open(folder / name, "a", encoding="utf-8") as file:
            file.write("# " + "x" * count + "\n")
    return folder


def settings(folder: Path) -> dict[str, dict[str, int]]:
    path = folder / "check.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def read(folder: Path) -> Project | None:
    """The pipeline of a fixture; None for those that show that there is none."""
    wanted = settings(folder)
    words = list(wanted.get("arguments", ()))
    entry_point = words[1] if words and words[0] == "--entry-point" else None
    environ = {**os.environ, **wanted.get("environment", {})}
    keeper = open_pipeline(entry_point, cwd=str(folder), environ={k: str(v) for k, v in environ.items()})
    return None if isinstance(keeper, NotFound) else keeper.now()


def told(project: Project) -> list[Told]:
    return sorted((one.severity, one.code, one.message) for one in project.problems)


def offered(project: Project) -> list[Action]:
    files = WorkspaceFiles()

    def lines(path: str) -> Lines:
        text = files.read(path)
        return Document("" if isinstance(text, Unreadable) else text)

    sight = Sight(lines, files)
    found: list[Action] = []
    for path in dict.fromkeys(one.place.path for one in project.problems):
        found += actions(project, path, WHOLE, sight)
        every = fix_all(project, path)
        found += [every] if every is not None else []
    return found


def apply(changes: tuple[Change, ...]) -> None:
    by_path: dict[str, list[Edit]] = {}
    for change in changes:
        match change:
            case CreateFile(path=path, text=text):
                assert not os.path.exists(path)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                Path(path).write_bytes(text.encode())
            case Edit(place=place):
                by_path.setdefault(place.path, []).append(change)
    for path, edits in by_path.items():
        text = Path(path).read_bytes().decode()
        after = applied(text, edits, json_strings=path.endswith(".ipynb"))
        Path(path).write_bytes(after.encode())


@pytest.mark.parametrize("code", sorted(rules()))
def test_each_fix_removes_its_problem_and_brings_no_error(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, count = 0, 1
    while number < count:
        folder = copied(code, tmp_path / str(number) / "pipeline")
        monkeypatch.chdir(folder)
        before = read(folder)
        if before is None:
            return
        found = offered(before)
        count = len(found)
        if not found:
            return
        action = found[number]
        apply(action.changes)
        after = read(folder)
        assert after is not None, action.title
        old, new = told(before), told(after)
        assert [one for one in new if one not in old and one[0] == "error"] == [], action.title
        for one in action.problems:
            problem = (one.problem.severity, one.problem.code, one.problem.message)
            assert new.count(problem) < old.count(problem), action.title
        if action.kind == "fix all":
            assert [one for one in offered(after) if one.kind == "fix all"] == [], "not all at once"
        number += 1
