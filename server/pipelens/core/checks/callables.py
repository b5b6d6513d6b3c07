"""Functions that the YAML names: hooks, clients and serializers, found and called as they want."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Literal

from pipelens.core.constants import returns_nothing
from pipelens.core.problems import Edit, Fix, Place, Problem, Related, Severity, problem
from pipelens.core.project import Project, Task
from pipelens.core.sources import FunctionSource, Source, UnreadableSource, UnresolvedFunction
from pipelens.core.spec import DottedPath, Hooks
from pipelens.core.suggestions import nearest
from pipelens.core.text import Position, Span

HookName = Literal["on_render", "on_finish", "on_failure"]

TASK_ARGUMENTS = ("task", "client", "product", "params")
PIPELINE_ARGUMENTS: Mapping[HookName, tuple[str, ...]] = {
    "on_render": ("dag",),
    "on_finish": ("dag", "report"),
    "on_failure": ("dag", "traceback"),
}


def task_callables(project: Project, task: Task) -> Iterator[Problem]:
    """A task's hooks, clients, serializer and unserializer (sections 6.7, 7.3 and 5.8)."""
    spec = task.spec
    for name, hook in _hooks(spec.hooks):
        yield from _hook(project, hook, name, TASK_ARGUMENTS, task.name)
    for factory in (spec.client, spec.product_client):
        if factory is not None:
            yield from _factory(project, factory, task.name)
    for function in (spec.serializer, spec.unserializer):
        if function is not None:
            yield from _found(project, function, task.name)
    for call in spec.calls.values():
        yield from _factory(project, call, task.name)


def pipeline_callables(project: Project) -> Iterator[Problem]:
    """The pipeline's hooks, clients, serializer and unserializer (sections 5.5 to 5.8)."""
    spec = project.spec
    if spec.location is not None:
        yield from _found(project, spec.location, None)
    for name, hook in _hooks(spec.hooks):
        severity: Severity | None = None if name == "on_render" else "warning"
        yield from _hook(project, hook, name, PIPELINE_ARGUMENTS[name], None, severity)
    for factory in spec.clients.values():
        yield from _factory(project, factory, None)
    for function in (spec.serializer, spec.unserializer):
        if function is not None:
            yield from _found(project, function, None)


def _hooks(hooks: Hooks) -> Iterator[tuple[HookName, DottedPath]]:
    if hooks.on_render is not None:
        yield "on_render", hooks.on_render
    if hooks.on_finish is not None:
        yield "on_finish", hooks.on_finish
    if hooks.on_failure is not None:
        yield "on_failure", hooks.on_failure


def _hook(
    project: Project,
    hook: DottedPath,
    name: HookName,
    given: tuple[str, ...],
    task: str | None,
    severity: Severity | None = None,
) -> Iterator[Problem]:
    """A hook that is not found, that asks for what it cannot have, or whose arguments are overridden.

    severity: of wrong arguments, where they are only noticed when the hook is called.
    """
    yield from _found(project, hook, task)
    for argument in hook.arguments:
        if argument in given:
            yield problem(
                "hook-engine-argument",
                f"'{argument}' is filled in when '{hook.path}' is called; the value given here is not used",
                hook.place,
                task=task,
            )
    source = project.callables.get(hook.path)
    if not isinstance(source, FunctionSource) or not source.arguments_known:
        return
    wanted = [
        parameter.name
        for parameter in source.parameters
        if (parameter.default is None or parameter.kind in ("args", "kwargs"))
        and parameter.name not in given
        and parameter.name not in hook.arguments
    ]
    related = [Related(Place(source.path, source.span), f"'{source.name}' is defined here")]
    if wanted:
        available = ", ".join(f"'{one}'" for one in given)
        yield problem(
            "hook-argument",
            f"'{hook.path}' asks for {_quoted(wanted)}, but '{name}' has only {available}: "
            "give it a default, or a value beside 'dotted_path'",
            hook.place,
            related=related,
            task=task,
            severity=_milder(severity, source),
        )
    yield from _extra(hook, source, task, "error" if name == "on_render" else "warning")


