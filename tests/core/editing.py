"""Edits applied as an editor applies them: all at once, counted in the text before."""

from __future__ import annotations

import json
from collections.abc import Iterable

from pipelens.core.problems import Edit
from pipelens.core.text import Document


def applied(text: str, edits: Iterable[Edit], *, json_strings: bool = False) -> str:
    """`text` after `edits`, whose places are absolute. json_strings: it is a notebook's file, so that
    what goes into a cell is escaped."""
    document = Document(text)
    last = len(text) + 1
    for edit in sorted(edits, key=lambda one: one.place.span, reverse=True):
        start, end = document.offset(edit.place.span.start), document.offset(edit.place.span.end)
        assert start <= end <= last, "edits overlap"
        new = json.dumps(edit.text, ensure_ascii=False)[1:-1] if json_strings and not edit.raw else edit.text
        text, last = text[:start] + new + text[end:], start
    return text
