from __future__ import annotations

import pytest

from pipelens.cli.arguments import parser, read, wants_json
from pipelens.cli.refusal import Refusal


def overrides(*words: str) -> dict[str, str]:
    return read(parser("check", "say it"), words).overrides


def refusal(*words: str) -> str:
    with pytest.raises(Refusal) as raised:
        read(parser("check", "say it"), words)
    assert raised.value.exit_code == 2
    return raised.value.message


def test_an_env_value_may_follow_or_be_joined():
    assert overrides("--env--a", "1", "--env--b=2") == {"a": "1", "b": "2"}


def test_an_env_value_may_hold_equal_signs_be_empty_or_negative():
    assert overrides("--env--a=x=y", "--env--b=", "--env--c", "-1.5") == {"a": "x=y", "b": "", "c": "-1.5"}


def test_nested_and_hyphenated_env_keys_are_kept_as_written():
    assert overrides("--env--a--b", "1", "--env--my-key=2") == {"a--b": "1", "my-key": "2"}


def test_an_env_option_without_a_value_is_a_usage_error():
    assert "--env--a needs a value" in refusal("--env--a")
    assert "--env--a needs a value" in refusal("--env--a", "--strict")


def test_an_env_option_without_a_key_is_a_usage_error():
    assert "names no key" in refusal("--env--", "1")


def test_the_entry_point_may_be_joined_to_its_option():
    for words in (["-e", "x.yaml"], ["--entry-point", "x.yaml"], ["--entry-point=x.yaml"]):
        assert read(parser("check", "say it"), words).entry_point == "x.yaml"


def test_an_unknown_option_names_the_one_that_was_meant():
    assert "did you mean --entry-point?" in refusal("--entri-point", "x")
    assert "has no option --zzzz" in refusal("--zzzz")


def test_a_missing_value_is_told_in_words():
    assert refusal("--entry-point").endswith("--entry-point needs a value") or "needs a value" in refusal(
        "-e"
    )


def test_an_unknown_format_lists_the_known_ones():
    assert "choose from" in refusal("--format", "xml")


def test_json_is_wanted_however_it_is_spelt():
    assert wants_json(["--json"])
    assert wants_json(["--format", "json"])
    assert wants_json(["--format=json"])
    assert not wants_json(["--format", "text"])
