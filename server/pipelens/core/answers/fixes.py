"""Which problems does a stretch of a file show, and which edits remove them?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain

from pipelens.core.answers.findings import Elsewhere, Finding
from pipelens.core.answers.stretch import entries_in, touches
from pipelens.core.problems import CreateFile, Edit, Fix, Place, Problem
from pipelens.core.project import Project
from pipelens.core.text import Span

Change = Edit | CreateFile
"""An edit whose place counts lines from the file's first one."""


def problems_at(project: Project, path: str, stretch: Span) -> tuple[Finding, ...]:
    """The problems that `stretch` of the file at `path` touches, in the order of the file.

    They are looked for in the entries that the stretch shows, and in those whose code the file holds.
    """
    if project.spec.form == "foreign":
        return ()
    found: dict[tuple[Span, str, str], Finding] = {}
    for problem in _near(project, path, stretch):
        if problem.place.path != path:
            continue
        one = _finding(project, problem)
        if touches(one.span, stretch):
            found.setdefault((one.span, problem.code, problem.message), one)
    return tuple(found[key] for key in sorted(found))


def _near(project: Project, path: str, stretch: Span) -> Iterator[Problem]:
    by_entry, others = _shown(project)
    entries = [entry.id for entry in entries_in(project, path, stretch)]
    holding = [mention.entry for mention in project.index.by_file.get(path, ())]
    # A file that is neither: a module of hooks, of which any entry may tell something.
    for id in dict.fromkeys((*entries, *holding)) if entries or holding else by_entry:
        yield from by_entry.get(id, ())
    yield from others


def _shown(project: Project) -> tuple[Mapping[int, tuple[Problem, ...]], tuple[Problem, ...]]:
    """The problems to show, by entry, and those of none."""
    shown = project.shown
    if shown is None:
        return project.problems_by_entry, project.other_problems
    return shown.by_entry, shown.others


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
    by_entry, others = _shown(project)
    for problem in chain(chain.from_iterable(by_entry.get(id, ()) for id in project.entries), others):
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
