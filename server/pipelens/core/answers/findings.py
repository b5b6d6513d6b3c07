"""Which problems does each file have, and where exactly?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipelens.core.problems import Problem
from pipelens.core.project import Project
from pipelens.core.text import Span


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A second place that helps to understand a problem."""

    path: str
    span: Span
    message: str


@dataclass(frozen=True, slots=True)
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
        path, span = project.locate(problem.place)
        related = tuple(Elsewhere(*project.locate(one.place), one.message) for one in problem.related)
        found.setdefault(path, []).append(Finding(problem, span, related))
    return {path: tuple(sorted(of_file, key=_place)) for path, of_file in found.items()}


def _place(finding: Finding) -> tuple[Span, str, str]:
    return finding.span, finding.problem.code, finding.problem.message
