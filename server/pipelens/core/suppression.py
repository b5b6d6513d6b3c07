"""Comments that suppress problems in place, and severities that settings change.

``# pipelens: ignore[code, other-code]`` at the end of a line hides those problems of the line; alone
on a line it hides those of the next line that is not such a comment itself. Without codes it hides
all. ``# pipelens: ignore-file[code]`` anywhere hides them in the whole file. Only comments count: the
same characters inside a string or a block of text hide nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Literal

from pipelens.core.cells import Cell, Cells, read_cells
from pipelens.core.problems import Edit, Fix, Place, Problem, problem, rules, with_severity
from pipelens.core.suggestions import nearest
from pipelens.core.text import Document, Position, Span
from pipelens.frozen import frozen

SeverityChoice = Literal["error", "warning", "info", "hint", "off"]

MARK = "pipelens:"
_PRAGMA = re.compile(
    r"(?:#|--)\s*pipelens:\s*(?P<verb>ignore-file|ignore)\b(?:\s*\[(?P<codes>[^\[\]#\r\n]{0,1000})\])?"
)
_CODE = re.compile(r"[^\s,]+")
_COMMENT_IN_PYTHON = re.compile(
    r"""(?P<comment>\#[^\r\n]*)"""
    r'''|"""(?:[^"\\]+|\\.|"(?!""))*(?:""")?'''
    r"""|'''(?:[^'\\]+|\\.|'(?!''))*(?:''')?"""
    r"""|"(?:[^"\\\r\n]+|\\.)*"?"""
    r"""|'(?:[^'\\\r\n]+|\\.)*'?""",
    re.DOTALL,
)
_COMMENT_IN_SQL = re.compile(
    r"""(?P<comment>--[^\r\n]*)|/\*(?:[^*]|\*(?!/))*(?:\*/)?|'[^']*'?|"[^"]*"?""", re.DOTALL
)
# In YAML a quote opens a string only where a value may begin, and `#` a comment only after a blank.
_STEP_IN_YAML = re.compile(
    r"""(?:^[ \t]*|[-?:]\s+|[\[{,]\s*|[&!]\S*\s+)(?P<open>["'])|(?:^|(?<=\s))(?P<comment>\#.*)"""
)
_BLOCK_IN_YAML = re.compile(r"(?:^|[\s:-])[|>](?:[+-]?[1-9]?|[1-9][+-])\s*$")
_DASHES_IN_YAML = re.compile(r" *(?:-(?: +|$))*")
_CLOSE_IN_YAML = {'"': re.compile(r'(?:[^"\\]|\\.)*"'), "'": re.compile(r"(?:[^']|'')*'(?!')")}


@frozen
class _Named:
    code: str
    span: Span


@frozen
class Suppression:
    """One comment: the codes that it hides (none = all) between two positions (None = everywhere)."""

    codes: tuple[_Named, ...]
    all_codes: bool
    reach: Span | None

    def hides(self, code: str, start: Position) -> bool:
        if self.reach is not None and not self.reach.start <= start < self.reach.end:
            return False
        return self.all_codes or any(named.code == code for named in self.codes)


Suppressions = tuple[Suppression, ...]


def read_suppressions(path: str, text: str) -> Suppressions:
    """All suppressing comments of a YAML, Python, SQL, R, shell or `.ipynb` file, in its order.

    Cheap for a file without any: one search for the mark.
    """
    if MARK not in text:
        return ()
    extension = PurePath(path).suffix.lower()
    if extension == ".ipynb":
        return tuple(_in_notebook(path, text))
    document = Document(text)

    def reach(first: int, last: int) -> Span:
        return Span(Position(first, 0), Position(last + 1, 0))

    def place(line: int, start: int, end: int) -> Span:
        return Span.on_line(line, start, end)

    return tuple(_read(document, _comments(extension, document), reach, place))


def suppressions_by_entry(
    path: str, lines: Sequence[str], marked: Sequence[int], starts: Sequence[int]
) -> Suppressions:
    """Those of a pipeline file whose entries begin at `starts`, each entry read alone, so that what is
    open in one (a quote, while it is typed) changes nothing in the others.

    lines: with their ends; marked: those that hold the mark, in order.
    """
    found: list[Suppression] = []
    behind = 0
    for line in marked:
        if line < behind:
            continue
        at = bisect_right(starts, line)
        first = starts[at - 1] if at else 0
        behind = starts[at] if at < len(starts) else len(lines)
        document = Document("".join(lines[first:behind]))
        comments = _comments_in_yaml(document)
        found.extend(_read_shifted(document, comments, first, last=len(lines) - 1))
    return tuple(found)


def _read_shifted(
    document: Document, comments: Iterable[tuple[int, int, str]], shift: int, last: int
) -> Iterator[Suppression]:
    """As `_read`, with lines counted from the file's first. A comment at the end of an entry may reach
    the first line of the next one."""

    def reach(begin: int, end: int) -> Span:
        return Span(Position(begin + shift, 0), Position(min(end + shift, last) + 1, 0))

    def place(line: int, start: int, end: int) -> Span:
        return Span.on_line(line + shift, start, end)

    yield from _read(document, comments, reach, place)


def _comments(extension: str, document: Document) -> Iterator[tuple[int, int, str]]:
    """(line, character, text) of each comment."""
    if extension in (".py", ".r", ".rmd", ".sh"):
        yield from _matched(_COMMENT_IN_PYTHON, document)
    elif extension == ".sql":
        yield from _matched(_COMMENT_IN_SQL, document)
    else:
        yield from _comments_in_yaml(document)


