"""The functions and methods that expressions over a recorded failure may call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from pipelens.debug.calculation import Refused, Work, expanded, recorded_items
from pipelens.debug.dump_values import Array, Reference, Table, TypeName, Values, bare

Function = Callable[..., object]


def _len(values: Values, work: Work, value: object) -> object:
    value = bare(value, values)
    if isinstance(value, Reference):
        node = values.node(value)
        if node.shape:
            return node.shape[0]
        if node.length is not None:
            return node.length
        raise Refused(f"the length of a recorded {node.type or 'value'} is not known")
    if isinstance(value, (str, bytes, list, tuple, dict, set, frozenset, Array, Table)):
        return len(value)
    raise Refused(f"a {type(value).__name__} has no length")


def _items(values: Values, work: Work, value: object) -> list[Any] | Array:
    """What `value` consists of, as builtin values: keys of a dict."""
    value = bare(value, values)
    if isinstance(value, Reference):
        whole = values.whole(value)
        if isinstance(whole, Array):
            return whole
        node = values.node(value)
        if node.type in ("ndarray", "Series") and node.shape is not None and len(node.shape) == 1:
            if node.shape[0] > sum(child.label.isdecimal() for child in node.children):
                raise Refused("only some of its items were recorded")
            return [
                expanded(Reference(child.node), values, work)
                for child in node.children
                if child.label.isdecimal()
            ]
        if node.type in ("list", "tuple", "set", "frozenset") and not node.module:
            return [expanded(item, values, work) for item in recorded_items(value, values, work)]
        made = expanded(value, values, work)
    elif isinstance(value, Array):
        return value
    else:
        made = expanded(value, values, work)
    if isinstance(made, (list, tuple, set, frozenset, dict)):
        return list(made)
    if isinstance(made, str):
        work.spend(len(made))
        return list(made)
    raise Refused(f"a {type(made).__name__} has no items")


def _sum(values: Values, work: Work, value: object) -> object:
    items = _items(values, work, value)
    if isinstance(items, Array):
        return items.reduced("sum")
    if not all(isinstance(item, (int, float, complex)) for item in items):
        raise Refused("sum is for numbers in a recorded failure")
    return sum(items)


def _min(values: Values, work: Work, value: object) -> object:
    items = _items(values, work, value)
    return items.reduced("min") if isinstance(items, Array) else min(items)


def _max(values: Values, work: Work, value: object) -> object:
    items = _items(values, work, value)
    return items.reduced("max") if isinstance(items, Array) else max(items)


def _sorted(values: Values, work: Work, value: object) -> object:
    items = _items(values, work, value)
    if isinstance(items, Array):
        return items.sorted()
    work.spend(10 * len(items))
    return sorted(items)


def _type(values: Values, work: Work, value: object) -> object:
    value = bare(value, values) if not isinstance(value, Reference) else value
    match value:
        case Reference():
            node = values.node(value)
            return TypeName(node.module, node.type)
        case Array() | Table():
            return TypeName("", value.type)
        case TypeName():
            return TypeName("", "type")
        case _:
            return TypeName("", type(value).__name__)


def _head(values: Values, work: Work, value: object, count: object = 5) -> object:
    return _end(values, value, count, tail=False)


def _tail(values: Values, work: Work, value: object, count: object = 5) -> object:
    return _end(values, value, count, tail=True)


def _end(values: Values, value: object, count: object, *, tail: bool) -> object:
    count = bare(count, values)
    if type(count) is not int:
        raise Refused("the number of rows is a whole number")
    whole = values.whole(value) if isinstance(value, Reference) else value
    if isinstance(whole, (Array, Table)):
        return whole.tail(count) if tail else whole.head(count)
    if isinstance(value, Reference):
        node = values.node(value)
        name = "tail" if tail else "head"
        for child in node.children:
            if child.label == name:
                return Reference(child.node)
        raise Refused("its rows were not recorded whole; open it to see its summary")
    raise Refused(f"a {type(value).__name__} has no rows")


FUNCTIONS: Final[dict[str, Function]] = {
    "len": _len,
    "sum": _sum,
    "min": _min,
    "max": _max,
    "sorted": _sorted,
    "type": _type,
}
VARIADIC: Final = (_min, _max)
"""Those that take their items one by one as well."""
METHODS: Final[dict[str, Function]] = {"head": _head, "tail": _tail}
