"""What stands at a place? The question behind hover, definition, references, highlight and rename."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pipelens.core.answers.find_uses import Use, uses_at
from pipelens.core.graph import is_pattern
from pipelens.core.project import Project, Task
from pipelens.core.sources import FunctionSource, NotebookSource, Parameter, Source
from pipelens.core.spec import TaskEntry
from pipelens.core.text import Lines, Position, Span
from pipelens.frozen import frozen


@frozen
class TaskName:
    """A task's name, or a pattern of names. role: where it is written: as the `name:` of its entry,
    in an `upstream` declaration (YAML or source), or as a reference `upstream["name"]`."""

    path: str
    span: Span
    name: str
    role: Literal["name", "upstream", "reference"]


@frozen
class TaskSource:
    """The `source:` of an entry, or the name of a task's function in its `def`. tasks: those that run
    it. part: the dotted part at the caret, counted from 0; None for a path and for a `def`."""

    path: str
    span: Span
    tasks: tuple[str, ...]
    part: int | None = None


@frozen
class ProductKey:
    """The key of a product: in the entry's mapping, in `product["key"]`, or in
    `upstream["task"]["key"]`. task: who makes it."""

    path: str
    span: Span
    task: str
    key: str
    role: Literal["declaration", "own", "reference"]


@frozen
class ProductPath:
    """The path of a product where its entry names it. key: as in `Product.key`."""

    path: str
    span: Span
    task: str
    key: str


@frozen
class ParamName:
    """A param: a key of the entry's `params` or `grid`, an assignment in the parameters cell, a
    function's argument, or a use in the source. tasks: those that it means."""

    path: str
    span: Span
    tasks: tuple[str, ...]
    name: str
    role: Literal["passed", "declared", "used"]


@frozen
class PlaceholderName:
    """An env name: in `{{name}}`, or as a key of the env file."""

    path: str
    span: Span
    name: str
    role: Literal["use", "definition"]


@frozen
class CallablePath:
    """A dotted path that is not a task's source: a hook, client, serializer … part: the one at the
    caret, counted from 0."""

    path: str
    span: Span
    dotted_path: str
    part: int


@frozen
class EntryBody:
    """Anywhere else inside an entry (also at the name that a grid's tasks share): the tasks it makes."""

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
    if project.spec.form == "foreign":
        return None
    candidates = (
        *_in_pipeline(project, path, position, lines),
        *_in_env(project, path, position),
        *_in_sources(project, path, position),
    )
    touched = [one for one in candidates if one.span.contains(position)]
    return min(touched, key=lambda one: _extent(one.span)) if touched else None


def _extent(span: Span) -> tuple[int, int]:
    lines = span.end.line - span.start.line
    return (lines, span.end.character - span.start.character if not lines else 0)


# -- the pipeline's file, and those that it imports


def _in_pipeline(project: Project, path: str, position: Position, lines: Lines) -> Iterator[Subject]:
    if path == project.path:
        yield from _in_sections(project, path, position, lines)
    for entry in project.entries_at(path, position.line):
        yield from _in_entry(project, entry, position, lines)


def _in_sections(project: Project, path: str, position: Position, lines: Lines) -> Iterator[Subject]:
    for named in project.spec.placeholders:
        yield PlaceholderName(path, named.place.span, named.name, "use")
    for dotted in project.spec.dotted_paths:
        if dotted.place.path == path and dotted.place.entry is None:
            yield _callable(path, dotted.place.span, dotted.path, position, lines)


def _in_entry(project: Project, entry: TaskEntry, position: Position, lines: Lines) -> Iterator[Subject]:
    tasks = project.tasks_by_entry.get(entry.id, ())
    for named in entry.placeholders:
        path, span = project.locate(named.place)
        if not entry.broken or named.name in text_at(lines, span):
            yield PlaceholderName(path, span, named.name, "use")
    if not tasks:
        return
    names = tuple(task.name for task in tasks)
    _, body = project.locate(tasks[0].spec.place)
    yield EntryBody(entry.path, body, names)
    for one in _of_task(project, tasks[0], names, position, lines):
        if not entry.broken or _is_said(one, lines):
            yield one


def _of_task(
    project: Project, task: Task, names: tuple[str, ...], position: Position, lines: Lines
) -> Iterator[Subject]:
    """What the entry of `task` names. The tasks of a grid share all places; products are told of the first."""
    spec = task.spec
    if spec.name_place is not None:
        path, span = project.locate(spec.name_place)
        yield (
            TaskName(path, span, task.name, "name")
            if spec.grid_index is None
            else EntryBody(path, span, names)
        )
    if spec.source:
        path, span = project.locate(spec.source_place)
        yield TaskSource(path, span, names, _part(span, position, lines) if is_dotted(task) else None)
    for named in spec.upstream:
        path, span = project.locate(named.place)
        yield TaskName(path, span, named.name, "upstream")
    for product in spec.products.items if spec.products is not None else ():
        path, span = project.locate(product.place)
        yield ProductPath(path, span, task.name, product.key)
        if product.key_place is not None:
            path, span = project.locate(product.key_place)
            yield ProductKey(path, span, task.name, product.key, "declaration")
    for name, place in spec.param_places.items():
        path, span = project.locate(place)
        yield ParamName(path, span, names, name, "passed")
    for named in spec.param_repeats:
        path, span = project.locate(named.place)
        yield ParamName(path, span, names, named.name, "passed")
    for dotted in spec.dotted_paths:
        path, span = project.locate(dotted.place)
        yield _callable(path, span, dotted.path, position, lines)


