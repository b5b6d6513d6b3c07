"""What stands before a mistake in a text that has no layout: the tree so far, open ends closed."""

from __future__ import annotations

from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamStartEvent,
)
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.resolver import Resolver

from pipelens.core.yaml_nodes import FORBIDDEN

_yaml: Any = yaml  # its stubs leave types open
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_DEPTH = 200


class _Open:
    """A collection that is being filled."""

    def __init__(self, node: MappingNode | SequenceNode) -> None:
        self.node = node
        self.key: Node | None = None

    def add(self, child: Node) -> None:
        if isinstance(self.node, SequenceNode):
            self.node.value.append(child)
        elif self.key is None:
            self.key = child
        else:
            self.node.value.append((self.key, child))
            self.key = None


def _marks(event: Event) -> tuple[Any, Any]:
    """Both marks; nodes and events have the same, which the types of PyYAML do not know."""
    return event.start_mark, event.end_mark


def compose_until_error(text: str) -> Node | None:
    """The nodes before the first YAML error in `text`; None when there are none.

    A collection that was open at the error ends at its last child.
    """
    anchors: dict[str, Node] = {}
    stack: list[_Open] = []
    event: Any
    root: Node | None = None
    resolver: Any = Resolver()

    def place(node: Node, anchor: str | None) -> None:
        nonlocal root
        if anchor:
            anchors[anchor] = node
        if stack:
            stack[-1].add(node)
        elif root is None:
            root = node

    forbidden = FORBIDDEN.search(text)
    if forbidden:  # PyYAML would say so before it gives anything
        text = text[: forbidden.start()]
    try:
        for event in _yaml.parse(text, _Loader):
            begin, end = _marks(event)
            match event:
                case ScalarEvent():
                    tag = event.tag
                    if tag is None or tag == "!":
                        tag = resolver.resolve(ScalarNode, event.value, event.implicit)
                    node = ScalarNode(tag, event.value, begin, end, event.style)
                    place(node, event.anchor)
                case AliasEvent():
                    if event.anchor not in anchors:
                        break
                    place(anchors[event.anchor], None)
                case MappingStartEvent() | SequenceStartEvent():
                    if len(stack) > MAX_DEPTH:
                        break
                    made: type[Any] = MappingNode if isinstance(event, MappingStartEvent) else SequenceNode
                    kind = "map" if made is MappingNode else "seq"
                    node = made(f"tag:yaml.org,2002:{kind}", [], begin, end, event.flow_style)
                    place(node, event.anchor)
                    stack.append(_Open(node))
                case MappingEndEvent() | SequenceEndEvent():
                    stack.pop().node.end_mark = end
                case StreamStartEvent():
                    pass
                case DocumentStartEvent():
                    if root is not None:
                        break
                case _:
                    pass
    except (yaml.YAMLError, UnicodeError, RecursionError):
        pass
    for opened in reversed(stack):
        children = opened.node.value
        if children:
            last = children[-1][1] if isinstance(opened.node, MappingNode) else children[-1]
            opened.node.end_mark = last.end_mark
    return root
