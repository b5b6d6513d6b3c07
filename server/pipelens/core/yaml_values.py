"""YAML values: what composed nodes stand for, typed as YAML 1.1 is by PyYAML's safe loader.

Made from nodes rather than by `yaml.load`, so that every value keeps the way back to its place, a
fault names the node that has it, and aliases cannot make a small file large: what they repeat is
counted before anything is built.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Any, Final, cast

import yaml
from yaml.constructor import SafeConstructor

from pipelens.core.typed_nodes import NodePair, children_of, end_of, items_of, pairs_of, start_of, text_of
from pipelens.frozen import frozen

MAX_DEPTH: Final = 100
MAX_REPEATED: Final = 500_000
_MAX_NUMBER_LENGTH: Final = 4_000

_PREFIX = "tag:yaml.org,2002:"
STR: Final = _PREFIX + "str"
SEQ: Final = _PREFIX + "seq"
_MERGE = _PREFIX + "merge"
_VALUE = _PREFIX + "value"
_TYPED = frozenset(_PREFIX + name for name in ("null", "bool", "int", "float", "binary", "timestamp"))
_ATOMS = frozenset(_PREFIX + name for name in ("null", "bool", "int", "float"))
_CONSTRUCTOR: Any = SafeConstructor
_TYPES: dict[str, Callable[[SafeConstructor, yaml.Node], object]] = _CONSTRUCTOR.yaml_constructors

Pairs = list[NodePair]


@frozen
class Fault:
    """Why a node has no value. `start`, `end`: offsets in code points in the composed text."""

    message: str
    start: int
    end: int


class _Stop(Exception):
    """Carries a fault out of the recursion; never leaves this module."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def construct(node: yaml.Node) -> object | Fault:
    """The value of `node` with all below it; a `Fault` where PyYAML's safe loader would refuse it,
    where aliases repeat more than `MAX_REPEATED` nodes or refer to themselves, or where it is nested
    deeper than `MAX_DEPTH`.

    Of two equal keys the last one wins; merge keys are merged. An alias gives a value of its own.
    """
    return Construction().value(node)


