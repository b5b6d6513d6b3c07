"""What can be done about a stretch of a file? Fixes of its problems, and what is offered beside them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Literal

from pipelens.core.answers.added_task import NewTask, added_task
from pipelens.core.answers.declared_in_yaml import declared_in_yaml
from pipelens.core.answers.findings import Finding
from pipelens.core.answers.fixes import Change, located, preferred_fixes, problems_at, together
from pipelens.core.answers.ignoring import ignoring
from pipelens.core.answers.stretch import touches
from pipelens.core.declaring import removed_upstream
from pipelens.core.files import Files
from pipelens.core.problems import CreateFile, Edit, Fix, Place
from pipelens.core.project import Project, Task
from pipelens.core.sketch import Sketch, joined, sketched
from pipelens.core.sources import NotebookSource, UnresolvedFunction
from pipelens.core.text import Lines, Position, Span
from pipelens.frozen import frozen

ActionKind = Literal["fix", "fix of a kind", "fix all", "ignore", "add task"]
"""What an action is: it removes problems of the place; it removes those of the whole file that may be
removed unasked, of one kind or of all; it hides one; it makes the file a task."""


@frozen
class Action:
    """Something that can be done. problems: those that it removes. make: what it changes, which of
    many problems at once takes its time."""

    title: str
    kind: ActionKind
    make: Callable[[], tuple[Change, ...]]
    problems: tuple[Finding, ...] = ()
    preferred: bool = False

    @property
    def changes(self) -> tuple[Change, ...]:
        """At absolute places."""
        return self.make()


@frozen
class Sight:
    """What an answer may look at beside the project. lines: of a file, as its editor shows it."""

    lines: Callable[[str], Lines]
    files: Files


def actions(project: Project, path: str, stretch: Span, sight: Sight) -> Iterator[Action]:
    """What the problems that `stretch` of the file at `path` touches can be answered with."""
    found = problems_at(project, path, stretch)
    yield from _fixes(project, found, sight)
    for code in dict.fromkeys(one.problem.code for one in found):
        if any(fix.preferred for one in found if one.problem.code == code for fix in one.problem.fixes):
            yield from _all_of_kind(project, path, code)
    ignored: dict[tuple[str, int], Finding] = {}
    for one in found:
        ignored.setdefault((one.problem.code, one.span.start.line), one)
    for one in ignored.values():
        edit = ignoring(project, path, one.span, one.problem.code, sight.lines(path))
        if edit is not None:
            title = f"Ignore '{one.problem.code}' here"
            yield Action(title, "ignore", _known(edit), (one,))


def fix_all(project: Project, path: str) -> Action | None:
    """All that may be fixed unasked in the file at `path`; None where there is nothing."""
    if next(preferred_fixes(project, path), None) is None:
        return None
    title = "Fix all problems that have one clear fix"
    return Action(title, "fix all", lambda: together(project, preferred_fixes(project, path)))


def add_task(project: Project, path: str, stretch: Span, sight: Sight, *, asked: bool) -> Action | None:
    """Makes the file at `path` a task. asked: whether somebody asks for what can be done here; unasked
    it is offered only near what shows that the file is meant as a source."""
    new = added_task(project, path, sight.lines(path), sight.lines(project.path))
    if new is None or not (asked or _shows(new, stretch)):
        return None
    title = f"Add task '{new.name}' to {os.path.basename(project.path)}"
    return Action(title, "add task", _known(*new.edits))


def _shows(new: NewTask, stretch: Span) -> bool:
    return new.looks_at is not None and stretch.start.line <= new.looks_at <= stretch.end.line + 1


def scaffold(project: Project, sight: Sight, tasks: tuple[Task, ...] | None = None) -> tuple[Change, ...]:
    """What creates the missing sources of `tasks` (None = all)."""
    return _written(sketched(project, sight.files, tasks), sight)


# -- fixes


def _fixes(project: Project, found: tuple[Finding, ...], sight: Sight) -> Iterator[Action]:
    """Each fix once: tasks that share a source, or an entry, tell the same of it."""
    made: dict[tuple[str, tuple[Change, ...]], Action] = {}
    for one in found:
        for fix in (*one.problem.fixes, *_further(project, one, sight)):
            changes = located(project, fix.edits)
            action = Action(fix.title, "fix", _known(*changes), (), fix.preferred)
            known = made.get((fix.title, changes), action)
            made[fix.title, changes] = replace(known, problems=(*known.problems, one))
    yield from sorted(made.values(), key=lambda action: not action.preferred)


def _all_of_kind(project: Project, path: str, code: str) -> Iterator[Action]:
    first: Fix | None = None
    for fix in preferred_fixes(project, path, code):
        if first is not None and fix.edits != first.edits:
            title = f"Fix all '{code}' problems in this file"
            yield Action(
                title, "fix of a kind", lambda: together(project, preferred_fixes(project, path, code))
            )
            return
        first = first or fix


def _known(*changes: Change) -> Callable[[], tuple[Change, ...]]:
    return lambda: changes


def _further(project: Project, finding: Finding, sight: Sight) -> Iterator[Fix]:
    """Fixes that are worth making only where somebody asks, or that look at more texts than the one
    that has the problem."""
    task = project.tasks.get(finding.problem.task or "")
    if task is None:
        return
    match finding.problem.code, task.source:
        case ("undeclared-reference", NotebookSource(references=references)):
            if project.spec.meta.extract_upstream:
                return
            for name in dict.fromkeys(one.name for one in references if one.span == finding.span):
                if name in project.tasks and name != task.name:
                    fix = declared_in_yaml(project, task, name, sight.lines(task.spec.place.path))
                    yield from [fix] if fix is not None else []
        case ("unused-upstream" | "self-upstream", NotebookSource(upstream=declaration) as source):
            elements = declaration.elements if declaration is not None else ()
            read = {one.name for one in source.references}
            named = [one.name for one in elements if one.span == finding.span and one.name not in read]
            for name in named:
                fix = removed_upstream(source, name) if project.spec.meta.extract_upstream else None
                yield from [fix] if fix is not None else []
        case (_, UnresolvedFunction() as missing) if _is_of_source(project, finding, task):
            changes = scaffold(project, sight, (task,))
            if changes:
                path = _path_of(changes[-1])
                name = missing.dotted_path.rpartition(".")[2]
                where = os.path.relpath(path, project.root).replace(os.sep, "/")
                yield Fix(f"Create function '{name}' in {where}", changes)
        case _:
            return


def _is_of_source(project: Project, finding: Finding, task: Task) -> bool:
    path, span = project.locate(task.spec.source_place)
    return finding.problem.place.path == path and touches(span, finding.span)


def _path_of(change: Change) -> str:
    return change.path if isinstance(change, CreateFile) else change.place.path


def _written(sketch: Sketch, sight: Sight) -> tuple[Change, ...]:
    """A sketch as edits. A function goes behind what its module holds, after two blank lines."""
    changes: list[Change] = [
        CreateFile(path, "") for path in sketch.packages if sight.files.kind(path) == "missing"
    ]
    changes += (CreateFile(path, text) for path, text in sketch.files.items())
    for path, functions in sketch.functions.items():
        text = joined(functions)
        if sight.files.kind(path) != "file":
            changes.append(CreateFile(path, text))
            continue
        lines = sight.lines(path)
        last = max(len(lines) - 1, 0)
        end = Position(last, len(lines.line(last)))
        blank = all(not lines.line(number).strip() for number in range(len(lines)))
        gap = "" if blank else "\n\n" if not end.character else "\n\n\n"
        changes.append(Edit(Place(path, Span(end, end)), gap + text))
    return tuple(changes)
