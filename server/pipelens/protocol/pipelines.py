"""`pipelens/pipelines` and `pipelens/runnables`: which pipelines there are, and what a document shows."""

from __future__ import annotations

from typing import Final

from pipelens.frozen import frozen

PIPELINES: Final = "pipelens/pipelines"
"""A request without parameters; the result is a list of `PipelineInfo`."""

RUNNABLES: Final = "pipelens/runnables"
"""A request with `textDocument`; the result is a list of `Runnable`."""

TASK_FILES: Final = "pipelens/taskFiles"
"""A request without parameters; the result is a list of URIs: the files that hold code of tasks."""


@frozen
class DocumentRef:
    """A document (or a cell) by its URI."""

    uri: str


@frozen
class RunnablesParams:
    """Which document's tasks are asked for."""

    text_document: DocumentRef


@frozen
class ProblemCounts:
    """How many problems of each weight a pipeline has."""

    errors: int
    warnings: int

    def as_json(self) -> dict[str, object]:
        return {"errors": self.errors, "warnings": self.warnings}


@frozen
class PipelineInfo:
    """One pipeline of the workspace. name: its file as seen from the workspace folder. root: the URI of
    the folder that its paths are read from. tasks: how many it has."""

    uri: str
    name: str
    root: str
    tasks: int
    problems: ProblemCounts

    def as_json(self) -> dict[str, object]:
        return {
            "uri": self.uri,
            "name": self.name,
            "root": self.root,
            "tasks": self.tasks,
            "problems": self.problems.as_json(),
        }
