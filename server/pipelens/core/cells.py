"""Scripts and notebooks as cells with their places.

Text formats are read by jupytext itself (`text_cells`), so that what counts as a cell is what
Ploomber counts; `.ipynb` files are read by a JSON reader that keeps positions (`notebook_json`).
Section 8.1 of the format.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import PurePath
from types import MappingProxyType
from typing import Literal

from pipelens.core.text import NOWHERE, Position, Span
from pipelens.frozen import frozen

CellKind = Literal["code", "markdown", "raw"]
MAX_CHARACTERS = 2_000_000
MAX_LINES = 25_000
"""Above these a text is no script that anybody wrote, and jupytext would need hours for some."""
_EMPTY: Mapping[str, object] = MappingProxyType({})


@frozen
class Cell:
    """One cell of a script or notebook.

    source: as jupytext gives it (magics uncommented), lines joined with ``\\n``. index: position
    among all cells as stored. lines: for each line of `source` the (line, character) in the file
    where that line's text begins. injected: tagged `injected-parameters`.
    head: the marker line of a text format, None where the cell has none.
    stretched: for each line the characters that take more room in the file than in `source`, as
    (character, how many more): escapes in the JSON of an `.ipynb`. Empty when there are none.
    """

    kind: CellKind
    source: str
    index: int
    id: str
    tags: tuple[str, ...]
    lines: tuple[tuple[int, int], ...]
    head: Span | None = None
    stretched: tuple[tuple[tuple[int, int], ...], ...] = ()

    @property
    def injected(self) -> bool:
        return "injected-parameters" in self.tags

    def position(self, line: int, character: int) -> Position:
        """Where in the file the character of `source` at this line and offset is."""
        if not self.lines:
            return self.head.start if self.head else Position(0, 0)
        line = min(max(line, 0), len(self.lines) - 1)
        row, begin = self.lines[line]
        wider = sum(more for at, more in self.stretched[line] if at < character) if self.stretched else 0
        return Position(row, begin + character + wider)

    def span(self, line: int, character: int, end_line: int, end_character: int) -> Span:
        """The stretch of the file that shows this stretch of `source`."""
        if not self.stretched and 0 <= line <= end_line < len(self.lines):
            row, begin = self.lines[line]
            if line == end_line:
                return Span.on_line(row, begin + character, begin + end_character)
            end_row, end_begin = self.lines[end_line]
            return Span.of(row, begin + character, end_row, end_begin + end_character)
        return Span(self.position(line, character), self.position(end_line, end_character))

    @property
    def text_span(self) -> Span:
        """The whole text of the cell, without its marker."""
        last = self.source.split("\n")
        return self.span(0, 0, len(last) - 1, len(last[-1]))

    @property
    def label_span(self) -> Span:
        """Where to point at the cell as a whole: its marker line, else its first line."""
        if self.head is not None:
            return self.head
        return self.span(0, 0, 0, len(self.source.split("\n", 1)[0]))


@frozen
class Cells:
    """A script or notebook, taken apart.

    language: lower case (`python`, `r`). kernelspec_name, kernelspec_language: as its metadata says,
    None where it does not. format_name: jupytext's (`percent`, `light`, `hydrogen` …) or `ipynb`.
    nbformat: (major, minor) of an `.ipynb`. first: where a new first cell goes (text formats: the
    line after the header; `.ipynb`: after the bracket that opens `cells`).
    """

    cells: tuple[Cell, ...]
    language: str
    kernelspec_name: str | None
    kernelspec_language: str | None
    format_name: str
    metadata: Mapping[str, object] = field(default_factory=lambda: _EMPTY)
    nbformat: tuple[int, int] | None = None
    first: Position = NOWHERE.start

    @property
    def kept(self) -> tuple[Cell, ...]:
        """The cells that belong to the user: without the first injected one and the first with
        debugging settings (section 9.2)."""
        dropped: set[int] = set()
        for tag in ("injected-parameters", "debugging-settings"):
            for cell in self.cells:
                if tag in cell.tags:
                    dropped.add(cell.index)
                    break
        return tuple(cell for cell in self.cells if cell.index not in dropped)

    @property
    def parameters(self) -> Cell | None:
        """The parameters cell: the first of any kind that is tagged `parameters`."""
        return next((cell for cell in self.kept if "parameters" in cell.tags), None)

    @property
    def code(self) -> str:
        """The code as Ploomber stores it (section 11.2): the text of all kept cells."""
        return "\n".join(cell.source for cell in self.kept)


@frozen
class CellsError:
    """Why a file has no cells. message: a sentence part that follows the file's name."""

    message: str
    span: Span = NOWHERE


def read_cells_quickly(path: str, text: str) -> Cells | CellsError:
    """As `read_cells`, without what only writing a notebook needs: `metadata` holds no more than the
    file itself says, while jupytext notes there how to make the same script of the notebook again.

    Ordinary scripts are read without jupytext, whose import and reading take most of a start."""
    if path.endswith(".py") and len(text) <= MAX_CHARACTERS and text.count("\n") <= MAX_LINES:
        from pipelens.core.script_cells import read_script

        found = read_script(text)
        if found is not None:
            return found
    return read_cells(path, text)


def read_cells(path: str, text: str) -> Cells | CellsError:
    """The cells of the script or notebook `text`; `path` only tells its format by its ending."""
    extension = PurePath(path).suffix
    if extension == ".ipynb":
        from pipelens.core.notebook_json import read_notebook_json

        return read_notebook_json(text)
    from pipelens.core.text_cells import read_text_cells

    return read_text_cells(text, extension or ".py")