def is_dotted(task: Task) -> bool:
    """Whether the task's source is the dotted path of a function."""
    return task.kind == "function"


def _callable(path: str, span: Span, dotted: str, position: Position, lines: Lines) -> CallablePath:
    return CallablePath(path, span, dotted, _part(span, position, lines))


def _part(span: Span, position: Position, lines: Lines) -> int:
    """Which part of the dotted path in `span` the caret touches; a caret behind a dot is at the next one."""
    if position.line != span.start.line:
        return 0
    return lines.line(position.line)[span.start.character : position.character].count(".")


def _is_said(subject: Subject, lines: Lines) -> bool:
    """Whether the text still says what the last good reading of its entry found there."""
    text = text_at(lines, subject.span)
    match subject:
        case TaskName(name=name) | ParamName(name=name):
            return unquoted(text) == name
        case ProductKey(key=key):
            return unquoted(text) == key
        case CallablePath(dotted_path=dotted):
            return unquoted(text) in (dotted, dotted[::-1].replace(".", "::", 1)[::-1])
        case TaskSource(span=span) | ProductPath(span=span):
            return span.start.line == span.end.line and text == text.strip() != ""
        case _:
            return True


def text_at(lines: Lines, span: Span) -> str:
    """The text of a stretch; lines are joined with line feeds."""
    start, end = span.start, span.end
    if start.line == end.line:
        return lines.line(start.line)[start.character : end.character]
    middle = [lines.line(number) for number in range(start.line + 1, min(end.line, len(lines)))]
    return "\n".join(
        [lines.line(start.line)[start.character :], *middle, lines.line(end.line)[: end.character]]
    )


def unquoted(text: str) -> str:
    """A YAML scalar's text without the quotes around it."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text


# -- the env


def _in_env(project: Project, path: str, position: Position) -> Iterator[Subject]:
    env = project.env
    if path != env.path and path not in env.imported:
        return
    for value in env.values.values():
        if value.place is not None and value.place.path == path:
            yield PlaceholderName(path, value.place.span, value.name, "definition")
    for named in env.references:
        if named.place.path == path:
            yield PlaceholderName(path, named.place.span, named.name, "use")


# -- sources


def _in_sources(project: Project, path: str, position: Position) -> Iterator[Subject]:
    sharing: dict[int, list[Task]] = {}
    for task in project.tasks_in(path):
        if _may_hold(task.source, position):
            sharing.setdefault(id(task.source), []).append(task)
    for tasks in sharing.values():
        yield from _in_source(project, path, tasks, position)


def _may_hold(source: Source, position: Position) -> bool:
    """Whether the line lies in the source: a module may hold thousands of functions."""
    if not isinstance(source, FunctionSource):
        return True
    if position.line < source.line:
        return False
    return position.line <= source.line + source.code.count("\n")


def _in_source(project: Project, path: str, tasks: list[Task], position: Position) -> Iterator[Subject]:
    names = tuple(task.name for task in tasks)
    source = tasks[0].source
    match source:
        case NotebookSource(upstream=upstream, product=product, params=params):
            for element in upstream.elements if upstream is not None else ():
                yield TaskName(path, element.span, element.name, "upstream")
            if product is not None and project.spec.meta.extract_product:
                keyed = isinstance(product.value, dict)
                for element in product.elements:
                    if keyed:
                        yield ProductKey(path, element.span, names[0], element.name, "declaration")
                    else:
                        yield ProductPath(path, element.span, names[0], "")
        case FunctionSource(parameters=parameters, span=span):
            yield TaskSource(path, span, names)
            params = tuple(one for one in parameters if one.name not in GIVEN)
        case _:
            params = ()
    for parameter in params:
        yield ParamName(path, parameter.span, names, parameter.name, "declared")
    for reference in tasks[0].references:
        yield TaskName(path, reference.span, reference.name, "reference")
        if reference.key is None or reference.key_span is None:
            continue
        if is_pattern(reference.name):
            yield TaskName(path, reference.key_span, reference.key, "reference")
        elif reads_products(project, tasks[0]):
            yield ProductKey(path, reference.key_span, reference.name, reference.key, "reference")
    for use in uses_at(source, position.line):
        match use:
            case Use(kind="name", text=name, span=span):
                if _takes(tasks, params, name):
                    yield ParamName(path, span, names, name, "used")
            case Use(text=key, span=span):
                yield ProductKey(path, span, names[0], key, "own")


GIVEN = ("product", "upstream")
"""What every task is given beside its params."""


def reads_products(project: Project, task: Task) -> bool:
    """Whether `upstream["task"]["key"]` is a product's key: where an unserializer loads the product, it is
    one of what was loaded."""
    if not isinstance(task.source, FunctionSource):
        return True
    return task.spec.unserializer is None and project.spec.unserializer is None


def _takes(tasks: list[Task], params: tuple[Parameter, ...], name: str) -> bool:
    """Whether `name` is a param of these tasks: one that the source declares, or that is passed to it."""
    if name in GIVEN:
        return False
    return any(one.name == name for one in params) or any(name in task.params for task in tasks)
