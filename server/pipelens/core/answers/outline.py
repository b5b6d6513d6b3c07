"""Which tasks does a pipeline have, and what do they make and take? For the outline of a document, and
for finding a task by some letters of its name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Literal

from pipelens.core.problems import Place
from pipelens.core.project import Project, Task
from pipelens.core.spec import Kind, TaskEntry
from pipelens.core.text import NOWHERE, Position, Span
from pipelens.frozen import frozen

MOST_IN_ONE_ENTRY: Final = 12
"""A grid may make thousands of tasks from one entry."""

MOST_FOUND: Final = 200


@frozen
class Symbol:
    """Something with a name. span: all of it, name_span: what to put the caret on; lines count from the
    first line of the entry. task: whose state belongs to it. detail: what else there is to say."""

    name: str
    kind: Kind | Literal["grid", "product", "param"]
    span: Span
    name_span: Span
    task: str | None = None
    detail: str = ""
    children: tuple[Symbol, ...] = ()


def entry_outline(project: Project, entry: TaskEntry, *, deep: bool = True) -> Symbol | None:
    """What an entry of `tasks:` makes: its task with products and params, or the tasks of its grid.

    deep: with what is below the tasks. Of an entry that cannot be read now only the first line is sure.
    """
    tasks = project.tasks_by_entry.get(entry.id, ())
    if not tasks:
        return None
    first = tasks[0].spec
    whole, name = first.place.span, (first.name_place or first.source_place).span
    if entry.broken:
        whole = name = NOWHERE
    elif not (whole.start <= name.start and name.end <= whole.end):
        name = Span(whole.start, whole.start)
    if first.grid_index is None:
        children = tuple(_parts(tasks[0])) if deep and not entry.broken else ()
        return Symbol(tasks[0].name, tasks[0].kind, whole, name, tasks[0].name, children=children)
    made = tuple(
        Symbol(task.name, task.kind, whole, name, task.name) for task in tasks[:MOST_IN_ONE_ENTRY] if deep
    )
    return Symbol(entry.label, "grid", whole, name, detail=f"{len(tasks)} tasks", children=made)


def _parts(task: Task) -> Iterator[Symbol]:
    spec = task.spec
    for product in spec.products.items if spec.products is not None else ():
        place = product.key_place or product.place
        yield Symbol(
            product.key or "product", "product", *_around(place, product.place), detail=product.written
        )
    for name, place in spec.param_places.items():
        yield Symbol(name, "param", *_around(place, spec.param_value_places.get(name, place)))


def _around(name: Place, value: Place) -> tuple[Span, Span]:
    """All of a key with its value, and the key; the key alone where an alias brings the value."""
    if value.span.start < name.span.start:
        return name.span, name.span
    return Span(name.span.start, max(name.span.end, value.span.end)), name.span


def find_tasks(projects: Iterable[Project], query: str) -> list[tuple[Project, Task]]:
    """The tasks whose names hold the letters of `query` in this order, the likeliest first, a few
    hundred at most; all of them for an empty query."""
    wanted = query.casefold().replace(" ", "")
    found: list[tuple[int, int, Project, Task]] = []
    for project in projects:
        if project.spec.form != "tasks":
            continue
        for name, task in project.tasks.items():
            rank = _rank(str(name), wanted)
            if rank is not None:
                found.append((rank, len(name), project, task))
    found.sort(key=lambda one: one[:2])
    return [(project, task) for _, _, project, task in found[:MOST_FOUND]]


def _rank(name: str, wanted: str) -> int | None:
    """0 for the name itself, then its beginning, a part of it, and letters in order; None for others."""
    plain = name.casefold()
    if not wanted:
        return 0
    at = plain.find(wanted)
    if at >= 0:
        return (0 if plain == wanted else 1) if at == 0 else 2
    position = -1
    for letter in wanted:
        position = plain.find(letter, position + 1)
        if position < 0:
            return None
    return 3


def task_place(project: Project, task: Task) -> tuple[str, Span]:
    """Where a task's name is written, else where its entry begins."""
    entry = project.entries.get(task.spec.entry)
    if entry is not None and entry.broken:
        line = project.first_lines.get(entry.id, 0)
        return entry.path, Span(Position(line, 0), Position(line, 0))
    return project.locate(task.spec.name_place or task.spec.source_place)
