"""Tasks in words: one of them, those of an entry, those that a name or a pattern means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from pipelens.core.answers.describe_blocks import (
    Block,
    Code,
    Facts,
    Link,
    Paragraph,
    Phrase,
    Piece,
    Strong,
    marked,
    paragraph,
    some,
)
from pipelens.core.answers.describe_calls import signature
from pipelens.core.answers.describe_outside import Outside, news_of
from pipelens.core.answers.describe_places import place_link, shown_path, task_link, tasks_meant
from pipelens.core.answers.describe_products import file_phrase, products_of, sight
from pipelens.core.answers.describe_secrets import shown_value
from pipelens.core.answers.subject import TaskName, TaskSource
from pipelens.core.graph import is_pattern
from pipelens.core.problems import Problem
from pipelens.core.project import Project, Task
from pipelens.core.sources import FunctionSource, MissingSource, UnresolvedFunction

MOST_NAMES: Final = 6
MOST_TASKS: Final = 8
"""Names in a line, and tasks one below the other."""


def describe_name(project: Project, subject: TaskName, outside: Outside) -> tuple[Block, ...]:
    """The task of that name; where it is read from and makes one thing, that thing as well."""
    name = subject.name
    if is_pattern(name):
        return _pattern(project, name, outside)
    found = tasks_meant(project, (name,), subject.path, subject.span.start.line)
    if not found:
        return ()
    task = found[0]
    blocks = describe_task(project, task, outside)
    products = products_of(task)
    if (
        subject.role == "reference"
        and products is not None
        and products.are_files
        and products.form == "single"
    ):
        return (*blocks, *sight(project, task, products.items[0], outside))
    return blocks


def describe_source(project: Project, subject: TaskSource, outside: Outside) -> tuple[Block, ...]:
    """The tasks that a source is run by, and the function's signature."""
    tasks = tasks_meant(project, subject.tasks, subject.path, subject.span.start.line)
    blocks = describe_group(project, tasks, outside)
    # At its own `def` the function tells of itself.
    if tasks and isinstance(tasks[0].source, FunctionSource) and subject.part is not None:
        return (*blocks, signature(tasks[0].source))
    return blocks


def describe_group(project: Project, tasks: Sequence[Task], outside: Outside) -> tuple[Block, ...]:
    """One task in full, several in a line each."""
    if not tasks:
        return ()
    if len(tasks) == 1:
        return describe_task(project, tasks[0], outside)
    head: Phrase = (f"{len(tasks):,} tasks · {_kind(tasks[0])}",)
    return (Paragraph(head), _listed(project, tasks, outside), *_doc(tasks[0]))


def _listed(project: Project, tasks: Sequence[Task], outside: Outside) -> Facts:
    rows: list[tuple[str, Phrase]] = []
    for task in tasks[:MOST_TASKS]:
        news = news_of(project, task, outside)
        told: list[Piece] = [f"{news.state}"] if news is not None else [task.kind]
        if task.params:
            told += [" · ", *_params(task)]
        rows.append((task.name, tuple(told)))
    more = len(tasks) - MOST_TASKS
    if more > 0:
        rows.append(("…", (f"and {more:,} more",)))
    return Facts(tuple(rows))


def _pattern(project: Project, pattern: str, outside: Outside) -> tuple[Block, ...]:
    names: dict[str, None] = {}
    for mention in project.index.needed_by.get(pattern, ()):
        task = project.tasks_by_entry[mention.entry][mention.task]
        names.update(dict.fromkeys(task.needs.get(pattern, ())))
    tasks = [project.tasks[name] for name in names if name in project.tasks]
    if not tasks:
        return (paragraph(Code(pattern), " matches no task"),)
    count = f" matches {len(tasks):,} task{'' if len(tasks) == 1 else 's'}"
    return (paragraph(Code(pattern), count), _listed(project, tasks, outside))


def describe_task(project: Project, task: Task, outside: Outside) -> tuple[Block, ...]:
    """All that is known about one task."""
    blocks: list[Block] = [paragraph(Strong(task.name), f" · {_kind(task)}")]
    news = news_of(project, task, outside)
    if news is not None:
        last = f" · {news.last_run}" if news.last_run else ""
        blocks.append(paragraph(f"{news.state}{last}"))
    blocks.extend(_doc(task))
    rows = _facts(project, task, outside)
    if rows:
        blocks.append(Facts(rows))
    return tuple(blocks)


