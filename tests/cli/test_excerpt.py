"""Excerpts are judged by eye, so the tests draw them."""

from __future__ import annotations

from pipelens.cli.excerpt import excerpt
from pipelens.core.text import Document, Span


def drawn(text: str, span: Span) -> list[str]:
    lines = excerpt(Document(text).lines, span)
    return ["".join(segment.text for segment in line).rstrip() for line in lines]


def test_carets_stand_under_exactly_what_the_span_covers():
    assert drawn("tasks:\n  - sourc: a.py\n", Span.on_line(1, 4, 9)) == [
        "2 |   - sourc: a.py",
        "  |     ^^^^^",
    ]


def test_an_empty_span_gets_one_caret():
    assert drawn("tasks\n", Span.on_line(0, 5, 5)) == ["1 | tasks", "  |      ^"]


def test_wide_characters_take_two_columns():
    assert drawn("数据: データ x", Span.on_line(0, 4, 7)) == ["1 | 数据: データ x", "  |       ^^^^^^"]


def test_combining_characters_take_no_column():
    assert drawn("e\u0301: x", Span.on_line(0, 4, 5)) == ["1 | e\u0301: x", "  |    ^"]


def test_tabs_become_blanks_in_both_lines():
    assert drawn("a\tb\tc", Span.on_line(0, 2, 5)) == ["1 | a   b   c", "  |     ^^^^^"]


def test_a_span_over_two_lines_marks_both_without_their_indentation():
    assert drawn("a: [1,\n    2]\n", Span.of(0, 3, 1, 6)) == [
        "1 | a: [1,",
        "  |    ^^^",
        "2 |     2]",
        "  |     ^^",
    ]


def test_a_span_that_ends_at_the_start_of_a_line_does_not_mark_that_line():
    assert len(drawn("a: 1\nb: 2\n", Span.of(0, 0, 1, 0))) == 2


def test_a_long_span_is_cut_in_its_middle():
    text = "\n".join(f"line {n}" for n in range(100))
    shown = drawn(text, Span.of(0, 0, 99, 4))
    assert [line.split(" | ")[0].strip() for line in shown if "^" not in line] == [
        "1",
        "2",
        "3",
        "...",
        "100",
    ]


def test_a_very_long_line_is_cut_to_a_window_around_the_carets():
    text = "x" * 5_000_000 + "HERE" + "y" * 5_000_000
    line, carets = drawn(text, Span.on_line(0, 5_000_000, 5_000_004))
    assert len(line) < 200
    assert line[carets.index("^") :].startswith("HERE")
    assert carets.count("^") == 4


def test_characters_that_steer_a_terminal_are_made_visible():
    line, carets = drawn("a: \x1b[31mred\u202e", Span.on_line(0, 3, 11))
    assert "\x1b" not in line
    assert "\u202e" not in line
    assert carets.count("^") == 8


def test_a_span_outside_the_file_shows_nothing():
    assert drawn("a\n", Span.on_line(7, 0, 1)) == []
