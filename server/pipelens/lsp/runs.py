"""Runs that were asked for in an editor: the questions before them, and what is told of them.

Upstream is never built unasked, and nothing that is up to date runs again unasked.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from typing import TYPE_CHECKING

from lsprotocol import types

from pipelens.core.project import Project
from pipelens.lsp.guard import LOG
from pipelens.lsp.run_process import RunProcess
from pipelens.runner.freshness import read_freshness
from pipelens.runner.plan import BuildOptions, Refusal, make_plan

if TYPE_CHECKING:
    from pipelens.lsp.server import Server

FORCE = "Run anyway"
WITH_UPSTREAM = "Run with upstream"
_LONGEST_STEP = 120
_REFRESH_EVERY = 0.5


class Runs:
    """The runs of one server. Each is a process; they end by themselves, or when stopped."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._running: dict[str, tuple[str, RunProcess]] = {}

    # -- what is asked for; `path` is the pipeline file

    async def run(self, path: str, task: str) -> None:
        """Run one task; a fresh one, or one whose upstream is not ready, only after asking."""
        project = self._server.host.project(path)
        if project is None:
            self._tell(types.MessageType.Error, f"There is no pipeline {path}.")
            return
        planned = make_plan(project, read_freshness(project), BuildOptions(task=task))
        if not isinstance(planned, Refusal):
            await self._carry_out(project, task, "task", task)
        elif planned.code == "fresh":
            if await self._ask(f"{task} is up to date.", FORCE):
                await self._carry_out(project, task, "task", task, "--force")
        elif planned.code == "upstream":
            needed = ", ".join(planned.tasks)
            if await self._ask(f"{task} cannot run yet: upstream {needed} is not up to date.", WITH_UPSTREAM):
                await self.run_with_upstream(path, task)
        else:
            self._tell(types.MessageType.Warning, f"{task} was not run: {planned.message}.")

    async def run_with_upstream(self, path: str, task: str) -> None:
        if (project := self._server.host.project(path)) is not None:
            await self._carry_out(project, task, "build", "--partially", task)

    async def force(self, path: str, task: str) -> None:
        if (project := self._server.host.project(path)) is not None:
            await self._carry_out(project, task, "task", task, "--force")

    async def build(self, path: str) -> None:
        if (project := self._server.host.project(path)) is not None:
            await self._carry_out(project, os.path.basename(path), "build")

    def stop(self, path: str | None) -> None:
        """Stop the runs of a pipeline, or all."""
        for pipeline, process in list(self._running.values()):
            if path in (None, pipeline):
                process.stop()

    def cancel(self, token: types.ProgressToken) -> None:
        """The person pressed the progress's own stop."""
        if (running := self._running.get(str(token))) is not None:
            running[1].stop()

    # -- inside

    async def _carry_out(self, project: Project, title: str, *words: str) -> None:
        server = self._server
        command, *rest = words
        given = server.options.interpreter
        words = (command, "-e", project.path, *(("--interpreter", given) if given else ()), *rest)
        if unsaved := server.host.unsaved(project):
            names = ", ".join(os.path.basename(path) for path in unsaved)
            self._tell(types.MessageType.Warning, f"Not saved: {names}. What runs is what was saved last.")
        token = f"pipelens-{secrets.token_hex(6)}"
        shows_progress = await self._begin(token, title)
        process = RunProcess(words, project.root, server.host.environ)
        self._running[token] = (project.path, process)
        last, clock, refreshed = "", asyncio.get_running_loop().time, 0.0
        try:
            async for text in process.output():
                last = next((line for line in reversed(text.splitlines()) if line.strip()), last)
                server.window_log_message(types.LogMessageParams(types.MessageType.Info, text.rstrip("\n")))
                if shows_progress:
                    report = types.WorkDoneProgressReport(message=last.strip()[:_LONGEST_STEP])
                    server.work_done_progress.report(token, report)
                if clock() - refreshed > _REFRESH_EVERY:
                    refreshed = clock()
                    server.runs_may_have_changed()
        finally:
            # When the server ends the run goes on, and nobody is left to be told.
            del self._running[token]
        server.host.refresh()
        server.runs_may_have_changed()
        server.later()
        if shows_progress:
            server.work_done_progress.end(token, types.WorkDoneProgressEnd())
        if process.exit_code not in (0, 130):
            self._tell_failure(project, title, last)

    async def _begin(self, token: str, title: str) -> bool:
        """Whether the client shows progress for `token` from here on."""
        if not self._server.supports("window.work_done_progress"):
            return False
        progress = self._server.work_done_progress
        try:
            await progress.create_async(token)
        except Exception as error:
            LOG.warning("the client refused to show progress: %s", error)
            return False
        progress.begin(token, types.WorkDoneProgressBegin(title=f"Running {title}", cancellable=True))
        return True

    def _tell_failure(self, project: Project, title: str, last: str) -> None:
        """Which tasks failed and why; where none did, what the run said last."""
        project = self._server.host.project(project.path) or project
        told = read_freshness(project)
        failed = [f"{name}: {one.reason}" for name, one in told.items() if one.state == "failed"]
        why = "; ".join(failed[:3]) if failed else last.strip().removeprefix("pipelens: ")
        self._tell(types.MessageType.Error, f"Running {title} failed. {why}".rstrip())

    async def _ask(self, question: str, answer: str) -> bool:
        params = types.ShowMessageRequestParams(
            types.MessageType.Info, question, [types.MessageActionItem(answer)]
        )
        chosen = await self._server.window_show_message_request_async(params)
        return chosen is not None and chosen.title == answer

    def _tell(self, kind: types.MessageType, text: str) -> None:
        self._server.window_show_message(types.ShowMessageParams(kind, text))
