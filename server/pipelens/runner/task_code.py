"""The code of a task as it is stored and compared (section 11.2 of the format): that of a shell task
is its template with all values put in, absolute paths among them."""

from __future__ import annotations

from collections.abc import Mapping

from pipelens.core.project import Project, Task
from pipelens.core.rendering import TemplateFault
from pipelens.core.sources import TemplateSource
from pipelens.core.template_values import rendered

_ROOT = "\ue000"
"""Stands for the project's folder: a character that no source holds (it is nobody's)."""


def own_text(task: Task) -> str | None:
    """What somebody wrote: one text from which another is told, whatever is put into it."""
    return task.source.text if isinstance(task.source, TemplateSource) else task.code


def code_of(
    project: Project, task: Task, called: Mapping[str, object] | None = None
) -> str | TemplateFault | None:
    """The code that a run stores. called: what the functions of params returned. None: unknown."""
    if task.kind != "shell" or not isinstance(task.source, TemplateSource):
        return task.code
    return rendered(project, task, called=called)


def is_moved(project: Project, task: Task, stored: str, called: Mapping[str, object] | None = None) -> bool:
    """Whether `stored` is the code of a shell task but for the folder that the project lies in (Q24)."""
    made = rendered(project, task, called=called, root=_ROOT)
    if isinstance(made, TemplateFault) or _ROOT not in made:
        return False
    first, *rest = made.split(_ROOT)
    fixed = len(first) + sum(map(len, rest))
    length, left = divmod(len(stored) - fixed, len(rest))
    if left or length <= 0 or not stored.startswith(first):
        return False
    folder = stored[len(first) : len(first) + length]
    looks_absolute = folder.startswith(("/", "\\\\")) or folder[1:3] in (":\\", ":/")
    return looks_absolute and "\n" not in folder and stored == folder.join([first, *rest])
