"""The entries of a `tasks: [...]` that is broken somewhere, told from its brackets and its lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelens.core.text import Document, Span
from pipelens.core.yaml_nodes import Marks, YamlError, compose
from pipelens.core.yaml_pieces import Piece

_TASKS = re.compile(r"""(?:^|[{,\s])(?:tasks|'tasks'|"tasks")\s*:\s*\[""", re.MULTILINE)
_TOKEN = re.compile(r"""[\[\]{},\n\r]|"(?:[^"\\\n\r]|\\.)*"|'[^'\n\r]*'""")
_CLOSING = {"]": "[", "}": "{"}
_MOST_ITEMS = 20_000


def flow_entries(text: str) -> tuple[tuple[Piece, ...], tuple[int, ...]]:
    """The elements of the flow sequence under `tasks`, each read alone, and their first lines.

    Where the first one begins a line, every line that begins with a brace in the same column begins
    another one, whatever is open above it.
    """
    document = Document(text)
    pieces: list[Piece] = []
    lines: list[int] = []
    for start, end in _items(text):
        own = text[start:end].rstrip(", \t\r\n")
        own = own[len(own) - len(own.lstrip()) :]
        if not own:
            continue
        begin = document.position(text.index(own, start))
        padded = " " * begin.character + own  # so that columns count from the line's start
        node = compose(padded)
        broken = isinstance(node, YamlError) or node is None
        error = YamlError("", Span.of(0, 0, 0, 0)) if broken else None
        marks = Marks(Document(padded))
        pieces.append(Piece(0, padded, None if isinstance(node, YamlError) else node, marks, error))
        lines.append(begin.line)
    return tuple(pieces), tuple(lines)


def _items(text: str) -> Iterator[tuple[int, int]]:
    """Where the elements begin and end; commas and white space belong to neither."""
    found = _TASKS.search(text)
    if found is None:
        return
    start, open_brackets, count = found.end(), "", 0
    again = _next_line(text, start)
    for token in _TOKEN.finditer(text, found.end()):
        if count > _MOST_ITEMS:
            return
        match token[0]:
            case "[" | "{" as bracket:
                open_brackets += bracket
            case "]" if not open_brackets and not (again and again.search(text, token.end())):
                break
            case "]" | "}" as bracket:
                if open_brackets.endswith(_CLOSING[bracket]):
                    open_brackets = open_brackets[:-1]
            case "," if not open_brackets:
                yield start, token.start()
                start, count = token.end(), count + 1
            case "\n" | "\r" if open_brackets and again and again.match(text, token.start()):
                yield start, token.start()
                start, open_brackets, count = token.end(), "", count + 1
            case _:
                continue
    else:
        yield start, len(text)
        return
    yield start, token.start()


def _next_line(text: str, start: int) -> re.Pattern[str] | None:
    """How a line begins that is surely another element; None where elements share lines."""
    first = re.compile(r"[ \t]*[\r\n]+([ \t]*)\{").match(text, start)
    return re.compile(r"[\r\n]" + re.escape(first[1]) + r"\{") if first else None
