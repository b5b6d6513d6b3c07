"""What does the text of a pipeline leave unsaid? Names and classes that follow from sources, values
behind placeholders, paths that end up elsewhere than they are written.

Two hints an entry at most, behind values, or behind placeholders of sections that stand among other
text. Where an entry is broken its values may lie elsewhere by now, and nothing is said.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Final, Literal

from pipelens.core.answers.describe_secrets import MASK, is_secret, shown_value
from pipelens.core.answers.stretch import entries_in
from pipelens.core.env import Env, ProcessVariables, Unknown
from pipelens.core.expansion import expand
from pipelens.core.project import Project, Task
from pipelens.core.spec import Named, Product, TaskEntry
from pipelens.core.text import Lines, Position, Span
from pipelens.frozen import frozen

LONGEST: Final = 40
"""Code points of a hint's text; the whole of it is in the tooltip."""

MOST_OF_AN_ENTRY: Final = 2
_LONGEST_TOOLTIP = 2_000
_MOST_KEPT = 4_000


@frozen
class Hint:
    """Something unsaid. at: behind what it is about. tooltip: all of it, where `text` is cut."""

    at: Position
    text: str
    kind: Literal["name", "value"]
    tooltip: str = ""


class Hints:
    """The hints of one client's pipelines; those of an entry are kept while nothing they say changes."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int], tuple[TaskEntry, tuple[Task, ...], Env, tuple[Hint, ...]]] = {}

    def of(self, project: Project, path: str, stretch: Span, lines: Lines) -> tuple[Hint, ...]:
        """The hints of the lines that `stretch` of the file at `path` touches; `lines`: its text."""
        if project.spec.form != "tasks":
            return ()
        found = [
            hint
            for entry in entries_in(project, path, stretch)
            for hint in self._of_entry(project, entry, lines)
        ]
        if path == project.path:
            found += _of_placeholders(project.spec.placeholders, project.env, 0, lines)
        if path == project.env.path:
            found += _of_env(project.env, path, stretch, lines)
        return tuple(one for one in found if stretch.start.line <= one.at.line <= stretch.end.line)

    def _of_entry(self, project: Project, entry: TaskEntry, lines: Lines) -> Iterator[Hint]:
        key, tasks = (project.path, entry.id), project.tasks_by_entry.get(entry.id, ())
        first = project.first_lines.get(entry.id, 0)
        kept = self._kept.get(key)
        if kept is None or kept[0] is not entry or kept[1] is not tasks or kept[2] is not project.env:
            hints = () if entry.broken or not tasks else tuple(_of_tasks(project, entry, tasks, first, lines))
            kept = self._kept[key] = (entry, tasks, project.env, hints[:MOST_OF_AN_ENTRY])
            while len(self._kept) > _MOST_KEPT:
                del self._kept[next(iter(self._kept))]
        for hint in kept[3]:
            yield replace(hint, at=Position(hint.at.line + first, hint.at.character))


def _of_tasks(
    project: Project, entry: TaskEntry, tasks: tuple[Task, ...], first: int, lines: Lines
) -> Iterator[Hint]:
    """Those of an entry, the more telling ones first; their places count from its first line."""
    task, left = tasks[0], list(entry.placeholders)
    if inferred := _inferred(tasks):
        many = f"{task.name} … {tasks[-1].name}" if len(tasks) > 1 else ""
        yield _hint(task.spec.source_place.span.end, inferred, "name", many)
    for product in task.products.items if task.products is not None else ():
        inside = _taken(left, product.place.span) if product.place.entry is not None else []
        path = _shown_path(project, product)
        if (
            product.place.entry is not None
            and "{{" not in path
            and (inside or _is_elsewhere(project, task, product, path))
        ):
            secret = any(is_secret(one.name) for one in inside)
            more = ", …" if len(tasks) > 1 else ""
            yield _hint(product.place.span.end, f"→ {MASK if secret else path}{more}", "value")
    for name, place in task.spec.param_value_places.items():
        inside = _taken(left, place.span)
        if inside and len(tasks) == 1 and name in task.params and name not in task.spec.calls:
            secret = any(is_secret(one.name) for one in inside)
            value = task.params[name]
            yield _hint(place.span.end, f"= {MASK if secret else _value(name, value)}", "value")
    yield from _of_placeholders(left, project.env, first, lines)


def _inferred(tasks: tuple[Task, ...]) -> str:
    """How the tasks of an entry are called, and their class, as far as that is not written."""
    task = tasks[0]
    said: list[str] = []
    if len(tasks) > 1:
        said.append(f"{len(tasks)} tasks")
    elif not task.spec.named and task.name:
        said.append(task.name)
    if task.spec.class_place is None and "class" not in task.spec.key_places and task.class_name:
        said.append(task.class_name)
    return " · ".join(said)


def _taken(left: list[Named], span: Span) -> list[Named]:
    """The placeholders inside `span`, taken out of `left`."""
    inside = [one for one in left if span.start <= one.place.span.start and one.place.span.end <= span.end]
    left[:] = [one for one in left if one not in inside]
    return inside


def _shown_path(project: Project, product: Product) -> str:
    """A product's path from the root, as the pipeline would write it."""
    path, root = product.path, project.root.rstrip(os.sep) + os.sep
    return path[len(root) :].replace(os.sep, "/") if path.startswith(root) else path


