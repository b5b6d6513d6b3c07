"""The traceback of a recorded failure as text, in Python's own form: the cause first, the raised error last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from pipelens.debug.recorded import Dump, Frame, RecordedError

_HEAD: Final = "Traceback (most recent call last):"
_LINKS: Final = {
    "cause": "The above exception was the direct cause of the following exception:",
    "context": "During handling of the above exception, another exception occurred:",
}


def formatted(dump: Dump, place: Callable[[Frame], str] | None = None) -> str:
    """The whole chain, ending with a line feed. place: how a frame's file is written, for clients that
    make links of paths; as recorded without it."""
    shown = place or (lambda frame: frame.file)
    pieces: list[str] = []
    chain = [error for error in dump.errors if error.link != "member"]
    for at in range(len(chain) - 1, -1, -1):
        pieces.append(_error(dump, chain[at], shown))
        if at:
            pieces.append(f"\n{_LINKS.get(chain[at].link or '', _LINKS['context'])}\n\n")
    pieces.extend(_members(dump, shown))
    return "".join(pieces)


def headline(error: RecordedError) -> str:
    """`KeyError: 'y'`: the error's type, with its module where that is not Python's own, and message."""
    name = full_type(error)
    return f"{name}: {error.message}" if error.message else name


def full_type(error: RecordedError) -> str:
    """The error's type as a traceback names it."""
    return error.type if error.module in ("", "builtins", "__main__") else f"{error.module}.{error.type}"


def source_line(dump: Dump, frame: Frame) -> str | None:
    """The text of the line where the frame stood, as it was; None when it was not recorded."""
    text = dump.source(frame.file)
    if text is None:
        return frame.text or None
    lines = text.split("\n")
    return lines[frame.line - 1].rstrip("\r") if 0 < frame.line <= len(lines) else None


def _error(dump: Dump, error: RecordedError, place: Callable[[Frame], str]) -> str:
    lines = [_HEAD] if error.frames else []
    for at, frame in enumerate(error.frames):
        if error.missing is not None and error.missing[0] == at:
            lines.append(f"  … {error.missing[1]:,} frames were not recorded …")
        lines.extend(_frame(dump, frame, place))
    lines.append(headline(error))
    lines.extend(note for note in error.notes)
    return "\n".join(lines) + "\n"


def _frame(dump: Dump, frame: Frame, place: Callable[[Frame], str]) -> list[str]:
    lines = [f'  File "{place(frame)}", line {frame.line}, in {frame.name}']
    text = source_line(dump, frame)
    if text is None or not text.strip():
        return lines
    bare = text.strip()
    lines.append(f"    {bare}")
    marks = _marks(text, bare, frame)
    return [*lines, f"    {marks}"] if marks else lines


def _marks(text: str, bare: str, frame: Frame) -> str:
    """The line of `^` below the part that failed; none when that is the whole line."""
    first, last = frame.column, frame.end_column
    if first is None or last is None or frame.end_line != frame.line or frame.text:
        return ""
    indent = len(text) - len(text.lstrip())
    begin, end = max(0, first - indent), min(len(bare), last - indent)
    if end <= begin or (begin == 0 and end == len(bare)):
        return ""
    return " " * begin + "^" * (end - begin)


def _members(dump: Dump, place: Callable[[Frame], str]) -> Sequence[str]:
    """The errors of a group, after it."""
    pieces: list[str] = []
    for at, error in enumerate(dump.errors):
        if error.link != "member":
            continue
        owner = dump.errors[error.of] if error.of is not None and error.of < at else dump.errors[0]
        text = _error(dump, error, place)
        pieces.append(f"\nOne of the errors of {full_type(owner)}:\n\n{_indented(text)}")
    return pieces


def _indented(text: str) -> str:
    return "".join(f"  {line}\n" for line in text.splitlines())
