"""Events and what is printed beside them, put into order by marks."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from pipelens.runner.report_order import Mark, MarkSplitter, ReportOrder

TOKEN = "0123456789abcdef"
MARK = b"\0" + TOKEN.encode() + b".%d\0"


def split(pieces: list[bytes]) -> list[bytes | Mark]:
    splitter = MarkSplitter(TOKEN)
    found = [one for piece in [*pieces, b""] for one in splitter.split(piece)]
    joined: list[bytes | Mark] = []
    for one in found:
        if isinstance(one, bytes) and joined and isinstance(joined[-1], bytes):
            joined[-1] += one
        elif one:
            joined.append(one)
    return joined


@given(st.lists(st.integers(0, 60)))
def test_marks_are_found_however_the_pipe_cuts_them(cuts: list[int]) -> None:
    whole = b"a\0b" + MARK % 1 + MARK % 12 + b"\0c\0"
    at = sorted({0, *(cut for cut in cuts if cut < len(whole)), len(whole)})
    pieces = [whole[start:end] for start, end in itertools.pairwise(at)]
    assert split(pieces) == [b"a\0b", Mark(1), Mark(12), b"\0c\0"]


def test_half_a_mark_at_the_end_is_text() -> None:
    half = MARK[:-3]
    assert split([b"a" + half]) == [b"a" + half]


def test_what_was_printed_before_an_event_is_told_before_it() -> None:
    order = ReportOrder()
    order.events.extend([{"kind": "a", "mark": 1}, {"kind": "b", "mark": 2}, {"kind": "c"}])
    assert list(order.ready()) == []
    order.printed["stdout"].extend(["before a", Mark(1), "before b"])
    assert list(order.ready()) == [("stdout", "before a")]
    order.printed["stderr"].extend([Mark(1), Mark(2), "after b"])
    assert list(order.ready()) == [{"kind": "a", "mark": 1}, ("stdout", "before b")]
    order.printed["stdout"].append(Mark(2))
    assert list(order.ready()) == [{"kind": "b", "mark": 2}, ("stderr", "after b"), {"kind": "c"}]


def test_a_pipe_that_has_ended_is_not_waited_for() -> None:
    order = ReportOrder()
    order.events.append({"kind": "a", "mark": 1})
    order.printed["stdout"].append(Mark(1))
    order.ended.add("stderr")
    assert list(order.ready()) == [{"kind": "a", "mark": 1}]


def test_at_the_end_all_is_told_though_marks_are_missing() -> None:
    order = ReportOrder()
    order.events.extend([{"kind": "a", "mark": 1}, {"kind": "b", "mark": 7}])
    order.printed["stdout"].extend([Mark(3), "text"])
    assert list(order.ready(all=True)) == [
        {"kind": "a", "mark": 1},
        {"kind": "b", "mark": 7},
        ("stdout", "text"),
    ]
