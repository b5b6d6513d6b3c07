"""Carries out calls of hooks in a worker process of their own. Reads no pipeline."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipelens.frozen import frozen
from pipelens.runner.disk_room import in_words
from pipelens.runner.events import Listener, OutputMade, TaskProblem
from pipelens.runner.interpreter import HOW_TO_CHANGE
from pipelens.runner.plan_file import write_plan
from pipelens.runner.state import state_path
from pipelens.runner.stop import StopRequest
from pipelens.runner.worker_reports import (
    Engine,
    Order,
    Printed,
    Report,
    Told,
    WorkerNotStarted,
    carry_out,
)

if TYPE_CHECKING:
    from pipelens.runner.place import Status

_NUMBERS = itertools.count(1)
"""Several tasks may call their hooks at once: each call has files of its own."""

PIPELINE = ""
"""The task name in the problems of a pipeline's own hooks."""


@frozen
class HooksDone:
    """How calling hooks went. failed: the tasks whose hook failed (`""`: the pipeline's own).
    needs_tasks: no hook was called, because one asks for all tasks and its call does not tell them."""

    status: Status
    problems: tuple[TaskProblem, ...] = ()
    failed: tuple[str, ...] = ()
    needs_tasks: bool = False


@frozen
class HookCalls:
    """Calls hooks of one run. root: of the project. frame: what the plan of every call holds.
    engine: what starts the worker. calling: told just before a hook is called."""

    root: str
    run: str
    frame: Mapping[str, object]
    environ: Mapping[str, str]
    engine: Engine
    stop: StopRequest
    listener: Listener
    calling: Callable[[], None] = lambda: None

    def carry_out(self, calls: Sequence[Mapping[str, object]]) -> HooksDone:
        """Call hooks in order, in one process."""
        if not calls:
            return HooksDone("ok")
        name, whose = f"hooks-{self.run}-{next(_NUMBERS)}", _task_of(calls)
        events = state_path(self.root, "plans", f"{name}.events.jsonl")
        plan = state_path(self.root, "plans", f"{name}.json")
        failures: list[Mapping[str, Any]] = []
        needs_tasks = False

        def hear(report: Report) -> None:
            nonlocal needs_tasks
            if isinstance(report, Printed):
                self.listener(OutputMade(whose, report.stream, report.text))
            elif isinstance(report, Told):
                if report.kind == "failure":
                    failures.append(report.fields)
                elif report.kind == "calling":
                    self.calling()
                needs_tasks = needs_tasks or report.kind == "needs_tasks"

        order = Order(plan, events, str(self.frame["cwd"]), self.environ)
        try:
            write_plan(plan, {**self.frame, "task": whose, "calls": calls, "outputs": {"events": events}})
            ended = carry_out(self.engine, order, self.stop, hear)
        except WorkerNotStarted as error:
            return HooksDone("failed", (TaskProblem(whose, str(error), advice=HOW_TO_CHANGE),), (PIPELINE,))
        except OSError as error:
            told = f"{error.filename or plan} cannot be written: {in_words(error)}"
            return HooksDone("failed", (TaskProblem(whose, told),), (whose,))
        finally:
            for path in (plan, events):
                if os.path.exists(path):
                    os.unlink(path)
        if self.stop.is_set and ended.status != "ok":
            return HooksDone("interrupted")
        if ended.status == "ok":
            return HooksDone("ok", needs_tasks=needs_tasks)
        if not failures:
            what = f"the process of hook {calls[0]['phase']} {ended.in_words}"
            return HooksDone("failed", (TaskProblem(whose, what),), (whose,))
        if all(failure.get("early_stop") for failure in failures):
            return HooksDone("early_stop")
        problems = tuple(_problem_of(failure) for failure in failures if not failure.get("early_stop"))
        return HooksDone("failed", problems, tuple(problem.task for problem in problems))


def report_of(names: Sequence[str], seconds: Mapping[str, float]) -> dict[str, list[object]]:
    """The columns of Ploomber's report. seconds: what each task took that ran."""
    total = sum(seconds.values()) or 1.0
    return {
        "name": list(names),
        "Ran?": [name in seconds for name in names],
        "Elapsed (s)": [round(seconds.get(name, 0.0), 6) for name in names],
        "Percentage": [round(100 * seconds.get(name, 0.0) / total, 4) for name in names],
    }


def _problem_of(fields: Mapping[str, Any]) -> TaskProblem:
    whose = "" if fields.get("task") else "the pipeline's "
    return TaskProblem(
        fields.get("task") or PIPELINE,
        f"{whose}{fields['phase']} raised {fields['error']}: {fields['message']}",
        path=fields.get("path"),
        line=fields.get("line"),
        error=fields["error"],
        traceback=fields["traceback"],
    )


def _task_of(calls: Sequence[Mapping[str, object]]) -> str:
    """Whose hooks these are, when they are one task's."""
    task = calls[0].get("task")
    return str(task["task"]) if len(calls) == 1 and isinstance(task, dict) else PIPELINE
