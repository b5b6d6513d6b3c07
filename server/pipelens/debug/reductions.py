"""The functions and methods that expressions over a recorded failure may call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from pipelens.debug.calculation import Refused, Work, expanded, recorded_items
from pipelens.debug.dump_values import Array, Reference, Table, TypeName, Values, bare
from pipelens.debug.recorded_rows import all_rows, first_rows, last_rows

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
            return [expanded(item, values, work) for item in all_rows(value, values)]
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
    if type(count) is not int or count < 0:
        raise Refused("the number of rows is a whole number from 0 up")
    if isinstance(value, Reference):
        return last_rows(value, count, values) if tail else first_rows(value, count, values)
    if isinstance(value, Array):
        return value.tail(count) if tail else value.head(count)
    raise Refused(f"a {type(value).__name__} has no rows")


def _own(name: str) -> Function:
    def reduced(values: Values, work: Work, value: object) -> object:
        """`value.sum()`, `.min()` or `.max()` of an array or a series."""
        whole = values.whole(value) if isinstance(value, Reference) else value
        if isinstance(whole, Array) and (whole.is_whole or not isinstance(value, Reference)):
            return whole.own(name)
        if isinstance(value, Reference) and values.node(value).type in ("ndarray", "Series"):
            for child in values.node(value).children:
                if child.label == name:
                    return Reference(child.node)
            raise Refused(f"its {name} was not recorded")
        raise Refused(f".{name}() is for recorded arrays and series")

    return reduced


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
METHODS: Final[dict[str, Function]] = {
    "head": _head,
    "tail": _tail,
    "sum": _own("sum"),
    "min": _own("min"),
    "max": _own("max"),
}
