"""A task's source: is it there, and what did reading it find?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pipelens.core.checks.callables import read_problem, resolved
from pipelens.core.checks.names import check_notebook_names
from pipelens.core.problems import CreateFile, Edit, Fix, Problem, problem
from pipelens.core.project import Project, Task
from pipelens.core.sketch import source_text
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
        case MissingSource():
            yield _missing(project, task, source)
        case UnresolvedFunction():
            yield from resolved(source, task.spec.source, task.spec.source_place, task.name)
        case NotebookSource() | FunctionSource() | TemplateSource() | UnreadableSource():
            for found in source.problems:
                yield read_problem(found, task.spec.source, task.spec.source_place, task.name)
        case _:
            pass


def _missing(project: Project, task: Task, source: MissingSource) -> Problem:
    """A source that is not there: what stands in its place, and the fix."""
    path, place = source.path, task.spec.source_place
    fixes: list[Fix] = []
    if source.meant is not None:
        message = (
            f"there is no file {_shown(project, path)} here: write its folders with /, which works everywhere"
        )
        fixes.append(Fix(f"Change to '{source.meant}'", (Edit(place, source.meant),), preferred=True))
    elif source.is_folder:
        message = f"{_shown(project, path)} is a folder, not a file"
    else:
        message = f"there is no file {_shown(project, path)}"
        text = source_text(project, task, path)
        if text is not None:
            fixes.append(Fix(f"Create '{task.spec.source}'", (CreateFile(path, text),)))
    return problem("source-missing", message, place, fixes=fixes, task=task.name)


def static_analysis(task: Task) -> Iterator[Problem]:
    """What would stop a script or notebook before it runs (section 13)."""
    source = task.source
    if not isinstance(source, NotebookSource) or source.cells is None or source.language != "python":
        return
    mode = task.spec.options.get("static_analysis", "regular")
    if mode == "disable":
        return
    for found in check_notebook_names(
        source.path,
        source.cells,
        static_analysis="strict" if mode == "strict" else "regular",
        passed=task.params,
        has_upstream=bool(task.upstream),
        passed_places=task.spec.param_places,
        task_place=task.spec.key_places.get("params") or task.spec.name_place or task.spec.source_place,
    ):
        yield found if found.task else replace(found, task=task.name)


def analysed(task: Task) -> object:
    """What the static analysis of a task depends on besides its entry: the tasks of a grid share it."""
    source = task.source
    return (source.path if isinstance(source, NotebookSource) else None, *task.params, bool(task.upstream))


def _shown(project: Project, path: str) -> str:
    """The path from the root, where it lies inside it."""
    root = project.root.rstrip("/\\")
    if path.startswith(root) and path[len(root) : len(root) + 1] in ("/", "\\"):
        return f"'{path[len(root) + 1 :]}' in the root of the project"
    return f"'{path}'"
