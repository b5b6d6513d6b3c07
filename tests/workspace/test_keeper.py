"""The keeper: a snapshot of the pipeline as it is now, whatever changed meanwhile."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.workspace.keeping import PIPELINE, codes, drawn, keeper_in, picture, write

FIXTURES = Path(__file__).parents[1] / "pipelines"
TWO = (
    "tasks:\n  - source: steps.load\n    product: out/load\n  - source: steps.clean\n    product: out/clean\n"
)
STEPS = "def load(product):\n    pass\n\n\ndef clean(product, upstream):\n    upstream['load']\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "p", {PIPELINE: TWO, "steps.py": STEPS})


def later(path: Path, text: str) -> None:
    """Write a file so that its time differs, too."""
    path.write_text(text, encoding="utf-8")
    stamp = path.stat().st_mtime_ns + 5_000_000_000
    os.utime(path, ns=(stamp, stamp))


@pytest.mark.parametrize(
    ("name", "tasks", "order"),
    [
        ("unicode", ["größe", "数える 🚀"], ["数える 🚀", "größe"]),
        ("shared_source", ["small", "large", "first", "second"], ["small", "large", "first", "second"]),
        ("windows", ["fit", "load"], ["load", "fit"]),
        ("imports", ["load", "report", "clean"], ["load", "clean", "report"]),
        (
            "grid",
            ["fit-tree-1", "fit-tree-2", "fit-line-0", "report"],
            ["fit-tree-1", "fit-tree-2", "fit-line-0", "report"],
        ),
    ],
)
def test_pipelines_of_all_kinds_are_understood_without_a_problem(
    name: str, tasks: list[str], order: list[str]
) -> None:
    project = keeper_in(FIXTURES / name).now()
    assert (list(project.tasks), list(project.order)) == (tasks, order)
    assert [problem.message for problem in project.problems if problem.severity != "info"] == []


def test_two_pipelines_of_one_folder_have_an_env_each() -> None:
    first = keeper_in(FIXTURES / "two_pipelines").now()
    second = keeper_in(FIXTURES / "two_pipelines", "pipeline.serve.yaml").now()
    paths = [
        task.products.items[0].written and os.path.relpath(task.products.items[0].path, project.root)
        for project in (first, second)
        for task in project.tasks.values()
        if task.products
    ]
    assert paths == [os.path.join("training", "model"), os.path.join("serving", "answers")]


def test_a_snapshot_does_not_change_when_the_pipeline_does(folder: Path) -> None:
    keeper = keeper_in(folder)
    before = keeper.now()
    seen = picture(before)
    keeper.edit(str(folder / PIPELINE), TWO.replace("steps.clean", "steps.clan") + "  - report.py\n")
    after = keeper.now()
    assert picture(before) == seen
    assert after.version == before.version + 1
    assert keeper.now() is after


def test_an_open_editor_counts_before_the_disk_until_it_is_closed(folder: Path) -> None:
    keeper = keeper_in(folder)
    assert codes(keeper.now()) == []
    keeper.edit(str(folder / "steps.py"), STEPS.replace("def clean", "def clear"))
    assert codes(keeper.now()) == ["dotted-path-not-found"]
    keeper.close(str(folder / "steps.py"))
    assert codes(keeper.now()) == []


def test_changes_on_the_disk_are_seen_after_a_refresh(folder: Path) -> None:
    keeper = keeper_in(folder)
    first = keeper.now()
    later(folder / "steps.py", STEPS.replace("'load'", "'loud'"))
    assert keeper.now() is first
    keeper.refresh()
    assert "unknown-upstream" in codes(keeper.now())
    later(folder / "steps.py", STEPS)
    keeper.refresh()
    assert codes(keeper.now()) == []


def test_files_that_come_and_go_are_seen(folder: Path) -> None:
    keeper = keeper_in(folder)
    keeper.now()
    for name, text, expected in [
        ("env.yaml", "unused: 1\n", ["unused-env-key"]),
        ("env.yaml", None, []),
        ("pipelens.toml", '[severity]\nnothing = "off"\n', ["bad-setting"]),
        ("pipelens.toml", None, []),
        ("steps.py", None, ["module-not-found", "module-not-found"]),
        ("steps.py", STEPS, []),
    ]:
        if text is None:
            (folder / name).unlink()
        else:
            later(folder / name, text)
        keeper.refresh()
        found = codes(keeper.now())
        if name == "steps.py" and text is None:
            assert len(found) == 2
        elif name == "env.yaml":
            # Which env file counts is decided when the pipeline is located.
            assert codes(keeper_in(folder).now()) == expected
        else:
            assert found == expected, (name, text)


def test_a_broken_entry_keeps_its_last_good_reading(folder: Path) -> None:
    keeper = keeper_in(folder)
    keeper.now()
    text = TWO.replace("source: steps.clean", "'source: steps.clean")
    keeper.edit(str(folder / PIPELINE), text)
    project = keeper.now()
    assert list(project.order) == ["load", "clean"]
    assert project.tasks["clean"].products is not None
    assert drawn(project, text) == text.replace("'source", "[[']]source")


def test_a_suppressing_comment_moves_with_its_entry(folder: Path) -> None:
    text = TWO.replace("product: out/clean", "prodct: out/clean # pipelens: ignore[unknown-key, missing-key]")
    keeper = keeper_in(folder)
    keeper.edit(str(folder / PIPELINE), text)
    before = codes(keeper.now())
    assert "unknown-key" not in before
    keeper.edit(str(folder / PIPELINE), "# above\n" + text)
    assert codes(keeper.now()) == before


def test_an_edit_of_a_section_reaches_all_entries(folder: Path) -> None:
    keeper = keeper_in(folder)
    keeper.now()
    path = str(folder / PIPELINE)
    keeper.edit(path, "meta: {extract_upstream: false}\n" + TWO)
    assert keeper.now().tasks["clean"].upstream == ()
    keeper.edit(path, "serializer: steps.load\n" + TWO)
    with_serializer = keeper.now()
    assert picture(with_serializer) == picture(_fresh(folder, "serializer: steps.load\n" + TWO))
    keeper.edit(path, TWO)
    assert keeper.now().tasks["clean"].upstream == ("load",)


def _fresh(folder: Path, text: str) -> object:
    keeper = keeper_in(folder)
    keeper.edit(str(folder / PIPELINE), text)
    return keeper.now()


def test_a_cycle_appears_and_goes_with_the_edit_that_makes_it(folder: Path) -> None:
    keeper = keeper_in(folder)
    keeper.now()
    path = str(folder / "steps.py")
    keeper.edit(
        path, STEPS.replace("load(product):\n    pass", "load(product, upstream):\n    upstream['clean']")
    )
    project = keeper.now()
    assert codes(project) == ["cycle", "cycle"]
    assert project.order == ()
    keeper.edit(path, STEPS)
    assert codes(keeper.now()) == []


def test_an_imported_file_is_followed_like_the_spec_itself(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    shutil.copytree(FIXTURES / "imports", folder)
    keeper = keeper_in(folder)
    assert codes(keeper.now()) == []
    path = str(folder / "jobs" / "more.yaml")
    text = (folder / "jobs" / "more.yaml").read_text(encoding="utf-8")
    keeper.edit(path, "\t" + text)
    assert "yaml-error" in codes(keeper.now())
    keeper.edit(path, text)
    assert codes(keeper.now()) == []
    bad = text.replace("product: '{{out}}/clean'", "prodct: x")
    keeper.edit(path, bad)
    project = keeper.now()
    assert drawn(project, bad, "unknown-key", "more.yaml") == bad.replace("prodct", "[[prodct]]")


def test_a_file_that_goes_out_of_reach_and_comes_back_is_read_again(folder: Path) -> None:
    keeper = keeper_in(folder)
    whole = picture(keeper.now())
    path = str(folder / PIPELINE)
    for text in ["", "stages: {}\n", "location: steps.make\n", "x" * 3_000_000, "tasks: []\n"]:
        keeper.edit(path, text)
        assert keeper.now().tasks == {}
        keeper.edit(path, TWO)
        assert picture(keeper.now()) == whole


def test_entries_that_move_keep_their_readings_and_take_their_places_along(folder: Path) -> None:
    first, second = TWO.removeprefix("tasks:\n").split("  - source: steps.clean")
    text = "tasks:\n  - source: steps.clean" + second + first
    keeper = keeper_in(folder)
    keeper.now()
    keeper.edit(str(folder / PIPELINE), text)
    assert picture(keeper.now()) == picture(_fresh(folder, text))
