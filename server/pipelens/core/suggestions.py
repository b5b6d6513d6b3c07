"""Suggestions ("did you mean"): the one candidate that a misspelt word is near enough to.

A wrong suggestion is worse than none, so the distance allowed grows slowly with the word's length,
and the work is bounded: very long words get no suggestion.
"""

from __future__ import annotations

from collections.abc import Iterable

_LONGEST_WORD = 80


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate most like `word`, or None when none is near or `word` itself is one.

    Near: equal but for case, `-`, `_`, spaces; or as many edits (insertion, deletion, replacement,
    swap of neighbours) as a third of the word's length, two at most for short words, three for long ones.
    The first of equally near candidates wins.
    """
    if not word or len(word) > _LONGEST_WORD:
        return None
    plain = _plain(word)
    best: str | None = None
    limit = _allowed(word)
    for candidate in candidates:
        if candidate == word:
            return None
        other = _plain(candidate)
        if other == plain and plain:
            distance = 0
        elif abs(len(other) - len(plain)) > limit or len(candidate) > _LONGEST_WORD:
            continue
        else:
            distance = edit_distance(plain, other, limit)
        if distance < limit or (distance == limit and best is None and limit > 0):
            best, limit = candidate, distance
            if distance == 0:
                limit = 0
    return best


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
