"""Percent scripts as most are written, read in one pass without taking their cells apart.

Thousands are read when a large pipeline is opened, and its checks need little of each. Whatever is
not surely understood, and whatever holds a problem, is left to `read_source`; that both say the same
is tested with texts made for it.
"""

from __future__ import annotations

import re

from pipelens.core.cells import MAX_CHARACTERS, MAX_LINES, CellKind, Cells
from pipelens.core.magics import is_plain_python
from pipelens.core.plain_declarations import declarations_in
from pipelens.core.python_text import opening_string, words
from pipelens.core.references import may_refer, plain_references
from pipelens.core.script_cells import COMMANDS, STRANGE, TRIPLE, behind, marker_options, text_end
from pipelens.core.script_header import Strange, read_header, uncommented
from pipelens.core.sources import NotebookSource, Reference, Rereads, Words, code_mark
from pipelens.core.text import Span

_CONTROLS = ("\x0b", "\x0c", "\x1c", "\x1d", "\x1e")
_BLANK = " \t\x1f\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
"""What Python takes for blank, where `STRANGE` was refused."""
_COMMAND = re.compile(rf"\n[# ]*(?:{'|'.join(COMMANDS)})(?:\s(?![=,])|\Z)")
"""Lines that are commands of IPython, commented or not."""
_MAGIC = re.compile(
    rf"\n(?:[#{_BLANK}]*(?:%{{1,3}}[a-zA-Z]|[?!]|[a-zA-Z_][a-zA-Z_$0-9]*[{_BLANK}]*=[{_BLANK}]*[%!])"
    rf"|[{_BLANK}]+#[{_BLANK}]*%%)"
)
"""Other lines of IPython, commented or not, and markers that are indented."""
_ESCAPE = re.compile(r"\n#[# ]*#[# ]*\+")
_HELP = re.compile(rf"\?[{_BLANK}]*(?:\n|\Z)")
_MARKER = re.compile(rf"\n#([{_BLANK}]*)%%(%*)(?:[{_BLANK}]([^\n]*))?(?=\n|\Z)")
_TRIPLE_QUOTE = re.compile("\"\"\"|'''")
_NOT_THE_USERS = frozenset({"injected-parameters", "debugging-settings"})


_Piece = tuple[int, int, CellKind, tuple[str, ...], bool]
"""A cell: where its text begins and ends, with the blank lines behind it, its kind and its tags, and
whether a marker stands above it."""
_CODE: tuple[CellKind, tuple[str, ...]] = ("code", ())


def read_plain_script(
    path: str, text: str, whole: Rereads | Cells, *, extract_upstream: bool, extract_product: bool
) -> NotebookSource | None:
    """The script, if it is a plain one without problems; else None. whole: as `NotebookSource` has it."""
    if "%%" not in text or not _is_usual(text):
        return None
    if "\r" in text:
        text = text.replace("\r\n", "\n")
        if "\r" in text:
            return None
    text = "\n" + text  # so that every line begins behind a line end
    if _COMMAND.search(text) or ("+" in text and _ESCAPE.search(text)):
        return None
    markers = text.count("\n# %% ") + text.count("\n# %%\n")
    signs = "!" in text or "?" in text or text.count("%") != 2 * markers
    if signs and (_MAGIC.search(text) or ("?" in text and _HELP.search(text))):
        return None
    try:
        pieces = _pieces(text)
        if not pieces:
            return None
        return _read(path, text, pieces, signs, whole, extract_upstream, extract_product)
    except Strange:
        return None


def _is_usual(text: str) -> bool:
    if len(text) > MAX_CHARACTERS or text.count("\n") > MAX_LINES:
        return False
    if "```" in text or "~~~" in text or "In[" in text or "<codecell>" in text:
        return False
    if text.isascii():
        return not any(mark in text for mark in _CONTROLS)
    return STRANGE.search(text.replace("\r\n", "\n")) is None


def _pieces(text: str) -> list[_Piece] | None:
    """The cells; None where another reader must be asked. `Strange` as in `read_script`."""
    marks = list(_MARKER.finditer(text))
    if not marks:
        return None
    at, first, named = 1, marks[0].start(), None
    if first or "coding" in text[: marks[0].end()]:
        head = text[1 : marks[0].end()].split("\n")
        count, _, named = read_header(head)
        at += sum([len(line) + 1 for line in head[:count]])
    if named is None:
        # Only a marker that is written like this tells the format of a script that does not tell it.
        if not any(mark[1] in ("", " ") and not mark[2] for mark in marks):
            return None
    elif named != "percent":
        return None
    if (TRIPLE[0] in text or TRIPLE[1] in text) and _is_any_quoted(text, [mark.start() for mark in marks]):
        return None
    pieces: list[_Piece] = [(at, first + 1, "code", (), False)] if first + 1 > at else []
    ends = [mark.start() + 1 for mark in marks]
    ends.append(len(text))
    for number, mark in enumerate(marks, 1):
        options = mark[3]
        kind, tags = marker_options(mark[2] + " " + options) if options else _CODE
        pieces.append((mark.end() + 1, ends[number], kind, tags, True))
    return pieces


