"""Which entries does a stretch of a file show?"""

from __future__ import annotations

from pipelens.core.project import Project
from pipelens.core.spec import TaskEntry
from pipelens.core.text import Span


def entries_in(project: Project, path: str, stretch: Span) -> tuple[TaskEntry, ...]:
    """The entries of the file at `path` whose lines `stretch` touches, from top to bottom."""
    return project.entries_at(path, stretch.start.line, stretch.end.line)


def touches(one: Span, other: Span) -> bool:
    """Whether two stretches share a character or an edge."""
    return one.start <= other.end and other.start <= one.end
