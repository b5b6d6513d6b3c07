from __future__ import annotations

import pytest

from pipelens.core.suggestions import did_you_mean, edit_distance, nearest


@pytest.mark.parametrize(
    ("word", "candidates", "expected"),
    [
        ("laod", ["load", "fit"], "load"),
        ("Load", ["load"], "load"),
        ("load-data", ["load_data"], "load_data"),
        ("upstraem", ["upstream", "product"], "upstream"),
        ("featuers", ["features", "feature"], "features"),
        ("x", ["y"], None),
        ("fit", ["get", "plot"], None),
        ("load", ["load", "loads"], None),
        ("abcdef", ["ghijkl"], None),
        ("", ["a"], None),
        ("prodct", ["products", "product"], "product"),
    ],
)
def test_only_a_near_word_is_suggested(word: str, candidates: list[str], expected: str | None) -> None:
    assert nearest(word, candidates) == expected


def test_a_very_long_word_gets_no_suggestion() -> None:
    assert nearest("a" * 100_000, ["a" * 99_999]) is None


def test_a_swap_of_neighbours_is_one_edit() -> None:
    assert edit_distance("laod", "load", 2) == 1


def test_a_distance_above_the_limit_is_cut_off() -> None:
    assert edit_distance("kitten", "sitting", 2) == 3


def test_a_message_ends_with_the_suggestion() -> None:
    assert did_you_mean("laod", ["load"]) == "; did you mean 'load'?"
    assert did_you_mean("zzz", ["load"]) == ""
