"""The injected cell in a source's own text: put in and taken out, all else byte for byte as it was.

Section 9.2 of the format, with Q22: no header is touched, no flag is written. What is made is read
again before it is told: a text whose other cells would come out different is not given back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from pipelens.core.cells import Cell, Cells, CellsError, read_cells
from pipelens.core.text import Document
from pipelens.frozen import frozen

TAG = "injected-parameters"
_BLANK = re.compile(r"\s*")


_AT_THE_END = ((2, 0), (1, 1), (0, 2))
"""For a text that ends without a line end, with one, and with blank lines: line ends in front of a cell
that is put behind it, and after that cell. What comes after tells what stood there before."""


@frozen
class NotInjected:
    """Why a source stays as it is, in words that follow the file's name."""

    reason: str


def inject(path: str, text: str, code: str) -> str | NotInjected:
    """`text` with the cell `code` behind its parameters cell (first, where there is none), in place
    of one that is there."""
    cleared = remove(path, text)
    if isinstance(cleared, NotInjected):
        return cleared
    cells = read_cells(path, cleared)
    if isinstance(cells, CellsError):
        return NotInjected(cells.message)
    for made in _candidates(cleared, cells, code.rstrip("\n")):
        again = read_cells(path, made)
        if isinstance(again, CellsError) or again.code != cells.code:
            continue
        found = [cell for cell in again.cells if cell.injected]
        if len(found) == 1 and found[0].source == code.rstrip("\n") and remove(path, made) == cleared:
            return made
    return NotInjected(f"is written in a way ({cells.format_name}) that cannot take the cell")


def remove(path: str, text: str) -> str | NotInjected:
    """`text` without its injected cells."""
    while True:
        cells = read_cells(path, text)
        if isinstance(cells, CellsError):
            return NotInjected(cells.message)
        injected = next((cell for cell in cells.cells if cell.injected), None)
        if injected is None:
            return text
        if cells.nbformat is not None:
            made = _without_json(text, cells, injected)
        else:
            made = _without_lines(text, cells, injected)
        again = read_cells(path, made)
        if isinstance(again, CellsError) or len(again.cells) >= len(cells.cells):
            return NotInjected("has an injected cell that cannot be told from the text around it")
        text = made


def _candidates(text: str, cells: Cells, code: str) -> Iterator[str]:
    if cells.nbformat is not None:
        yield _with_json(text, cells, code)
        return
    forms = {
        "percent": (f'# %% tags=["{TAG}"]', ""),
        "hydrogen": (f'# %% tags=["{TAG}"]', ""),
        "light": (f'# + tags=["{TAG}"]', "# -"),
        "spin": (f'#+ tags=c("{TAG}")', "#-"),
        "rmarkdown": (f'```{{{cells.language} tags=c("{TAG}")}}', "```"),
        "markdown": (f'```{cells.language} tags=["{TAG}"]', "```"),
    }
    if cells.format_name not in forms:
        return
    head, foot = forms[cells.format_name]
    # Without the closing marker first where the text does not close its cells either.
    for lines in ([head, code, foot] if foot else [head, code], [head, code]):
        yield _with_lines(text, cells, "\n".join(lines))


# -- scripts


def _start(cell: Cell, document: Document) -> int:
    row = cell.head.start.line if cell.head is not None else cell.lines[0][0] if cell.lines else 0
    return document.starts[row]


def _with_lines(text: str, cells: Cells, block: str) -> str:
    end = "\r\n" if "\r\n" in text else "\n"
    block = block.replace("\n", end)
    document = Document(text)
    parameters = cells.parameters
    if parameters is None:
        at = document.offset(cells.first)
        return text[:at] + block + end + (end if text[at:] else "") + text[at:]
    following = next((cell for cell in cells.cells if cell.index > parameters.index), None)
    if following is not None:
        at = _start(following, document)
        return text[:at] + block + end + end + text[at:]
    lead, tail = _AT_THE_END[_ends(text)]
    return text + end * lead + block + end * tail


def _without_lines(text: str, cells: Cells, injected: Cell) -> str:
    document = Document(text)
    begin = _start(injected, document)
    following = next((cell for cell in cells.cells if cell.index > injected.index), None)
    if following is not None:
        return text[:begin] + text[_start(following, document) :]
    before = text[:begin]
    lead = next(lead for lead, tail in _AT_THE_END if tail == _ends(text))
    for _ in range(lead if before.strip() and cells.first.line < _row(injected) else 0):
        before = before.removesuffix("\r\n") if before.endswith("\r\n") else before.removesuffix("\n")
    return before


def _ends(text: str) -> int:
    """Line ends at the end of a text: none, one, or (2) more."""
    plain = text.replace("\r\n", "\n")
    return min(len(plain) - len(plain.rstrip("\n")), 2)


def _row(cell: Cell) -> int:
    return cell.head.start.line if cell.head is not None else cell.lines[0][0] if cell.lines else 0


# -- notebooks


def _spans(text: str, cells: Cells) -> list[tuple[int, int]]:
    """Where each cell's object begins and ends."""
    decoder = json.JSONDecoder(strict=False)
    at = Document(text).offset(cells.first)
    found: list[tuple[int, int]] = []
    for _ in cells.cells:
        at = _after_blank(text, at)
        if text[at] == ",":
            at = _after_blank(text, at + 1)
        _, end = decoder.raw_decode(text, at)
        found.append((at, end))
        at = end
    return found


def _after_blank(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _with_json(text: str, cells: Cells, code: str) -> str:
    spans = _spans(text, cells)
    first = Document(text).offset(cells.first)
    lead = text[first : spans[0][0]] if spans else ""
    body = _json_cell(cells, code, lead)
    if (parameters := cells.parameters) is None:
        return (
            text[:first]
            + lead
            + body
            + ("," + (lead or " ") + text[spans[0][0] :] if spans else text[first:])
        )
    end = spans[parameters.index][1]
    return text[:end] + "," + (lead or " ") + body + text[end:]


def _json_cell(cells: Cells, code: str, lead: str) -> str:
    lines = code.split("\n")
    cell: dict[str, object] = {"cell_type": "code", "execution_count": None}
    if cells.nbformat and cells.nbformat >= (4, 5):
        taken = {each.id for each in cells.cells}
        names = (TAG if number == 0 else f"{TAG}-{number}" for number in range(len(taken) + 1))
        cell["id"] = next(name for name in names if name not in taken)
    cell["metadata"] = {"tags": [TAG]}
    cell["outputs"] = []
    cell["source"] = [line + "\n" for line in lines[:-1]] + lines[-1:]
    if "\n" not in lead:
        return json.dumps(cell, ensure_ascii=False)
    indent = lead.rsplit("\n", 1)[1]
    step = "\t" if indent.startswith("\t") else max(len(indent) // 2, 1)
    end = "\r\n" if "\r\n" in lead else "\n"
    return json.dumps(cell, indent=step, ensure_ascii=False).replace("\n", end + indent)


def _without_json(text: str, cells: Cells, injected: Cell) -> str:
    spans = _spans(text, cells)
    number = injected.index
    if number > 0:
        return text[: spans[number - 1][1]] + text[spans[number][1] :]
    if len(spans) > 1:
        return text[: spans[0][0]] + text[spans[1][0] :]
    return text[: Document(text).offset(cells.first)] + text[spans[0][1] :]
