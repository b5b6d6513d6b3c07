"""Upstream names against the tasks that exist, and the circles that they close."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence

from pipelens.core.graph import is_pattern
from pipelens.core.problems import Edit, Fix, Place, Problem, Related, problem
from pipelens.core.project import Project, Task
from pipelens.core.sources import FunctionSource
from pipelens.core.suggestions import nearest

_LONGEST_SEARCHED_CYCLE = 60
_NAMES_SHOWN = 8
_PLAIN_WORD = re.compile(r"[A-Za-z_][\w./-]*")


def unknown_upstream(project: Project, task: Task) -> Iterator[Problem]:
    """Names that no task has, patterns that match none, and the task's own name (section 8)."""
    for need in task.needed_at:
        name = need.name
        if name == task.name:
            message = f"'{name}' needs itself: remove its own name from 'upstream'"
            yield problem("self-upstream", message, need.place, task=task.name)
        elif is_pattern(name):
            yield from _pattern(task, name, need.place)
        elif not task.needs.get(name) and "{{" not in name:
            yield _unknown(project, task, name, need.place)


def _unknown(project: Project, task: Task, name: str, place: Place) -> Problem:
    near = nearest(name, project.tasks, but=task.name)
    fixes: list[Fix] = []
    if near is not None:
        # What the code calls it changes with the declaration.
        path = task.source_path or ""
        used = (Place(path, one.span) for one in task.references if one.name == name)
        written = dict.fromkeys((place, *used))
        edits = (Edit(each, as_written(each, near)) for each in written)
        fixes.append(Fix(f"Change to '{near}'", tuple(edits), preferred=True))
    hint = f"did you mean '{near}'?" if near is not None else "correct the name or add the task"
    message = f"no task is called '{name}'; {hint}"
    return problem("unknown-upstream", message, place, fixes=fixes, task=task.name)


def _pattern(task: Task, pattern: str, place: Place) -> Iterator[Problem]:
    matches = task.needs.get(pattern, ())
    if task.name in matches:
        message = (
            f"'{pattern}' matches this task, '{task.name}', too, so it needs itself: "
            "narrow the pattern or rename the task"
        )
        yield problem("self-upstream", message, place, task=task.name)
    elif not matches and not _is_told_of_its_argument(task):
        message = f"no task's name matches '{pattern}': the dependency has no effect"
        yield problem("wildcard-no-match", message, place, task=task.name)


def _is_told_of_its_argument(task: Task) -> bool:
    """Without any upstream a function that takes one is refused, which is an error of its own."""
    source = task.source
    return (
        isinstance(source, FunctionSource)
        and not task.upstream
        and any(p.name == "upstream" and p.default is None for p in source.parameters)
    )


def cycles(project: Project) -> Iterator[Problem]:
    """Each task of a circle, pointed at where it names the next (section 8.8).

    Circles belong to no entry: an edit far away opens or closes them.
    """
    for members in project.cycles:
        if len(members) < 2:
            continue
        inside = frozenset(members)
        for name in members:
            task = project.tasks.get(name)
            if task is not None:
                yield from _member(project, task, members, inside)


def _member(
    project: Project, task: Task, members: Sequence[str], inside: frozenset[str]
) -> Iterator[Problem]:
    way = _way_back(project, task.name, inside) if len(members) <= _LONGEST_SEARCHED_CYCLE else None
    following = way[1] if way is not None else next((n for n in task.upstream if n in inside), None)
    if following is None:
        return
    if way is not None:
        circle = " → ".join(_shortened(way))
        message = f"'{task.name}' needs itself in a circle: {circle}"
    else:
        message = f"'{task.name}' and '{following}' are on a circle of {len(members)} tasks"
    then = project.tasks.get(following)
    related = (
        [Related(_needing(then, inside), f"'{following}' needs the next one here")]
        if then is not None
        else []
    )
    yield problem("cycle", message, _needing(task, frozenset({following})), related=related, task=task.name)


def _way_back(project: Project, start: str, inside: frozenset[str]) -> list[str] | None:
    """A shortest circle from `start` to itself along upstream, both ends included."""
    before: dict[str, str] = {}
    queue = deque([start])
    while queue:
        name = queue.popleft()
        task = project.tasks.get(name)
        for upstream in task.upstream if task is not None else ():
            if upstream == start:
                way = [name]
                while way[-1] != start:
                    way.append(before[way[-1]])
                return [*reversed(way), start]
            if upstream in inside and upstream not in before:
                before[upstream] = name
                queue.append(upstream)
    return None


def _shortened(way: list[str]) -> list[str]:
    if len(way) <= _NAMES_SHOWN + 2:
        return way
    half = _NAMES_SHOWN // 2
    return [*way[:half], "…", *way[-half:]]


def _needing(task: Task, names: frozenset[str]) -> Place:
    """Where `task` says that it needs one of `names`."""
    for need in task.needed_at:
        if need.name in names or not names.isdisjoint(task.needs.get(need.name, ())):
            return need.place
    return task.spec.upstream_place or task.spec.name_place or task.spec.source_place


def as_written(place: Place, name: str) -> str:
    """`name` as it replaces the text at `place`: in YAML, whose places hold the quotes, a name that
    is not a plain word is quoted."""
    if place.entry is None or _PLAIN_WORD.fullmatch(name):
        return name
    return "'" + name.replace("'", "''") + "'"
