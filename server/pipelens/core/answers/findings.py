"""Which problems does each file have, and where exactly?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipelens.core.problems import Problem
from pipelens.core.project import Project
from pipelens.core.text import Span
from pipelens.frozen import frozen


@frozen
class Elsewhere:
    """A second place that helps to understand a problem."""

    path: str
    span: Span
    message: str


@frozen
class Finding:
    """A problem at its absolute place in a file."""

    problem: Problem
    span: Span
    related: tuple[Elsewhere, ...] = ()


def findings(project: Project) -> Mapping[str, tuple[Finding, ...]]:
    """The problems of each file that has any, in the order in which the file shows them.

    None for a file of another tool: there is nothing that its author wants to hear from us.
    """
    if project.spec.form == "foreign":
        return {}
    found: dict[str, list[Finding]] = {}
    for problem in project.problems:
        found.setdefault(problem.place.path, []).append(finding_of(project, problem))
    return {path: in_order(of_file) for path, of_file in found.items()}


def finding_of(project: Project, problem: Problem) -> Finding:
    """The problem at its absolute place."""
    related = tuple([Elsewhere(*project.locate(one.place), one.message) for one in problem.related])
    return Finding(problem, project.locate(problem.place)[1], related)


def in_order(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings of one file in its order; of those that say the same in the same place, the first."""
    once: dict[tuple[Span, str, str], Finding] = {}
    for one in found:
        once.setdefault((one.span, one.problem.code, one.problem.message), one)
    return tuple(once[key] for key in sorted(once))
