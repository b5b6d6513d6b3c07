"""`pipelens/pipelines` and `pipelens/taskFiles`: the pipelines of the workspace, and their sources."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pipelens.lsp.convert import uri_of
from pipelens.protocol.pipelines import PIPELINES, TASK_FILES, PipelineInfo, ProblemCounts

if TYPE_CHECKING:
    from pipelens.core.project import Project
    from pipelens.lsp.server import Server


def register(server: Server) -> None:
    def pipelines(*_: object) -> list[dict[str, object]]:
        found = (server.host.project(path) for path in server.host.pipelines())
        return [
            _info(project, server.host.folders).as_json()
            for project in found
            if project is not None and project.spec.form != "foreign"
        ]

    def task_files(*_: object) -> list[str]:
        paths = (path for project in server.host.projects() for path in project.index.by_file)
        return [uri_of(path) for path in dict.fromkeys(paths)]

    server.on(PIPELINES, pipelines)
    server.on(TASK_FILES, task_files)


def _info(project: Project, folders: tuple[str, ...]) -> PipelineInfo:
    weights = [problem.severity for problem in project.problems]
    folder = next((one for one in folders if project.path.startswith(one.rstrip(os.sep) + os.sep)), None)
    return PipelineInfo(
        uri_of(project.path),
        os.path.relpath(project.path, folder) if folder else project.path,
        uri_of(project.root),
        len(project.tasks),
        ProblemCounts(weights.count("error"), weights.count("warning")),
    )
