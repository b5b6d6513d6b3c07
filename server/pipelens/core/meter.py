"""The meter of templates: what one run may spend, and how large the values it makes may be.

Every operation that could grow or go on asks here first. Limits are on what a template does, never
on time, so that the same template always ends the same way.
"""

from __future__ import annotations

import re
from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from contextvars import ContextVar
from pathlib import PurePath
from typing import Any, Final, cast

from jinja2 import Undefined
from jinja2.exceptions import SecurityError

MAX_SIZE: Final = 1 << 16
MAX_BITS: Final = 10_000
_STEPS: Final = 40_000
_WIDTHS = frozenset({"zfill", "center", "ljust", "rjust", "indent"})


class Refusal(SecurityError):
    """The template does something that is not allowed here."""


class Meter:
    """What one run of a template may still spend."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = _STEPS

    def spend(self, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            raise Refusal("it takes too many steps")


METER: ContextVar[Meter] = ContextVar("pipelens template meter")


def size_of(value: object, limit: int = MAX_SIZE) -> int:
    """About how many characters `value` prints as; stops counting above `limit`."""
    size = 0
    stack: list[object] = [value]
    while stack and size <= limit:
        item = stack.pop()
        match item:
            case str() | bytes():
                size += len(item) + 2
            case bool() | None:
                size += 4
            case int():
                bits = item.bit_length()
                size += limit + 1 if bits > MAX_BITS else bits // 3 + 1
            case Undefined():
                pass
            case dict():
                size += 2 + 2 * len(cast("dict[object, object]", item))
                stack.extend(cast("dict[object, object]", item).keys())
                stack.extend(cast("dict[object, object]", item).values())
            case list() | tuple() | set() | frozenset() | KeysView() | ItemsView() | ValuesView():
                size += 2 + 2 * len(cast("list[object]", item))
                stack.extend(cast("list[object]", item))
            case PurePath():
                size += len(str(item))
            case _:
                size += 30
    return size


def small(value: Any) -> Any:
    """`value`, paid for; refused when it is too large to work with."""
    size = size_of(value)
    if size > MAX_SIZE:
        raise Refusal(f"it works with a value of more than {MAX_SIZE} characters")
    METER.get().spend(1 + size // 64)
    return value


def steps(values: Any, cost: int) -> Iterator[Any]:
    """The elements that a loop runs over, each paid for before its body runs."""
    if isinstance(values, Undefined):
        iter(values)  # raises, or is empty, as the kind of undefined has it
        return
    meter = METER.get()
    for value in values:
        meter.spend(cost)
        yield value


def concat(parts: list[Any]) -> str:
    return cast(str, small("".join(str(small(part)) for part in parts)))


def settled(value: Any) -> Any:
    """An iterator as the list of what it gives, so that its size can be told."""
    if isinstance(value, Iterator):
        made: list[Any] = []
        meter = METER.get()
        for item in cast("Iterable[Any]", value):
            meter.spend(1)
            made.append(item)
        return made
    return value


def check_format(text: Any, values: Any) -> None:
    if not isinstance(text, str):
        return
    if re.search(r"%[^a-zA-Z%]*(?:\d{4,}|\*)", text):
        raise Refusal("it formats with a width above 999")
    if text.count("%") * (1000 + size_of(values)) > 1 << 20:
        raise Refusal("it formats too much")


def check_growth(name: str, arguments: tuple[Any, ...], keywords: Mapping[str, Any]) -> None:
    """Refuse calls whose result is large however small their arguments are. The subject comes first."""
    given = [*arguments[1:], *keywords.values()]
    match name:
        case "replace":
            subject = str(arguments[0])
            old, new = (str(part) for part in (*given, "", "")[:2])
            times = subject.count(old) if old else len(subject) + 1
            if times * len(new) > MAX_SIZE:
                raise Refusal("it replaces by too much text")
        case "round":
            if any(isinstance(part, int) and abs(part) > 30 for part in given):
                raise Refusal("it rounds to more than 30 digits")
        case "tojson":
            if given:
                raise Refusal("'tojson' takes no width")
        case "format":
            check_format(arguments[0], given)
        case _ if name in _WIDTHS:
            lines = str(arguments[0]).count("\n") + 1 if name == "indent" else 1
            for part in given:
                width = len(part) if isinstance(part, str) else part
                if isinstance(width, int) and width * lines > MAX_SIZE // 4:
                    raise Refusal(f"'{name}' makes too wide a text")
        case "join":
            separators = [str(part) for part in given if isinstance(part, str)]
            if separators and size_of(arguments[0]) * max(map(len, separators)) > MAX_SIZE * 8:
                raise Refusal("it joins with too long a text")
        case _:
            pass


def check_power(left: Any, right: Any) -> None:
    """Refuse a power whose digits would be too many."""
    whole = isinstance(left, int) and isinstance(right, int)
    if whole and right > 0 and left not in (0, 1, -1) and left.bit_length() * right > MAX_BITS:
        raise Refusal("it makes too large a number")


def check_product(left: Any, right: Any) -> None:
    """Refuse text or a list repeated too often."""
    for count, value in ((left, right), (right, left)):
        repeated = isinstance(count, int) and isinstance(value, str | bytes | list | tuple)
        if repeated and count * max(1, size_of(cast(object, value))) > MAX_SIZE:
            raise Refusal(f"it makes a value of more than {MAX_SIZE} characters")
