"""A task's source: is it there, and what did reading it find?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from pipelens.core.checks.callables import read_problem, resolved
from pipelens.core.checks.names import check_code, check_passed_params, injected_names
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


Analyse = Callable[[NotebookSource, tuple[str, ...]], tuple[Problem, ...] | None]
"""From a source and the names that its injected cell assigns to what `names.check_code` finds; None
when that is told later."""


def analyse_now(source: NotebookSource, injected: tuple[str, ...]) -> tuple[Problem, ...]:
    """Reads the source again and analyses it."""
    cells = source.cells
    return check_code(source.path, cells, injected) if cells is not None else ()


def static_analysis(task: Task, analyse: Analyse) -> Iterator[Problem]:
    """What would stop a script or notebook before it runs (section 13)."""
    source, spec = task.source, task.spec
    if not isinstance(source, NotebookSource) or source.language != "python" or isinstance(source.whole, str):
        return
    mode = spec.options.get("static_analysis", "regular")
    if mode == "disable":
        return
    strict = source.cells.parameters if mode == "strict" and source.cells is not None else None
    injected = injected_names(task.params, source.parameters_span is not None, bool(task.upstream))
    of_params: Iterable[Problem] = ()
    if strict is not None or any(name not in injected for name in task.params):
        nearby = spec.key_places.get("params") or spec.name_place or spec.source_place
        of_params = check_passed_params(source.path, strict, task.params, spec.param_places, nearby)
    for found in (*of_params, *(analyse(source, injected) or ())):
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
