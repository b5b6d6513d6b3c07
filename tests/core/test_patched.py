"""A patched mapping is the dictionary that the same changes make."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipelens.core.patched import Patched, may_differ, patched

LARGE = {number: str(number) for number in range(300)}
KEYS = st.integers(min_value=295, max_value=305)
STEPS = st.lists(st.tuples(st.dictionaries(KEYS, st.text(max_size=2), max_size=4), st.sets(KEYS, max_size=3)))


@given(STEPS)
def test_it_tells_what_a_changed_copy_would_tell(steps: list[tuple[dict[int, str], set[int]]]) -> None:
    mapping, copy = patched(LARGE, {}), dict(LARGE)
    for changes, gone in steps:
        before, told = mapping, dict(copy)
        mapping = patched(mapping, changes, gone)
        for key in gone:
            copy.pop(key, None)
        copy.update(changes)
        assert before == told
        others = {key for key in before.keys() | mapping.keys() if before.get(key) is not mapping.get(key)}
        assert others <= set(may_differ(before, mapping))
        assert mapping == copy
        assert len(mapping) == len(copy)
        for key in range(290, 310):
            assert (key in mapping) == (key in copy)
            assert mapping.get(key) == copy.get(key)
            assert mapping.get(key, "none") == copy.get(key, "none")


def test_a_few_changes_share_the_rest() -> None:
    assert isinstance(patched(LARGE, {7: "seven"}), Patched)


def test_only_what_was_changed_may_differ() -> None:
    before = patched(LARGE, {1: "one", 2: "two"})
    after = patched(patched(before, {7: "seven"}), {}, [2])
    assert set(may_differ(before, after)) == {1, 2, 7}
    assert not set(may_differ(before, before))
    assert set(may_differ({1: "a"}, {2: "b"})) == {1, 2}


def test_keys_keep_their_order_and_new_ones_are_last() -> None:
    mapping = patched(patched(LARGE, {7: "seven", 1_000: "new"}), {8: "eight"}, [0])
    assert list(mapping) == [*range(1, 300), 1_000]
    assert list(mapping.values())[6:8] == ["seven", "eight"]


def test_many_changes_are_written_anew() -> None:
    mapping = LARGE
    for number in range(200):
        mapping = patched(mapping, {number: "x"})
    assert list(mapping.values())[:201] == [*["x"] * 200, "200"]
    assert len(mapping) == 300
