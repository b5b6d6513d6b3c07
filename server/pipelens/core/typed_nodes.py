"""What PyYAML's nodes hold, with types: its own stubs leave values and marks open.

Offsets are code points in the composed text. Every node that `compose` gives has its marks.
"""

from __future__ import annotations

from typing import Any, cast

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

NodePair = tuple[Node, Node]


def start_of(node: Node) -> int:
    """The offset of the node's first character."""
    mark: Any = node.start_mark
    return mark.index


def end_of(node: Node) -> int:
    """The offset behind the node; a block collection's is where the next thing begins."""
    mark: Any = node.end_mark
    return mark.index


def text_of(node: ScalarNode) -> str:
    """A scalar's text, quotes and folds resolved, before it gets a type."""
    return cast(str, node.value)


def items_of(node: SequenceNode) -> list[Node]:
    """The elements of a sequence, in order."""
    return cast("list[Node]", node.value)


def pairs_of(node: MappingNode) -> list[NodePair]:
    """Keys and values of a mapping as written: merge keys are not resolved, equal keys all there."""
    return cast("list[NodePair]", node.value)


def children_of(node: Node) -> list[Node]:
    """All nodes directly below `node`, keys before their values."""
    match node:
        case SequenceNode():
            return items_of(node)
        case MappingNode():
            return [part for pair in pairs_of(node) for part in pair]
        case _:
            return []


def shape_of(node: Node) -> str:
    """What a node is, in words for a message."""
    match node:
        case MappingNode():
            return "a mapping"
        case SequenceNode():
            return "a list"
        case ScalarNode(tag="tag:yaml.org,2002:null"):
            return "empty"
        case ScalarNode(tag="tag:yaml.org,2002:int" | "tag:yaml.org,2002:float", value=value):
            return f"the number {value}"
        case ScalarNode(tag="tag:yaml.org,2002:bool", value=value):
            return f"the switch {value}"
        case ScalarNode(value=value):
            return f"the text {value[:40]!r}"
        case _:
            return "this"
