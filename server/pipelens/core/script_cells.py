"""Cells of ordinary Python scripts, without jupytext: percent, hydrogen and light, in one pass.

jupytext decides what a cell is (`text_cells`), and takes milliseconds a file for it. Most scripts use
little of what it knows, so what they use is read here, with the same cells; whatever else a script
may hold (other markers, metadata beyond tags, escapes, fences …) is left to jupytext. That the two
agree on everything that is read here is tested with texts made for it.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from typing import Any, cast

from pipelens.core.cells import Cell, CellKind, Cells
from pipelens.core.script_header import Format, Strange, read_header, uncommented
from pipelens.core.text import Position, Span

_BLANK = r"[^\S\n]*"
STRANGE = re.compile("[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]|\\A\ufeff")
"""Line ends that Python knows and editors do not, and a byte order mark."""
_STRANGE_ASCII = ("\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e")
_OLD_MARKER = re.compile(rf"^{_BLANK}#{_BLANK}(?:In\[|<codecell>)", re.MULTILINE)
_INDENTED_MARKER = re.compile(rf"^[^\S\n]+#{_BLANK}%%", re.MULTILINE)
_ESCAPED_MARKER = re.compile(r"^#[# ]*#[# ]*\+", re.MULTILINE)
_OTHER_FORMATS = re.compile(rf"^#{_BLANK}(?:{{{{{{|region)|^# ?#{{19}}|marimo|^@app\.cell", re.MULTILINE)
COMMANDS = ("cat", "cd", "cp", "mv", "rm", "rmdir", "mkdir", "copy", "ddir", "echo", "ls", "ldir", "ren")
_BEGINNINGS = frozenset(name[:2] for name in COMMANDS)
_MAGIC = re.compile(
    rf"""^(?: {_BLANK}(?:\#[ ]?)*%{{1,3}}[a-zA-Z]
            | {_BLANK}(?:(?:\#[ ]?)+{_BLANK})?[?!]{_BLANK}[A-Za-z.~$\\/{{}}]
            | (?:\#[ ]?)*{_BLANK}[a-zA-Z_][a-zA-Z_$0-9]*{_BLANK}={_BLANK}(?:%{{1,3}}|!)[a-zA-Z]
            | (?:\#[ ]?)*(?:{"|".join(COMMANDS)})(?:$|\s(?:[^=,]|$)))""",
    re.MULTILINE | re.VERBOSE,
)
"""A line of IPython, commented or not."""
_HELP = re.compile(rf"^{_BLANK}(?:# )*\S*\?{_BLANK}$", re.MULTILINE)
"""A line that asks for help, which counts only in a cell with a marker."""
_PERCENT = re.compile(r"#( %%|%%)(?:$|\s)")
_PERCENT_CELL = re.compile(r"#\s*%%(?P<deep>%*)(?:\s(?P<options>.*)|$)")
_LIGHT_CELL = re.compile(r"#\s*\+(?P<options>.*)$")
_LIGHT_END = re.compile(r"# -\s*$")
_TAGS = re.compile(r"(?:^|(?P<title>.*) )tags=(?P<tags>\[.*\])$")
TRIPLE = ('"""', "'''")
_KINDS: Mapping[str, CellKind] = {"[markdown]": "markdown", "[raw]": "raw", "[md]": "markdown"}
_CODE: tuple[CellKind, tuple[str, ...]] = ("code", ())


@dataclass(slots=True)
class _Piece:
    """A cell by its lines: `start` up to `end`, with its marker at `head`."""

    kind: CellKind
    tags: tuple[str, ...]
    head: int | None
    start: int
    end: int
    explicit: bool


def read_script(text: str) -> Cells | None:
    """The cells of a Python script; None where jupytext must be asked. Its `metadata` holds what the
    script's header says, without the notes that jupytext adds for writing the script again."""
    if not text.isascii() or any(mark in text for mark in _STRANGE_ASCII):
        if "\r" in text:
            text = text.replace("\r\n", "\n")
        if STRANGE.search(text):
            return None
    if "```" in text or "~~~" in text:
        return None  # a fence may hold marks of cells
    try:
        return _Script(text).cells()
    except Strange:
        return None


class _Script:
    """A script in lines. comments: the numbers of those that begin with `#`. quoted: which lines begin
    inside a triple quote, None where none does. magic: whether any line may be IPython's."""

    def __init__(self, text: str) -> None:
        self.text = text
        lines = self.lines = text.split("\n")
        if not lines[-1]:
            lines.pop()
        self.comments = [at for at, line in enumerate(lines) if line.startswith("#")]
        said = "\n".join([lines[at] for at in self.comments])
        signs = text.count("%") > said.count("%") or "!" in text or "?" in text
        self.magic = _MAGIC.search(said) is not None
        if not self.magic and signs:
            self.magic = _MAGIC.search(text) is not None
        elif not self.magic:
            self.magic = any(line[:2] in _BEGINNINGS and _MAGIC.match(line) for line in lines)
        self.asks = "?" in text and _HELP.search(text) is not None
        if ("+" in said and _ESCAPED_MARKER.search(said)) or (signs and _INDENTED_MARKER.search(text)):
            raise Strange
        if ("In[" in text or "<codecell>" in text) and _OLD_MARKER.search(text):
            raise Strange
        if self.magic and "escape" in text:
            raise Strange
        self.quoted = _quoted(lines) if TRIPLE[0] in text or TRIPLE[1] in text else None

    def cells(self) -> Cells:
        text, lines = self.text, self.lines
        first, metadata, named = read_header(lines)
        kind = named or self.guessed()
        pieces = _light(lines, first, self.quoted, self.magic) if kind == "light" else self.percent(first)
        commented = kind != "hydrogen" and (self.magic or self.asks)
        cells = tuple(
            [_cell(at, piece, lines, self.quoted, commented=commented) for at, piece in enumerate(pieces)]
        )
        kernel: Mapping[str, Any] = metadata.get("kernelspec") or {}
        begin = Position(first, 0)
        if first >= len(lines) and lines and not text.endswith("\n"):
            begin = Position(first - 1, len(lines[-1]))
        return Cells(cells, "python", kernel.get("name"), kernel.get("language"), kind, metadata, None, begin)

    def guessed(self) -> Format:
        """The format of a script whose header does not tell it."""
        lines, quoted = self.lines, self.quoted
        for at in self.comments:
            if _PERCENT.match(lines[at]) and not (quoted and quoted[at]):
                break
        else:
            if _OTHER_FORMATS.search(self.text):
                raise Strange
            return "light"
        if self.magic:
            for at, line in enumerate(lines):
                if line[:1] != "#" and _MAGIC.match(line) and not (quoted and quoted[at]):
                    return "hydrogen"
        return "percent"

    def percent(self, first: int) -> Iterator[_Piece]:
        """The cells between `# %%` markers."""
        lines, quoted = self.lines, self.quoted
        total = len(lines)
        if first >= total:
            return
        marks = [
            (at, mark)
            for at in self.comments
            if at >= first and (mark := _PERCENT_CELL.match(lines[at])) and not (quoted and quoted[at])
        ]
        if not marks or marks[0][0] != first:
            following = marks[0][0] if marks else total
            yield _Piece("code", (), None, first, text_end(lines, first, following), True)
        for number, (at, mark) in enumerate(marks):
            following = marks[number + 1][0] if number + 1 < len(marks) else total
            options = mark["options"]
            kind, tags = marker_options(mark["deep"] + " " + options) if options else _CODE
            yield _Piece(kind, tags, at, at + 1, max(text_end(lines, at, following), at + 1), True)


# -- quotes


def _quoted(lines: list[str]) -> list[bool]:
    """For each line whether it begins inside a triple quote, by jupytext's rule: line by line."""
    found = [False] * len(lines)
    inside = ""
    opened = 0
    for at, line in enumerate(lines):
        if (TRIPLE[0] in line or TRIPLE[1] in line) and (inside or not line.lstrip().startswith("#")):
            if inside:
                found[opened + 1 : at + 1] = [True] * (at - opened)
            inside, opened = behind(line, inside), at
    if inside:
        found[opened + 1 :] = [True] * (len(lines) - opened - 1)
    return found


def behind(line: str, inside: str) -> str:
    """The quote that is open behind `line`, where `inside` is open before it."""
    single = ""
    seen = -1
    for at, character in enumerate(line):
        if character == "#" and not single and not inside:
            break
        if character not in "\"'" or line[at - 1 : at] == "\\":
            continue
        if single == character:
            single = ""
        elif not single:
            if line[at - 2 : at + 1] == 3 * character and at >= seen + 3:
                if inside == character:
                    inside, seen = "", at
                elif not inside:
                    inside, seen = character, at
            elif not inside:
                single = character
    return inside


# -- the cells of each format


def text_end(lines: list[str], begin: int, following: int) -> int:
    """Where the text of a cell ends that begins at `begin`: before two blank lines, or an empty one."""
    if (
        following - begin >= 3
        and not lines[following - 1].strip()
        and not lines[following - 2].strip()
        and lines[following - 3].strip()
    ):
        return following - 2
    return following - 1 if not lines[following - 1] else following


@lru_cache(maxsize=256)
def marker_options(text: str) -> tuple[CellKind, tuple[str, ...]]:
    """The kind and the tags of a marker."""
    text = text.strip()
    tags: tuple[str, ...] = ()
    title = text
    if "{" in text and "=" not in text.partition("{")[0]:
        title, _, rest = text.partition("{")
        tags = _tags("{" + rest)
    elif "=" in text:
        match = _TAGS.match(text)
        if match is None or "=" in match["tags"] or "=" in (match["title"] or "") or "\t" in text:
            raise Strange
        title = match["title"] or ""
        tags = _tags('{"tags": ' + match["tags"] + "}")
    if any(word.startswith(".") for word in title.split()):
        raise Strange
    for mark, kind in _KINDS.items():
        if mark in title:
            return kind, tags
    return "code", tags


def _tags(text: str) -> tuple[str, ...]:
    """The tags in metadata that say nothing else."""
    try:
        found: object = json.loads(text)
    except ValueError:
        try:
            found = ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            raise Strange from None
    if not isinstance(found, dict) or list(cast("dict[object, object]", found)) != ["tags"]:
        raise Strange
    tags: object = found["tags"]  # pyright: ignore[reportUnknownVariableType]
    if not isinstance(tags, list):
        raise Strange
    names = cast("list[object]", tags)
    for name in names:
        if not isinstance(name, str) or not name or "," in name or name.startswith("active-"):
            raise Strange
    if len(set(names)) != len(names):
        raise Strange
    return tuple(cast("list[str]", names))


def _light(lines: list[str], first: int, quoted: list[bool] | None, magic: bool) -> Iterator[_Piece]:
    total = len(lines)
    blank = [not line.strip() for line in lines]
    # For each line the first one from there on that is not blank.
    filled = [total] * (total + 1)
    for at in range(total - 1, -1, -1):
        filled[at] = filled[at + 1] if blank[at] else at
    at = first
    while at < total:
        mark = _LIGHT_CELL.match(lines[at]) if lines[at].startswith("#") else None
        if mark is None and _is_text(lines, blank, at, magic):
            end = next((row for row in range(at, total) if blank[row]), total)
            piece, following, closed = _Piece("markdown", (), None, at, end, False), end + 1, False
            following = min(following, total)
        else:
            end, following, closed = _region(lines, blank, filled, quoted, at, mark is not None)
            kind, tags = marker_options(mark["options"]) if mark is not None else _CODE
            start = at + (mark is not None)
            piece = _Piece(kind, tags, at if mark is not None else None, start, max(end, start), start > at)
            if closed and end - start >= 3 and blank[end - 1] and blank[end - 2] and not blank[end - 3]:
                piece.end = end - 2
        yield piece
        if following + 1 < total and blank[following] and not blank[following + 1]:
            following += 1
        elif (
            closed
            and following + 2 < total
            and blank[following]
            and blank[following + 1]
            and not blank[following + 2]
        ):
            following += 2
        at = following


def _is_text(lines: list[str], blank: list[bool], at: int, magic: bool) -> bool:
    """Whether the paragraph at `at` is made of comments alone, so that it is a cell of text."""
    for row in range(at, len(lines)):
        line = lines[row]
        if not line.startswith("#"):
            return row > at and blank[row]
        if magic and not line[1:].lstrip().startswith("#") and _MAGIC.match(line):
            return False
    return True


def _region(
    lines: list[str],
    blank: list[bool],
    filled: list[int],
    quoted: list[bool] | None,
    at: int,
    marked: bool,
) -> tuple[int, int, bool]:
    """Where a cell of code ends, where the next one begins, and whether an end marker stands there."""
    total = len(lines)
    for row in range(at + marked, total):
        if quoted and quoted[row]:
            continue
        line = lines[row]
        if line.startswith("#") and _LIGHT_CELL.match(line):
            back = 0
            if row > at and blank[row - 1]:
                back = 2 if row > at + 1 and blank[row - 2] else 1
            return row - back, row, False
        if marked:
            if line.startswith("#") and _LIGHT_END.match(line):
                return row, row + 1, True
        elif blank[row]:
            following = filled[row]
            if following < total and lines[following][0].isspace():
                continue
            if row > at:
                return row, row + 1, False
            if total - at > 1 and not blank[at + 1]:
                return at + 1, at + 1, False
            return at + 1, min(at + 2, total), False
    return total, total, False


# -- a cell's text and its places


def _cell(index: int, piece: _Piece, lines: list[str], quoted: list[bool] | None, *, commented: bool) -> Cell:
    start, end = piece.start, piece.end
    own = lines[start:end]
    head = None
    if piece.head is not None:
        head = Span.on_line(piece.head, 0, len(lines[piece.head]))
    places: tuple[tuple[int, int], ...]
    if not own:
        places = ((start, 0),) if start < len(lines) else ((len(lines) - 1, len(lines[-1])),)
    elif piece.kind == "code" and not commented:
        places = tuple(zip(range(start, end), repeat(0)))
    else:
        written = own
        if commented:
            own = _without_marks(own, quoted[start:end] if quoted else None, explicit=piece.explicit)
        if piece.kind != "code":
            text = "\n".join(written).strip()
            if text.lstrip("rR").startswith(TRIPLE):
                raise Strange  # a string that is the whole cell stands for its text
            own = [uncommented(line) for line in own]
        places = tuple(
            (start + at, _shift(before, after))
            for at, (before, after) in enumerate(zip(written, own, strict=True))
        )
    return Cell(piece.kind, "\n".join(own), index, f"cell-{index}", piece.tags, places, head)


def _without_marks(lines: list[str], quoted: list[bool] | None, *, explicit: bool) -> list[str]:
    """The lines with the comment signs taken off that hide IPython from Python."""
    found: list[str] = []
    goes_on = False
    for at, line in enumerate(lines):
        is_quoted = quoted is not None and quoted[at]
        if not is_quoted and (goes_on or _MAGIC.match(line) or (explicit and _HELP.match(line))):
            goes_on = line.rstrip().endswith("\\")
            bare = line.lstrip()
            indent = line[: len(line) - len(bare)]
            line = indent + uncommented(bare)
        found.append(line)
    return found


def _shift(before: str, after: str) -> int:
    """How many characters of the line in the file come before its text in the cell."""
    bare = after.lstrip()
    if before != after and bare and before.rstrip().endswith(bare.rstrip()):
        return len(before.rstrip()) - len(after.rstrip())
    return 0
