"""Open buffers: edits in place give the text that the editor shows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipelens.core.text import Document, Position, Span, split_lines
from pipelens.workspace.buffers import Buffer

TEXTS = st.lists(st.sampled_from(["a", "é", "🎈", "\n", "\r", "\r\n", "\f", "\u2028", " "]), max_size=20).map(
    "".join
)
POSITIONS = st.builds(Position, st.integers(0, 8), st.integers(0, 8))


@given(TEXTS, st.lists(st.tuples(POSITIONS, POSITIONS, TEXTS), max_size=4))
def test_edits_in_place_equal_edits_of_the_whole_text(
    text: str, edits: list[tuple[Position, Position, str]]
) -> None:
    buffer = Buffer("file:///a", text)
    for one, other, new in edits:
        start, end = min(one, other), max(one, other)
        text = replaced(text, start, end, new)
        buffer.replace(Span(start, end), new)
        assert buffer.text == text
        assert [buffer.line(number) for number in range(len(split_lines(text)))] == Document(text).lines


def replaced(text: str, start: Position, end: Position, new: str) -> str:
    lines = split_lines(text)

    def offset(position: Position) -> int:
        if position.line >= len(lines):
            return len(text)
        content = lines[position.line].rstrip("\r\n")
        return sum(map(len, lines[: position.line])) + min(position.character, len(content))

    return text[: offset(start)] + new + text[offset(end) :]


def test_a_form_feed_ends_no_line() -> None:
    buffer = Buffer("file:///a", "a\fb\nc")
    buffer.replace(Span.on_line(1, 0, 1), "d")
    assert buffer.text == "a\fb\nd"


def test_a_position_beyond_the_text_means_its_end() -> None:
    buffer = Buffer("file:///a", "a\n")
    buffer.replace(Span.of(9, 9, 9, 9), "b")
    assert buffer.text == "a\nb"
