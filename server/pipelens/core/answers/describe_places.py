"""Files and places in words."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from pipelens.core.answers.describe_blocks import Code, Link, Piece
from pipelens.core.problems import Place
from pipelens.core.project import Project, Task


def shown_path(project: Project, path: str) -> str:
    """A path as it is said from the root, with forward slashes; outside of the root it stays whole."""
    root = project.root.replace("\\", "/").rstrip("/") + "/"
    said = path.replace("\\", "/") if "\\" in project.root else path
    return said[len(root) :] if said.startswith(root) else posixpath.normpath(said)


def place_link(project: Project, place: Place) -> Link:
    """`pipeline.yaml:12`; of a notebook its name: nobody sees the lines of its JSON."""
    path, span = project.locate(place)
    if path.endswith(".ipynb"):
        return Link(shown_path(project, path), path)
    return Link(f"{shown_path(project, path)}:{span.start.line + 1}", path, span.start.line)


def pipeline_link(project: Project) -> Link:
    """The pipeline's file."""
    return Link(shown_path(project, project.path), project.path)


def task_link(project: Project, name: str) -> Piece:
    """A task by its name; it leads to its entry."""
    task = project.tasks.get(name)
    if task is None:
        return Code(name)
    path, span = project.locate(task.spec.place)
    return Link(name, path, span.start.line)


def tasks_meant(project: Project, names: Iterable[str], path: str, line: int) -> list[Task]:
    """The tasks of these names; of several that share one, those of the entry that the line lies in."""
    found: list[Task] = []
    for name in dict.fromkeys(names):
        task = project.tasks.get(name)
        if task is None:
            continue
        if len(project.index.by_name.get(name, ())) > 1:
            entries = project.entries_at(path, line)
            here = [one for entry in entries for one in project.tasks_by_entry.get(entry.id, ())]
            task = next((one for one in here if one.name == name), task)
        found.append(task)
    return found
