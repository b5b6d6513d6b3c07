"""Params of notebooks and scripts: what is passed against what the parameters cell declares.

With `static_analysis: strict` the two must be equal, which `names` checks; here are the other modes.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipelens.core.checks.dependencies import as_written
from pipelens.core.problems import Edit, Fix, Place, Problem, problem
from pipelens.core.project import Task
from pipelens.core.sources import NotebookSource
from pipelens.core.suggestions import nearest

RESOURCES = "resources_"


def notebook_params(task: Task) -> Iterator[Problem]:
    """Params that are passed and not declared, passed and not used, declared and not passed."""
    source = task.source
    if not isinstance(source, NotebookSource) or source.parameters_span is None:
        return
    if source.language != "python" or task.spec.options.get("static_analysis") == "strict":
        return
    yield from _passed(task, source)
    yield from _not_passed(task, source)


def _passed(task: Task, source: NotebookSource) -> Iterator[Problem]:
    declared = {parameter.name for parameter in source.params}
    missing = [name for name in declared if name not in task.params]
    for name in map(str, task.params):  # a key may be a number
        if name == RESOURCES:
            continue
        used = name in source.uses
        if name in declared and used:
            continue
        place = param_place(task, name)
        if name not in declared:
            near = nearest(name, missing)
            fixes: list[Fix] = []
            if near is not None:
                hint = f"did you mean '{near}'?"
                fixes.append(Fix(f"Change to '{near}'", (Edit(place, as_written(place, near)),)))
            else:
                hint = "assign a default there" if used else "nor does anything use it"
            fixes.extend(_declaring(source, name))
            yield problem(
                "undeclared-param",
                f"'{name}' is passed, but the parameters cell of '{task.name}' does not declare it; {hint}",
                place,
                fixes=fixes,
                task=task.name,
                severity="info" if used and near is None else None,
            )
        else:
            yield problem(
                "unused-param",
                f"'{name}' is passed, but nothing outside the parameters cell of '{task.name}' uses it",
                place,
                task=task.name,
                unnecessary=True,
            )


def _declaring(source: NotebookSource, name: str) -> Iterator[Fix]:
    """A line `name = None` after the declaration of `upstream`, in text sources."""
    declaration = source.upstream or source.product
    if declaration is None or source.path.endswith(".ipynb") or not name.isidentifier():
        return
    end = declaration.span.end
    place = Place(source.path, type(declaration.span)(end, end))
    yield Fix(f"Declare '{name}' in the parameters cell", (Edit(place, f"\n{name} = None"),))


def _not_passed(task: Task, source: NotebookSource) -> Iterator[Problem]:
    for parameter in source.params:
        if parameter.default != "None" or parameter.name in task.params:
            continue
        yield problem(
            "missing-param",
            f"'{parameter.name}' is None here and '{task.name}' passes no value for it: add it to 'params'",
            Place(source.path, parameter.span),
            task=task.name,
        )


def param_place(task: Task, name: str) -> Place:
    """Where a param's key is written; the task's name or source for those without a place."""
    spec = task.spec
    return (
        spec.param_places.get(name)
        or spec.key_places.get("params")
        or spec.key_places.get("grid")
        or spec.name_place
        or spec.source_place
    )