def _is_any_quoted(text: str, starts: list[int]) -> bool:
    """Whether any of the lines that begin behind `starts` begins inside a triple quote, by jupytext's
    rule."""
    inside = ""
    opened = 0
    found = _TRIPLE_QUOTE.search(text)
    while found is not None:
        begin = text.rfind("\n", 0, found.start())
        end = text.find("\n", found.start())
        line = text[begin + 1 : end if end >= 0 else len(text)]
        if inside or not line.lstrip().startswith("#"):
            if inside and any(opened < start <= begin for start in starts):
                return True
            is_closed = (  # most are: a line of documentation
                line.count('"') == 6
                and line.count(TRIPLE[0]) == 2
                and "'" not in line
                and "\\" not in line
                and "#" not in line.partition(TRIPLE[0])[0]
            )
            if inside or not is_closed:
                inside = behind(line, inside)
            opened = begin
        found = _TRIPLE_QUOTE.search(text, end) if end >= 0 else None
    return bool(inside) and starts[-1] > opened


def _read(
    path: str,
    text: str,
    pieces: list[_Piece],
    signs: bool,
    whole: Rereads | Cells,
    extract_upstream: bool,
    extract_product: bool,
) -> NotebookSource | None:
    row, counted = -1, 0  # the row of the line at `counted`
    own: int | None = None  # where the text of the parameters cell begins
    doc: str | None = None
    goes_on = False
    declared = None
    span: Span | None = None
    references: list[Reference] = []
    alone: list[str] = []
    together: list[str] = []
    texts: list[str] = []
    has_code = False
    any_quotes = TRIPLE[0] in text or TRIPLE[1] in text
    any_refers = may_refer(text)
    for number, (begin, end, kind, tags, is_marked) in enumerate(pieces):
        if tags:
            if not _NOT_THE_USERS.isdisjoint(tags):
                return None
            if own is None and "parameters" in tags:
                own = begin
        code = text[begin:end]
        if kind != "code":
            if TRIPLE[0] in code or TRIPLE[1] in code or begin == own:
                return None
            if not number and kind == "markdown":
                doc = _first_line(code)
            texts.append("\n".join(map(uncommented, _lines(code, is_marked=is_marked))))
            continue
        if signs and not is_plain_python(code):
            return None
        quotes = any_quotes and (TRIPLE[0] in code or TRIPLE[1] in code)
        if not has_code:
            has_code = True
            if doc is None:
                doc = opening_string(code) if quotes else ""
        refers = any_refers and may_refer(code)
        if refers or begin == own:
            row += text.count("\n", counted, begin)
            counted = begin
        if refers:
            found = plain_references(code, row)
            if found is None:
                return None
            references.extend(found)
        lines = _lines(code, is_marked=is_marked)
        texts.append("\n".join(lines))
        if begin == own:
            declared = declarations_in(lines, row)
            if declared is None or not lines:
                return None
            span = Span.of(row, 0, row + len(lines) - 1, len(lines[-1]))
            continue
        if own is not None and not goes_on:
            goes_on = bool(code.strip())
        (alone if quotes else together).append(code)
    if declared is None or not goes_on:
        return None
    upstream, product, params = declared
    if extract_upstream and (upstream is None or isinstance(upstream.value, str)):
        return None
    if extract_product and (product is None or product.value is None):
        return None
    uses = words("\n".join(together))
    if alone:
        uses = uses.union(*map(words, alone))  # a string that never closes ends with its cell
    return NotebookSource(
        path,
        "python",
        whole,
        span,
        upstream,
        product,
        params,
        Words(uses),
        tuple(references),
        doc or "",
        mark=code_mark("\n".join(texts)),
    )


def _lines(text: str, *, is_marked: bool) -> list[str]:
    """The lines of a cell's text without the blank ones behind it that only part it from the next."""
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    if is_marked:
        return lines[: text_end(["#", *lines], 0, len(lines) + 1) - 1]
    return lines[: text_end(lines, 0, len(lines))]


def _first_line(text: str) -> str:
    for line in text.split("\n"):
        said = uncommented(line).strip()
        if said:
            return said
    return ""
