"""`pipelens failures`: what failed tasks of real builds recorded is listed, told and removed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.command import pipelens, write

FILES = {
    "pipeline.yaml": """\
tasks:
  - source: steps.load
    product: out/load.txt
  - source: steps.fit
    product: out/fit.txt
""",
    "steps.py": """\
from pathlib import Path


def load(product):
    rows = [1, 2]
    raise ValueError("no rows\\x1b[31m\\nat all")


def fit(product):
    raise KeyError("b")
""",
}
REPAIRED = FILES["steps.py"].replace("raise ValueError", 'Path(product).write_text("x") or str')


def dumps(root: Path) -> list[str]:
    return sorted(path.name.split("-")[0] for path in (root / ".pipelens" / "failures").glob("*.plpm"))


def test_without_failures_there_is_nothing_to_list(tmp_path: Path):
    write(tmp_path, FILES)
    assert pipelens("failures", cwd=tmp_path).out == "No failure is recorded.\n"
    assert pipelens("failures", "--json", cwd=tmp_path).json["failures"] == []


def test_the_latest_is_listed_first_on_a_line_without_control_characters(built: Path):
    answer = pipelens("failures", cwd=built)
    head, first, second, _, last = answer.out.splitlines()
    assert head.split() == ["Task", "Failed", "Error", "Run", "State"]
    assert first.startswith("fit ")
    assert "KeyError: 'b'" in first
    assert second.startswith("load")
    assert "ValueError: no rows" in second
    assert "at all" in second
    assert last == "2 failures recorded. `pipelens postmortem fit` opens the latest one of a task."
    assert "\x1b" not in answer.out


def test_verbose_names_the_files_and_their_sizes(built: Path):
    [_, first, *_] = pipelens("failures", "-v", cwd=built).out.splitlines()
    assert os.path.join(".pipelens", "failures", "fit-") in first
    assert first.endswith(("bytes", "kB"))


def test_the_list_for_programs(built: Path):
    told = pipelens("failures", "list", "--json", cwd=built).json
    assert told["root"] == str(built)
    latest = told["failures"][0]
    assert latest["task"] == "fit"
    assert latest["error"] == "KeyError"
    assert latest["message"] == "'b'"
    assert latest["superseded"] is False
    assert (built / latest["path"]).stat().st_size == latest["bytes"]
    assert set(latest) == {"task", "run", "at", "error", "message", "superseded", "path", "bytes"}


def test_one_is_shown_by_task_by_run_and_by_file(built: Path):
    listed = pipelens("failures", "--json", cwd=built).json["failures"]
    one = next(each for each in listed if each["task"] == "load")
    by_task = pipelens("failures", "show", "load", cwd=built)
    assert "rows = [1, 2]" in by_task.out
    assert pipelens("failures", "show", one["path"], cwd=built).out == by_task.out
    assert one["run"] in pipelens("failures", "show", one["run"], "--json", cwd=built).json["run"]


def test_one_for_programs_has_frames_with_places_and_variables(built: Path):
    told = pipelens("failures", "show", "load", "--json", cwd=built).json
    [error] = told["errors"]
    frame = error["frames"][-1]
    assert (error["type"], error["link"]) == ("ValueError", None)
    assert (frame["file"], frame["in_root"], frame["line"], frame["name"]) == ("steps.py", True, 5, "load")
    assert {"name": "rows", "type": "list", "text": "[1, 2]"} in frame["locals"]
    assert told["traceback"].startswith("Traceback (most recent call last):\n")


def test_removing_lists_first_and_needs_a_yes(failed: Path):
    answer = pipelens("failures", "remove", "load", cwd=failed)
    assert answer.out.splitlines()[1].startswith("load")
    assert answer.out.endswith("1 failure. Nothing was removed: --yes removes what is listed.\n")
    assert dumps(failed) == ["fit", "load"]
    assert pipelens("failures", "remove", "load", "-y", cwd=failed).out == "1 failure removed.\n"
    assert dumps(failed) == ["fit"]
    assert pipelens("failures", "remove", "--all", "--yes", cwd=failed).out == "1 failure removed.\n"
    assert dumps(failed) == []


def test_those_whose_task_ended_well_since_are_superseded_and_go_together(failed: Path):
    (failed / "steps.py").write_text(REPAIRED)
    assert pipelens("build", "--partially", "load", cwd=failed).code == 0
    assert "superseded" in pipelens("failures", cwd=failed).out
    assert "The task has ended well since." in pipelens("failures", "show", "load", cwd=failed).out
    assert pipelens("failures", "remove", "--superseded", "--yes", cwd=failed).out == "1 failure removed.\n"
    assert dumps(failed) == ["fit"]


def test_pages_and_notebooks_go_with_their_recording(failed: Path):
    [dump] = (failed / ".pipelens" / "failures").glob("load-*.plpm")
    dump.with_suffix(".html").write_text("a page")
    assert pipelens("failures", "remove", dump.name.removesuffix(".plpm"), "-y", cwd=failed).code == 1
    path = str(dump.relative_to(failed))
    assert pipelens("failures", "remove", path, "-y", cwd=failed).code == 0
    assert not dump.with_suffix(".html").exists()


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["remove"], 2, "say what to remove"),
        (["remove", "load", "--all"], 2, "one of them"),
        (["remove", "lod", "-y"], 1, "no failure of lod is recorded; did you mean 'load'?"),
        (["rmove"], 2, "did you mean 'remove'?"),
        (["load"], 2, "`pipelens failures show load` shows one of a task"),
        (["list", "load"], 2, "`pipelens failures show NAME` shows one"),
        (["show", "lod"], 1, "did you mean 'load'?"),
    ],
)
def test_what_cannot_be_meant_is_answered_in_words(built: Path, words: list[str], code: int, told: str):
    answer = pipelens("failures", *words, cwd=built)
    assert answer.code == code
    assert told in answer.err
    assert dumps(built) == ["fit", "load"]


def test_files_that_are_no_recordings_are_left_out(failed: Path):
    folder = failed / ".pipelens" / "failures"
    (folder / "other-20260131-142501-3fa9.plpm").write_bytes(b"PK\x03\x04 no zip file")
    (folder / "notes.txt").write_text("mine")
    assert len(pipelens("failures", "--json", cwd=failed).json["failures"]) == 2
    assert pipelens("failures", "remove", "--all", "-y", cwd=failed).code == 0
    assert (folder / "notes.txt").exists()


def test_failures_are_listed_while_the_pipeline_is_broken(failed: Path):
    (failed / "pipeline.yaml").write_text("tasks: [\n")
    assert "2 failures recorded." in pipelens("failures", cwd=failed).out
