"""What was read of sources comes back from the disk, and never wrongly."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from pipelens.workspace import source_cache, source_record, source_store
from pipelens.workspace.keeper import ProjectKeeper
from tests.workspace.keeping import keeper_in, picture, write

COUNT = 30
LONG_AGO = 1_600_000_000


def source(number: int, *, body: str = "print(upstream)", upstream: str | None = None) -> str:
    needs = f'["{upstream or f"task{number - 1}"}"]' if number else "None"
    return (
        f"# %% [markdown]\n# # Number {number}\n\n"
        f'# %% tags=["parameters"]\nupstream = {needs}\nproduct = None\nsize = 1\n\n'
        f'# %%\n{body}\nprint(size, "é")\n'
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tasks = "".join(
        f"  - source: task{number}.py\n    product: out/{number}.ipynb\n    params: {{size: 2}}\n"
        for number in range(COUNT)
    )
    project = tmp_path / "project"
    files: dict[str, str | bytes] = {f"task{number}.py": source(number) for number in range(COUNT)}
    write(project, {"pipeline.yaml": "tasks:\n" + tasks, **files})
    for path in project.iterdir():
        settle(path)
    return project


@pytest.fixture(autouse=True)
def settled_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can set the time at which a file's entry changed, so only that of its content counts."""
    told = source_store.is_settled
    monkeypatch.setattr(
        source_cache, "is_settled", lambda stamp, now: told((stamp[0], stamp[1], 0, stamp[3]), now)
    )


def settle(path: Path) -> None:
    os.utime(path, (LONG_AGO, LONG_AGO))


def start(folder: Path, **more: Any) -> ProjectKeeper:
    keeper = keeper_in(folder, store=str(folder.parent / "cache"), **more)
    keeper.now()
    return keeper


def reads(keeper: ProjectKeeper) -> int:
    """How many sources were read from their files."""
    return keeper.files.reads - 1  # the pipeline itself


def stored(folder: Path) -> Path:
    (found,) = (folder.parent / "cache").glob("*.sources")
    return found


def test_a_second_start_reads_no_source_and_understands_the_same(folder: Path) -> None:
    first, second = start(folder), start(folder)
    assert (reads(first), reads(second)) == (COUNT, 0)
    assert second.sources.analysed == 0
    assert picture(second.now()) == picture(first.now())
    assert [task.code for task in second.now().tasks.values()] == [
        task.code for task in first.now().tasks.values()
    ]


def test_a_source_that_changed_is_read_anew(folder: Path) -> None:
    start(folder)
    (folder / "task3.py").write_text(source(3, upstream="gone"), "utf-8")
    second = start(folder)
    assert reads(second) == 1
    assert picture(second.now()) == picture(keeper_in(folder).now())
    assert "unknown-upstream" in {problem.code for problem in second.now().problems}


def test_a_source_of_the_same_size_and_time_is_told_by_when_its_entry_changed(folder: Path) -> None:
    start(folder)
    path = folder / "task3.py"
    path.write_text(source(3).replace("task2", "task4"), "utf-8")
    settle(path)
    second = start(folder)
    if os.name != "nt":
        assert picture(second.now()) == picture(keeper_in(folder).now())


def test_a_source_that_changed_a_moment_ago_is_not_trusted(folder: Path) -> None:
    path = folder / "task3.py"
    path.write_text(source(3), "utf-8")
    start(folder)
    assert reads(start(folder)) == 1
    stamp = source_record.stamp_of(path.stat())
    changed = max(stamp[1], stamp[2])
    assert not source_store.is_settled(stamp, changed + 1_900_000_000)
    assert source_store.is_settled(stamp, changed + 2_100_000_000)


def test_problems_in_sources_are_found_again(folder: Path) -> None:
    path = folder / "task3.py"
    path.write_text(source(3, body="print(undefined)"), "utf-8")
    settle(path)
    start(folder)
    found = start(folder).now().problems
    assert "undefined-name" in {problem.code for problem in found}


def test_another_way_of_reading_has_other_sources(folder: Path) -> None:
    start(folder)
    pipeline = folder / "pipeline.yaml"
    pipeline.write_text("meta: {extract_upstream: false}\n" + pipeline.read_text("utf-8"), "utf-8")
    second = start(folder)
    assert reads(second) == COUNT
    assert picture(second.now()) == picture(keeper_in(folder).now())


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: b"\xff" * 1000,
        lambda data: data.replace(b"[", b"{"),
        lambda data: data.replace(b'"python"', b"5"),
        lambda data: b"[" * 100_000,
    ],
    ids=["empty", "cut", "binary", "no JSON", "of another shape", "deep"],
)
def test_a_damaged_store_is_as_good_as_none(folder: Path, damage: Any) -> None:
    start(folder)
    path = stored(folder)
    path.write_bytes(damage(path.read_bytes()))
    second = start(folder)
    assert picture(second.now()) == picture(keeper_in(folder).now())
    assert reads(start(folder)) == 0, "it is written anew"


