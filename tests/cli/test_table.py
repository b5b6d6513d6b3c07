from __future__ import annotations

from pipelens.cli.table import shortened, table
from pipelens.cli.terminal import Segment, cells


def drawn(
    head: tuple[str, ...], *rows: tuple[str, ...], width: int = 1000, elastic: tuple[int, ...] = ()
) -> list[str]:
    made = table(head, [[Segment(cell) for cell in row] for row in rows], width=width, elastic=elastic)
    return ["".join(segment.text for segment in line).rstrip() for line in made]


def test_columns_are_as_wide_as_their_widest_cell():
    assert drawn(("a", "bb"), ("xyz", "1"), ("x", "2")) == ["a    bb", "xyz  1", "x    2"]


def test_wide_characters_keep_the_columns_aligned():
    assert drawn(("名前", "b"), ("数据分析", "1"), ("x", "2")) == [
        "名前      b",
        "数据分析  1",
        "x         2",
    ]


def test_a_cell_of_several_lines_makes_several_lines():
    assert drawn(("a", "b", "c"), ("x", "1\n2", "z")) == ["a  b  c", "x  1  z", "   2"]


def test_elastic_columns_give_way_first_to_last():
    lines = drawn(("a", "path"), ("x", "a/very/long/path/to/some/file.csv"), width=24, elastic=(1,))
    assert max(map(cells, lines)) <= 24
    assert lines[1].endswith("file.csv")


def test_a_shortened_text_keeps_both_ends():
    assert shortened("products/a/b/c/report.ipynb", 18) == "produ...port.ipynb"


def test_a_text_that_fits_is_left_alone():
    assert shortened("数据", 4) == "数据"