class Construction:
    """Values of several nodes of one file, with one allowance for what aliases repeat.

    flat: there are no aliases, and what is nested is nested less than `MAX_DEPTH`."""

    def __init__(self, max_repeated: int = MAX_REPEATED, *, flat: bool = False) -> None:
        self._flat = flat
        self._left = max_repeated
        self._sizes: dict[int, tuple[int, int]] = {}
        self._kept: list[yaml.Node] = []
        self._scalars: SafeConstructor | None = None

    def value(self, node: yaml.Node) -> object | Fault:
        """As `construct`."""
        try:
            if not self._flat and not isinstance(node, yaml.ScalarNode):
                self._measure(node)
            return self._value(node)
        except _Stop as stop:
            return stop.fault

    def pairs(self, node: yaml.MappingNode) -> Pairs | Fault:
        """Key and value nodes of a mapping, those of its merge keys first (so that the last of two
        equal keys is the one that counts)."""
        try:
            if not self._flat:
                self._measure(node)
            return self._pairs(node)
        except _Stop as stop:
            return stop.fault

    def _measure(self, root: yaml.Node) -> None:
        """Check depth, cycles and repetition below `root`, without recursion."""
        sizes, open_nodes, new = self._sizes, set[int](), 0
        before = sizes.get(id(root))
        if before is not None:
            self._spend(before[0], root)
            return
        self._kept.append(root)
        stack: list[tuple[yaml.Node, bool]] = [(root, False)]
        while stack:
            node, done = stack.pop()
            key = id(node)
            if done:
                size, depth = 1, 0
                for child in children_of(node):
                    below = sizes[id(child)]
                    size += below[0]
                    depth = max(depth, below[1])
                sizes[key] = (size, depth + 1)
                open_nodes.discard(key)
                if depth >= MAX_DEPTH:
                    raise _Stop(_fault(node, f"is nested deeper than {MAX_DEPTH} levels"))
                continue
            if key in sizes:
                continue
            if key in open_nodes:
                raise _Stop(_fault(node, "refers to itself: an alias stands inside its own anchor"))
            new += 1
            if isinstance(node, yaml.ScalarNode):
                sizes[key] = (1, 1)
                continue
            open_nodes.add(key)
            if len(open_nodes) > MAX_DEPTH:
                raise _Stop(_fault(node, f"is nested deeper than {MAX_DEPTH} levels"))
            stack.append((node, True))
            stack.extend((child, False) for child in children_of(node))
        self._spend(sizes[id(root)][0] - new, root)

    def _spend(self, repeated: int, node: yaml.Node) -> None:
        self._left -= repeated
        if self._left < 0:
            raise _Stop(_fault(node, "repeats too much through its aliases; write fewer of them"))

    def _value(self, node: yaml.Node) -> object:
        tag = node.tag
        match node:
            case yaml.ScalarNode():
                return node.value if tag == STR else self._scalar(node)
            case yaml.SequenceNode():
                match tag.removeprefix(_PREFIX):
                    case "seq":
                        return [self._value(item) for item in items_of(node)]
                    case "omap" | "pairs":
                        return [pair for item in items_of(node) for pair in self._single(item)]
                    case _:
                        raise _Stop(_wrong_tag(node))
            case yaml.MappingNode():
                match tag.removeprefix(_PREFIX):
                    case "map":
                        return self._mapping(node)
                    case "set":
                        return set(self._mapping(node))
                    case _:
                        raise _Stop(_wrong_tag(node))
            case _:
                raise _Stop(_wrong_tag(node))

    def _mapping(self, node: yaml.MappingNode) -> dict[Hashable, object]:
        made: dict[Hashable, object] = {}
        for key_node, value_node in self._pairs(node):
            key = "=" if key_node.tag == _VALUE else self._value(key_node)
            try:
                hash(key)
            except TypeError:
                raise _Stop(_fault(key_node, "cannot be a key: only plain values can")) from None
            made[cast(Hashable, key)] = self._value(value_node)
        return made

    def _single(self, node: yaml.Node) -> list[tuple[object, object]]:
        if not isinstance(node, yaml.MappingNode) or len(node.value) != 1:
            raise _Stop(_fault(node, "must be a mapping with one key"))
        return [(self._value(key), self._value(value)) for key, value in pairs_of(node)]

    def _pairs(self, node: yaml.MappingNode) -> Pairs:
        """Pairs with merges resolved; bounded, since `_measure` has counted what aliases repeat."""
        written = pairs_of(node)
        if _MERGE not in [key.tag for key, _ in written]:
            return written
        merged: Pairs = []
        own: Pairs = []
        for key, value in written:
            if key.tag != _MERGE:
                own.append((key, value))
                continue
            match value:
                case yaml.MappingNode():
                    merged.extend(self._pairs(value))
                case yaml.SequenceNode():
                    parts: list[Pairs] = []
                    for item in items_of(value):
                        if not isinstance(item, yaml.MappingNode):
                            raise _Stop(_fault(item, "cannot be merged: it must be a mapping"))
                        parts.append(self._pairs(item))
                    for part in reversed(parts):
                        merged.extend(part)
                case _:
                    raise _Stop(_fault(value, "cannot be merged: it must be a mapping or a list of them"))
        return [*merged, *own] if merged else own

    def _scalar(self, node: yaml.ScalarNode) -> object:
        tag = node.tag
        if tag not in _TYPED:
            raise _Stop(_wrong_tag(node))
        text = text_of(node)
        if tag != _PREFIX + "binary" and len(text) > _MAX_NUMBER_LENGTH:
            raise _Stop(_fault(node, "is too long for a number"))
        try:
            if tag in _ATOMS:
                return _atom(tag, text)
            if self._scalars is None:
                self._scalars = SafeConstructor()
            return _TYPES[tag](self._scalars, node)
        except (yaml.YAMLError, ValueError, LookupError, TypeError, AttributeError, OverflowError) as error:
            kind = tag.removeprefix(_PREFIX)
            reason = str(error).split("\n", 1)[0]
            raise _Stop(_fault(node, f"is no valid {kind}: {reason}")) from None


@lru_cache(maxsize=4096)
def _atom(tag: str, text: str) -> object:
    """The value of such a scalar. The entries of a pipeline have many that are the same."""
    return _TYPES[tag](SafeConstructor(), yaml.ScalarNode(tag, text))


def _wrong_tag(node: yaml.Node) -> Fault:
    tag = node.tag.replace(_PREFIX, "!!")
    if tag.startswith("!!") and tag[2:] in (
        "seq",
        "map",
        "str",
        "set",
        "omap",
        "pairs",
        "int",
        "float",
        "bool",
    ):
        return _fault(node, f"does not fit its tag {tag}")
    return _fault(node, f"has the tag {tag}, which has no meaning here")


def _fault(node: yaml.Node, message: str) -> Fault:
    return Fault(message, start_of(node), end_of(node))
