"""What stops a notebook or script before it runs: the names check of section 13."""

from __future__ import annotations

from typing import cast

from pipelens.core.cells import Cells
from pipelens.core.checks.names import Mode, check_notebook_names
from pipelens.core.project import Task
from pipelens.runner.events import TaskProblem


def static_problems(task: Task, path: str, cells: Cells) -> list[TaskProblem]:
    """The errors that `static_analysis` finds in the task's cells; none when it may run."""
    mode = task.spec.options.get("static_analysis", "regular")
    if mode not in ("regular", "strict"):
        return []
    found = check_notebook_names(
        path,
        cells,
        static_analysis=cast("Mode", mode),
        passed=task.params,
        has_upstream=bool(task.needs),
    )
    return [
        TaskProblem(
            task.name, one.message, path=one.place.path, line=one.place.span.start.line, error=one.code
        )
        for one in found
        if one.severity == "error"
    ]
