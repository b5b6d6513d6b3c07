"""How is a new name written where the old one stands? Quotes stay, and come where they are needed."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable

from yaml.nodes import ScalarNode, SequenceNode

from pipelens.core.answers.subject import text_at
from pipelens.core.python_text import parse_python
from pipelens.core.text import Lines, Position, Span
from pipelens.core.typed_nodes import items_of, pairs_of
from pipelens.core.values import cast
from pipelens.core.yaml_nodes import compose
from pipelens.core.yaml_values import construct

_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*\s+)+")
_OPENING = re.compile(r"""([rbfuRBFU]{0,2})("{3}|'{3}|"|')$""")

Reading = Callable[[str], object]
"""From a scalar as written to the value it has."""


def as_key(text: str) -> object:
    """What a mapping's key is to us: its text."""
    value = _value(text, "{}: 0", key=True)
    return value if value is None else str(value)


def as_value(text: str) -> object:
    """What a value is: text that stands for a literal is that literal (section 4 of the format)."""
    value = _value(text, "- {}")
    return cast(value) if isinstance(value, str) else value


def _value(text: str, form: str, *, key: bool = False) -> object:
    node = compose(form.replace("{}", text, 1))
    value = getattr(node, "value", None)
    if node is None or not value or len(value) != 1:
        return None
    inner = pairs_of(node)[0][0] if key else items_of(node)[0]  # pyright: ignore[reportArgumentType]
    return construct(inner) if isinstance(inner, ScalarNode) else None


def scalar(written: str, old: str, new: str, read: Reading) -> str | None:
    """`written`, a scalar that reads as `old`, for `new`; None where it does not read so (a template),
    or where nothing does.

    Anchors stay, and quotes of the kind that stands there. The scalar is good in flow style, too.
    """
    match = _PROPERTIES.match(written)
    before = match[0] if match else ""
    bare = written[len(before) :]
    if read(bare) != old or bare.startswith(("|", ">")):
        return None
    if new == old:
        return written
    quotes = ("'", '"') if bare.startswith("'") else ('"', "'") if bare.startswith('"') else ("", '"', "'")
    # Text that would become a number gets quotes inside its quotes.
    for text in (new, *((repr(new),) if read is as_value else ())):
        for quote in quotes:
            candidate = _quoted(text, quote)
            if read(candidate) == new and _is_good_in_flow(candidate, new, read):
                return before + candidate
    return None


def _quoted(text: str, quote: str) -> str:
    if not quote:
        return text
    if quote == "'":
        return "'" + text.replace("'", "''") + "'"
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _is_good_in_flow(candidate: str, new: str, read: Reading) -> bool:
    node = compose(f"[{candidate}, {{{candidate}: 0}}]")
    if not isinstance(node, SequenceNode) or len(items_of(node)) != 2:
        return False
    first = items_of(node)[0]
    value = construct(first) if isinstance(first, ScalarNode) else None
    if read is as_value and isinstance(value, str):
        value = cast(value)
    return str(value) == new


def string(lines: Lines, span: Span, old: str, new: str, *, in_json: bool) -> tuple[Span, str] | None:
    """The edit that makes a string of code that says `old` say `new`. span: inside its quotes, or all
    of a string that is written in parts. in_json: the lines are those of an `.ipynb`.

    None where the string does not say `old`, or cannot say `new` (raw strings).
    """
    text = text_at(lines, span)
    if in_json:
        try:
            text = str(json.loads(f'"{text}"'))
        except ValueError:
            return None
    whole = _literal(text)
    if whole is not None and text != old:
        return (span, _quoted(new, '"')) if whole == old else None
    before = lines.line(span.start.line)[: span.start.character]
    opening = _OPENING.search(before.replace('\\"', '"') if in_json else before)
    if opening is None:
        return None
    prefix, quote = opening[1].lower(), opening[2]
    if (text if "r" in prefix else _literal(quote + text + quote)) != old:
        return None
    if "r" in prefix:
        return None if quote[0] in new or "\\" in new else (span, new)
    escaped = new.replace("\\", "\\\\").replace(quote[0], "\\" + quote[0])
    return span, escaped.replace("{", "{{").replace("}", "}}") if "f" in prefix else escaped


def _literal(text: str) -> str | None:
    """The text that a Python string (or several, side by side) stands for."""
    tree = parse_python(f"({text})")
    match tree:
        case ast.Module(body=[ast.Expr(value=ast.Constant(value=str(value)))]):
            return value
        case _:
            return None


def without_quotes(lines: Lines, span: Span) -> Span:
    """The stretch of a scalar on one line without its anchor and quotes."""
    text = text_at(lines, span)
    if span.start.line != span.end.line:
        return span
    match = _PROPERTIES.match(text)
    start = span.start.character + (match.end() if match else 0)
    bare = text[match.end() :] if match else text
    if len(bare) > 1 and bare[0] == bare[-1] and bare[0] in "'\"":
        return Span(Position(span.start.line, start + 1), Position(span.end.line, span.end.character - 1))
    return Span(Position(span.start.line, start), span.end)
