"""Selections: what a build would run, and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelens.runner.freshness import Freshness
from pipelens.runner.plan import BuildOptions, Plan, Refusal, make_plan, refuse_unsupported
from tests.runner.making import Pipeline

FRESH = Freshness("fresh", "up to date")
STALE = Freshness("stale", "source changed")


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    """load → clean → report, and extra alone."""
    made = Pipeline(tmp_path)
    names = ("load", "clean", "report", "extra")
    made.write("tasks.py", "".join(f"def {name}(product): ...\n" for name in names))
    made.task("tasks.load", "load.txt")
    made.task("tasks.clean", "clean.txt", upstream=("load",))
    made.task("tasks.report", "report.txt", upstream=("clean",))
    made.task("tasks.extra", "extra.txt")
    return made


def planned(pipeline: Pipeline, stale: tuple[str, ...] = (), **options: object) -> Plan | Refusal:
    project = pipeline.project()
    freshness = {name: STALE if name in stale else FRESH for name in project.tasks}
    return make_plan(project, freshness, BuildOptions(**options))  # type: ignore[arg-type]


def runs(pipeline: Pipeline, stale: tuple[str, ...] = (), **options: object) -> list[str]:
    plan = planned(pipeline, stale, **options)
    assert isinstance(plan, Plan), plan
    return sorted(plan.to_run)


def test_a_build_runs_what_is_not_fresh(pipeline: Pipeline) -> None:
    assert runs(pipeline, ("clean", "report")) == ["clean", "report"]


def test_force_runs_all(pipeline: Pipeline) -> None:
    assert runs(pipeline, force=True) == ["clean", "extra", "load", "report"]


def test_partially_means_a_task_and_all_before_it(pipeline: Pipeline) -> None:
    assert runs(pipeline, ("load", "clean", "extra"), partially=("clean",)) == ["clean", "load"]
    assert runs(pipeline, partially=("clean",), force=True) == ["clean", "load"]


def test_partially_takes_patterns(pipeline: Pipeline) -> None:
    assert runs(pipeline, ("load", "clean", "report", "extra"), partially=("*ea*",)) == ["clean", "load"]
    assert runs(pipeline, ("load",), partially=("zzz*",)) == []


def test_skip_upstream_leaves_only_the_targets(pipeline: Pipeline) -> None:
    assert runs(pipeline, ("load", "clean"), partially=("clean",), skip_upstream=True) == ["clean"]
    assert runs(pipeline, ("load", "extra"), skip_upstream=True) == ["extra", "load"]


def test_an_unknown_task_is_refused_with_the_near_name(pipeline: Pipeline) -> None:
    refusal = planned(pipeline, partially=("claen",))
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.suggestions[0]) == ("unknown-task", "clean")
    assert "did you mean clean" in refusal.message


def test_one_task_runs_exactly_itself(pipeline: Pipeline) -> None:
    assert runs(pipeline, ("clean", "report"), task="clean") == ["clean"]
    assert runs(pipeline, task="clean", force=True) == ["clean"]


def test_one_task_that_is_fresh_is_refused(pipeline: Pipeline) -> None:
    refusal = planned(pipeline, task="clean")
    assert isinstance(refusal, Refusal)
    assert refusal.code == "fresh"
    assert "--force" in refusal.message


@pytest.mark.parametrize("force", [False, True])
def test_one_task_with_a_stale_upstream_is_refused_even_when_forced(pipeline: Pipeline, force: bool) -> None:
    refusal = planned(pipeline, ("load", "clean"), task="clean", force=force)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.tasks) == ("upstream", ("load",))
    assert "load: source changed" in refusal.message


def test_every_step_has_a_reason(pipeline: Pipeline) -> None:
    plan = planned(pipeline, ("clean",), partially=("report",))
    assert isinstance(plan, Plan)
    told = {step.task: (step.action, step.reason) for step in plan.steps}
    assert told == {
        "load": ("skip", "up to date"),
        "extra": ("unselected", "not selected"),
        "clean": ("run", "source changed"),
        "report": ("skip", "up to date"),
    }


def test_kinds_that_are_not_run_are_refused_only_when_they_are_to_run(pipeline: Pipeline) -> None:
    pipeline.write("count.sql", "SELECT 1")
    pipeline.task("count.sql", "n.csv", class_name="SQLDump")
    project = pipeline.project()
    for stale, refused in ((("load",), False), (("count", "load"), True)):
        plan = planned(pipeline, stale)
        assert isinstance(plan, Plan)
        found = refuse_unsupported(project, plan)
        assert (found is not None) is refused
    assert found is not None
    assert found.tasks == ("count",)
    assert "count: tasks that work in a database are not run" in found.message