def _matched(pattern: re.Pattern[str], document: Document) -> Iterator[tuple[int, int, str]]:
    for match in pattern.finditer(document.text):
        if match["comment"] is not None and MARK in match["comment"]:
            start = document.position(match.start())
            yield start.line, start.character, match["comment"]


def _comments_in_yaml(document: Document) -> Iterator[tuple[int, int, str]]:
    quote = ""
    block: int | None = None
    for number, line in enumerate(document.lines):
        at = 0
        if quote:
            close = _CLOSE_IN_YAML[quote].match(line)
            if close is None:
                continue
            at, quote = close.end(), ""
        elif block is not None:
            indent = len(line) - len(line.lstrip(" "))
            if not line.strip() or indent > block:
                continue
            block = None
        end = len(line)
        while (step := _STEP_IN_YAML.search(line, at)) is not None:
            if step["comment"] is not None:
                end = step.start("comment")
                if MARK in step["comment"]:
                    yield number, end, step["comment"]
                break
            close = _CLOSE_IN_YAML[step["open"]].match(line, step.end())
            if close is None:
                quote = step["open"]
                break
            at = close.end()
        if not quote and _BLOCK_IN_YAML.search(line, 0, end):
            block = _column_of_key(line[:end])


def _column_of_key(line: str) -> int:
    """The column that a block's text must be indented beyond."""
    lead = _DASHES_IN_YAML.match(line)
    column = lead.end() if lead is not None else 0
    if line[column : column + 1] in ("|", ">"):
        return max(line.rfind("-", 0, column), 0) if "-" in line[:column] else -1
    return column


def _in_notebook(path: str, text: str) -> Iterator[Suppression]:
    cells = read_cells(path, text)
    if not isinstance(cells, Cells):
        return
    for cell in cells.cells:
        if cell.kind == "code" and MARK in cell.source:
            yield from _in_cell(cell)


def _in_cell(cell: Cell) -> Iterator[Suppression]:
    document = Document(cell.source)

    def reach(first: int, last: int) -> Span:
        last = min(last, len(document.lines) - 1)
        end = cell.position(last, len(document.lines[last]))
        return Span(cell.position(first, 0), Position(end.line, end.character + 1))

    def place(line: int, start: int, end: int) -> Span:
        return cell.span(line, start, line, end)

    yield from _read(document, _matched(_COMMENT_IN_PYTHON, document), reach, place)


def _read(
    document: Document,
    comments: Iterable[tuple[int, int, str]],
    reach: Callable[[int, int], Span],
    place: Callable[[int, int, int], Span],
) -> Iterator[Suppression]:
    lines = document.lines
    for line, character, comment in comments:
        for match in _PRAGMA.finditer(comment):
            listed = match["codes"]
            begin = character + (match.start("codes") if listed is not None else 0)
            codes = tuple(
                _Named(code[0], place(line, begin + code.start(), begin + code.end()))
                for code in _CODE.finditer(listed or "")
            )
            whole = match["verb"] == "ignore-file"
            last = line
            if not whole and not lines[line][:character].strip():
                last = min(line + 1, len(lines) - 1)
                while last < len(lines) - 1 and _stands_alone(lines[last]):
                    last += 1
            yield Suppression(codes, listed is None, None if whole else reach(line, last))


def _stands_alone(line: str) -> bool:
    return MARK in line and line.lstrip().startswith(("#", "--"))


def unknown_codes(path: str, suppressions: Suppressions) -> Iterator[Problem]:
    """A hint for each code in a suppressing comment that no rule has."""
    known = rules()
    for suppression in suppressions:
        for named in suppression.codes:
            if named.code in known:
                continue
            near = nearest(named.code, known)
            place = Place(path, named.span)
            hint = f"; did you mean '{near}'?" if near is not None else ""
            yield problem(
                "unknown-suppression",
                f"there is no problem code '{named.code}', so this hides nothing{hint}",
                place,
                fixes=[Fix(f"Change to '{near}'", (Edit(place, near),), preferred=True)]
                if near is not None
                else (),
            )


class Hiding:
    """The comments of one file, found by the line that they reach."""

    def __init__(self, suppressions: Suppressions) -> None:
        self.suppressions = suppressions
        self._everywhere = [one for one in suppressions if one.reach is None]
        self._by_line: dict[int, list[Suppression]] = {}
        for one in suppressions:
            if one.reach is not None:
                for line in range(one.reach.start.line, one.reach.end.line + 1):
                    self._by_line.setdefault(line, []).append(one)

    def hides(self, code: str, start: Position) -> bool:
        here = self._by_line.get(start.line, ())
        return any(one.hides(code, start) for one in (*self._everywhere, *here))


def visible(
    found: Problem,
    severities: Mapping[str, SeverityChoice],
    hiding: Hiding,
    locate: Callable[[Place], tuple[str, Span]],
) -> Problem | None:
    """The problem as it is to be shown; None when settings or comments hide it.

    severities: by code, what the settings say. locate: `Project.locate`. hiding: the comments of the
    file that the problem lies in.
    """
    severity = severities.get(found.code, found.severity)
    if severity == "off":
        return None
    if hiding.suppressions and hiding.hides(found.code, locate(found.place)[1].start):
        return None
    return with_severity(found, severity)
