"""What people and programs read of a project, over projects built by hand."""

from __future__ import annotations

import datetime
import io
import json
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from pipelens.cli import build_report, check, shapes, status
from pipelens.cli.build_record import BuildRecord
from pipelens.cli.terminal import Line, Screen
from pipelens.core.problems import Fix, Place, Problem, Related
from pipelens.core.project import Project
from pipelens.core.text import Span
from pipelens.runner.events import PlanMade, RunEnded, RunStarted, TaskChanged, TaskProblem
from pipelens.runner.freshness import Freshness, LastRun
from pipelens.runner.plan import Plan, Step
from tests.core.building import ROOT, Pipeline, function, notebook

PLAIN = Screen(io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), {})


def text(*lines: Line) -> str:
    return "\n".join("".join(s if isinstance(s, str) else s.text for s in line).rstrip() for line in lines)


def small() -> Project:
    pipeline = Pipeline().task("get", function("get"), product=f"{ROOT}/out/raw.csv", params={"n": 3})
    pipeline.task(
        "fit", notebook("fit", upstream=["get"]), product={"nb": f"{ROOT}/out/fit.ipynb", "m": "/else/m"}
    )
    return replace(pipeline.project(), ordering=("get", "fit"))


def test_the_graph_shape_is_the_contract():
    told = shapes.graph_shape(small(), {"get": Freshness("fresh", "up to date")})
    assert json.loads(shapes.dumped(told)) == {
        "root": ROOT,
        "pipeline": "pipeline.yaml",
        "tasks": [
            {
                "name": "get",
                "kind": "function",
                "class": "PythonCallable",
                "source": "steps.py",
                "line": 0,
                "upstream": [],
                "products": {"": "out/raw.csv"},
                "params": {"n": 3},
                "freshness": {"state": "fresh", "reason": "up to date"},
            },
            {
                "name": "fit",
                "kind": "notebook",
                "class": "NotebookRunner",
                "source": "fit.py",
                "line": None,
                "upstream": ["get"],
                "products": {"nb": "out/fit.ipynb", "m": "../else/m"},
                "params": {},
                "freshness": {"state": "unknown", "reason": ""},
            },
        ],
    }


def test_values_that_json_lacks_become_text():
    day = datetime.date(2026, 1, 31)
    value = MappingProxyType({"day": day, "set": {1}, 3: float("nan"), "many": (1, [2.5, None, True])})
    assert shapes.plain(value) == {
        "day": "2026-01-31",
        "set": "{1}",
        "3": "nan",
        "many": [1, [2.5, None, True]],
    }


def test_values_nested_without_end_become_text():
    endless: list[object] = []
    endless.append(endless)
    json.dumps(shapes.plain(endless))


def with_problem(tmp_path: Path) -> Project:
    path = tmp_path / "pipeline.yaml"
    path.write_text("tasks:\n  - source: a.py\n    prodct: out.ipynb\n", encoding="utf-8")
    place = Place(str(path), Span.on_line(2, 4, 10))
    first = Place(str(path), Span.on_line(1, 4, 10))
    found = Problem(
        "unknown-key",
        "a task has no key 'prodct'",
        place,
        "error",
        (Related(first, "the task begins here"),),
        (Fix("Change to 'product'", ()),),
    )
    project = small()
    spec = replace(project.spec, path=str(path), root=str(tmp_path))
    return replace(project, spec=spec, other_problems=(found,))


def test_check_prints_like_a_compiler(tmp_path: Path):
    project = with_problem(tmp_path)
    told = text(*check.report(project, check.in_reading_order(project), str(tmp_path)))
    assert told == (
        "pipeline.yaml:3:5: error[unknown-key] a task has no key 'prodct'\n"
        "  3 |     prodct: out.ipynb\n"
        "    |     ^^^^^^\n"
        "  note: the task begins here (pipeline.yaml:2:5)\n"
        "  2 |   - source: a.py\n"
        "    |     ^^^^^^\n"
        "  help: Change to 'product'\n"
        "\n"
        "1 error in pipeline.yaml (2 tasks)"
    )


def test_the_check_shape_is_the_contract(tmp_path: Path):
    project = with_problem(tmp_path)
    told = shapes.check_shape(project.root, check.in_reading_order(project), project.locate)
    assert told["problems"] == [
        {
            "code": "unknown-key",
            "severity": "error",
            "message": "a task has no key 'prodct'",
            "path": "pipeline.yaml",
            "range": {"start": {"line": 2, "character": 4}, "end": {"line": 2, "character": 10}},
            "related": [
                {
                    "message": "the task begins here",
                    "path": "pipeline.yaml",
                    "range": {"start": {"line": 1, "character": 4}, "end": {"line": 1, "character": 10}},
                }
            ],
            "fixes": ["Change to 'product'"],
        }
    ]


