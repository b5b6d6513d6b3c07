"""What is kept of runs: written by builds, read by everybody else, and never in anybody's way."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

from pipelens.core.sources import code_mark
from pipelens.runner import history as history_
from pipelens.runner.events import TaskProblem
from pipelens.runner.history import History, Outcomes, history_path, past_runs, usual_seconds
from pipelens.runner.outcome import Outcome
from pipelens.runner.state import make_state
from tests.runner.making import Pipeline


def made(folder: Path) -> tuple[str, str]:
    make_state(str(folder))
    return str(folder), str(folder / "pipeline.yaml")


def pipeline(folder: Path) -> Pipeline:
    found = Pipeline(folder)
    found.write(
        "tasks.py",
        "def good(product):\n    open(product, 'w').write('1')\n\n\ndef bad(product):\n    raise KeyError('x')\n",
    )
    found.task("tasks.good", "out/good.txt")
    found.task("tasks.bad", "out/bad.txt")
    return found


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_a_build_is_kept_with_who_failed_and_how_long_things_took(tmp_path: Path) -> None:
    found = pipeline(tmp_path)
    found.build()
    place = (str(tmp_path), str(tmp_path / "pipeline.yaml"))
    (run,) = past_runs(*place)
    assert (run.mode, run.state, run.failed) == ("build", "failed", ("bad",))
    assert run.seconds is not None
    assert set(usual_seconds(*place)) == {"good"}
    outcomes = Outcomes(*place)
    assert outcomes.update() == {"good", "bad"}
    assert outcomes.has_failures
    assert outcomes.latest["bad"].reason == "KeyError: 'x'"
    assert outcomes.latest["bad"].run == run.run
    assert outcomes.latest["bad"].code == code_mark(found.project().tasks["bad"].code)


def test_asking_reads_only_what_is_new_and_tells_it(tmp_path: Path) -> None:
    place = made(tmp_path)
    outcomes = Outcomes(*place)
    assert outcomes.update() == set()
    history = History(*place)
    history.add(Outcome("a", 1.0, 0.5, True), Outcome("b", 2.0, 0.5, False, "no"))
    assert outcomes.update() == {"a", "b"}
    assert outcomes.update() == set()
    history.add(Outcome("b", 3.0, 0.5, True))
    assert outcomes.update() == {"b"}
    assert not outcomes.has_failures
    history.close()


def test_a_failure_does_not_hide_how_long_a_task_usually_takes(tmp_path: Path) -> None:
    place = made(tmp_path)
    history = History(*place)
    history.add(Outcome("a", 1.0, 12.5, True))
    history.add(Outcome("a", 2.0, 0.1, False, "no"))
    history.close()
    assert usual_seconds(*place) == {"a": 12.5}


def test_pipelines_of_one_root_do_not_see_each_other(tmp_path: Path) -> None:
    root, one = made(tmp_path)
    other = str(tmp_path / "pipeline.other.yaml")
    first, second = History(root, one), History(root, other)
    first.begin("r1", "build", 1.0, "ann")
    first.add(Outcome("a", 1.0, 1.0, False))
    second.begin("r2", "build", 2.0, "ben")
    first.end("r1", "failed", 1.0)
    assert [run.run for run in past_runs(root, other)] == ["r2"]
    outcomes = Outcomes(root, other)
    assert outcomes.update() == set()
    first.close()
    second.close()


def test_looking_makes_no_file(tmp_path: Path) -> None:
    place = (str(tmp_path), str(tmp_path / "pipeline.yaml"))
    assert Outcomes(*place).update() == set()
    assert (past_runs(*place), usual_seconds(*place)) == ((), {})
    assert files(tmp_path) == set()
    made(tmp_path)
    history = History(*place)
    history.add(Outcome("a", 1.0, 1.0, True))
    history.close()
    before = files(tmp_path)
    assert Outcomes(*place).update() == {"a"}
    past_runs(*place)
    assert files(tmp_path) == before


def test_a_run_that_was_killed_counts_as_stopped(tmp_path: Path) -> None:
    place = made(tmp_path)
    history = History(*place)
    history.begin("r1", "build", 1.0, "")
    history.close()
    assert past_runs(*place)[0].state == "stopped"
    again = History(*place)
    again.begin("r2", "build", 2.0, "")
    again.end("r2", "ok", 1.0)
    again.close()
    assert [(run.run, run.state) for run in past_runs(*place)] == [("r2", "ok"), ("r1", "stopped")]


def test_what_is_kept_is_bounded(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(history_, "RUNS_KEPT", 3)
    monkeypatch.setattr(history_, "OUTCOMES_KEPT", 5)
    place = made(tmp_path)
    history = History(*place)
    for number in range(10):
        history.begin(f"r{number}", "build", float(number), "")
        history.add(*(Outcome(f"t{task}", float(number), 1.0, True, run=f"r{number}") for task in range(2)))
    history.close()
    assert [run.run for run in past_runs(*place)] == ["r9", "r8", "r7"]
    with sqlite3.connect(history_path(str(tmp_path))) as file:
        assert file.execute("SELECT count(*) FROM outcomes").fetchone()[0] <= 7
    file.close()
    assert usual_seconds(*place) == {"t0": 1.0, "t1": 1.0}


def test_a_broken_file_is_set_aside_and_told_once(tmp_path: Path) -> None:
    found = pipeline(tmp_path)
    make_state(str(tmp_path))
    Path(history_path(str(tmp_path))).write_bytes(b"no database at all, " * 500)
    assert found.states() == {"good": "never_run", "bad": "never_run"}
    found.build()
    told = [problem.message for problem in found.of_kind(TaskProblem) if problem.task == ""]
    assert len(told) == 1
    assert "history.db.broken" in told[0]
    assert found.states()["bad"] == "failed"
    found.build()
    assert [problem for problem in found.of_kind(TaskProblem) if problem.task == ""] == []


def test_a_history_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    place = made(tmp_path)
    path = history_path(str(tmp_path))
    file = sqlite3.connect(path)
    file.execute("PRAGMA user_version = 99")
    file.close()
    before = Path(path).read_bytes()
    history = History(*place)
    history.add(Outcome("a", 1.0, 1.0, True))
    history.close()
    assert history.told is not None
    assert "later" in history.told
    assert Path(path).read_bytes() == before
    assert Outcomes(*place).update() == set()


def test_the_lines_of_an_earlier_version_are_shown_and_then_taken_over(tmp_path: Path) -> None:
    place = made(tmp_path)
    lines = tmp_path / ".pipelens" / "history.jsonl"
    record = {"version": 1, "pipeline": "pipeline.yaml", "at": 5.0, "seconds": 2.0, "run": "r0"}
    rows = [
        {**record, "task": "a", "ok": True},
        {**record, "task": "b", "ok": False, "reason": "no", "code": "x = 1"},
        {**record, "task": "other", "ok": True, "pipeline": "pipeline.other.yaml"},
    ]
    lines.write_text("".join(json.dumps(row) + "\n" for row in rows) + "half a li")
    outcomes = Outcomes(*place)
    assert outcomes.update() == {"a", "b"}
    assert outcomes.update() == set()
    assert outcomes.latest["b"].code == code_mark("x = 1")
    History(*place).close()
    assert not lines.exists()
    assert outcomes.update() == set()
    assert outcomes.latest["b"].reason == "no"
    assert usual_seconds(*place) == {"a": 2.0}
    assert usual_seconds(place[0], str(tmp_path / "pipeline.other.yaml")) == {"other": 2.0}


WRITER = """
import sys
from pipelens.runner.history import History
from pipelens.runner.outcome import Outcome
history = History({root!r}, {pipeline!r})
assert history.told is None, history.told
for number in range(100):
    history.add(Outcome(sys.argv[1] + str(number), float(number), 1.0, True))
history.close()
"""


def test_several_processes_write_at_once(tmp_path: Path) -> None:
    root, path = made(tmp_path)
    program = WRITER.format(root=root, pipeline=path)
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    writers = [
        subprocess.Popen([sys.executable, "-c", program, name], env=environ) for name in ("a", "b", "c")
    ]
    assert [writer.wait(100) for writer in writers] == [0, 0, 0]
    assert len(usual_seconds(root, path)) == 300


def test_a_folder_that_cannot_be_written_costs_the_history_and_not_the_build(tmp_path: Path) -> None:
    found = pipeline(tmp_path)
    make_state(str(tmp_path))
    os.mkdir(history_path(str(tmp_path)))
    result = found.build()
    assert result.ran == ("good",)
    assert any("history of runs cannot be written" in problem.message for problem in result.problems)
