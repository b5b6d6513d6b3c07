"""Which tasks does a document show, and where?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pipelens.core.project import Project, Task
from pipelens.core.sources import FunctionSource
from pipelens.core.text import NOWHERE, Position, Span

MOST_IN_ONE_PLACE: Final = 12
"""A grid may make thousands of tasks from one entry; nobody reads so many offers in one line."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A task at a place of a document. alone: no other task is offered there, so that its name
    need not be told."""

    task: Task
    span: Span
    alone: bool = True


def offers(project: Project, path: str) -> tuple[Offer, ...]:
    """The tasks whose entries or sources the file at `path` holds, from top to bottom.

    An entry is offered where its name is written, else where it begins; a source at its top; a
    function at its `def`. Of many tasks in one place the first dozen are offered.
    """
    if project.spec.form != "tasks":
        return ()
    places: dict[Span, dict[str, Task]] = {}
    for task in project.tasks.values():
        for span in _places(project, task, path):
            places.setdefault(span, {}).setdefault(task.name, task)
    return tuple(
        Offer(task, span, alone=len(tasks) == 1)
        for span, tasks in sorted(places.items(), key=lambda item: item[0])
        for task in list(tasks.values())[:MOST_IN_ONE_PLACE]
    )


def _places(project: Project, task: Task, path: str) -> list[Span]:
    found: list[Span] = []
    entry_path, span = project.locate(task.spec.place)
    if entry_path == path:
        found.append(_first_line(span))
    if task.source_path == path:
        match task.source:
            case FunctionSource(span=name):
                found.append(name)
            case _:
                found.append(NOWHERE)
    return found


def _first_line(span: Span) -> Span:
    if span.start.line == span.end.line:
        return span
    return Span(span.start, Position(span.start.line, span.start.character))
