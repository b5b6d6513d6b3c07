"""Hooks in a worker process of their own: `on_render` of all tasks, hooks of notebooks, and those
of the pipeline (sections 5.6, 6.7 and 12.5 of the format)."""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping
from typing import Any, Literal

from pipelens.core.project import Project, Task
from pipelens.frozen import frozen
from pipelens.runner.disk_room import in_words
from pipelens.runner.events import OutputMade, TaskProblem
from pipelens.runner.interpreter import HOW_TO_CHANGE
from pipelens.runner.place import Place, Status
from pipelens.runner.state import state_path
from pipelens.runner.task_plan import PLAN_VERSION, sys_path_of, task_plan, write_plan
from pipelens.runner.values import encode_callable
from pipelens.runner.worker_reports import Order, Printed, Report, Told, WorkerNotStarted, carry_out

_NUMBERS = itertools.count(1)
"""Several tasks may call their hooks at once: each call has files of its own."""

PIPELINE = ""
"""The task name in the problems of a pipeline's own hooks."""


@frozen
class HooksDone:
    """How calling hooks went. failed: the tasks whose hook failed (`""`: the pipeline's own)."""

    status: Status
    problems: tuple[TaskProblem, ...] = ()
    failed: tuple[str, ...] = ()


@frozen
class HookRunner:
    """Calls hooks for one run."""

    place: Place

    @property
    def project(self) -> Project:
        return self.place.project

    def call_task(self, task: Task, phase: str, hook: object) -> HooksDone:
        """One hook of one task."""
        return self.call([{"phase": phase, "hook": hook, "task": self.values_of(task)}])

    def call_renders(self) -> HooksDone:
        """`on_render` of every task in build order, then the pipeline's; what follows a failed one
        is left out."""
        calls: list[dict[str, object]] = []
        for name in self.project.order:
            task = self.project.tasks[name]
            if hook := encode_callable(task.spec.hooks.on_render):
                after = sorted(_ancestors(self.project, name))
                calls.append(
                    {"phase": "on_render", "hook": hook, "task": self.values_of(task), "after": after}
                )
        if hook := encode_callable(self.project.spec.hooks.on_render):
            calls.append(self.pipeline_call("on_render", hook))
        return self.call(calls)

    def call_pipeline(
        self, phase: Literal["on_finish", "on_failure"], *, report: object = None, traceback: object = None
    ) -> HooksDone:
        """The pipeline's own hook after a build."""
        hooks = self.project.spec.hooks
        hook = encode_callable(hooks.on_finish if phase == "on_finish" else hooks.on_failure)
        if hook is None:
            return HooksDone("ok")
        return self.call([{**self.pipeline_call(phase, hook), "report": report, "traceback": traceback}])

    def pipeline_call(self, phase: str, hook: object) -> dict[str, object]:
        tasks = [self.values_of(self.project.tasks[name]) for name in self.project.order]
        name = os.path.basename(os.path.dirname(self.project.path))
        return {"phase": phase, "hook": hook, "pipeline": name, "tasks": tasks}

    def values_of(self, task: Task) -> dict[str, object]:
        return task_plan(self.project, task, cwd=self.place.cwd, events="")

    def call(self, calls: list[dict[str, object]]) -> HooksDone:
        """Call hooks in order, in one process."""
        if not calls:
            return HooksDone("ok")
        name = f"hooks-{self.place.run}-{next(_NUMBERS)}"
        events = state_path(self.project.root, "plans", f"{name}.events.jsonl")
        plan = state_path(self.project.root, "plans", f"{name}.json")
        failures: list[Mapping[str, Any]] = []

        def hear(report: Report) -> None:
            if isinstance(report, Printed):
                self.place.listener(OutputMade(_task_of(calls), report.stream, report.text))
            elif isinstance(report, Told) and report.kind == "failure":
                failures.append(report.fields)

        order = Order(plan, events, self.place.cwd, self.place.environ)
        try:
            write_plan(plan, self.plan_of(calls, events))
            ended = carry_out(self.place.engines.of(None), order, self.place.stop, hear)
        except WorkerNotStarted as error:
            return HooksDone(
                "failed", (TaskProblem(_task_of(calls), str(error), advice=HOW_TO_CHANGE),), (PIPELINE,)
            )
        except OSError as error:
            told = f"{error.filename or plan} cannot be written: {in_words(error)}"
            return HooksDone("failed", (TaskProblem(_task_of(calls), told),), (_task_of(calls),))
        finally:
            for path in (plan, events):
                if os.path.exists(path):
                    os.unlink(path)
        if self.place.stop.is_set and ended.status != "ok":
            return HooksDone("interrupted")
        if ended.status == "ok":
            return HooksDone("ok")
        if not failures:
            what = f"the process of hook {calls[0]['phase']} {ended.in_words}"
            return HooksDone("failed", (TaskProblem(_task_of(calls), what),), (_task_of(calls),))
        if all(failure.get("early_stop") for failure in failures):
            return HooksDone("early_stop")
        told = [failure for failure in failures if not failure.get("early_stop")]
        problems = tuple(self.problem_of(failure) for failure in told)
        return HooksDone("failed", problems, tuple(problem.task for problem in problems))

    def plan_of(self, calls: list[dict[str, object]], events: str) -> dict[str, object]:
        return {
            "version": PLAN_VERSION,
            "task": _task_of(calls),
            "kind": "hooks",
            "calls": calls,
            "cwd": self.place.cwd,
            "sys_path": sys_path_of(self.project, None, self.place.cwd),
            "sys_path_last": list(self.project.import_folders),
            "user_roots": list(dict.fromkeys([self.project.root, self.project.spec.folder, self.place.cwd])),
            "outputs": {"events": events},
            "source": self.project.path,
        }

    def problem_of(self, fields: Mapping[str, Any]) -> TaskProblem:
        whose = "" if fields.get("task") else "the pipeline's "
        return TaskProblem(
            fields.get("task") or PIPELINE,
            f"{whose}{fields['phase']} raised {fields['error']}: {fields['message']}",
            path=fields.get("path"),
            line=fields.get("line"),
            error=fields["error"],
            traceback=fields["traceback"],
        )


def _task_of(calls: list[dict[str, object]]) -> str:
    """Whose hooks these are, when they are one task's."""
    task = calls[0].get("task")
    return str(task["task"]) if len(calls) == 1 and isinstance(task, dict) else PIPELINE


def _ancestors(project: Project, name: str) -> set[str]:
    found: set[str] = set()
    waiting = list(project.tasks[name].upstream)
    while waiting:
        one = waiting.pop()
        if one not in found and one in project.tasks:
            found.add(one)
            waiting.extend(project.tasks[one].upstream)
    return found
