"""Stable ids for entries while the text around them changes."""

from __future__ import annotations

from collections.abc import Sequence


class EntryIds:
    """Numbers the entries of one pipeline. An entry keeps its number as long as it can be followed."""

    def __init__(self) -> None:
        self._next = 0
        self._texts: dict[str, tuple[tuple[str, ...], tuple[int, ...]]] = {}

    def follow(self, path: str, texts: Sequence[str]) -> tuple[int, ...]:
        """The ids of the entries of the file `path`, whose texts are now these, in order."""
        old_texts, old = self._texts.get(path, ((), ()))
        ids = self._follow(texts, old_texts, old)
        self._texts[path] = (tuple(texts), ids)
        return ids

    def _follow(
        self, texts: Sequence[str], old_texts: Sequence[str], old: tuple[int, ...]
    ) -> tuple[int, ...]:
        first = 0
        while first < min(len(texts), len(old)) and texts[first] == old_texts[first]:
            first += 1
        last = 0
        while last < min(len(texts), len(old)) - first and texts[-1 - last] == old_texts[-1 - last]:
            last += 1
        middle = texts[first : len(texts) - last]
        old_middle = old[first : len(old) - last]
        ids = (*old[:first], *self._middle(middle, old_texts[first : len(old) - last], old_middle))
        return (*ids, *old[len(old) - last :])

    def knows(self, path: str) -> bool:
        """Whether the entries of `path` have ids."""
        return path in self._texts

    @property
    def expected(self) -> int:
        """The id that the first entry of a file will have that is not known yet."""
        return self._next + 1

    def splice(self, path: str, first: int, last: int, texts: Sequence[str]) -> tuple[int, ...]:
        """The ids of the entries from `first` on, which became these instead of those up to `last`."""
        old_texts, old = self._texts[path]
        ids = self._follow(texts, old_texts[first:last], old[first:last])
        if list(texts) != list(old_texts[first:last]):
            old_texts = (*old_texts[:first], *texts, *old_texts[last:])
        if ids != old[first:last]:
            old = (*old[:first], *ids, *old[last:])
        self._texts[path] = (old_texts, old)
        return ids

    def of(self, path: str) -> tuple[int, ...]:
        """The ids of the entries of `path`, in order."""
        return self._texts[path][1]

    def _middle(self, texts: Sequence[str], old_texts: Sequence[str], old: Sequence[int]) -> tuple[int, ...]:
        if len(texts) == len(old):
            return tuple(old)
        free: dict[str, list[int]] = {}
        for text, id in zip(old_texts, old, strict=True):
            free.setdefault(text, []).append(id)
        return tuple(free[text].pop(0) if free.get(text) else self._new() for text in texts)

    def _new(self) -> int:
        self._next += 1
        return self._next
