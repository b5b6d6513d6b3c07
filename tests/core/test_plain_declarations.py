"""Plain parameters cells say the same with a tree and without one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelens.core.cells import Cell
from pipelens.core.literals import read_declarations, read_from_tree
from pipelens.core.plain_declarations import plain_declarations


def cell_of(text: str) -> Cell:
    lines = tuple((line + 3, 2) for line in range(len(text.split("\n"))))
    return Cell("code", text, 0, "x", (), lines)


NAMES = ["upstream", "product", "x", "_y1", "class", "None", "match", "é", "upstream.x", "x, y", "*x"]
VALUES = [
    "None",
    "True",
    "1",
    "007",
    "1.50",
    "-1",
    "1_000",
    "1.",
    '"a"',
    "'b c'",
    "'é 🚚'",
    '"it\'s"',
    '"\\n"',
    "''",
    '""""""',
    '"a" "b"',
    "[]",
    '["a"]',
    "['a', \"b\"]",
    '["a","b"]',
    '["a",  "b"]',
    '["a", "a"]',
    '["a", ]',
    "[None]",
    "(1,)",
    "{'a': 1}",
    "f()",
    "f'a'",
    "[",
    "1; y = 2",
    "x = 1",
    "'# no comment'",
    "%time",
    "!ls",
    "\t1",
]
LINES = st.one_of(
    st.tuples(
        st.sampled_from(["", "", "", " ", "if x: "]),
        st.sampled_from(NAMES),
        st.sampled_from([" = ", " = ", " = ", "=", " += ", ": int = ", " == "]),
        st.sampled_from(VALUES),
        st.sampled_from(["", "", "", " # why", "  ", "#", " \\", "?"]),
    ).map("".join),
    st.sampled_from(
        ["", "# text", "  # text", "x", "]", '"""', "import os", "%matplotlib inline", "x.y = 1"]
    ),
)


@given(st.lists(LINES, max_size=6).map("\n".join))
def test_what_is_read_without_a_tree_is_what_the_tree_says(text: str) -> None:
    cell = cell_of(text)
    assert read_declarations(cell) == read_from_tree(cell)


@pytest.mark.parametrize(
    "text",
    [
        "upstream = None\nproduct = None",
        "# names\nupstream = ['a', \"b\"]  # why\n\nproduct = 'out/x.csv'\nsize = 10\nname = \"x\"\nfast = False",
        "",
    ],
)
def test_ordinary_cells_need_no_tree(text: str) -> None:
    assert plain_declarations(cell_of(text)) is not None
