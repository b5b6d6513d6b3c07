"""One-line texts of the values that expressions make, in bounded time whatever they hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pipelens.debug.recorded import plain

_LONGEST: Final = 4_000
_LONGEST_ITEM: Final = 200
_BRACKETS: Final[dict[type, tuple[str, str]]] = {
    list: ("[", "]"),
    tuple: ("(", ")"),
    set: ("{", "}"),
    frozenset: ("frozenset({", "})"),
    dict: ("{", "}"),
}


def shown(value: object, other: Callable[[object], str | None]) -> str:
    """`value` as `repr` shows builtin values, cut at some thousand characters. `other` gives the text of
    the elements that are not builtin values."""
    pieces: list[str] = []
    _show(value, other, pieces, _LONGEST, 0)
    return plain("".join(pieces))


def _show(
    value: object, other: Callable[[object], str | None], pieces: list[str], room: int, depth: int
) -> int:
    """Append the text of `value`; gives the room that is left, below 0 when it was cut."""
    brackets = _BRACKETS.get(type(value))
    if brackets is None or not isinstance(value, (list, tuple, set, frozenset, dict)):
        text = _scalar(value, other)
        if depth and len(text) > _LONGEST_ITEM:
            text = text[:_LONGEST_ITEM] + "…"
        elif len(text) > _LONGEST:
            text = text[:_LONGEST] + "…"
        pieces.append(text)
        return room - len(text)
    if not value and isinstance(value, (set, frozenset)):
        pieces.append(f"{type(value).__name__}()")
        return room - 5
    pieces.append(brackets[0])
    for at, item in enumerate(value):
        pieces.append(", " if at else "")
        if room <= 0 or depth > 20:
            pieces.append("…")
            break
        room = _show(item, other, pieces, room - 2, depth + 1)
        if isinstance(value, dict):
            pieces.append(": ")
            room = _show(value[item], other, pieces, room - 2, depth + 1)
    if len(value) == 1 and isinstance(value, tuple):
        pieces.append(",")
    pieces.append(brackets[1])
    return room


def _scalar(value: object, other: Callable[[object], str | None]) -> str:
    match value:
        case str() | bytes():
            return repr(value if len(value) <= _LONGEST else value[:_LONGEST])
        case int() if value.bit_length() > 14_000:
            return f"a whole number of {value.bit_length():,} bits"
        case bool() | int() | float() | complex() | None:
            return repr(value)
        case _:
            found = other(value)
            return type(value).__name__ if found is None and value is not ... else found or "Ellipsis"
