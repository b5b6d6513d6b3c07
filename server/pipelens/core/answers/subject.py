"""What stands at a place? The question behind hover, definition, references, highlight and rename."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipelens.core.project import Project
from pipelens.core.text import Lines, Position, Span


@dataclass(frozen=True, slots=True)
class TaskName:
    """A task's name, or a pattern of names. role: where it is written: as the `name:` of its entry,
    in an `upstream` declaration (YAML or source), or as a reference `upstream["name"]`."""

    path: str
    span: Span
    name: str
    role: Literal["name", "upstream", "reference"]


@dataclass(frozen=True, slots=True)
class TaskSource:
    """The `source:` of an entry. tasks: those of the entry. part: the dotted part at the caret,
    counted from 0; None for a path."""

    path: str
    span: Span
    tasks: tuple[str, ...]
    part: int | None = None


@dataclass(frozen=True, slots=True)
class ProductKey:
    """The key of a product: in the entry's mapping, in `product["key"]`, or in
    `upstream["task"]["key"]`. task: who makes it."""

    path: str
    span: Span
    task: str
    key: str
    role: Literal["declaration", "own", "reference"]


@dataclass(frozen=True, slots=True)
class ProductPath:
    """The path of a product where its entry names it. key: as in `Product.key`."""

    path: str
    span: Span
    task: str
    key: str


@dataclass(frozen=True, slots=True)
class ParamName:
    """A param: a key of the entry's `params` or `grid`, an assignment in the parameters cell, a
    function's argument, or a use in the source. tasks: those that it means."""

    path: str
    span: Span
    tasks: tuple[str, ...]
    name: str
    role: Literal["passed", "declared", "used"]


@dataclass(frozen=True, slots=True)
class PlaceholderName:
    """An env name: in `{{name}}`, or as a key of the env file."""

    path: str
    span: Span
    name: str
    role: Literal["use", "definition"]


@dataclass(frozen=True, slots=True)
class CallablePath:
    """A dotted path that is not a task's source: a hook, client, serializer … part: the one at the
    caret, counted from 0."""

    path: str
    span: Span
    dotted_path: str
    part: int


@dataclass(frozen=True, slots=True)
class EntryBody:
    """Anywhere else inside an entry: the tasks that it makes."""

    path: str
    span: Span
    tasks: tuple[str, ...]


Subject = (
    TaskName | TaskSource | ProductKey | ProductPath | ParamName | PlaceholderName | CallablePath | EntryBody
)


def subject_at(project: Project, path: str, position: Position, lines: Lines) -> Subject | None:
    """What stands at `position` of the file at `path`, whose text `lines` are.

    The smallest thing that the caret touches; None where nothing of ours stands. Answers come from
    the entry that the line lies in, or from the source, never from a walk over all tasks.
    """
    return None
