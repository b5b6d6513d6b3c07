"""Which problems does a stretch of a file show, and which edits remove them?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pipelens.core.answers.findings import Elsewhere, Finding
from pipelens.core.answers.stretch import entries_in, touches
from pipelens.core.problems import CreateFile, Edit, Fix, Place, Problem
from pipelens.core.project import Project
from pipelens.core.text import Span

Change = Edit | CreateFile
"""An edit whose place counts lines from the file's first one."""


def problems_at(project: Project, path: str, stretch: Span) -> tuple[Finding, ...]:
    """The problems that `stretch` of the file at `path` touches, in the order of the file."""
    if project.spec.form == "foreign":
        return ()
    near = {entry.id for entry in entries_in(project, path, stretch)}
    found = [
        _finding(project, problem)
        for problem in project.problems
        if problem.place.path == path and (problem.place.entry is None or problem.place.entry in near)
    ]
    touched = (one for one in found if touches(one.span, stretch))
    return tuple(sorted(touched, key=lambda one: (one.span, one.problem.code, one.problem.message)))


def _finding(project: Project, problem: Problem) -> Finding:
    related = tuple(Elsewhere(*project.locate(one.place), one.message) for one in problem.related)
    return Finding(problem, project.locate(problem.place)[1], related)


def located(project: Project, changes: Iterable[Change]) -> tuple[Change, ...]:
    """`changes` at their absolute places."""
    return tuple(_located(project, change) for change in changes)


def _located(project: Project, change: Change) -> Change:
    match change:
        case Edit(place=place):
            path, span = project.locate(place)
            return replace(change, place=Place(path, span))
        case CreateFile():
            return change


def preferred_fixes(project: Project, path: str, code: str | None = None) -> Iterator[Fix]:
    """The fixes that may be applied unasked, of all problems of the file (of one code)."""
    if project.spec.form == "foreign":
        return
    for problem in project.problems:
        if problem.place.path == path and code in (None, problem.code):
            yield from (fix for fix in problem.fixes if fix.preferred)


def together(project: Project, fixes: Iterable[Fix]) -> tuple[Change, ...]:
    """The edits of as many of `fixes` as can be applied at once: each whole or not at all, none into
    the text of one before it. What two problems of one text ask for alike happens once."""
    taken: dict[tuple[str, int], list[Span]] = {}
    chosen: dict[Change, None] = {}
    for fix in fixes:
        changes = located(project, fix.edits)
        places = [
            (edit.place.span, (edit.place.path, line))
            for edit in changes
            if isinstance(edit, Edit) and edit not in chosen
            for line in range(edit.place.span.start.line, edit.place.span.end.line + 1)
        ]
        # Two insertions at one place collide, too, since their order counts.
        if any(touches(span, other) for span, line in places for other in taken.get(line, ())):
            continue
        for span, line in places:
            taken.setdefault(line, []).append(span)
        chosen.update(dict.fromkeys(changes))
    return tuple(chosen)
