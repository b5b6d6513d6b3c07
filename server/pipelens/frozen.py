"""`@frozen`: a dataclass whose objects are values, cheap to define and cheap to make.

A command that is asked every few seconds defines about 150 classes when it starts. `dataclass(frozen=True,
slots=True)` compiles eight functions for each, two thirds of a millisecond; here only `__init__` is
compiled, and comparing, hashing and showing are shared. That the objects stay as they are is the type
checker's business, not that of a `__setattr__` which would make each of them three times as dear.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**_told: object) -> Callable[[_Function], _Function]:
        return lambda function: function


_Class = TypeVar("_Class")
_Function = TypeVar("_Function")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[_Class]) -> type[_Class]:
    """A slotted dataclass that compares, hashes and shows itself by its fields, as one with
    `frozen=True` does; what the class defines itself stays. Its attributes are not to be set again."""
    own = vars(cls)
    if not cls.__doc__:
        cls.__doc__ = cls.__name__  # else its signature is put together, which is dear
    made: Any = dataclass(repr=False, eq=False, slots=True)(cls)
    told = fields(made)
    compared = _getter([each.name for each in told if each.compare])
    if "__eq__" not in own:
        made.__eq__ = _equality(compared)
    if own.get("__hash__") is None:
        hashed = [each.name for each in told if (each.compare if each.hash is None else each.hash)]
        made.__hash__ = _hash(_getter(hashed))
    if "__repr__" not in own:
        made.__repr__ = _repr
    return made


def _getter(names: list[str]) -> Callable[[Any], object]:
    return attrgetter(*names) if names else lambda _: ()


def _equality(compared: Callable[[Any], object]) -> Callable[[object, object], bool]:
    def __eq__(self: object, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return self is other or compared(self) == compared(other)

    return __eq__


def _hash(hashed: Callable[[Any], object]) -> Callable[[object], int]:
    def __hash__(self: object) -> int:
        return hash(hashed(self))

    return __hash__


@recursive_repr()
def _repr(self: Any) -> str:
    shown = (f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"
