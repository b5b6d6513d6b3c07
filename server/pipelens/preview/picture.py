"""What a drawing of a pipeline needs to know, free of any layout."""

from __future__ import annotations

from collections.abc import Mapping

from pipelens.core.project import Project
from pipelens.frozen import frozen


@frozen
class Node:
    """One task. `state`, `reason`: its freshness, in the words of the runner."""

    name: str
    kind: str
    state: str
    reason: str
    upstream: tuple[str, ...]


@frozen
class Picture:
    """All tasks in build order; those on a cycle come last. `upstream` names only nodes of the picture."""

    title: str
    nodes: tuple[Node, ...]


def picture(project: Project, title: str, states: Mapping[str, tuple[str, str]]) -> Picture:
    """The picture of `project`. states: (state, reason) by task name; a task left out is `unknown`."""
    ordered = dict.fromkeys((*project.order, *project.tasks))
    nodes: list[Node] = []
    for name in ordered:
        task = project.tasks[name]
        state, reason = states.get(name, ("unknown", ""))
        upstream = tuple(other for other in dict.fromkeys(task.upstream) if other in project.tasks)
        nodes.append(Node(name, task.kind, state, reason, upstream))
    return Picture(title, tuple(nodes))