def _kind(task: Task) -> str:
    return f"{task.kind if task.kind != 'other' else 'task'} ({task.class_name})"


def _doc(task: Task) -> tuple[Block, ...]:
    line = getattr(task.source, "doc", "").split("\n", 1)[0].lstrip("# ")
    return (paragraph(line),) if line and line.lower() != task.name.lower() else ()


def _facts(project: Project, task: Task, outside: Outside) -> tuple[tuple[str, Phrase], ...]:
    rows: list[tuple[str, Phrase]] = [("source", _source(project, task))]
    rows.extend(_products(project, task, outside))
    if task.params:
        rows.append(("params", _params(task)))
    if task.upstream:
        rows.append(("upstream", names_phrase(project, task.upstream)))
    downstream = project.downstream.get(task.name, ())
    if downstream:
        rows.append(("downstream", names_phrase(project, downstream)))
    others = {mention.entry for mention in project.index.by_name.get(task.name, ())} - {task.spec.entry}
    if others:
        links = [(_entry_link(project, entry),) for entry in sorted(others, key=_first_line(project))]
        rows.append(("same name", some(links, MOST_NAMES)))
    problems = _problems(project, task)
    if problems:
        rows.append(("problems", (problems,)))
    return tuple(rows)


def _source(project: Project, task: Task) -> Phrase:
    match task.source:
        case MissingSource(path=path, is_folder=is_folder):
            return (shown_path(project, path), " is a folder" if is_folder else " does not exist")
        case UnresolvedFunction(reason=reason):
            return (Code(task.spec.source), " was not found: ", *marked(reason))
        case FunctionSource(path=path, line=line):
            return (
                Code(task.spec.source),
                " in ",
                Link(f"{shown_path(project, path)}:{line + 1}", path, line),
            )
        case _:
            path = task.source_path
            return (Link(shown_path(project, path), path),) if path is not None else (Code(task.spec.source),)


def _products(project: Project, task: Task, outside: Outside) -> list[tuple[str, Phrase]]:
    """One line each; what is missing while others are there is marked (never run says it of all)."""
    products = products_of(task)
    if products is None:
        return []
    shown = products.items[:MOST_NAMES]
    missing = {item.key for item in shown if products.are_files and outside.is_missing(item.path)}
    mark = " (missing)" if len(missing) < len(products.items) else ""
    rows: list[tuple[str, Phrase]] = []
    for item in shown:
        path = file_phrase(project, products, item, opens=item.key not in missing)
        label = f"product {item.key}" if products.form == "mapping" else "product"
        rows.append((label, (*path, mark) if mark and item.key in missing else path))
    if len(products.items) > len(shown):
        rows.append(("products", (f"and {len(products.items) - len(shown):,} more",)))
    return rows


def _params(task: Task) -> Phrase:
    shown: list[Phrase] = []
    for name, value in list(task.params.items())[:MOST_NAMES]:
        call = task.spec.calls.get(name)
        told = f"{call.path}()" if call is not None else shown_value(name, value, 40)
        shown.append((Code(f"{name}={told}"),))
    return some(shown, MOST_NAMES, len(task.params))


def names_phrase(project: Project, names: Sequence[str]) -> Phrase:
    """Tasks by their names, each with a link to its entry; the count before them where they are many."""
    shown = [(task_link(project, name),) for name in names[:MOST_NAMES]]
    told = some(shown, MOST_NAMES, len(names))
    return (f"{len(names):,}: ", *told) if len(names) > MOST_NAMES else told


def _first_line(project: Project) -> Callable[[int], int]:
    return lambda entry: project.first_lines.get(entry, 0)


def _entry_link(project: Project, entry: int) -> Piece:
    tasks = project.tasks_by_entry.get(entry, ())
    return place_link(project, tasks[0].spec.place) if tasks else f"entry {entry}"


def _problems(project: Project, task: Task) -> str:
    found = _shown(project, task)
    told: list[str] = []
    for severity, word in (("error", "error"), ("warning", "warning")):
        count = sum(problem.severity == severity for problem in found)
        if count:
            told.append(f"{count} {word}{'' if count == 1 else 's'}")
    return ", ".join(told)


def _shown(project: Project, task: Task) -> list[Problem]:
    """The task's problems, without those that settings and comments leave out."""
    by_entry = project.problems_by_entry if project.shown is None else project.shown.by_entry
    found = by_entry.get(task.spec.entry, ())
    return [problem for problem in found if problem.task in (None, task.name)]
