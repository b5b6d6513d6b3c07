"""`pipelens build` and `task` on real folders with real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.command import pipelens, write

CHAIN = {
    "pipeline.yaml": """\
tasks:
  - source: steps.load
    product: out/raw.csv
  - source: steps.clean
    product: out/clean.csv
  - source: steps.other
    product: out/other.csv
""",
    "steps.py": """\
def load(product):
    open(product, "w").write("x")


def clean(product, upstream):
    open(product, "w").write(open(upstream["load"]).read())


def other(product):
    open(product, "w").write("y")
""",
}
FAILING = {
    **CHAIN,
    "steps.py": CHAIN["steps.py"].replace('.write("x")', '.write("x")\n    raise ValueError("no rows")'),
}


def ran(report: str) -> dict[str, str]:
    """The column `Ran?` of the report, by task."""
    rows = [line.split() for line in report.splitlines() if line]
    start = next(number for number, row in enumerate(rows) if row[:2] == ["name", "Ran?"])
    return {row[0]: row[1] for row in rows[start + 1 : -1]}


def test_a_build_runs_what_is_not_up_to_date(tmp_path: Path):
    write(tmp_path, CHAIN)
    first = pipelens("build", cwd=tmp_path)
    assert first.code == 0, first.err
    assert ran(first.out) == {"load": "True", "clean": "True", "other": "True"}
    assert "Python " in first.err
    second = pipelens("build", cwd=tmp_path)
    assert ran(second.out) == {"load": "False", "clean": "False", "other": "False"}
    assert second.out.rstrip().endswith("Nothing to do: all selected tasks are up to date.")


def test_force_partially_and_skip_upstream_select(tmp_path: Path):
    write(tmp_path, CHAIN)
    assert {n for n, r in ran(pipelens("build", "-p", "clean", cwd=tmp_path).out).items() if r == "True"} == {
        "load",
        "clean",
    }
    forced = ran(pipelens("build", "--partially", "clean", "-su", "--force", cwd=tmp_path).out)
    assert {name for name, told in forced.items() if told == "True"} == {"clean"}


def test_a_dry_run_runs_nothing(tmp_path: Path):
    answer = pipelens("build", "--dry-run", cwd=write(tmp_path, CHAIN))
    assert answer.code == 0
    assert answer.out.rstrip().endswith("3 tasks would run.")
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / ".pipelens").exists()


def test_a_failure_is_told_and_the_rest_goes_on(tmp_path: Path):
    answer = pipelens("build", cwd=write(tmp_path, FAILING))
    assert answer.code == 1
    told = ran(answer.out)
    assert (told["load"], told["clean"], told["other"]) == ("failed", "False", "True")
    assert "ValueError: no rows" in answer.err
    assert "steps.py:3" in answer.err
    assert "clean not run" in answer.err


def test_a_pipeline_with_errors_is_not_built(tmp_path: Path):
    write(tmp_path, {**CHAIN, "pipeline.yaml": CHAIN["pipeline.yaml"].replace("steps.other", "steps.othr")})
    answer = pipelens("build", cwd=tmp_path)
    assert answer.code == 1
    assert "pipeline.yaml:6:" in answer.err
    assert "nothing was run" in answer.err
    assert not (tmp_path / "out").exists()


def test_a_grid_whose_tasks_only_a_function_knows_is_refused(tmp_path: Path):
    grid = """\
tasks:
  - source: steps.fit
    name: fit-
    product: out/fit.txt
    grid:
      depth: steps::depths
"""
    steps = """\
def depths():
    return [2**power for power in range(3)]


def fit(product, depth):
    ...
