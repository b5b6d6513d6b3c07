"""The runs of the shown pipelines: started here or found under way, followed, stopped.

A run is a process that outlives the server. The server follows its event file, so that a run that
was started in a terminal, or by a server before this one, is seen in the same way.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from lsprotocol import types

from pipelens.lsp.guard import LOG
from pipelens.lsp.run_follower import FollowedRun
from pipelens.lsp.run_news import RunNews
from pipelens.lsp.run_process import RunProcess, run_environment
from pipelens.runner.event_file import Record, current_build
from pipelens.runner.events import new_run_id

if TYPE_CHECKING:
    from pipelens.core.project import Project
    from pipelens.lsp.server import Server
    from pipelens.protocol.runs import Mode


def command_words(project: Project, tasks: Sequence[str], mode: Mode, interpreter: str | None) -> list[str]:
    """The words behind `pipelens` that carry out what is asked for."""
    force = ["--force"] if mode == "force" else []
    given = ["--interpreter", interpreter] if interpreter else []
    shared = ["-e", project.path, *given, *force]
    if not tasks:
        return ["build", *shared]
    if mode in ("task", "force") and len(tasks) == 1:
        return ["task", *shared, "--", tasks[0]] if tasks[0].startswith("-") else ["task", *shared, tasks[0]]
    partially = [word for task in tasks for word in ("--partially", task)]
    return ["build", *shared, *partially, *(["--skip-upstream"] if mode in ("task", "force") else [])]


class Runs:
    """Of one server. last: the pipeline that was run last."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._running: dict[str, FollowedRun] = {}
        self.last: str | None = None

    # -- starting

    def start(self, project: Project, tasks: Sequence[str], mode: Mode) -> FollowedRun:
        """Run in a process of its own. Raises `OSError` when none can be started."""
        server = self._server
        self._tell_unsaved(project)
        words = command_words(project, tasks, mode, self.interpreter(project))
        environ = run_environment(server.host.environ, client=server.options.client)
        id = new_run_id()
        process = RunProcess(words, project.root, environ, id)
        title = tasks[0] if len(tasks) == 1 else os.path.basename(project.path)
        run = self._new(id, project, title, mode, tuple(tasks))
        run.process = process
        self.last = project.path
        server.start("run", self._follow(run))
        return run

    def interpreter(self, project: Project) -> str | None:
        """The Python that the person chose in the editor; None: the usual search."""
        server = self._server
        return server.settings_of(project.path).interpreter or server.options.interpreter

    def find(self, project: Project) -> None:
        """Follow the build of this pipeline that is under way in another process, if there is one."""
        build = current_build(project.root, project.path)
        if build is not None and build.run not in self._running:
            run = self._new(build.run, project, os.path.basename(project.path), "build", ())
            LOG.info("following the build %s of %s (process %s)", build.run, project.path, build.pid)
            self._server.start("run", self._follow(run))

    def wake(self) -> None:
        """Events may have been written."""
        for run in self._running.values():
            run.news.set()

    # -- stopping

    def stop(self, pipeline: str | None) -> bool:
        """Stop the runs of a pipeline, or all; whether there were any."""
        found = [run for run in self._running.values() if pipeline in (None, run.pipeline)]
        for run in found:
            run.stop()
        return bool(found)

    def cancel(self, id: str, *, hard: bool = False) -> bool:
        """Stop one run, by its id; whether it is under way."""
        if (run := self._running.get(id)) is None:
            return False
        run.stop(hard=hard)
        return True

    def cancel_progress(self, token: types.ProgressToken) -> None:
        """The person pressed the progress's own stop."""
        for run in self._running.values():
            if run.token == str(token):
                run.stop()

    def leave(self) -> None:
        """The server ends, the runs do not."""
        for run in self._running.values():
            told = f"The run {run.id} of {run.title} goes on without the editor."
            self._server.window_log_message(types.LogMessageParams(types.MessageType.Info, told))

    # -- inside

    def _new(self, id: str, project: Project, title: str, mode: Mode, tasks: tuple[str, ...]) -> FollowedRun:
        at = datetime.now(timezone.utc).astimezone().isoformat(timespec="seconds")
        token = f"pipelens-{secrets.token_hex(6)}"
        run = FollowedRun(id, project.path, project.root, title, mode, tasks, at, token=token)
        self._running[id] = run
        return run

    async def _follow(self, run: FollowedRun) -> None:
        server, news = self._server, RunNews(self._server, run)
        try:
            await news.begin()
            if run.process is None:
                await self._catch_up(run, news)
            async for records in run.batches():
                await news.tell(records)
                self._changed(run, news.take_changed())
        except asyncio.CancelledError:
            raise  # the server ends; the run goes on, and nobody is left to be told
        except BaseException:
            news.end()
            raise
        finally:
            self._running.pop(run.id, None)
        printed = run.process.printed() if run.process is not None else ""
        news.end()
        await news.tell_end(printed)
        server.host.refresh()
        server.states.may_have_changed(run.pipeline)
        server.state_news.later()
        server.later()
        if run.process is not None and run.process.exit_code not in (0, 130, -2, -15):
            self._tell_failure(run, news.failures, printed)

    async def _catch_up(self, run: FollowedRun, news: RunNews) -> None:
        """What had happened before it was found, without what was printed."""
        while records := run.events.read():
            for record in records:
                if record["kind"] == "run":
                    run.mode = record.get("mode", "build")
            await news.tell([record for record in records if record["kind"] != "output"])
        self._changed(run, news.take_changed())

    def _changed(self, run: FollowedRun, tasks: set[str]) -> None:
        if tasks:
            self._server.states.touched(run.pipeline, tasks)
            self._server.state_news.later()

    def _tell_unsaved(self, project: Project) -> None:
        if unsaved := self._server.host.unsaved(project):
            names = ", ".join(os.path.basename(path) for path in unsaved)
            told = f"Not saved: {names}. What runs is what was saved last."
            self._server.window_show_message(types.ShowMessageParams(types.MessageType.Warning, told))

    def _tell_failure(self, run: FollowedRun, failures: Sequence[Record], printed: str) -> None:
        """Which tasks failed, why and where; where none did, what the run said last."""
        if self._server.options.shows_runs:
            return
        if failures:
            why = "; ".join(_failure(one, run.root) for one in failures[:3])
        else:
            lines = [line for line in printed.splitlines() if line.strip()]
            why = lines[-1].strip().removeprefix("pipelens: ") if lines else ""
            if printed.strip():
                told = types.LogMessageParams(types.MessageType.Error, printed.rstrip("\n"))
                self._server.window_log_message(told)
        told = f"Running {run.title} failed. {why}".rstrip()
        self._server.window_show_message(types.ShowMessageParams(types.MessageType.Error, told))


def _failure(problem: Record, root: str) -> str:
    """`load: KeyError: 'x' (steps.py:5)`, lines counted from 1."""
    message = str(problem.get("message", "")).split("\n", 1)[0]
    path, line = problem.get("path"), problem.get("line")
    where = ""
    if isinstance(path, str) and isinstance(line, int):
        shown = os.path.relpath(path, root) if path.startswith(root + os.sep) else path
        where = f" ({shown}:{line + 1})"
    return f"{problem.get('task')}: {message}{where}"
