"""A pipeline.yaml of another tool gets one sentence and nothing more."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.command import pipelens
from tests.workspace.keeping import keeper_in, write

FIXTURES = Path(__file__).parents[1] / "pipelines" / "other_tools"
TOOLS = sorted(path.name for path in FIXTURES.iterdir() if path.is_dir())


@pytest.mark.parametrize("tool", TOOLS)
def test_check_says_one_sentence_about_the_file_of_another_tool(tool: str, tmp_path: Path) -> None:
    folder = tmp_path / "p"
    shutil.copytree(FIXTURES / tool, folder)
    answer = pipelens("check", "--json", cwd=folder)
    (problem,) = answer.json["problems"]
    assert (problem["code"], problem["severity"]) == ("other-tool", "info")
    assert problem["range"]["start"]["line"] == problem["range"]["end"]["line"]
    assert answer.code == 0
    assert pipelens("check", "--strict", cwd=folder).code == 0


def test_there_are_fixtures_for_more_than_five_tools() -> None:
    assert len(TOOLS) >= 5


@pytest.mark.parametrize("tool", TOOLS)
def test_the_file_of_another_tool_has_no_tasks_and_is_left_alone(tool: str, tmp_path: Path) -> None:
    folder = tmp_path / "p"
    shutil.copytree(FIXTURES / tool, folder)
    project = keeper_in(folder).now()
    assert project.spec.form == "foreign"
    assert project.tasks == {}


@pytest.mark.parametrize(
    "text",
    [
        "tasks: []\nstages: {}\n",
        "taks:\n  - source: a.b\n",
        "meta: {extract_upstream: false}\nexecutor: serial\n",
        "clients: {File: a.b}\nsteps: []\n",
    ],
)
def test_a_pipeline_with_mistakes_is_not_taken_for_another_tool(text: str, tmp_path: Path) -> None:
    write(tmp_path, {"pipeline.yaml": text})
    project = keeper_in(tmp_path).now()
    assert project.spec.form == "tasks"
    assert "other-tool" not in {problem.code for problem in project.problems}