def test_the_pipeline_comes_first_then_each_file_from_its_top(tmp_path: Path):
    project = with_problem(tmp_path)
    spec = project.spec.path
    places = [("/a.py", 9), (spec, 7), ("/a.py", 2), (spec, 1)]
    found = tuple(Problem("x", "", Place(path, Span.on_line(line, 0, 1)), "info") for path, line in places)
    ordered = check.in_reading_order(replace(project, other_problems=found))
    assert [(p.place.path, p.place.span.start.line) for p in ordered] == [
        (spec, 1),
        (spec, 7),
        ("/a.py", 2),
        ("/a.py", 9),
    ]


def test_warnings_fail_only_when_strict(tmp_path: Path):
    found = [Problem("x", "", Place("/a"), "warning")]
    assert not check.is_failure(found, strict=False)
    assert check.is_failure(found, strict=True)
    assert not check.is_failure([replace(found[0], severity="info")], strict=True)


def test_status_is_a_table_in_build_order():
    freshness = {"get": Freshness("fresh", "up to date"), "fit": Freshness("stale", "its source changed")}
    runs = {"get": LastRun("2020-01-31T10:00:00+00:00", 1.5, True)}
    told = text(*status.report(small(), freshness, runs, ROOT, PLAIN))
    lines = told.splitlines()
    assert lines[1].startswith("✓  get   fresh")
    assert "out/raw.csv" in lines[1]
    assert "steps.py:1" in lines[1]
    assert "years ago (2020-01-31" in lines[1]
    assert lines[2].startswith("●  fit   stale: its source changed  never")
    assert lines[-1] == "2 tasks: 1 fresh, 1 stale. `pipelens build` brings them up to date."


def test_a_dry_run_says_what_would_run_and_why():
    plan = Plan((Step("get", "skip", "up to date"), Step("fit", "run", "its source changed")))
    told = text(*build_report.planned(plan, PLAIN))
    assert "fit   would run  its source changed" in told
    assert told.endswith("1 task would run.")


def failed_build() -> BuildRecord:
    record = BuildRecord()
    for event in (
        RunStarted("r", f"{ROOT}/pipeline.yaml", ROOT, ROOT, 1, "/usr/bin/python3", "it is on PATH"),
        PlanMade((("get", "run", "never run"), ("fit", "run", "never run"), ("end", "run", "never run"), ("old", "skip", "up to date"))),
        TaskChanged("get", "started", number=1, total=3),
        TaskChanged("get", "finished", seconds=3.0, number=1, total=3),
        TaskChanged("fit", "started", number=2, total=3),
        TaskProblem("fit", "ValueError: no rows", path=f"{ROOT}/fit.py", line=11, cell=2, cell_line=3, traceback="Traceback:\n  boom", advice="look at get"),
        TaskChanged("fit", "failed", seconds=1.0, number=2, total=3),
        TaskChanged("end", "skipped", reason="fit failed"),
        RunEnded("failed", 1, 4.0, ("get",), ("fit",), ("old",), ("end",)),
    ):  # fmt: skip
        record(event)
    return record


def test_the_report_lists_what_ran_then_what_did_not():
    told = text(*build_report.finished(failed_build(), PLAIN)).splitlines()
    assert [line.split()[:4] for line in told[1:3]] == [
        ["get", "True", "3.00", "75.0"],
        ["fit", "failed", "1.00", "25.0"],
    ]
    assert [line.split()[0] for line in told[3:5]] == ["end", "old"]
    assert told[-1] == "1 task failed, 1 done in 4.0 s."


def test_a_failure_is_shown_with_its_place_its_traceback_and_who_had_to_wait():
    told = text(*build_report.failures(failed_build(), ROOT, PLAIN))
    assert "✗ fit failed: ValueError: no rows" in told
    assert "  at fit.py:12 (cell 3, line 4)" in told
    assert "  Traceback:\n    boom" in told
    record = BuildRecord()
    for event in (
        RunStarted("r", f"{ROOT}/pipeline.yaml", ROOT, ROOT, 1, "/usr/bin/python3", "it is on PATH"),
        TaskProblem("fit", "ValueError: no rows", path=f"{ROOT}/rows.py", line=11, cell=2, cell_line=3, called=True),
    ):  # fmt: skip
        record(event)
    told_of_a_call = text(*build_report.failures(record, ROOT, PLAIN))
    assert "  at cell 3, line 4, which led to rows.py:12\n" in told_of_a_call + "\n"
    assert "  help: look at get" in told
    assert "○ end not run: fit failed" in told
    assert "old" not in told


def test_the_report_can_be_read_by_programs():
    told = json.loads(shapes.dumped(failed_build().shape(ROOT)))
    assert [(task["name"], task["ran"], task["ok"]) for task in told["tasks"]] == [
        ("get", True, True),
        ("fit", True, False),
        ("end", False, None),
        ("old", False, None),
    ]
