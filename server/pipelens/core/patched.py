"""Mappings that share what they have in common: the one behind an edit is a few changes on top of
the one before, so that making it and freeing it costs nothing that grows with the pipeline."""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from typing import Any, Final, TypeVar, overload

K = TypeVar("K")
V = TypeVar("V")
D = TypeVar("D")

_MOST_CHANGES: Final = 64
"""With more of them the whole is written anew."""

_SMALL: Final = 256
"""A mapping of so few is copied."""

_GONE: Final[Any] = object()


class Patched(Mapping[K, V]):
    """A dictionary with other values for a few of its keys; further keys come last. Never changes.
    To walk it the whole is made, once."""

    __slots__ = ("_base", "_changes", "_length", "_whole")

    def __init__(self, base: dict[K, V], changes: dict[K, V]) -> None:
        self._base = base
        self._changes = changes
        self._length = len(base)
        for key, value in changes.items():
            self._length += (value is not _GONE) - (key in base)
        self._whole: dict[K, V] | None = None

    def __getitem__(self, key: K) -> V:
        if key not in self._changes:
            return self._base[key]
        value = self._changes[key]
        if value is _GONE:
            raise KeyError(key)
        return value

    @overload
    def get(self, key: K, /) -> V | None: ...
    @overload
    def get(self, key: K, /, default: V | D) -> V | D: ...
    def get(self, key: K, /, default: object = None) -> object:
        if key not in self._changes:
            return self._base.get(key, default)
        value = self._changes[key]
        return default if value is _GONE else value

    def __contains__(self, key: object) -> bool:
        changes: dict[Any, V] = self._changes
        return changes[key] is not _GONE if key in changes else key in self._base

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[K]:
        return iter(self.whole())

    def keys(self) -> KeysView[K]:
        return self.whole().keys()

    def values(self) -> ValuesView[V]:
        return self.whole().values()

    def items(self) -> ItemsView[K, V]:
        return self.whole().items()

    def whole(self) -> dict[K, V]:
        """The same as a dictionary, which nobody may change."""
        if self._whole is None:
            made = {**self._base, **self._changes}
            for key, value in self._changes.items():
                if value is _GONE:
                    del made[key]
            self._whole = made
        return self._whole

    def patched(self, changes: Mapping[K, V]) -> Mapping[K, V]:
        """As the function below."""
        together = {**self._changes, **changes}
        made = Patched(self._base, together)
        return made if len(together) <= _MOST_CHANGES else made.whole()


def patched(mapping: Mapping[K, V], changes: Mapping[K, V], gone: Iterable[K] = ()) -> Mapping[K, V]:
    """`mapping` without the keys `gone` and with these values instead of its own. New keys are last;
    one that was gone before may be where it was."""
    together = {**{key: _GONE for key in gone if key in mapping}, **changes}
    if not together:
        return mapping
    if isinstance(mapping, Patched):
        return mapping.patched(together)
    base = mapping if isinstance(mapping, dict) else dict(mapping)
    made = Patched(base, together)
    return made if len(base) > _SMALL and len(together) <= _MOST_CHANGES else made.whole()


def may_differ(before: Mapping[K, V], now: Mapping[K, V]) -> Iterable[K]:
    """The keys whose values may be others in `now`, gone or new: a few, where the one was made from the
    other by `patched`; else those of both."""
    if now is before:
        return ()
    if _base(before) is _base(now):
        return _changes(before).keys() | _changes(now).keys()
    return before.keys() | now.keys()


def _base(mapping: Mapping[K, V]) -> Mapping[K, V]:
    return mapping._base if isinstance(mapping, Patched) else mapping  # pyright: ignore[reportPrivateUsage]


def _changes(mapping: Mapping[K, V]) -> Mapping[K, V]:
    return mapping._changes if isinstance(mapping, Patched) else {}  # pyright: ignore[reportPrivateUsage]