def test_the_store_of_a_newer_version_is_left_alone(folder: Path) -> None:
    start(folder)
    path = stored(folder)
    newer = json.dumps([source_store.FORMAT + 1, "something", "else"]) + "\n"
    path.write_text(newer, "utf-8")
    assert reads(start(folder)) == COUNT
    assert path.read_text("utf-8") == newer


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps a user's folders from others itself")
def test_nobody_else_may_read_the_store(folder: Path) -> None:
    start(folder)
    path = stored(folder)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_store_that_cannot_be_written_changes_nothing(folder: Path) -> None:
    (folder.parent / "cache").write_text("a file, not a folder", "utf-8")
    assert reads(start(folder)) == COUNT
    assert reads(start(folder)) == COUNT


def test_few_pipelines_are_remembered(folder: Path) -> None:
    start(folder)
    cache = folder.parent / "cache"
    for number in range(source_store.MAX_FILES + 5):
        (cache / f"{number:032}.sources").write_text("[]\n", "utf-8")
        os.utime(cache / f"{number:032}.sources", (number, number))
    stored_before = max(cache.glob("*.sources"), key=lambda path: path.stat().st_mtime)
    stored_before.unlink()
    start(folder)
    assert len(list(cache.glob("*.sources"))) == source_store.MAX_FILES


def test_a_source_in_an_editor_is_read_from_there(folder: Path) -> None:
    start(folder)
    keeper = keeper_in(folder, store=str(folder.parent / "cache"))
    keeper.edit(os.path.join(os.path.realpath(folder), "task3.py"), source(3, upstream="gone"))
    assert "unknown-upstream" in {problem.code for problem in keeper.now().problems}
    keeper.close(os.path.join(os.path.realpath(folder), "task3.py"))
    assert picture(keeper.now()) == picture(keeper_in(folder).now())


# -- what is put off


def finished(keeper: ProjectKeeper) -> int:
    """Rest until nothing is left, a step at a time; how many steps that took."""
    steps = 0
    while keeper.rest(iter((False, True)).__next__):
        steps += 1
    return steps


def test_a_patient_keeper_finds_in_the_end_what_an_impatient_one_finds_at_once(folder: Path) -> None:
    (folder / "task3.py").write_text(source(3, body="print(undefined)"), "utf-8")
    (folder / "task4.py").write_text(source(4, body="print("), "utf-8")
    patient = keeper_in(folder, patient=True)
    before = patient.now()
    assert patient.sources.analysed == 0
    assert not {"undefined-name", "syntax-error"} & {problem.code for problem in before.problems}
    assert finished(patient) >= COUNT - 1
    assert patient.now().version > before.version
    assert picture(patient.now()) == picture(keeper_in(folder).now())
    assert not patient.rest(lambda: False)


def test_an_open_source_is_analysed_at_once(folder: Path) -> None:
    patient = keeper_in(folder, patient=True)
    patient.now()
    patient.edit(os.path.join(os.path.realpath(folder), "task3.py"), source(3, body="print(undefined)"))
    assert "undefined-name" in {problem.code for problem in patient.now().problems}
    assert patient.sources.analysed == 1


def test_an_edit_in_between_is_not_lost(folder: Path) -> None:
    patient = keeper_in(folder, patient=True)
    patient.now()
    patient.rest(iter((False, True)).__next__)
    patient.edit(os.path.join(os.path.realpath(folder), "task3.py"), source(3, upstream="gone"))
    assert not patient.rest(lambda: False), "it waits for the answer to the edit"
    patient.now()
    finished(patient)
    assert "unknown-upstream" in {problem.code for problem in patient.now().problems}
    other = keeper_in(folder)
    other.edit(os.path.join(os.path.realpath(folder), "task3.py"), source(3, upstream="gone"))
    assert picture(patient.now()) == picture(other.now())


def test_what_a_patient_keeper_found_is_there_at_the_next_start(folder: Path) -> None:
    patient = start(folder, patient=True)
    finished(patient)
    second = start(folder, patient=True)
    assert reads(second) == 0
    assert not second.rest(lambda: False)
    assert second.sources.analysed == 0
