"""Attributes, items, slices and truth of recorded values.

An item is found by what the recording shows between the brackets, an attribute by its recorded name:
no object is ever asked.
"""

from __future__ import annotations

from typing import Final

from pipelens.debug.calculation import Refused, Work
from pipelens.debug.dump_values import Array, Positions, Reference, Table, Values, bare, is_attribute
from pipelens.debug.recorded import Node
from pipelens.debug.recorded_rows import row_at

_SEQUENCES: Final = frozenset({"list", "tuple", "deque", "ndarray"})
_LONGEST_LABEL: Final = 120
"""Characters of a key that a recording keeps."""
_FALSE_WHEN_EMPTY: Final = frozenset(
    {"list", "tuple", "dict", "set", "frozenset", "str", "bytes", "bytearray", "deque", "range"}
)


def attribute(value: object, name: str, values: Values) -> object:
    """A recorded attribute of `value`."""
    if isinstance(value, Reference):
        node = values.node(value)
        for child in node.children:
            if child.label == name and is_attribute(name):
                return Reference(child.node)
        whole = values.whole(value)
        if whole is not None and (found := whole.attribute(name)) is not None:
            return found
        if name == "shape" and node.shape is not None:
            return node.shape
        if name == "iloc" and node.type in ("DataFrame", "Series") and node.shape is not None:
            return Positions(value)
        if node.type == "DataFrame" and (column := _child(node, repr(name))) is not None:
            return column
        known = [child.label for child in node.children if is_attribute(child.label)]
        raise Refused(f"{name!r} is not among its recorded attributes{_some(known)}{_cut(node)}")
    if isinstance(value, Array) and (found := value.attribute(name)) is not None:
        return found
    raise Refused(f"{name!r} is not among its recorded attributes")


def _child(node: Node, label: str) -> Reference | None:
    return next((Reference(child.node) for child in node.children if child.label == label), None)


def item(value: object, key: object, values: Values, work: Work) -> object:
    """`value[key]`; key may be a slice."""
    value = bare(value, values)
    if isinstance(value, Reference):
        node = values.node(value)
        if node.type == "Series" and node.shape is not None:
            raise Refused("rows of a recorded series are known by their positions: .iloc[0]")
        whole = values.whole(value)
        if whole is not None:
            return whole.item(_array_key(key))
        return _recorded_item(value, key, values, work)
    if isinstance(value, Positions):
        return row_at(value.owner, key, values)
    if isinstance(value, Array):
        return value.item(_array_key(key))
    if isinstance(value, (str, bytes, list, tuple)):
        if isinstance(key, slice):
            return value[key]
        if type(key) is int:
            return value[key]
        raise Refused(f"an item of a {type(value).__name__} is given by a whole number")
    if isinstance(value, dict):
        if isinstance(key, (slice, Reference, Array, Table)):
            raise Refused("this is no key of a dict")
        return value[key]
    raise Refused(f"a {type(value).__name__} has no items")


def _array_key(key: object) -> object:
    parts = key if isinstance(key, tuple) else (key,)
    if not all(part is ... or type(part) is int or isinstance(part, slice) for part in parts):
        raise Refused("items of a recorded array are given by numbers and slices")
    return key


def _recorded_item(value: Reference, key: object, values: Values, work: Work) -> object:
    node = values.node(value)
    work.spend(1 + len(node.children) // 10)
    if node.type == "ndarray" and isinstance(key, tuple) and key and all(type(part) is int for part in key):
        inner = _recorded_item(value, key[0], values, work)
        return item(inner, key[1:] if len(key) > 2 else key[1], values, work) if len(key) > 1 else inner
    if node.type in _SEQUENCES:
        by_label = {child.label: child.node for child in node.children if child.label.isdecimal()}
        length = node.length if node.length is not None else (node.shape or (len(by_label),))[0]
        if isinstance(key, slice):
            wanted = range(*key.indices(length))
            if len(wanted) > len(by_label):
                raise Refused(_missing(len(by_label), length))
            parts = [_numbered(at, by_label, length) for at in wanted]
            return tuple(parts) if node.type == "tuple" else parts
        if type(key) is int:
            at = key + length if key < 0 else key
            if not 0 <= at < length:
                raise Refused(f"IndexError: {key} is out of range (it has {length:,} items)")
            return _numbered(at, by_label, length)
    if isinstance(key, (slice, Reference, Array, Table)) or node.type in ("set", "frozenset"):
        raise Refused("such an item is not known in a recorded failure")
    if type(key) is int and _is_named_tuple(node) and -len(node.children) <= key < len(node.children):
        return Reference(node.children[key].node)
    label = repr(key)[:_LONGEST_LABEL]
    if (child := _child(node, label)) is not None and not is_attribute(label):
        return child
    if node.more or node.cut:
        raise Refused(f"the item {label[:200]} was not recorded{_cut(node)}")
    known = [child.label for child in node.children if not is_attribute(child.label)]
    raise Refused(f"{label[:200]} is not among its recorded items{_some(known)}")


def _is_named_tuple(node: Node) -> bool:
    """A value with a length whose parts all have names: they are its fields, in order."""
    names = [child.label for child in node.children]
    return bool(names) and node.length == len(names) and all(map(is_attribute, names))


def _numbered(at: int, by_label: dict[str, int], length: int) -> Reference:
    found = by_label.get(str(at))
    if found is None:
        raise Refused(_missing(len(by_label), length))
    return Reference(found)


def _missing(recorded: int, length: int) -> str:
    return f"only {recorded:,} of its {length:,} items were recorded"


def _some(names: list[str]) -> str:
    if not names:
        return ""
    return ": " + ", ".join(name[:60] for name in names[:8]) + (", …" if len(names) > 8 else "")


def _cut(node: Node) -> str:
    if node.hidden:
        return " (the value is hidden: its name looks like a secret's)"
    if node.cut:
        return " (its parts were not recorded: it lies too deep, or a limit was reached)"
    return f" ({node.more:,} more were not recorded)" if node.more else ""


def truth(value: object, values: Values) -> bool:
    """Whether `value` counts as true, where that is known without asking the object."""
    value = bare(value, values)
    if isinstance(value, Reference):
        node = values.node(value)
        if not node.module and node.type in _FALSE_WHEN_EMPTY and node.length is not None:
            return node.length > 0
        raise Refused(f"whether a recorded {node.type or 'value'} counts as true is not known")
    if isinstance(value, (Array, Table, Positions)):
        raise Refused("the truth of rows is ambiguous")
    return bool(value)
