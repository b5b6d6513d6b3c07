"""What is asked before a run: nothing that is up to date runs again unasked, and upstream is never
built unasked."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lsprotocol import types

from pipelens.lsp.convert import path_of

if TYPE_CHECKING:
    from pipelens.core.project import Project
    from pipelens.lsp.server import Server
    from pipelens.protocol.runs import Mode
    from pipelens.protocol.tasks import TaskRef

FORCE = "Run anyway"
WITH_UPSTREAM = "Run with upstream"
_MOST_CHOICES = 12


class Asking:
    """The questions of one server to the person at its client."""

    def __init__(self, server: Server) -> None:
        self._server = server

    # -- which one is meant

    async def pipeline(self, ref: TaskRef | None) -> Project | None:
        """The pipeline that is meant: the one that is named, that the named file belongs to, the only
        one, the last one that ran; else one is asked for. None when there is none, which is told."""
        host = self._server.host
        path = path_of(ref.pipeline) if ref is not None else None
        if path is not None:
            found = list(host.projects_with(path))
            exact = [one for one in found if one.path == path]
            if not found and (project := host.project(path)) is not None:
                exact = [project]
            found = exact or found
        else:
            found = [project for project in host.projects() if project.spec.form == "tasks"]
            last = [project for project in found if project.path == self._server.runs.last]
            found = last or found
        if not found:
            self.tell(
                types.MessageType.Error,
                f"There is no pipeline {path}." if path else "There is no pipeline here.",
            )
            return None
        if len(found) == 1:
            return found[0]
        names = {_shown(project): project for project in found[:_MOST_CHOICES]}
        chosen = await self.choice("Which pipeline?", list(names))
        return names.get(chosen) if chosen is not None else None

    async def task(self, ref: TaskRef | None) -> tuple[Project, str] | None:
        """The task that is meant: the one that is named, else the one whose source the file is."""
        project = await self.pipeline(ref)
        if project is None:
            return None
        if ref is not None and ref.task is not None:
            if ref.task in project.tasks:
                return project, ref.task
            self.tell(types.MessageType.Error, f"There is no task {ref.task} in {_shown(project)}.")
            return None
        path = path_of(ref.pipeline) if ref is not None else None
        names = [task.name for task in project.tasks_in(path)] if path else []
        names = names or list(project.tasks)
        if len(names) == 1:
            return project, names[0]
        chosen = await self.choice("Which task?", names[:_MOST_CHOICES])
        return (project, chosen) if chosen is not None else None

    # -- before a run

    async def run(self, project: Project, task: str) -> None:
        """Run one task; a fresh one, or one whose upstream is not ready, only after asking."""
        from pipelens.runner.plan import BuildOptions, Refusal, make_plan

        planned = make_plan(project, self._server.states.of(project), BuildOptions(task=task))
        if not isinstance(planned, Refusal):
            self.start(project, (task,), "task")
        elif planned.code == "fresh":
            if await self.choice(f"{task} is up to date.", [FORCE]):
                self.start(project, (task,), "force")
        elif planned.code == "upstream":
            needed = ", ".join(planned.tasks)
            question = f"{task} cannot run yet: upstream {needed} is not up to date."
            if await self.choice(question, [WITH_UPSTREAM]):
                self.start(project, (task,), "upstream")
        else:
            self.tell(types.MessageType.Warning, f"{task} was not run: {planned.message}.")

    def start(self, project: Project, tasks: Sequence[str], mode: Mode) -> None:
        try:
            self._server.runs.start(project, tasks, mode)
        except OSError as error:
            self.tell(types.MessageType.Error, f"No run can be started: {error}.")

    # -- the client's own boxes

    async def choice(self, question: str, answers: Sequence[str]) -> str | None:
        """One of `answers`, None when the person wants none of them."""
        actions = [types.MessageActionItem(answer) for answer in answers]
        params = types.ShowMessageRequestParams(types.MessageType.Info, question, actions)
        chosen = await self._server.window_show_message_request_async(params)
        return chosen.title if chosen is not None and chosen.title in answers else None

    def tell(self, kind: types.MessageType, text: str) -> None:
        self._server.window_show_message(types.ShowMessageParams(kind, text))


def _shown(project: Project) -> str:
    return os.path.relpath(project.path, os.path.dirname(project.root))
