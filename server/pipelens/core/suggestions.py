"""Suggestions ("did you mean"): the one candidate that a misspelt word is near enough to.

A wrong suggestion is worse than none, so the distance allowed grows slowly with the word's length,
and the work is bounded: very long words get no suggestion.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from functools import lru_cache

_LONGEST_WORD = 80


def nearest(word: str, candidates: Iterable[str], but: str | None = None) -> str | None:
    """The candidate most like `word`, or None when none is near or `word` itself is one. `but`: one
    that is not meant.

    Near: equal but for case, `-`, `_`, spaces; or as many edits (insertion, deletion, replacement,
    swap of neighbours) as a third of the word's length, two at most for short words, three for long ones.
    The first of equally near candidates wins.
    """
    if not word or len(word) > _LONGEST_WORD:
        return None
    limit = _allowed(word)
    among = candidates if isinstance(candidates, Container) else tuple(candidates)
    if limit < 1 or word in among:
        return None
    among = among if isinstance(among, tuple) else tuple(candidates)
    plain, letters = _shape(word)
    best: str | None = None
    for candidate in _alike(letters, among, limit):
        if candidate == but:
            continue
        other, others = _shape(candidate)
        if other == plain and plain:
            return candidate
        # Of two that are equally near the first wins, so the next ones must be nearer.
        within = limit if best is None else limit - 1
        if (letters ^ others).bit_count() > 2 * within or within < 1:
            continue
        if abs(len(other) - len(plain)) > within or len(candidate) > _LONGEST_WORD:
            continue
        distance = edit_distance(plain, other, within)
        if distance <= within:
            best, limit = candidate, distance
    return best


@lru_cache(maxsize=4)
def _letters(words: tuple[str, ...]) -> list[int]:
    return [_shape(word)[1] for word in words]


def _alike(letters: int, words: tuple[str, ...], limit: int) -> list[str]:
    """The words that may be so near: an edit changes at most two of the letters that a word has. Most of
    ten thousand names are told apart by that, at no cost."""
    most = 2 * limit
    differing = map(int.bit_count, map(letters.__xor__, _letters(words)))
    return [word for word, others in zip(words, differing, strict=True) if others <= most]


@lru_cache(maxsize=32_768)
def _shape(word: str) -> tuple[str, int]:
    """The word as it is compared, and its letters as a set of bits."""
    plain = _plain(word)
    letters = 0
    for letter in plain:
        letters |= 1 << (ord(letter) & 63)
    return plain, letters


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """`; did you mean 'x'?` to end a message with, or nothing."""
    found = nearest(word, candidates)
    return f"; did you mean '{found}'?" if found is not None else ""


def _plain(word: str) -> str:
    return word.casefold().replace("-", "").replace("_", "").replace(" ", "")


def _allowed(word: str) -> int:
    length = len(word)
    if length <= 2:
        return 0 if length < 2 else 1
    return 1 if length <= 4 else 2 if length <= 9 else 3


def edit_distance(one: str, other: str, limit: int) -> int:
    """Edits between two words (swaps of neighbours count one), or `limit + 1` when there are more."""
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    begin = 0
    shorter = min(len(one), len(other))
    while begin < shorter and one[begin] == other[begin]:
        begin += 1
    end = 0
    while end < shorter - begin and one[-1 - end] == other[-1 - end]:
        end += 1
    # What is equal at both ends costs nothing, which is most of two names of one family.
    one, other = one[begin : len(one) - end], other[begin : len(other) - end]
    longer, shorter_letters = (one, set(other)) if len(one) > len(other) else (other, set(one))
    # Each letter that the shorter one lacks is an edit of its own.
    if len(longer) - sum(map(shorter_letters.__contains__, longer)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return min(row[-1], limit + 1)
