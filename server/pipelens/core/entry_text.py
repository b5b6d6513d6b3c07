"""What can be told of an entry of `tasks:` before it is read key by key."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from pipelens.core.keys import CLASS_KEYS, TASK_KEYS, Key
from pipelens.core.typed_nodes import items_of, pairs_of
from pipelens.core.yaml_values import MAX_DEPTH


def entry_naming_its_task(node: Node | None) -> MappingNode | None:
    """The entry in `node`, if it says what its task is called."""
    if isinstance(node, SequenceNode):
        node = next(iter(items_of(node)), None)
    keys = (
        [key.value for key, _ in pairs_of(node) if isinstance(key, ScalarNode)]
        if isinstance(node, MappingNode)
        else []
    )
    return node if isinstance(node, MappingNode) and {"name", "source"} & set(keys) else None


def is_flat(text: str) -> bool:
    """Whether an entry has no aliases and too few signs of nesting to be deep."""
    if "&" in text or "*" in text:
        return False
    return sum(map(text.count, "[{:-?")) < MAX_DEPTH


def default_name(source: str) -> str:
    """The name of a task that has none of its own (section 6.3)."""
    name = os.path.basename(source.replace("\\", "/"))
    stem, ending = os.path.splitext(name)
    if ending in (".py", ".ipynb", ".R", ".r", ".Rmd", ".sql", ".sh") or "/" in source:
        return stem
    return source.rsplit(".", 1)[-1]


@cache
def known_keys(class_name: str) -> Mapping[str, Key]:
    """The keys that a task of a class understands."""
    return {**TASK_KEYS, **CLASS_KEYS.get(class_name, {})}
