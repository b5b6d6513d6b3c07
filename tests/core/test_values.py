from __future__ import annotations

import ast
import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelens.core.values import MAX_LENGTH, cast, cast_tree


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("1.10", 1.1),
        ("1e3", 1000.0),
        ("1_000", 1000),
        ("0x10", 16),
        ("-0x_ff", -255),
        (" 1", 1),
        ("1 # c", 1),
        ("1,000", (1, 0)),
        ("3,", (3,)),
        ("[1, 'b']", [1, "b"]),
        ("{'x': 1}", {"x": 1}),
        ("{1}", {1}),
        ("'q'", "q"),
        ("'a' 'b'", "ab"),
        ("b'x'", b"x"),
        ("1+2j", 1 + 2j),
        ("...", ...),
        ("TRUE", True),
        ("none", None),
        ("NULL", None),
    ],
)
def test_text_that_is_a_literal_becomes_its_value(text: str, value: object) -> None:
    found = cast(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        "01",
        "007",
        "~",
        "yes",
        "off",
        "2020-01-31",
        "1 2",
        "1 + 2",
        "f(x)",
        "[a, b]",
        "true ",
        "",
        "1.2.3",
        "nan",
        "../x",
        "out/x.csv",
        "-",
        "1if x",
        "'\\d",
    ],
)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert cast(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "(" * 50_000,
        "[" * 5_000 + "]" * 5_000,
        "-" * 60_000 + "1",
        "1" + "+1" * 30_000,
        "1" + "[0]" * 20_000,
        "1" + " .a" * 20_000,
        "not " * 9_000 + "1",
        "9" * 60_000,
        "[1]" + " " * MAX_LENGTH,
        "'\0'\0",
    ],
)
def test_hostile_text_stays_text(text: str) -> None:
    assert cast(text) == text


def test_a_long_list_of_plain_values_is_still_a_list() -> None:
    text = "[" + ", ".join(["1", "'two'", "-3.5", "(4, None)", "{'k': 1+2j}"] * 200) + "]"
    assert cast(text) == ast.literal_eval(text)


def test_the_parser_never_warns_about_text_that_is_no_code(recwarn: pytest.WarningsRecorder) -> None:
    cast("'\\d'")
    cast("1if 1else 2")
    assert not recwarn.list


def test_values_in_lists_and_mappings_are_cast_and_keys_are_not() -> None:
    day = datetime.date(2020, 1, 31)
    assert cast_tree(["1", ["none"], {"2": "3", "true": "false", "d": day}]) == [
        1,
        [None],
        {"2": 3, "true": False, "d": day},
    ]


@given(st.text(alphabet=" 01.,-+()[]{}'\"jexbTrue#:\n\\", max_size=40))
def test_typing_agrees_with_pythons_literals(text: str) -> None:
    lower = text.lower()
    if lower in ("true", "false", "none", "null"):
        return
    try:
        expected: object = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError):
        expected = text
    assert repr(cast(text)) == repr(expected)
