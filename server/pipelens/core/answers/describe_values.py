"""Params and placeholders in words: their values, and where those come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from pipelens.core.answers.describe_blocks import Block, Code, Facts, Phrase, Strong, joined, paragraph, some
from pipelens.core.answers.describe_places import place_link, shown_path, tasks_meant
from pipelens.core.answers.describe_secrets import MASK, is_secret, shown_value
from pipelens.core.answers.subject import ParamName
from pipelens.core.env import EnvValue, ProcessVariables, Unknown
from pipelens.core.problems import Place
from pipelens.core.project import Project, Task
from pipelens.core.sources import FunctionSource, NotebookSource, Parameter

_MOST_TASKS = 6

_BUILT_IN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "here": "the folder of the pipeline's file",
        "root": "the root of the pipeline",
        "cwd": "the working folder",
        "user": "who is logged in",
        "now": "the moment when the pipeline is read",
        "env": "the variables of the process, as in {{env.NAME}}",
        "git": "the branch, tag or commit that is checked out",
        "git_hash": "the tag or commit that is checked out",
    }
)


# -- params


def describe_param(project: Project, subject: ParamName) -> tuple[Block, ...]:
    """A param of one task, or of those that share its entry or its source."""
    tasks = tasks_meant(project, subject.tasks, subject.path, subject.span.start.line)
    if not tasks:
        return ()
    of = tasks[0].name if len(tasks) == 1 else f"{len(tasks):,} tasks"
    rows = [*_passed(project, subject, tasks), *_default(project, subject, tasks)]
    return (paragraph(Strong(subject.name), f" · param of {of}"), Facts(tuple(rows)))


def _passed(project: Project, subject: ParamName, tasks: Sequence[Task]) -> list[tuple[str, Phrase]]:
    name = subject.name
    given = [task for task in tasks if name in task.params]
    if not given:
        return []
    rows: list[tuple[str, Phrase]] = []
    told: dict[str, list[Task]] = {}
    for task in given:
        told.setdefault(_said(name, task), []).append(task)
    if len(told) == 1:
        (value, _), *_ = told.items()
        rows.append(("value", (Code(value), _type(name, given[0]))))
    else:
        for value, having in list(told.items())[:_MOST_TASKS]:
            names: list[Phrase] = [(task.name,) for task in having]
            rows.append((names[0][0] if len(names) == 1 else f"{len(names)} tasks", (Code(value),)))  # pyright: ignore
        if len(told) > _MOST_TASKS:
            rows.append(("…", (f"and {len(told) - _MOST_TASKS:,} more values",)))
    places = dict.fromkeys(place for task in given if (place := task.spec.param_places.get(name)) is not None)
    links: list[Phrase] = [(place_link(project, place),) for place in list(places)[:_MOST_TASKS]]
    if links and subject.role != "passed":
        rows.append(("passed in", some(links, 3, len(places))))
    return rows


def _said(name: str, task: Task) -> str:
    call = task.spec.calls.get(name)
    return f"{call.path}()" if call is not None else shown_value(name, task.params[name])


def _type(name: str, task: Task) -> str:
    if name in task.spec.calls:
        return ", what the function returns"
    value = task.params[name]
    match value:
        case bool() | None:
            return ""
        case int() | float():
            return ", a number"
        case str():
            return ", text"
        case Mapping():
            return ", a mapping"
        case _:
            return f", a {type(value).__name__}"


def _default(project: Project, subject: ParamName, tasks: Sequence[Task]) -> list[tuple[str, Phrase]]:
    name = subject.name
    found = _declared(name, tasks[0])
    given = all(name in task.params for task in tasks)
    if found is None:
        return [] if given else [("value", ("none is passed, and the source does not declare it",))]
    parameter, path = found
    is_here = subject.path == path and subject.span == parameter.span
    where: Phrase = () if is_here else (" in ", place_link(project, Place(path, parameter.span)))
    if parameter.default is None:
        if not given:
            return [("value", ("none is passed, and it has no default",))]
        return [] if is_here else [("declared in", where[1:])]
    value = Code(MASK if is_secret(name) else parameter.default)
    return [("default", (value, *where))] if given else [("value", (value, ", the default", *where))]


def _declared(name: str, task: Task) -> tuple[Parameter, str] | None:
    match task.source:
        case NotebookSource(path=path, params=params) | FunctionSource(path=path, parameters=params):
            found = next((one for one in params if one.name == name), None)
            return (found, path) if found is not None else None
        case _:
            return None


# -- placeholders


def describe_placeholder(project: Project, name: str, *, is_definition: bool = False) -> tuple[Block, ...]:
    """The value of an env name, where that comes from, and who uses it."""
    value = project.env.values.get(name)
    if value is None:
        where = shown_path(project, project.env.path) if project.env.path else "an env.yaml"
        return (paragraph(Code("{{" + name + "}}"), f" is not defined; {where} can define it"),)
    rows: list[tuple[str, Phrase]] = [("value", _value(value))]
    if not is_definition or value.origin == "command line":
        rows.append(("from", _origin(project, value)))
    rows.extend(_uses(project, name))
    return (paragraph(Strong(name), " · placeholder"), Facts(tuple(rows)))


def _value(value: EnvValue) -> Phrase:
    match value.value:
        case Unknown(reason=reason):
            return (f"not known yet: {reason}",)
        case ProcessVariables():
            return ("not shown",)
        case str(text) if not is_secret(value.name):
            return (Code(shown_value("", text)[1:-1] or "''"),)
        case other:
            return (Code(shown_value(value.name, other)),)


def _origin(project: Project, value: EnvValue) -> Phrase:
    match value.origin:
        case "command line":
            link: Phrase = (" instead of ", place_link(project, value.place)) if value.place else ()
            return ("the command line", *link)
        case "default":
            told = _BUILT_IN.get(value.name)
            return (f"built in: {told}" if told else "built in",)
        case "file" | "imported" if value.place is not None:
            return (place_link(project, value.place),)
        case _:
            return ("the env",)


def _uses(project: Project, name: str) -> list[tuple[str, Phrase]]:
    count = project.placeholder_uses.get(name, 0)
    in_env = name in project.env.used
    if not count:
        return [("used", ("in the env itself" if in_env else "nowhere",))]
    told = "once" if count == 1 else "twice" if count == 2 else f"{count:,} times"
    names = _users(project, name)
    more = ", and in the env itself" if in_env else ""
    if not names:
        return [("used", (f"{told}{more}",))]
    shown = joined(names[:_MOST_TASKS])
    return [("used", (f"{told}, by ", *shown, ", …" if len(names) > _MOST_TASKS else "", more))]


def _users(project: Project, name: str) -> list[Phrase]:
    """Tasks whose entries refer to it: one more than are shown, so that a name that all use is told soon."""
    found: list[Phrase] = []
    for entry in project.entries.values():
        if any(one.name == name for one in entry.placeholders):
            found.append((entry.tasks[0].name if entry.tasks else entry.label,))
            if len(found) > _MOST_TASKS:
                break
    return found
