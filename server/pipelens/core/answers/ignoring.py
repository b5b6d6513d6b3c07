"""Which comment hides a problem where it is, and where does it go?

At the end of its line where a comment can stand there, else on a line of its own above. What the
comment does is tried out on the text around it: it hides the problem, and all else stays as it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePath
from typing import cast

import yaml

from pipelens.core.cells import Cell, Cells
from pipelens.core.magics import plain_python
from pipelens.core.problems import Edit, Place
from pipelens.core.project import Project
from pipelens.core.python_text import SyntaxFault, parse_python
from pipelens.core.sources import NotebookSource
from pipelens.core.suppression import read_suppressions
from pipelens.core.text import Lines, Position, Span
from pipelens.frozen import frozen

_IGNORE = re.compile(r"(?:#|--)\s*pipelens:\s*ignore\s*\[(?P<codes>[^\[\]#]*)\]")
_MOST_LINES = 400
_LONGEST_TEXT = 200_000
_LANGUAGES = {
    ".yaml": "yaml",
    ".yml": "yaml",
    ".toml": "toml",
    ".py": "python",
    ".ipynb": "python",
    ".r": "r",
    ".rmd": "r",
    ".sql": "sql",
    ".sh": "shell",
}
_OF_SYNTAX = frozenset({"yaml-error", "unquoted-placeholder", "syntax-error"})
"""To hide what cannot be read makes nothing readable."""


@frozen
class _Text:
    """A text that a comment goes into. path: tells how comments are read in it."""

    path: str
    lines: tuple[str, ...]
    language: str

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def ignoring(project: Project, path: str, span: Span, code: str, lines: Lines) -> Edit | None:
    """The edit that hides the problem `code` at `span` of the file at `path`, which shows `lines`; None
    where no comment does (inside a text of several lines, say)."""
    language = "yaml" if path == project.path else _LANGUAGES.get(PurePath(path).suffix.lower())
    if language is None or code in _OF_SYNTAX:
        return None
    if path.endswith(".ipynb"):
        found = _cell_at(project, path, span.start)
        if found is None:
            return None
        cell, line = found
        text = _Text("cell.py", tuple(cell.source.split("\n")), "python")
        change = _change(text, line, span.start.character - cell.lines[line][1], code)
        if change is None:
            return None
        at = cell.position(*change[0])
    else:
        first, last = _window(lines, span.start.line, language)
        text = _Text(path, tuple(lines.line(number) for number in range(first, last)), language)
        change = _change(text, span.start.line - first, span.start.character, code)
        if change is None:
            return None
        at = Position(change[0][0] + first, change[0][1])
    return Edit(Place(path, Span(at, at)), change[1])


def _cell_at(project: Project, path: str, position: Position) -> tuple[Cell, int] | None:
    """The code cell of a notebook that a position of its file lies in, and which of its lines."""
    for task in project.tasks_in(path)[:1]:
        cells = task.source.cells if isinstance(task.source, NotebookSource) else None
        for cell in cells.cells if isinstance(cells, Cells) else ():
            before = [at for at, begin in enumerate(cell.lines) if Position(*begin) <= position]
            if cell.kind == "code" and before and position <= cell.text_span.end:
                return cell, before[-1]
    return None


def _window(lines: Lines, line: int, language: str) -> tuple[int, int]:
    """The lines that tell whether a comment can stand in `line`: of YAML the key of the top level or
    the element of a list that it lies in, of all else everything."""
    if language != "yaml":
        return 0, min(len(lines), line + _MOST_LINES)
    first = line
    while first > 0 and line - first < _MOST_LINES and not re.match(r"\S|\s*- ", lines.line(first)):
        first -= 1
    indent = _indent(lines.line(first))
    last = line + 1
    while last < min(len(lines), line + _MOST_LINES):
        text = lines.line(last)
        if text.strip() and _indent(text) <= indent:
            break
        last += 1
    return first, last


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _change(text: _Text, line: int, character: int, code: str) -> tuple[tuple[int, int], str] | None:
    """Where (line, character) to insert what."""
    if line >= len(text.lines) or not text.text.strip() or len(text.text) > _LONGEST_TEXT:
        return None
    for (row, column), new in _candidates(text, line, code):
        changed = [*text.lines]
        changed[row] = changed[row][:column] + new + changed[row][column:]
        start = Position(line + (new.endswith("\n") and row <= line), character)
        after = "\n".join(changed)
        hidden = any(one.hides(code, start) for one in read_suppressions(text.path, after))
        if hidden and _means_the_same(text, after):
            return (row, column), new
    return None


def _candidates(text: _Text, line: int, code: str) -> Iterator[tuple[tuple[int, int], str]]:
    mark = "--" if text.language == "sql" else "#"
    comment = f"{mark} pipelens: ignore[{code}]"
    written = text.lines[line]
    for row in (line, line - 1):
        there = _IGNORE.search(text.lines[row]) if row >= 0 else None
        if there is not None:
            yield (row, there.end("codes")), f", {code}" if there["codes"].strip() else code
    if text.language == "yaml" or not written.lstrip().startswith(mark):
        yield (line, len(written.rstrip())), f"  {comment}" if written.strip() else comment
    elif not _is_head(text, line, mark):
        yield (line, 0), f"{written[: len(written) - len(written.lstrip())]}{comment}\n"
    if text.language != "yaml":
        return
    yield (line, 0), f"{' ' * _indent(written)}{comment}\n"


def _is_head(text: _Text, line: int, mark: str) -> bool:
    """Whether a comment lies in a block of them, such as a script's header, that must stay whole."""
    if line > 0:
        return text.lines[line - 1].startswith(mark)
    return not re.match(r"#\s*(?:%%|\+)", text.lines[0])


def _means_the_same(text: _Text, after: str) -> bool:
    """Whether a comment changed nothing but comments; text that is broken already is not judged."""
    match text.language:
        case "python":
            before = parse_python(plain_python(text.text).text)
            return isinstance(before, SyntaxFault) or not isinstance(
                parse_python(plain_python(after).text), SyntaxFault
            )
        case "yaml":
            known = _yaml(text.text)
            return known is None or known == _yaml(after)
        case _:
            return True


def _yaml(text: str) -> list[tuple[str, object]] | None:
    """What a piece of YAML says, None when it cannot be read."""
    parse = cast("Callable[..., Iterable[yaml.events.Event]]", yaml.parse)  # pyright: ignore
    try:
        events = list(parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    return [(type(event).__name__, getattr(event, "value", None)) for event in events]
