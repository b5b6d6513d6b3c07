"""Attributes, items, slices and truth of recorded values.

An item is found by what the recording shows between the brackets, an attribute by its recorded name:
no object is ever asked.
"""

from __future__ import annotations

from typing import Final

from pipelens.debug.calculation import Refused, Work
from pipelens.debug.dump_values import Array, Reference, Table, Values, bare, is_attribute
from pipelens.debug.recorded import Node

_SEQUENCES: Final = frozenset({"list", "tuple", "deque", "ndarray", "Series"})
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
        if whole is not None:
            return _whole_attribute(whole, name)
        if name == "shape" and node.shape is not None:
            return node.shape
        known = [child.label for child in node.children if is_attribute(child.label)]
        raise Refused(f"{name!r} is not among its recorded attributes{_some(known)}{_cut(node)}")
    if isinstance(value, (Array, Table)):
        return _whole_attribute(value, name)
    raise Refused(f"{name!r} is not among its recorded attributes")


def _whole_attribute(whole: Array | Table, name: str) -> object:
    found = whole.attribute(name)
    if found is None:
        raise Refused(f"{name!r} is not known of a recorded {whole.type}")
    return found


def item(value: object, key: object, values: Values, work: Work) -> object:
    """`value[key]`; key may be a slice."""
    value = bare(value, values)
    if isinstance(value, Reference):
        whole = values.whole(value)
        if whole is not None:
            return whole.item(_whole_key(key))
        return _recorded_item(value, key, values, work)
    if isinstance(value, (Array, Table)):
        return value.item(_whole_key(key))
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


def _whole_key(key: object) -> object:
    parts = key if isinstance(key, tuple) else (key,)
    if not all(part is ... or part is None or isinstance(part, (int, str, slice)) for part in parts):
        raise Refused("items of a recorded array or frame are given by numbers, names and slices")
    return key


def _recorded_item(value: Reference, key: object, values: Values, work: Work) -> object:
    node = values.node(value)
    work.spend(1 + len(node.children) // 10)
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
    label = repr(key)[:_LONGEST_LABEL]
    for child in node.children:
        if child.label == label:
            return Reference(child.node)
    if node.more or node.cut:
        raise Refused(f"the item {label[:200]} was not recorded{_cut(node)}")
    known = [child.label for child in node.children if not is_attribute(child.label)]
    raise Refused(f"{label[:200]} is not among its recorded items{_some(known)}")


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
    if isinstance(value, (Array, Table)):
        raise Refused(f"the truth of a {value.type} is ambiguous")
    return bool(value)
