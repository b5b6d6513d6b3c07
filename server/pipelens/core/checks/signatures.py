"""The arguments of function tasks: what is passed against what the function takes (section 7.3).

A decorator may change what a function takes, so the findings of a decorated one are warnings.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipelens.core.checks.dependencies import as_written
from pipelens.core.checks.params import param_place
from pipelens.core.problems import Edit, Fix, Place, Problem, Related, problem, with_severity
from pipelens.core.project import Project, Task
from pipelens.core.sources import FunctionSource, Parameter
from pipelens.core.suggestions import nearest


def function_arguments(project: Project, task: Task) -> Iterator[Problem]:
    """Arguments that nothing passes, and passed ones that the function does not take."""
    source = task.source
    if not isinstance(source, FunctionSource) or task.kind != "function":
        return
    if source.is_async:
        yield problem(
            "async-task",
            f"'{source.name}' is async: calling it does nothing, so '{task.name}' makes no product",
            Place(source.path, source.span),
            task=task.name,
        )
    if not source.arguments_known:
        return
    serialized = serializes(project, task)
    taken = {p.name: p for p in source.parameters if p.kind not in ("args", "kwargs")}
    passed = dict.fromkeys(map(str, task.params))
    if not serialized:
        passed["product"] = None
    if task.upstream:
        passed["upstream"] = None
    found = list(_missing(task, source, passed, serialized))
    for name in passed:
        if name not in taken and not _counts_as(source, name):
            found.append(_unexpected(task, source, name, [n for n in taken if n not in passed]))
    yield from (with_severity(one, "warning") if source.decorated else one for one in found)


def _counts_as(source: FunctionSource, name: str) -> bool:
    """`*args` and `**kwargs` are arguments called so, for better or worse."""
    return any(p.name == name and p.kind in ("args", "kwargs") for p in source.parameters)


def serializes(project: Project, task: Task) -> bool:
    """Whether the function's result is stored by a serializer (a task's null switches it off)."""
    if task.spec.serializer is not None:
        return True
    return project.spec.serializer is not None and "serializer" not in task.spec.key_places


def _missing(
    task: Task, source: FunctionSource, passed: dict[str, None], serialized: bool
) -> Iterator[Problem]:
    for parameter in source.parameters:
        name = parameter.name
        if parameter.kind == "positional":
            message = (
                f"'{name}' is positional-only, but a task's function is called with names: remove the '/'"
            )
        elif name in passed or (parameter.default is not None and parameter.kind not in ("args", "kwargs")):
            continue
        elif name == "product" and serialized:
            yield problem(
                "unexpected-argument",
                f"'{task.name}' has a serializer, which writes the product: "
                "remove 'product' and return the result",
                Place(source.path, parameter.span),
                task=task.name,
            )
            continue
        elif name == "upstream" and task.needed_at:
            need = task.needed_at[0]
            yield problem(
                "missing-argument",
                f"'{need.name}' matches no task, so nothing passes 'upstream' to '{source.name}'",
                need.place,
                related=[Related(Place(source.path, parameter.span), "the argument")],
                task=task.name,
            )
            continue
        elif name == "upstream":
            message = (
                f"'{source.name}' takes 'upstream', but '{task.name}' has no upstream: "
                "subscript it with a task's name, or drop the argument"
            )
        elif parameter.kind in ("args", "kwargs"):
            stars = "*" if parameter.kind == "args" else "**"
            message = (
                f"'{stars}{name}' counts as a required argument called '{name}': name the arguments instead"
            )
        else:
            message = f"nothing passes '{name}' to '{source.name}': add it to the task's 'params'"
        yield _missing_argument(task, source, parameter, message)


def _missing_argument(task: Task, source: FunctionSource, parameter: Parameter, message: str) -> Problem:
    spec = task.spec
    place = spec.key_places.get("params") or spec.source_place
    return problem(
        "missing-argument",
        message,
        Place(source.path, parameter.span),
        related=[Related(place, f"the task '{task.name}'")],
        task=task.name,
    )


def _unexpected(task: Task, source: FunctionSource, name: str, free: list[str]) -> Problem:
    definition = Related(Place(source.path, source.span), f"'{source.name}' is defined here")
    if name == "upstream":
        message = f"'{source.name}' must take the argument 'upstream': '{task.name}' needs {_names(task)}"
        need = _first_need(task)
        if need.path != source.path:
            return problem("unexpected-argument", message, need, related=[definition], task=task.name)
        return problem(
            "unexpected-argument",
            message,
            definition.place,
            related=[Related(need, "it is read here")],
            task=task.name,
        )
    if name == "product":
        message = f"'{source.name}' must take the argument 'product'"
        return problem("unexpected-argument", message, Place(source.path, source.span), task=task.name)
    place = param_place(task, name)
    near = nearest(name, free)
    hint = f"did you mean '{near}'?" if near is not None else "add it there, or remove the param"
    fixes = [Fix(f"Change to '{near}'", (Edit(place, as_written(place, near)),))] if near is not None else []
    message = f"'{source.name}' takes no argument '{name}'; {hint}"
    return problem("unexpected-argument", message, place, related=[definition], fixes=fixes, task=task.name)


def _first_need(task: Task) -> Place:
    if task.needed_at:
        return task.needed_at[0].place
    return task.spec.upstream_place or task.spec.source_place


def _names(task: Task) -> str:
    shown = ", ".join(f"'{name}'" for name in task.upstream[:3])
    return shown + (", …" if len(task.upstream) > 3 else "")
