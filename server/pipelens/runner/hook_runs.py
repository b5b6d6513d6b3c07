"""Hooks in a worker process of their own: `on_render` of all tasks, hooks of notebooks, and those
of the pipeline (sections 5.6, 6.7 and 12.5 of the format)."""

from __future__ import annotations

import os
from typing import Literal

from pipelens.core.project import Project, Task
from pipelens.core.sources import FunctionSource
from pipelens.frozen import frozen
from pipelens.runner.hook_calls import HookCalls, HooksDone
from pipelens.runner.place import Place
from pipelens.runner.plan_file import PLAN_VERSION
from pipelens.runner.task_plan import sys_path_of, task_plan
from pipelens.runner.values import encode_callable


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
        call = finish_call(self.project, phase)
        if call is None:
            return HooksDone("ok")
        call |= {"report": report, "traceback": traceback}
        if not may_need_tasks(self.project, phase):
            done = self.call([call])
            if not done.needs_tasks:
                return done
        return self.call([{**call, "tasks": self.tasks()}])

    def pipeline_call(self, phase: str, hook: object) -> dict[str, object]:
        return {"phase": phase, "hook": hook, "pipeline": _name_of(self.project), "tasks": self.tasks()}

    def tasks(self) -> list[dict[str, object]]:
        return [self.values_of(self.project.tasks[name]) for name in self.project.order]

    def values_of(self, task: Task) -> dict[str, object]:
        return task_plan(self.project, task, cwd=self.place.cwd, events="")

    def call(self, calls: list[dict[str, object]]) -> HooksDone:
        """Call hooks in order, in one process."""
        place = self.place
        return HookCalls(
            self.project.root,
            place.run,
            hooks_frame(self.project, place.cwd),
            place.environ,
            place.engines.of(None),
            place.stop,
            place.listener,
        ).carry_out(calls)


def finish_call(project: Project, phase: Literal["on_finish", "on_failure"]) -> dict[str, object] | None:
    """What calls the pipeline's own hook after a build, but for its tasks and how the build went; None
    where there is none."""
    hooks = project.spec.hooks
    hook = encode_callable(hooks.on_finish if phase == "on_finish" else hooks.on_failure)
    return None if hook is None else {"phase": phase, "hook": hook, "pipeline": _name_of(project)}


def may_need_tasks(project: Project, phase: Literal["on_finish", "on_failure"]) -> bool:
    """Whether the pipeline's own hook seems to ask for all tasks, which takes long to tell where they are
    many. Only the worker knows: it says so when a call lacks them."""
    hooks = project.spec.hooks
    dotted = hooks.on_finish if phase == "on_finish" else hooks.on_failure
    source = project.callables.get(dotted.path) if dotted is not None else None
    if not isinstance(source, FunctionSource) or source.decorated or not source.arguments_known:
        return True
    return any(parameter.name == "dag" for parameter in source.parameters)


def hooks_frame(project: Project, cwd: str) -> dict[str, object]:
    """What all plans of a pipeline's hooks hold. cwd: absolute."""
    return {
        "version": PLAN_VERSION,
        "kind": "hooks",
        "cwd": cwd,
        "sys_path": sys_path_of(project, None, cwd),
        "sys_path_last": list(project.import_folders),
        "user_roots": list(dict.fromkeys([project.root, project.spec.folder, cwd])),
        "source": project.path,
    }


def _name_of(project: Project) -> str:
    return os.path.basename(os.path.dirname(project.path))


def _ancestors(project: Project, name: str) -> set[str]:
    found: set[str] = set()
    waiting = list(project.tasks[name].upstream)
    while waiting:
        one = waiting.pop()
        if one not in found and one in project.tasks:
            found.add(one)
            waiting.extend(project.tasks[one].upstream)
    return found
