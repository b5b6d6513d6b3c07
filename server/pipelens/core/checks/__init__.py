"""The checks, one module per family of problem.

`check_entry` may look at its own entry, its tasks' sources, the env and, through `Project.tasks`
and `Project.index`, at what other tasks declare under a key that this entry mentions. The keeper
calls it again exactly when one of those changed. `check_pipeline` sees what belongs to no entry.
"""

from __future__ import annotations

from pipelens.core.problems import Problem
from pipelens.core.project import Project
from pipelens.core.spec import TaskEntry


def check_entry(project: Project, entry: TaskEntry) -> tuple[Problem, ...]:
    """The problems of one entry beyond those that reading it found."""
    return ()


def check_pipeline(project: Project) -> tuple[Problem, ...]:
    """The problems that belong to no entry, beyond those that reading the spec and env found."""
    return ()
