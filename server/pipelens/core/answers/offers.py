"""Which tasks does a document show, and where?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pipelens.core.project import Project, Task
from pipelens.core.sources import FunctionSource, NotebookSource
from pipelens.core.spec import TaskEntry
from pipelens.core.text import NOWHERE, Position, Span
from pipelens.frozen import frozen

MOST_IN_ONE_PLACE: Final = 12
"""A grid may make thousands of tasks from one entry; nobody reads so many offers in one line."""


@frozen
class Offer:
    """A task at a place of a document. alone: no other task is offered there, so that its name
    need not be told."""

    task: Task
    span: Span
    alone: bool = True


def entry_offers(project: Project, entry: TaskEntry) -> tuple[Offer, ...]:
    """The tasks of an entry of `tasks:`, where the entry begins; lines count from there. Of many tasks
    in one place the first dozen are offered.

    In an entry that cannot be read now, what was read before may lie elsewhere: its beginning counts.
    """
    if project.spec.form != "tasks":
        return ()
    places: list[tuple[Span, Task]] = []
    for task in project.tasks_by_entry.get(entry.id, ()):
        shown = project.tasks.get(task.name)
        if shown is not None and shown.spec is task.spec:
            places.append((NOWHERE if entry.broken else _first_line(task.spec.place.span), shown))
    return _gathered(places)


def source_offers(project: Project, path: str) -> tuple[Offer, ...]:
    """The tasks whose code the file at `path` holds: a function at its `def`, a notebook at its
    parameters cell, any other source at its top."""
    if project.spec.form != "tasks":
        return ()
    tasks = (project.tasks.get(task.name) for task in project.tasks_in(path))
    return _gathered((_place_in_source(task), task) for task in tasks if task is not None)


def _place_in_source(task: Task) -> Span:
    match task.source:
        case FunctionSource(span=name):
            return name
        case NotebookSource(path=path, parameters_span=Span(start=start)) if path.endswith(".ipynb"):
            return Span(start, start)
        case _:
            return NOWHERE


def _gathered(found: Iterable[tuple[Span, Task]]) -> tuple[Offer, ...]:
    places: dict[Span, dict[str, Task]] = {}
    for span, task in found:
        here = places.setdefault(span, {})
        if len(here) <= MOST_IN_ONE_PLACE:
            here.setdefault(task.name, task)
    return tuple(
        Offer(task, span, alone=len(tasks) == 1)
        for span, tasks in sorted(places.items(), key=lambda item: item[0])
        for task in list(tasks.values())[:MOST_IN_ONE_PLACE]
    )


def _first_line(span: Span) -> Span:
    if span.start.line == span.end.line:
        return span
    return Span(span.start, Position(span.start.line, span.start.character))