"""
    write(tmp_path, {"pipeline.yaml": grid, "steps.py": steps})
    answer = pipelens("build", cwd=tmp_path)
    assert answer.code == 1
    assert "the values of the grid of fit- come from a function" in answer.err
    assert not (tmp_path / "out").exists()


def test_a_build_takes_no_task_name(tmp_path: Path):
    answer = pipelens("build", "clean", cwd=write(tmp_path, CHAIN))
    assert answer.code == 2
    assert "`pipelens task clean`" in answer.err


def test_an_unknown_task_is_told_with_the_near_one(tmp_path: Path):
    answer = pipelens("build", "--partially", "claen", cwd=write(tmp_path, CHAIN))
    assert answer.code == 1
    assert "did you mean clean?" in answer.err


def test_a_task_runs_alone_when_its_upstream_is_ready(tmp_path: Path):
    write(tmp_path, CHAIN)
    refused = pipelens("task", "clean", cwd=tmp_path)
    assert refused.code == 1
    assert "load" in refused.err
    assert pipelens("task", "load", cwd=tmp_path).code == 0
    assert pipelens("task", "clean", cwd=tmp_path).code == 0
    fresh = pipelens("task", "clean", cwd=tmp_path)
    assert fresh.code == 1
    assert "--force" in fresh.err
    assert pipelens("task", "clean", "-f", cwd=tmp_path).code == 0


def test_a_build_for_programs(tmp_path: Path):
    told = pipelens("build", "--json", cwd=write(tmp_path, FAILING))
    assert told.code == 1
    assert {task["name"]: task["ok"] for task in told.json["tasks"]} == {
        "load": False,
        "clean": None,
        "other": True,
    }
    assert told.json["problems"][0]["line"] == 2


def test_what_a_task_prints_is_shown(tmp_path: Path):
    steps = CHAIN["steps.py"].replace('.write("x")', '.write("x")\n    print("three rows")')
    answer = pipelens("build", cwd=write(tmp_path, {**CHAIN, "steps.py": steps}))
    assert "three rows" in answer.out + answer.err


def test_an_interruption_ends_with_130(tmp_path: Path):
    if os.name == "nt":
        pytest.skip("Ctrl-C goes to a whole console on Windows, the test's own process included")
    steps = CHAIN["steps.py"].replace('.write("x")', '.write("x")\n    import time\n    time.sleep(600)')
    write(tmp_path, {**CHAIN, "steps.py": steps})
    process = subprocess.Popen(
        [sys.executable, "-m", "pipelens", "build"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    for _ in range(600):
        if (tmp_path / "out" / "raw.csv").exists() or process.poll() is not None:
            break
        time.sleep(0.1)
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert "Stopped" in out


def test_a_new_project_checks_and_builds_at_once(tmp_path: Path):
    assert pipelens("new", "first", cwd=tmp_path).code == 0
    checked = pipelens("check", "--strict", "--json", cwd=tmp_path / "first")
    assert checked.json["problems"] == []
    built = pipelens("build", cwd=tmp_path / "first")
    assert built.code == 0, built.err
    assert (tmp_path / "first" / "products" / "summary.json").exists()
    assert pipelens("build", cwd=tmp_path / "first").out.rstrip().endswith("up to date.")


def test_scaffold_creates_sources_that_check_and_says_what_is_left(tmp_path: Path):
    pipeline = (
        "tasks:\n  - source: a.py\n    product: out/a.ipynb\n  - source: b.ipynb\n    product: out/b.ipynb\n"
        "  - source: steps.make\n    product: out/c.txt\n    params: {n: 1}\n"
    )
    write(tmp_path, {"pipeline.yaml": pipeline})
    answer = pipelens("scaffold", cwd=tmp_path)
    assert answer.code == 0
    assert {"a.py", "b.ipynb", "steps.py"} <= {path.name for path in tmp_path.iterdir()}
    checked = pipelens("check", "--json", cwd=tmp_path)
    assert [p for p in checked.json["problems"] if p["severity"] in ("error", "warning")] == []
    assert "All sources are there already." in pipelens("scaffold", cwd=tmp_path).out


def test_scaffold_outside_a_pipeline_makes_a_project(tmp_path: Path):
    assert pipelens("scaffold", "first", cwd=tmp_path).code == 0
    assert (tmp_path / "first" / "pipeline.yaml").exists()
    refused = pipelens("scaffold", "second", cwd=tmp_path / "first")
    assert refused.code == 2
    assert "pipelens new second" in refused.err


def test_the_doctor_names_what_it_found(tmp_path: Path):
    write(tmp_path, CHAIN)
    answer = pipelens("doctor", cwd=tmp_path)
    assert answer.code == 0
    for topic in ("pipelens", "own Python", "pipeline", "interpreter", "state folder", "cache folder"):
        assert topic in answer.out
    assert sys.executable in answer.out or "VIRTUAL_ENV" in answer.out or ".venv" in answer.out


def test_the_doctor_works_without_a_pipeline(tmp_path: Path):
    answer = pipelens("doctor", "--json", cwd=tmp_path)
    assert answer.code == 0
    assert "pipelens new NAME" in str(answer.json)


def test_a_report_holds_no_home_folder_and_no_env_values(tmp_path: Path):
    home = tmp_path / "maria"
    write(home / "wine", {**CHAIN, "env.yaml": "customer: very-secret-name\n"})
    answer = pipelens("doctor", "--report", "r.txt", cwd=home / "wine", HOME=str(home), USERPROFILE=str(home))
    assert answer.code == 0
    text = (home / "wine" / "r.txt").read_text("utf-8")
    assert "~" in text
    assert "maria" not in text
    assert "very-secret-name" not in text


def test_the_settings_choose_the_interpreter_and_the_flag_beats_them(tmp_path: Path):
    write(tmp_path, {**CHAIN, "pipelens.toml": "interpreter = '/nowhere/python'\n"})
    refused = pipelens("build", cwd=tmp_path)
    assert refused.code == 1
    assert "/nowhere/python" in refused.err
    assert "pipelens.toml" in refused.err
    assert pipelens("build", "--interpreter", sys.executable, cwd=tmp_path).code == 0


SERIALIZED = {
    "pipeline.yaml": """\
serializer: steps.save
unserializer: steps.load
tasks:
  - {source: steps.number, product: out/number.txt}
  - {source: steps.copied, product: out/copied.txt, serializer: null, unserializer: null}
""",
    "steps.py": """\
from pathlib import Path


def save(value, product):
    Path(product).write_text(f"{value}")


def load(product):
    return int(Path(product).read_text())


def number():
    return 7


def copied(product, upstream):
    Path(product).write_text(Path(upstream["number"]).read_text() * 2)
""",
}


def test_a_task_may_switch_the_serializers_of_the_pipeline_off(tmp_path: Path):
    told = pipelens("build", cwd=write(tmp_path, SERIALIZED))
    assert told.code == 0, told.err
    assert (tmp_path / "out" / "copied.txt").read_text() == "77"


def test_a_pattern_without_a_match_runs_nothing_and_says_so(tmp_path: Path):
    told = pipelens("build", "--partially", "z*", cwd=write(tmp_path, SERIALIZED))
    assert (told.code, told.out.splitlines()[-1]) == (
        0,
        "Nothing to do: no task matches what --partially asks for.",
    )