def _factory(project: Project, factory: DottedPath, task: str | None) -> Iterator[Problem]:
    """A client's factory, or a param's function: called at load with the arguments beside `dotted_path`."""
    yield from _found(project, factory, task)
    source = project.callables.get(factory.path)
    if not isinstance(source, FunctionSource) or not source.arguments_known or source.decorated:
        return
    wanted = [
        parameter.name
        for parameter in source.parameters
        if parameter.default is None
        and parameter.kind not in ("args", "kwargs")
        and parameter.name not in factory.arguments
    ]
    if wanted:
        yield problem(
            "call-argument",
            f"'{factory.path}' needs {_quoted(wanted)}: write it beside 'dotted_path'",
            factory.place,
            related=[Related(Place(source.path, source.span), f"'{source.name}' is defined here")],
            task=task,
            severity=_milder(None, source),
        )
    yield from _extra(factory, source, task, "error")
    if returns_nothing(source):
        yield problem(
            "call-returns-nothing",
            f"'{factory.path}' returns nothing, and its result is what is wanted here",
            factory.place,
            related=[Related(Place(source.path, source.span), f"'{source.name}' is defined here")],
            task=task,
        )


def _extra(
    called: DottedPath, source: FunctionSource, task: str | None, severity: Severity
) -> Iterator[Problem]:
    """Arguments beside `dotted_path` that the function does not take."""
    if any(parameter.kind == "kwargs" for parameter in source.parameters):
        return
    taken = [parameter.name for parameter in source.parameters if parameter.kind != "args"]
    for argument in called.arguments:
        if argument in taken:
            continue
        near = nearest(argument, taken)
        hint = f"; did you mean '{near}'?" if near is not None else ""
        yield problem(
            "call-argument",
            f"'{called.path}' takes no argument '{argument}'{hint}",
            called.place,
            related=[Related(Place(source.path, source.span), f"'{source.name}' is defined here")],
            task=task,
            severity=_milder(severity, source),
        )


def _milder(severity: Severity | None, source: FunctionSource) -> Severity | None:
    """A decorator may change what the function takes: then nothing is sure."""
    return "info" if source.decorated else severity


def _found(project: Project, named: DottedPath, task: str | None) -> Iterator[Problem]:
    source = project.callables.get(named.path)
    if source is not None:
        yield from resolved(source, named.path, named.place, task)


def resolved(source: Source, dotted_path: str, place: Place, task: str | None) -> Iterator[Problem]:
    """Why a dotted path leads nowhere, at the part that was not found."""
    match source:
        case UnresolvedFunction():
            part, narrowed = _part(dotted_path, source.part, place)
            near = source.suggestions[0] if source.suggestions else None
            fixes: list[Fix] = []
            message = f"'{dotted_path}': {source.reason.rstrip('.')}"
            if near is not None:
                message += f"; did you mean '{near}'?"
                if narrowed:
                    fixes.append(Fix(f"Change to '{near}'", (Edit(part, near),), preferred=True))
            yield problem(
                "dotted-path-not-found",
                message,
                part,
                fixes=fixes,
                task=task,
                severity=None if source.certain else "info",
            )
        case UnreadableSource() | FunctionSource():
            for found in source.problems:
                if not _is_partial(found):  # which can be called, though it cannot be a task
                    yield read_problem(found, dotted_path, place, task)
        case _:
            pass


def read_problem(found: Problem, dotted_path: str, place: Place, task: str | None) -> Problem:
    """What reading a function's module found. That a path leads to something that cannot be called
    is the fault of the path, so it is told there."""
    if found.code == "not-a-function" and not _is_partial(found):
        part, _ = _part(dotted_path, dotted_path.count("."), place)
        related = (*found.related, Related(found.place, "this is what it names"))
        return replace(found, place=part, related=related, task=task)
    return found if found.task else replace(found, task=task)


def _is_partial(found: Problem) -> bool:
    return found.code == "not-a-function" and "functools.partial" in found.message


def _part(dotted_path: str, index: int, place: Place) -> tuple[Place, bool]:
    """The place of one part of a dotted path, when the place holds the path as it is (or in quotes)."""
    span = place.span
    width = span.end.character - span.start.character
    quotes = width - len(dotted_path)
    parts = dotted_path.split(".")
    if span.start.line != span.end.line or quotes not in (0, 2) or not 0 <= index < len(parts):
        return place, False
    begin = span.start.character + quotes // 2 + sum(len(part) + 1 for part in parts[:index])
    start = Position(span.start.line, begin)
    end = Position(span.start.line, begin + len(parts[index]))
    return place._replace(span=Span(start, end)), True


def _quoted(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
