"""Which expressions does an f-string hold? Python tells their places only since 3.12."""

from __future__ import annotations

from collections.abc import Iterator

from pipelens.core.python_text import TOKEN

_OPEN, _CLOSE = "([{", ")]}"


def fields_of(text: str) -> Iterator[tuple[int, str]]:
    """Offset and text of each expression between braces, in `text` of one or more string literals."""
    for token in TOKEN.finditer(text):
        if token.lastgroup not in ("string", "triple"):
            continue
        quote = next(at for at, character in enumerate(token[0]) if character in "\"'")
        if "f" not in token[0][:quote].lower():
            continue
        size = 3 if token.lastgroup == "triple" else 1
        begin, end = token.start() + quote + size, token.end() - size
        yield from _fields(text, begin, end)


def _fields(text: str, at: int, end: int) -> Iterator[tuple[int, str]]:
    while at < end:
        if text[at] == "{":
            if text[at + 1 : at + 2] == "{":
                at += 2
                continue
            stop = _expression_end(text, at + 1, end)
            expression = text[at + 1 : stop].rstrip()
            shows_itself = expression.endswith("=") and not expression.endswith(("==", "!=", "<=", ">="))
            yield at + 1, expression[:-1] if shows_itself else expression
            at = stop
            if text[at : at + 1] == "!":
                at += 2
            if text[at : at + 1] == ":":
                close = _format_end(text, at + 1, end)
                yield from _fields(text, at + 1, close)
                at = close
        at += 1


def _expression_end(text: str, at: int, end: int) -> int:
    """Where the expression that begins at `at` ends: at its conversion, format or closing brace."""
    depth = 0
    while at < end:
        character = text[at]
        if character in "\"'":
            token = TOKEN.match(text, at, end)
            at = token.end() if token is not None else at + 1
            continue
        if character in _OPEN:
            depth += 1
        elif character in _CLOSE:
            if depth == 0:
                return at
            depth -= 1
        elif depth == 0 and (character == ":" or (character == "!" and text[at + 1 : at + 2] != "=")):
            return at
        at += 1
    return end


def _format_end(text: str, at: int, end: int) -> int:
    depth = 0
    while at < end:
        if text[at] == "{":
            depth += 1
        elif text[at] == "}":
            if depth == 0:
                return at
            depth -= 1
        at += 1
    return end
