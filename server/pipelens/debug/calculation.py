"""Arithmetic and comparison over recorded values, bounded in size and work.

Only builtin values are ever calculated with: numbers, texts, and containers of them. What is checked
before an operator of Python runs: how large its result and how long its way there would be.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable
from typing import Any, Final

from pipelens.debug.dump_values import Array, Reference, Table, TypeName, Values, bare

_MOST_BITS: Final = 14_000
"""Of a whole number: what Python turns into a text at all (4300 digits)."""
_MOST_LENGTH: Final = 100_000
_MOST_KEYS: Final = 2_000
"""Of a dict or set that is made from a recorded one: its keys may be chosen to collide."""
_MOST_WORK: Final = 300_000

_ARITHMETIC: Final[dict[type[ast.operator], Callable[[Any, Any], object]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
}
_ORDER: Final[dict[type[ast.cmpop], Callable[[Any, Any], bool]]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


class Refused(Exception):
    """The expression has no value here; the text says why, without a full stop."""


class Work:
    """What one evaluation may still do, counted in values looked at."""

    def __init__(self) -> None:
        self._left = _MOST_WORK

    def spend(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise Refused("the expression takes more work than an evaluation may")

    def weigh(self, value: object) -> int:
        """How many values `value` consists of, shared ones as often as they occur. Refuses too many."""
        weight = 0
        rest = [value]
        while rest:
            found = rest.pop()
            weight += 1
            if isinstance(found, dict):
                rest.extend(found.values())
                weight += len(found)
            elif isinstance(found, (list, tuple, set, frozenset)):
                rest.extend(found)
            elif isinstance(found, (str, bytes)):
                weight += len(found) // 100
            if weight + len(rest) > _MOST_LENGTH:
                raise Refused(f"a value may have {_MOST_LENGTH:,} parts in an evaluation")
        self.spend(weight)
        return weight


def calculated(kind: ast.operator, left: object, right: object, values: Values, work: Work) -> object:
    """`left` and `right` joined by the operator."""
    left, right = _opened(left, values, work), _opened(right, values, work)
    sign = type(kind)
    run = _ARITHMETIC.get(sign)
    if run is None:
        raise Refused("this operator is not possible in a recorded failure")
    if isinstance(left, (int, float, complex)) and isinstance(right, (int, float, complex)):
        _check_size(sign, left, right)
        return run(left, right)
    if sign is ast.Add and type(left) is type(right) and isinstance(left, (str, bytes, list, tuple)):
        return _kept(run(left, right), work)
    if sign is ast.Mult:
        if isinstance(left, int):
            left, right = right, left
        if isinstance(left, (str, bytes, list, tuple)) and isinstance(right, int):
            if len(left) * max(0, right) > _MOST_LENGTH:
                raise Refused(f"a result may have {_MOST_LENGTH:,} parts in an evaluation")
            return _kept(left * right, work)
    raise Refused(
        f"arithmetic with {_kind(left, values)} and {_kind(right, values)} is not possible in a recorded failure"
    )


def _kept(made: object, work: Work) -> object:
    if isinstance(made, (str, bytes)) and len(made) > _MOST_LENGTH:
        raise Refused(f"a text may have {_MOST_LENGTH:,} characters in an evaluation")
    work.weigh(made)
    return made


def _check_size(sign: type[ast.operator], left: complex, right: complex) -> None:
    if not isinstance(left, int) or not isinstance(right, int):
        return
    bits = left.bit_length()
    if sign is ast.Pow and right > 0 and bits > 1:
        bits *= right
    elif sign is ast.LShift and left:
        bits += max(0, right)
    elif sign is ast.Mult:
        bits += right.bit_length()
    else:
        return
    if bits > _MOST_BITS:
        raise Refused(f"a whole number may have {_MOST_BITS:,} bits in an evaluation")


def negated(kind: ast.unaryop, operand: object, values: Values) -> object:
    """`-`, `+` or `~` of a number."""
    if not isinstance(operand, (int, float, complex)):
        raise Refused(f"arithmetic with {_kind(operand, values)} is not possible in a recorded failure")
    match kind:
        case ast.USub():
            return -operand
        case ast.UAdd():
            return +operand
        case _ if isinstance(operand, int):
            # `~` of a bool is deprecated in Python and means the number's.
            return ~int(operand)
        case _:
            raise Refused("~ is for whole numbers")


def compared(kind: ast.cmpop, left: object, right: object, values: Values, work: Work) -> bool:
    """One comparison, as builtin values compare. Objects of other types are only told apart by `is`."""
    if isinstance(kind, (ast.Is, ast.IsNot)):
        return _same(left, right, values) is isinstance(kind, ast.Is)
    if isinstance(kind, (ast.In, ast.NotIn)):
        return _contains(left, right, values, work) is isinstance(kind, ast.In)
    left, right = expanded(left, values, work), expanded(right, values, work)
    return bool(_ORDER[type(kind)](left, right))


def _same(left: object, right: object, values: Values) -> bool:
    if isinstance(left, Reference) and isinstance(right, Reference) and left.node == right.node:
        return True
    a, b = bare(left, values), bare(right, values)
    if a is None or b is None or isinstance(a, bool) or isinstance(b, bool) or a is ... or b is ...:
        return a is b
    if isinstance(a, Reference) and isinstance(b, Reference):
        return False  # one object is one node
    raise Refused("`is` is known of None, True, False and recorded objects only")


def _contains(part: object, whole: object, values: Values, work: Work) -> bool:
    wanted = expanded(part, values, work)
    found = bare(whole, values)
    if isinstance(found, Reference) and values.node(found).type == "dict":
        keys = dict_keys(found, values, work)
        return any(key == wanted for key in keys)
    found = expanded(found, values, work)
    if isinstance(found, str) and isinstance(wanted, str):
        return wanted in found
    if isinstance(found, (list, tuple, set, frozenset, dict)):
        return any(item is wanted or item == wanted for item in found)
    raise Refused(f"{_kind(whole, values)} cannot be searched in a recorded failure")


def dict_keys(reference: Reference, values: Values, work: Work) -> list[object]:
    """The keys of a recorded dict, all of them, when they are numbers, texts or tuples of such."""
    node = values.node(reference)
    if node.more or node.cut:
        raise Refused(_partly(reference, values))
    work.spend(10 * len(node.children))
    try:
        return [_literal(child.label) for child in node.children]
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        raise Refused("not all of its keys are known in a recorded failure") from None


def _literal(label: str) -> object:
    found: object = ast.literal_eval(label)
    hash(found)
    return found


def _opened(value: object, values: Values, work: Work) -> object:
    """A recorded list or tuple as one, its elements as they are; anything else as it is."""
    value = bare(value, values)
    if isinstance(value, Reference) and values.node(value).type in ("list", "tuple"):
        parts = [bare(part, values) for part in recorded_items(value, values, work)]
        return parts if values.node(value).type == "list" else tuple(parts)
    return value


def recorded_items(reference: Reference, values: Values, work: Work) -> list[Reference]:
    """The items of a recorded sequence or set. Refuses when some were not recorded."""
    node = values.node(reference)
    if node.more or node.cut or (node.length is not None and node.length > len(node.children)):
        raise Refused(_partly(reference, values))
    work.spend(len(node.children))
    return [Reference(child.node) for child in node.children]


def _partly(reference: Reference, values: Values) -> str:
    node = values.node(reference)
    total = node.length if node.length is not None else len(node.children) + node.more
    return f"only {len(node.children):,} of its {total:,} items were recorded"


def expanded(value: object, values: Values, work: Work, _above: tuple[int, ...] = ()) -> object:
    """`value` as a builtin value through and through; refuses what is none or was not recorded whole."""
    work.spend(1)
    value = bare(value, values)
    match value:
        case Reference(node=number):
            node = values.node(value)
            if number in _above or len(_above) > 30:
                raise Refused("values that contain themselves are not compared in a recorded failure")
            above = (*_above, number)
            make = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}.get(node.type)
            if node.module or (make is None and node.type != "dict"):
                raise Refused(f"{_kind(value, values)} is not calculated with in a recorded failure")
            if make is None:
                return _expanded_dict(value, values, work, above)
            items = recorded_items(value, values, work)
            if make in (set, frozenset) and len(items) > _MOST_KEYS:
                raise Refused(f"sets of more than {_MOST_KEYS:,} elements are not compared here")
            return make(expanded(item, values, work, above) for item in items)
        case list():
            return [expanded(item, values, work, _above) for item in value]
        case tuple():
            return tuple(expanded(item, values, work, _above) for item in value)
        case dict():
            return {key: expanded(item, values, work, _above) for key, item in value.items()}
        case Array() | Table():
            raise Refused(f"{_kind(value, values)} is not calculated with in a recorded failure")
        case _:
            if isinstance(value, (str, bytes)):
                work.spend(len(value) // 100)
            return value


def _expanded_dict(reference: Reference, values: Values, work: Work, above: tuple[int, ...]) -> object:
    keys = dict_keys(reference, values, work)
    if len(keys) > _MOST_KEYS:
        raise Refused(f"dicts of more than {_MOST_KEYS:,} keys are not compared here")
    children: Iterable[tuple[object, int]] = zip(
        keys, (child.node for child in values.node(reference).children), strict=True
    )
    return {key: expanded(Reference(number), values, work, above) for key, number in children}


def _kind(value: object, values: Values) -> str:
    """`value`'s type, as a subject of a sentence."""
    match value:
        case Reference():
            return f"a recorded {values.type(value) or 'value'}"
        case Array() | Table():
            return f"a recorded {value.type}"
        case TypeName():
            return "a type"
        case _:
            return f"{type(value).__name__}"
