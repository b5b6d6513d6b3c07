"""Texts with a caret in them: `upstr|eam`, or `¦` where YAML needs the bar."""

from __future__ import annotations

from pipelens.core.text import Document, Position


def caret(text: str, mark: str = "¦") -> tuple[Document, Position]:
    """The text without its caret, and where that was."""
    at = text.index(mark)
    document = Document(text[:at] + text[at + len(mark) :])
    return document, document.position(at)
