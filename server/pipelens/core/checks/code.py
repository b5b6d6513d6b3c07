"""A task's source: is it there, and what did reading it find?"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from pipelens.core.checks.callables import read_problem, resolved
from pipelens.core.problems import CreateFile, Fix, Problem, problem
from pipelens.core.project import Project, Task
from pipelens.core.sources import (
    FunctionSource,
    MissingSource,
    NotebookSource,
    TemplateSource,
    UnreadableSource,
    UnresolvedFunction,
)


def source_problems(project: Project, task: Task) -> Iterator[Problem]:
    """A source that is missing or not found, and the problems that reading it found."""
    source = task.source
    match source:
        case MissingSource(path=path):
            fixes: list[Fix] = []
            if path.endswith(".py"):
                fixes.append(
                    Fix(f"Create '{task.spec.source}'", (CreateFile(path, _template(project, task)),))
                )
            yield problem(
                "source-missing",
                f"there is no file {_shown(project, path)}",
                task.spec.source_place,
                fixes=fixes,
                task=task.name,
            )
        case UnresolvedFunction():
            yield from resolved(source, task.spec.source, task.spec.source_place, task.name)
        case NotebookSource() | FunctionSource() | TemplateSource() | UnreadableSource():
            for found in source.problems:
                yield read_problem(found, task.spec.source, task.spec.source_place, task.name)
        case _:
            pass


def _shown(project: Project, path: str) -> str:
    """The path from the root, where it lies inside it."""
    root = project.root.rstrip("/\\")
    if path.startswith(root) and path[len(root) : len(root) + 1] in ("/", "\\"):
        return f"'{path[len(root) + 1 :]}' in the root of the project"
    return f"'{path}'"


def _template(project: Project, task: Task) -> str:
    """A script of the percent format with the cells that a notebook task needs."""
    lines = ["# %% [markdown]", f"# # {posixpath.basename(task.name) or task.name}", ""]
    lines.append('# %% tags=["parameters"]')
    meta = project.spec.meta
    if meta.extract_upstream:
        lines += ["# names of the tasks that this one needs, as a list", "upstream = None"]
    if meta.extract_product:
        lines += ["# path, or mapping of paths, that this task makes", "product = None"]
    lines += [f"{name} = None" for name in task.params if name.isidentifier()]
    return "\n".join([*lines, "", "# %%", ""])
