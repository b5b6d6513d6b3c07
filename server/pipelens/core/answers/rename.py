"""What has to change for a new name? All edits at once, or the reason why there can be none.

A task, a product key, a param or a placeholder is renamed in every file that names it: the pipelines,
the lists that they import, their envs, sources and notebooks. Where a file belongs to several
pipelines, what it names there is renamed with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipelens.core.answers import rename_checks as checks
from pipelens.core.answers.find_occurrences import LinesOf, Occurrence, occurrences, sharing
from pipelens.core.answers.rename_text import as_key, as_value, scalar, string, without_quotes
from pipelens.core.answers.subject import (
    EntryBody,
    ParamName,
    PlaceholderName,
    ProductKey,
    Subject,
    TaskName,
    TaskSource,
    subject_at,
    text_at,
)
from pipelens.core.graph import is_pattern
from pipelens.core.problems import Edit, Place
from pipelens.core.project import Project, Task
from pipelens.core.sources import UnreadableSource
from pipelens.core.text import Position, Span
from pipelens.frozen import frozen


@frozen
class Renamable:
    """What can be renamed at the caret: the stretch that shows it, and what it is called now."""

    span: Span
    name: str


@frozen
class NotRenamed:
    """Why there is no renaming, as a sentence for the user."""

    reason: str


Thing = TaskName | ProductKey | ParamName | PlaceholderName
"""What has a name that can be changed."""


def renamable(
    projects: Sequence[Project], path: str, position: Position, lines_of: LinesOf
) -> Renamable | NotRenamed | None:
    """Whether what stands at the caret can be renamed; None where nothing does that has a name of ours.

    projects: every pipeline that may share a file with the one that is meant, that one first.
    """
    found = _meant(projects, path, position, lines_of)
    if found is None or isinstance(found, NotRenamed):
        return found
    _, thing, subject = found
    tried = rename(projects, path, position, _name(thing), lines_of)
    if isinstance(tried, NotRenamed):
        return tried
    return Renamable(without_quotes(lines_of(path), subject.span), _name(thing))


def rename(
    projects: Sequence[Project], path: str, position: Position, new: str, lines_of: LinesOf
) -> tuple[Edit, ...] | NotRenamed | None:
    """The edits that give what stands at the caret the name `new`, at absolute places, sorted.

    Text is as its language has it, in notebooks too. projects: as in `renamable`.
    """
    found = _meant(projects, path, position, lines_of)
    if found is None or isinstance(found, NotRenamed):
        return found
    project, thing, _ = found
    fault = checks.plain_name(new)
    if fault is not None:
        return NotRenamed(fault)
    renaming = _Renaming(projects, lines_of, _name(thing), new)
    return renaming.all_from(project, thing)


def _name(thing: Thing) -> str:
    return thing.key if isinstance(thing, ProductKey) else thing.name


def _meant(
    projects: Sequence[Project], path: str, position: Position, lines_of: LinesOf
) -> tuple[Project, Thing, Subject] | NotRenamed | None:
    lines = lines_of(path)
    for project in projects:
        subject = subject_at(project, path, position, lines)
        thing = _thing(project, subject) if subject is not None else None
        if isinstance(thing, NotRenamed):
            return thing
        if subject is not None and thing is not None:
            return project, thing, subject
    return None


def _thing(project: Project, subject: Subject) -> Thing | NotRenamed | None:
    match subject:
        case TaskName(name=name):
            if is_pattern(name):
                return NotRenamed(f"'{name}' stands for all tasks that it matches: rename those.")
            return subject
        case TaskSource(path=path, span=span, tasks=(name,)):
            task = project.tasks.get(name)
            # A task without a name is called after its source.
            if task is not None and not task.spec.named and project.locate(task.spec.source_place)[0] == path:
                return TaskName(path, span, name, "name")
            return None
        case EntryBody(tasks=tasks):
            task = project.tasks.get(tasks[0])
            place = task.spec.name_place if task is not None else None
            if place is not None and project.locate(place)[1] == subject.span:
                return NotRenamed("The tasks of a grid are called after this: change it by hand.")
            return None
        case ProductKey() | ParamName() | PlaceholderName():
            return subject
        case _:
            return None


@dataclass(slots=True)
class _Renaming:
    projects: Sequence[Project]
    lines_of: LinesOf
    old: str
    new: str
    edits: dict[tuple[str, Span], str] = field(default_factory=dict[tuple[str, Span], str])

    def all_from(self, project: Project, thing: Thing) -> tuple[Edit, ...] | NotRenamed:
        waiting = [(project, thing)]
        seen: set[tuple[str, object]] = set()
        asked: set[tuple[str, str, Span]] = set()
        while waiting:
            project, thing = waiting.pop()
            identity = (project.path, _identity(thing))
            if identity in seen:
                continue
            seen.add(identity)
            fault = self.check(project, thing) or self.unreadable(project)
            if fault is not None:
                return NotRenamed(self.told(project, fault))
            for one in occurrences(project, thing, self.lines_of, thorough=True):
                if one.form == "pattern":
                    continue
                fault = self.edit(project, thing, one)
                if fault is not None:
                    return NotRenamed(self.told(project, fault))
                for other in self.projects:
                    key = (other.path, one.path, one.span)
                    if other is project or key in asked or not _holds(other, one.path):
                        continue
                    asked.add(key)
                    same = subject_at(other, one.path, one.span.start, self.lines_of(one.path))
                    meant = _thing(other, same) if same is not None else None
                    if type(meant) is not type(thing) or meant is None or isinstance(meant, NotRenamed):
                        continue
                    if _is_known(other, meant):
                        waiting.append((other, meant))
        placed = sorted(self.edits.items(), key=lambda item: item[0])
        return tuple(Edit(Place(path, span), text) for (path, span), text in placed)

    def told(self, project: Project, fault: str) -> str:
        """The fault, with the pipeline that has it where there are several."""
        return fault if project is self.projects[0] else f"In {project.path}: {fault}"

    def check(self, project: Project, thing: Thing) -> str | None:
        old, new = self.old, self.new
        match thing:
            case TaskName():
                return checks.task_name(project, old, new)
            case ProductKey(task=task):
                if task not in project.tasks or not thing.key:
                    return f"There is no product '{old}' of '{task}'."
                return checks.product_key(sharing(project, [task]), old, new)
            case ParamName(tasks=tasks):
                return checks.param_name(project, tasks, old, new)
            case PlaceholderName():
                return checks.placeholder_name(project, old, new)

    def unreadable(self, project: Project) -> str | None:
        """What cannot be read may name it, too: then nothing is changed at all."""
        for entry in project.entries.values():
            if entry.broken:
                first = project.first_lines.get(entry.id, 0)
                if self.is_in(entry.path, first, extent_of(project, entry.id)):
                    return (
                        f"{entry.path}: the task on line {first + 1} is no valid YAML and speaks of "
                        f"'{self.old}': mend it first."
                    )
        for task in project.tasks.values():
            if isinstance(task.source, UnreadableSource):
                path = task.source.path
                if self.is_in(path, 0, len(self.lines_of(path))):
                    return f"{path} cannot be read and speaks of '{self.old}': mend it first."
        return None

    def is_in(self, path: str, first: int, end: int) -> bool:
        lines = self.lines_of(path)
        return any(self.old in lines.line(number) for number in range(first, min(end, len(lines))))

    def edit(self, project: Project, thing: Thing, one: Occurrence) -> str | None:
        """Note the edit for one place; the reason where there can be none."""
        old, new, lines = self.old, self.new, self.lines_of(one.path)
        where = f"{one.path}, line {one.span.start.line + 1}"
        text = text_at(lines, one.span)
        match one.form:
            case "source":
                return self.add_name(project, one)
            case "scalar":
                read = as_value if isinstance(thing, TaskName) else as_key
                written = scalar(text, old, new, read)
                if written is None:
                    if scalar(text, old, old, read) is None:
                        return f"{where}: `{text.strip()}` does not say '{old}' in so many words."
                    return f"{where}: no YAML scalar can say '{new}' here."
                self.put(one, written)
            case "string":
                made = string(lines, one.span, old, new, in_json=one.path.endswith(".ipynb"))
                if made is None:
                    return f"{where}: this string cannot be made to say '{new}' instead of '{old}'."
                self.put(one, made[1])
            case "word" | "hole" | "template":
                if text != old:
                    return f"{where}: `{text.strip()}` does not say '{old}' in so many words."
                if one.form == "template" and not new.isidentifier():
                    return f"{where}: only a name without quotes can stand there, and '{new}' is none."
                self.put(one, new)
            case _:
                pass
        return None

    def put(self, one: Occurrence, text: str) -> None:
        if self.new != self.old:
            self.edits[one.path, one.span] = text

    def add_name(self, project: Project, one: Occurrence) -> str | None:
        """A task that is called after its source gets a `name`."""
        task = project.tasks.get(one.task)
        if task is not None and project.entries[task.spec.entry].broken:
            return f"{one.path}: the task '{one.task}' is no valid YAML now: mend it first."
        written = scalar(self.old, self.old, self.new, as_value) or scalar(
            repr(self.old), self.old, self.new, as_value
        )
        if task is None or written is None:
            return f"no YAML scalar can say '{self.new}' here."
        if self.new != self.old:
            span, text = _named(project, task, one, self.lines_of, written)
            self.edits[one.path, span] = text
        return None


def _named(
    project: Project, task: Task, one: Occurrence, lines_of: LinesOf, written: str
) -> tuple[Span, str]:
    """The edit that writes the name behind the source of an entry."""
    lines = lines_of(one.path)
    key = task.spec.key_places.get("source")
    if key is None:  # the entry is its source alone
        before = lines.line(one.span.start.line)[: one.span.start.character]
        source = text_at(lines, one.span)
        if before.rstrip().endswith("-"):
            return one.span, f"source: {source}\n{' ' * one.span.start.character}name: {written}"
        return one.span, f"{{source: {source}, name: {written}}}"
    _, entry = project.locate(task.spec.place)
    _, name = project.locate(key)
    if lines.line(entry.start.line)[entry.start.character : entry.start.character + 1] == "{":
        return Span(one.span.end, one.span.end), f", name: {written}"
    end = Position(one.span.end.line, len(lines.line(one.span.end.line)))
    return Span(end, end), f"\n{' ' * name.start.character}name: {written}"


def extent_of(project: Project, entry: int) -> int:
    """The line behind an entry: where the next one of its file begins; far away for the last one."""
    path, first = project.entries[entry].path, project.first_lines.get(entry, 0)
    later = (
        line
        for id, line in project.first_lines.items()
        if line > first and id in project.entries and project.entries[id].path == path
    )
    return min(later, default=1 << 30)


def _identity(thing: Thing) -> object:
    match thing:
        case ProductKey(task=task, key=key):
            return task, key
        case ParamName(tasks=tasks):
            return tasks
        case _:
            return thing.name


def _holds(project: Project, path: str) -> bool:
    """Whether a file can say something in a pipeline."""
    if path in (project.path, project.env.path) or path in project.env.imported:
        return True
    return path in project.index.by_file or any(entry.path == path for entry in project.entries.values())


def _is_known(project: Project, thing: Thing) -> bool:
    """Whether the other pipeline has what the name names, too."""
    match thing:
        case TaskName(name=name):
            return name in project.index.by_name
        case ProductKey(task=task, key=key):
            found = project.tasks.get(task)
            return found is not None and found.products is not None and found.products.get(key) is not None
        case PlaceholderName(name=name):
            value = project.env.values.get(name)
            return value is not None and value.place is not None
        case ParamName():
            return True
