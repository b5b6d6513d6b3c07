"""The graph as a tree of text lines: every task once, below the last of those it needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipelens.frozen import frozen
from pipelens.preview.picture import Node, Picture

_DEEPEST = 15
_UNICODE = {"fork": "├─ ", "last": "└─ ", "through": "│  ", "blank": "   "}
_ASCII = {"fork": "|- ", "last": "`- ", "through": "|  ", "blank": "   "}


@frozen
class TreeLine:
    """branch: the strokes before the task. also: what it needs besides the task it stands under."""

    branch: str
    node: Node
    also: tuple[str, ...]


def tree(picture: Picture, *, unicode: bool = True) -> Iterator[TreeLine]:
    """One line per task, in an order where a task comes after the one it stands under."""
    strokes = _UNICODE if unicode else _ASCII
    under = _places(picture)
    below: dict[str | None, list[Node]] = {}
    for node in picture.nodes:
        below.setdefault(under[node.name], []).append(node)
    # An explicit stack: a chain of thousands of tasks is deeper than Python recurses.
    stack = [(node, "", "") for node in reversed(below.get(None, []))]
    while stack:
        node, branch, indent = stack.pop()
        also = tuple(name for name in node.upstream if name != under[node.name])
        yield TreeLine(branch, node, also)
        following = below.get(node.name, [])
        for number, other in enumerate(reversed(following)):
            last = number == 0
            stack.append(
                (
                    other,
                    indent + strokes["last" if last else "fork"],
                    indent + strokes["blank" if last else "through"],
                )
            )


def _places(picture: Picture) -> Mapping[str, str | None]:
    """The task that each one stands under: the last of its upstream in build order; None at the top.

    A tree deeper than a page is wide begins anew at the top, where the tasks needed are named.
    """
    position = {node.name: number for number, node in enumerate(picture.nodes)}
    under: dict[str, str | None] = {}
    depth: dict[str, int] = {}
    for node in picture.nodes:
        before = [name for name in node.upstream if position[name] < position[node.name]]
        place = max(before, key=position.__getitem__, default=None)
        if place is not None and depth[place] >= _DEEPEST:
            place = None
        under[node.name] = place
        depth[node.name] = 0 if place is None else depth[place] + 1
    return under
