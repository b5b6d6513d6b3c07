"""`pipelens/pipelines`: the pipelines of the workspace."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pipelens.lsp.convert import uri_of
from pipelens.protocol.pipelines import PIPELINES, PipelineInfo, ProblemCounts

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

    server.on(PIPELINES, pipelines)


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
