"""What descriptions ask beside the project: states of tasks and products on the disk, in words."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from pipelens.core.answers.describe_outside import FileNews, TaskNews
from pipelens.core.quantities import ago, ago_seconds, duration, size
from pipelens.lsp.lens_text import state_title
from pipelens.workspace.product_preview import is_allowed, preview

if TYPE_CHECKING:
    from pipelens.core.project import Project
    from pipelens.lsp.server import Server
    from pipelens.runner.freshness import LastRun


class EditorOutside:
    """Answers for one server. Before the workspace is trusted, states are not looked up and nothing
    outside of its folders is touched."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def task(self, project: Project, name: str) -> TaskNews | None:
        if not self._server.options.trusted:
            return None
        states = self._server.states
        told = states.one(project, name)
        if told is None:
            return None
        run = states.last_run(project, name)
        return TaskNews(state_title(told), _run_words(run) if run is not None else "")

    def product(self, path: str) -> FileNews:
        found = preview(path, self._roots())
        return FileNews(
            found.state,
            size(found.size) if found.size is not None else "",
            f"written {ago_seconds(found.modified, time.time())}" if found.modified is not None else "",
            found.blocks,
        )

    def is_missing(self, path: str) -> bool:
        return is_allowed(path, self._roots()) and not os.path.lexists(path)

    def _roots(self) -> tuple[str, ...] | None:
        if self._server.options.trusted:
            return None
        return tuple(map(os.path.realpath, self._server.host.folders))


def _run_words(run: LastRun) -> str:
    told = f"last run {'' if run.ok else 'failed '}{ago(run.at, time.time())}"
    return told if run.seconds is None else f"{told}, took {duration(run.seconds)}"
