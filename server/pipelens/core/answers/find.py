"""Where is it made, where is it used? Definition, declaration, references and highlight.

A name goes to the entry that makes it, the entry's own name to its source, a source to its file or
function, a placeholder to the env, and a param back and forth between where it is passed and where
the source declares it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from pipelens.core.answers.find_occurrences import LinesOf, Occurrence, occurrences, sharing
from pipelens.core.answers.subject import (
    CallablePath,
    EntryBody,
    ParamName,
    PlaceholderName,
    ProductKey,
    ProductPath,
    Subject,
    TaskName,
    TaskSource,
    subject_at,
)
from pipelens.core.files import Files
from pipelens.core.problems import Place
from pipelens.core.project import Project, Task
from pipelens.core.sources import (
    FunctionSource,
    MissingSource,
    NotebookSource,
    Source,
    UnreadableSource,
    UnresolvedFunction,
)
from pipelens.core.text import NOWHERE, Lines, Position, Span
from pipelens.frozen import frozen


@frozen
class Target:
    """A place to go to. span: all of the thing. name: what to put the caret on."""

    path: str
    span: Span
    name: Span


@frozen
class Definition:
    """origin: what the caret touches. targets: where that leads, most likely one."""

    origin: Span
    targets: tuple[Target, ...]


def definition(
    project: Project, path: str, position: Position, lines: Lines, files: Files
) -> Definition | None:
    """Where what stands at the caret is defined; None where nothing stands or nothing is known.

    files: told of only to see which of the possible files exist.
    """
    subject = subject_at(project, path, position, lines)
    return _answer(subject, _Leads(project, files).definition(subject)) if subject is not None else None


def declaration(
    project: Project, path: str, position: Position, lines: Lines, files: Files
) -> Definition | None:
    """Where the source (or the entry) says so itself: the name in `upstream = […]` for a reference, the
    assignment in the parameters cell for a param; for all else its definition."""
    subject = subject_at(project, path, position, lines)
    if subject is None:
        return None
    leads = _Leads(project, files)
    return _answer(subject, leads.declaration(subject)) or _answer(subject, leads.definition(subject))


def references(project: Project, subject: Subject, lines_of: LinesOf) -> tuple[Occurrence, ...]:
    """Every place of the pipeline that names the subject, those that declare it among them."""
    if isinstance(subject, EntryBody) and not _is_shared_name(project, subject):
        return ()
    return occurrences(project, subject, lines_of)


def highlights(project: Project, path: str, subject: Subject, lines_of: LinesOf) -> tuple[Occurrence, ...]:
    """Those in the file itself."""
    found = references(project, subject, lines_of)
    return tuple(one for one in found if one.path == path)


def _is_shared_name(project: Project, subject: EntryBody) -> bool:
    """Whether the caret is at the name that the tasks of a grid are called after."""
    task = project.tasks.get(subject.tasks[0]) if subject.tasks else None
    place = task.spec.name_place if task is not None else None
    return place is not None and project.locate(place) == (subject.path, subject.span)


def _answer(subject: Subject, targets: Iterable[Target]) -> Definition | None:
    once = tuple(dict.fromkeys(targets))
    return Definition(subject.span, once) if once else None


@frozen
class _Leads:
    project: Project
    files: Files

    def definition(self, subject: Subject) -> Iterator[Target]:
        project = self.project
        match subject:
            case TaskName(name=name, role="name"):
                task = project.tasks.get(name)
                yield from self.source(task.source) if task is not None else ()
            case TaskName(name=name):
                for found in self.meant(subject, name):
                    yield self.entry(found)
            case EntryBody():
                if _is_shared_name(project, subject):
                    yield from self.source(project.tasks[subject.tasks[0]].source)
            case TaskSource(tasks=tasks, part=None):
                yield from self.of_source(subject, tasks)
            case TaskSource(tasks=tasks, part=part):
                task = project.tasks.get(tasks[0])
                if task is not None and part is not None:
                    yield from self.dotted(task.spec.source, part, task.source)
            case CallablePath(dotted_path=dotted, part=part):
                yield from self.dotted(dotted, part, project.callables.get(dotted))
            case ProductKey(task=name, key=key):
                yield from self.product(name, key)
            case ProductPath(task=name, key=key):
                task = project.tasks.get(name)
                product = task.products.get(key) if task is not None and task.products else None
                if task is not None and task.products and product and task.products.are_files:
                    yield from self.file(product.path)
            case ParamName(role="passed"):
                yield from self.declared_param(subject)
            case ParamName():
                found = tuple(self.passed_param(subject))
                yield from found or self.declared_param(subject)
            case PlaceholderName(name=name):
                value = project.env.values.get(name)
                if value is not None and value.place is not None:
                    yield self.place(value.place)

    def declaration(self, subject: Subject) -> Iterator[Target]:
        match subject:
            case TaskName(name=name, role="reference", path=path):
                for task in self.project.tasks_in(path):
                    match task.source:
                        case NotebookSource(upstream=upstream) if upstream is not None:
                            for element in upstream.elements:
                                if element.name == name:
                                    yield Target(path, upstream.span, element.span)
                        case _:
                            pass
            case ParamName(role="used"):
                yield from self.declared_param(subject)
            case _:
                return

    # -- what things lead to

    def meant(self, subject: TaskName, name: str) -> Iterator[Task]:
        """The tasks that a name stands for; a wildcard for all that it matches."""
        if name in self.project.tasks:
            yield self.project.tasks[name]
            return
        users = self.project.index.needed_by.get(name, ())
        for mention in users[:1]:
            user = self.project.tasks_by_entry[mention.entry][mention.task]
            for match in user.needs.get(name, ()):
                yield self.project.tasks[match]

    def entry(self, task: Task) -> Target:
        """The entry that makes a task, with the caret on its name, or on its source where that names it."""
        path, span = self.project.locate(task.spec.place)
        _, name = self.project.locate(task.spec.name_place or task.spec.source_place)
        return Target(path, span, name if span.contains(name.start) else span)

    def place(self, place: Place) -> Target:
        path, span = self.project.locate(place)
        return Target(path, span, span)

    def of_source(self, subject: TaskSource, names: tuple[str, ...]) -> Iterator[Target]:
        """From the `source:` of an entry to the code; from the `def` to the entries that run it."""
        for name in names:
            task = self.project.tasks.get(name)
            if task is None:
                continue
            if isinstance(task.source, FunctionSource) and task.source.span == subject.span:
                yield self.entry(task)
            else:
                yield from self.source(task.source)

    def source(self, source: Source) -> Iterator[Target]:
        match source:
            case FunctionSource(path=path, span=span):
                yield Target(path, span, span)
            case UnresolvedFunction() | MissingSource():
                return
            case UnreadableSource(path=path, problems=problems):
                place = next((one.place for one in problems if one.place.path == path), None)
                yield self.place(place) if place is not None else Target(path, NOWHERE, NOWHERE)
            case _:
                yield from self.file(source.path)

    def file(self, path: str) -> Iterator[Target]:
        if self.files.kind(path) == "file":
            yield Target(path, NOWHERE, NOWHERE)

    def dotted(self, dotted: str, part: int, source: Source | None) -> Iterator[Target]:
        """A part of a dotted path: the function for the last one, else the module or package."""
        parts = dotted.split(".")
        if part >= len(parts) - 1:
            yield from self.source(source) if source is not None else ()
            return
        for folder in self.project.import_folders:
            stem = os.path.join(folder, *parts[: part + 1])
            for path in (os.path.join(stem, "__init__.py"), f"{stem}.py"):
                found = tuple(self.file(path))
                if found:
                    yield from found
                    return

    def product(self, name: str, key: str) -> Iterator[Target]:
        task = self.project.tasks.get(name)
        if task is None or task.products is None:
            return
        product = task.products.get(key)
        if task.spec.products is None and isinstance(task.source, NotebookSource):
            declared = task.source.product
            for element in declared.elements if declared is not None else ():
                if element.name == key and declared is not None:
                    yield Target(task.source.path, declared.span, element.span)
        elif product is not None:
            yield self.place(product.key_place or product.place)
        elif task.products.form == "single":
            yield self.place(task.products.place)

    def passed_param(self, subject: ParamName) -> Iterator[Target]:
        for task in sharing(self.project, subject.tasks):
            place = task.spec.param_places.get(subject.name)
            if place is not None:
                yield self.place(place)

    def declared_param(self, subject: ParamName) -> Iterator[Target]:
        for name in subject.tasks:
            task = self.project.tasks.get(name)
            match task.source if task is not None else None:
                case NotebookSource(path=path, params=params) | FunctionSource(path=path, parameters=params):
                    for parameter in params:
                        if parameter.name == subject.name:
                            yield Target(path, parameter.span, parameter.span)
                case _:
                    pass
