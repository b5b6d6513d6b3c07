"""Columns: code points in core, the client's units outside."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelens.lsp.convert import Units, path_of, uri_of

LINES = st.text(st.characters(blacklist_characters="\r\n", blacklist_categories=("Cs",)), max_size=12)


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 7), ("utf-16", 4), ("utf-32", 3)])
def test_a_column_behind_wide_letters_is_counted_in_units(encoding: str, column: int) -> None:
    assert Units(encoding).column("é🎈ab", 3) == column


@given(LINES, st.integers(0, 14), st.sampled_from(["utf-8", "utf-16", "utf-32"]))
def test_columns_there_and_back_are_the_same(line: str, character: int, encoding: str) -> None:
    units = Units(encoding)
    assert units.character(line, units.column(line, character)) == character


@given(LINES, st.sampled_from(["utf-8", "utf-16-le", "utf-32-le"]))
def test_columns_are_those_of_the_encoded_text(line: str, codec: str) -> None:
    units = Units(codec.removesuffix("-le"))
    width = {"utf-8": 1, "utf-16-le": 2, "utf-32-le": 4}[codec]
    for character in range(len(line) + 1):
        assert units.column(line, character) == len(line[:character].encode(codec)) // width


def test_a_column_inside_a_letter_means_its_beginning() -> None:
    assert Units("utf-16").character("a🎈b", 2) == 1
    assert Units("utf-8").character("é", 1) == 0


@pytest.mark.parametrize("path", ["/a b/ü/pipeline.yaml", "/plain/x.py", "/p%20ct/#.py"])
def test_paths_there_and_back_are_the_same(path: str) -> None:
    assert path_of(uri_of(path)) == path


@pytest.mark.parametrize(
    "uri", ["untitled:x", "git:/a/b.py", "file:", "", "file:///a%00b", "vscode-vfs://h/x"]
)
def test_what_is_no_file_has_no_path(uri: str) -> None:
    assert path_of(uri) is None