def _is_elsewhere(project: Project, task: Task, product: Product, path: str) -> bool:
    """Whether a product's path ends up another one than it is written, for all that is known."""
    if task.products is None or not task.products.are_files or os.path.isabs(product.written):
        return False
    return os.path.normpath(product.written) != os.path.normpath(path)


def _of_placeholders(
    names: tuple[Named, ...] | list[Named], env: Env, first: int, lines: Lines
) -> list[Hint]:
    """Values right behind placeholders that stand among other text."""
    found: list[Hint] = []
    for named in names:
        span = named.place.span
        text = lines.line(span.start.line + first)
        begin = text.rfind("{{", 0, span.start.character + 1)
        end = text.find("}}", span.end.character)
        if span.start.line != span.end.line or begin < 0 or end < 0:
            continue
        written = text[begin : end + 2]
        value = expand(written, env.values)
        if named.name not in written or value.error is not None or value.unknown or not value.names:
            continue
        shown = MASK if is_secret(written) else _value(named.name, value.text, quoted=False)
        behind = end + 2 + (text[end + 2 : end + 3] in ("'", '"'))
        found.append(_hint(Position(span.start.line, behind), f"= {shown}", "value"))
    return found


def _of_env(env: Env, path: str, stretch: Span, lines: Lines) -> list[Hint]:
    """Values of the env that are made of others."""
    found: list[Hint] = []
    for value in env.values.values():
        if value.place is None or value.place.path != path:
            continue
        line = value.place.span.start.line
        if not stretch.start.line <= line <= stretch.end.line:
            continue
        text = lines.line(line)
        if "{{" in text[value.place.span.end.character :] and isinstance(value.value, str):
            shown = MASK if is_secret(text) else value.value
            found.append(_hint(Position(line, len(text.rstrip())), f"= {shown}", "value"))
    return found


def _value(name: str, value: object, *, quoted: bool = True) -> str:
    if isinstance(value, (ProcessVariables, Unknown)):
        return "…"
    if isinstance(value, str) and not quoted and not is_secret(name):
        return value
    return shown_value(name, value, _LONGEST_TOOLTIP)


def _hint(at: Position, text: str, kind: Literal["name", "value"], tooltip: str = "") -> Hint:
    whole = " ".join(text.split())[:_LONGEST_TOOLTIP]
    if len(whole) <= LONGEST:
        return Hint(at, whole, kind, tooltip)
    return Hint(at, whole[: LONGEST - 1] + "…", kind, tooltip or whole)
