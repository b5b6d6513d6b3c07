"""Notebooks that a client synchronises cell by cell. For everything behind the protocol such a
notebook is one file's text, as any other: composed here of its cells, without outputs, one JSON
string on a line for each line of source. A keystroke changes the lines that it touches.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from pipelens.core.text import Position, Span
from pipelens.frozen import frozen
from pipelens.workspace.buffers import Buffer

if TYPE_CHECKING:
    from pipelens.core.files import Unreadable

CellKind = Literal["code", "markdown", "raw"]
_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|.)")
_START = Position(0, 0)


@frozen
class CellData:
    """A cell beside its text. uri: of its document; id: as the file has it, None where untold."""

    uri: str
    kind: CellKind
    tags: tuple[str, ...] = ()
    id: str | None = None


@frozen
class NotebookData:
    """A notebook beside its cells, as its file has it."""

    metadata: Mapping[str, object]
    nbformat: tuple[int, int] = (4, 5)


@frozen
class InCell:
    """A place in the document of a cell. exact: False when the file's place lies in no cell, and this
    is the nearest one."""

    document: Buffer
    span: Span
    exact: bool


class Notebook(Buffer):
    """The text of an open notebook. documents: the cells' texts by URI, those that wait for their cell
    to be put in its place included."""

    def __init__(self, uri: str, version: int | None, data: NotebookData) -> None:
        super().__init__(uri, "", version)
        self.documents: dict[str, Buffer] = {}
        self._data = data
        self._cells: list[CellData] = []
        self._firsts: list[int] = []
        self.arrange(0, 0, ())

    @property
    def cells(self) -> tuple[CellData, ...]:
        """In their order."""
        return tuple(self._cells)

    # -- what changes

    def arrange(self, start: int, removed: int, cells: Iterable[CellData]) -> None:
        """Put `cells`, whose documents are known, in the place of `removed` ones."""
        known = [cell for cell in cells if cell.uri in self.documents]
        self._cells[max(start, 0) : max(start, 0) + max(removed, 0)] = known
        self._compose()

    def describe(self, data: NotebookData | None = None, cells: Iterable[CellData] = ()) -> None:
        """What is said of the notebook or of cells is another thing now; outputs are nothing to us."""
        told = {cell.uri: cell for cell in cells}
        wanted = [told.get(cell.uri, cell) for cell in self._cells]
        if wanted == self._cells and data in (None, self._data):
            return
        self._cells, self._data = wanted, data or self._data
        self._compose()

    def forget(self, uri: str) -> None:
        """The document of a cell is closed."""
        self.documents.pop(uri, None)
        if self._place(uri) is not None:
            self._cells = [cell for cell in self._cells if cell.uri != uri]
            self._compose()

    def rewrite(self, uri: str, text: str) -> None:
        """Replace the whole text of a cell."""
        if (document := self.documents.get(uri)) is not None:
            document.reset(text)
            self._compose()

    def edit(self, uri: str, span: Span, text: str) -> None:
        """Edit the text of a cell; `span` counts in the cell."""
        document = self.documents.get(uri)
        if document is None:
            return
        before = len(document)
        first = min(span.start.line, before - 1)
        last = min(max(span.end.line, first), before - 1)
        document.replace(span, text)
        place = self._place(uri)
        if place is None:
            return
        # A lone carriage return may have met its line feed one line above.
        first = max(0, first - 1)
        more = len(document) - before
        top = self._firsts[place]
        written = "\n".join(_written(document, number) for number in range(first, last + more + 1))
        end = Position(top + last, len(self.line(top + last)))
        self.replace(Span(Position(top + first, 0), end), written)
        if more:
            self._firsts[place + 1 :] = [one + more for one in self._firsts[place + 1 :]]

    # -- from cells to the file and back

    def in_file(self, uri: str, position: Position) -> Position | None:
        """The place in the file of a place in a cell."""
        place, document = self._place(uri), self.documents.get(uri)
        if place is None or document is None:
            return None
        line = min(position.line, len(document) - 1)
        before = document.line(line)[: position.character]
        return Position(self._firsts[place] + line, len(_quoted(before)) - 1)

    def in_cell(self, span: Span) -> InCell | None:
        """The place in a cell of a stretch of the file: what of it the cell shows where it begins."""
        if not self._cells:
            return None
        place = max(bisect_right(self._firsts, span.start.line) - 1, 0)
        if place + 1 < len(self._cells) and span.start.line == self._firsts[place + 1] - 1:
            place += 1  # the line that opens the next cell
        document = self.documents[self._cells[place].uri]
        first, count = self._firsts[place], len(document)
        start, end = (self._clipped(document, at, first) for at in (span.start, span.end))
        inside = all(first <= at.line < first + count for at in (span.start, span.end))
        return InCell(document, Span(start, max(start, end)), inside)

    def is_on_disk(self, path: str) -> bool:
        """Whether the file says of its cells what the editor shows; outputs are nothing to us."""
        from pipelens.core.cells import CellsError
        from pipelens.core.notebook_json import read_notebook_json
        from pipelens.workspace.disk import MAX_SIZE

        try:
            with open(path, encoding="utf-8", newline="") as file:
                text = file.read(MAX_SIZE)
        except (OSError, UnicodeDecodeError):
            return False
        ours, theirs = read_notebook_json(self.text), read_notebook_json(text)
        if isinstance(ours, CellsError) or isinstance(theirs, CellsError):
            return False
        return [(cell.kind, cell.source, cell.tags) for cell in ours.cells] == [
            (cell.kind, cell.source, cell.tags) for cell in theirs.cells
        ]

    # -- inside

    def _place(self, uri: str) -> int | None:
        return next((at for at, cell in enumerate(self._cells) if cell.uri == uri), None)

    def _clipped(self, document: Buffer, at: Position, first: int) -> Position:
        line = at.line - first
        if line < 0:
            return _START
        if line >= len(document):
            return Position(len(document) - 1, len(document.line(len(document) - 1)))
        return Position(line, _unescaped(self.line(at.line), at.character, len(document.line(line))))

    def _compose(self) -> None:
        written = ['{"cells": [']
        self._firsts = []
        for at, cell in enumerate(self._cells):
            document = self.documents[cell.uri]
            written.append(_head(cell))
            self._firsts.append(len(written))
            written.extend(_written(document, number) for number in range(len(document)))
            written.append("]}" if at == len(self._cells) - 1 else "]},")
        major, minor = self._data.nbformat
        metadata = json.dumps(dict(self._data.metadata), ensure_ascii=False)
        written.append(f'], "metadata": {metadata}, "nbformat": {major}, "nbformat_minor": {minor}}}')
        self.reset("\n".join(written))


class Notebooks:
    """Those that are open, by the path of their file and by the URIs of their cells."""

    def __init__(self) -> None:
        self.by_path: dict[str, Notebook] = {}
        self._paths: dict[str, str] = {}

    def open(self, path: str, notebook: Notebook) -> None:
        self.by_path[path] = notebook
        self.note_cells(path)

    def close(self, path: str) -> None:
        notebook = self.by_path.pop(path, None)
        for uri in notebook.documents if notebook is not None else ():
            self._paths.pop(uri, None)

    def note_cells(self, path: str) -> None:
        """The documents of a notebook's cells came or went."""
        gone = [uri for uri, of in self._paths.items() if of == path]
        for uri in gone:
            del self._paths[uri]
        self._paths.update(dict.fromkeys(self.by_path[path].documents, path))

    def path(self, uri: str) -> str | None:
        """The notebook's path, for the document of one of its cells."""
        return self._paths.get(uri)

    def document(self, uri: str) -> Buffer | None:
        """The text of a cell."""
        path = self._paths.get(uri)
        return self.by_path[path].documents.get(uri) if path is not None else None


def notebook_data_of_text(text: str | Unreadable) -> NotebookData:
    """What a notebook's file says of it, for a client that does not tell."""
    from pipelens.core.cells import CellsError
    from pipelens.core.notebook_json import read_notebook_json

    read = read_notebook_json(text) if isinstance(text, str) else None
    if read is None or isinstance(read, CellsError):
        return NotebookData({})
    return NotebookData(_kept(read.metadata), read.nbformat or (4, 5))


def notebook_data(told: object) -> NotebookData | None:
    """What a client says of a notebook: as the file has it, or wrapped as VS Code's versions do."""
    values = _mapping(told)
    values = _mapping(values.get("custom")) or values
    major, minor = values.get("nbformat"), values.get("nbformat_minor")
    inner = _mapping(values.get("metadata")) or (values if "kernelspec" in values else {})
    if not inner and not isinstance(major, int):
        return None
    found = NotebookData(_kept(inner))
    return replace(found, nbformat=(4, minor)) if isinstance(minor, int) and major == 4 else found


def cell_data(uri: str, is_markup: bool, language: str, told: object) -> CellData:
    """What a client says of a cell: metadata as the file has it, or wrapped as VS Code's versions do."""
    values = _mapping(told)
    values = _mapping(values.get("custom")) or values
    inner = _mapping(values.get("metadata")) or values
    tags, id = inner.get("tags"), values.get("id")
    kind: CellKind = "markdown" if is_markup else "raw" if language == "raw" else "code"
    names = tags if isinstance(tags, (list, tuple)) else ()
    return CellData(
        uri, kind, tuple(tag for tag in names if isinstance(tag, str)), id if isinstance(id, str) else None
    )


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _kept(metadata: Mapping[str, object]) -> Mapping[str, object]:
    """Without the state of widgets, which may be as large as outputs."""
    kept = {name: value for name, value in metadata.items() if name != "widgets"}
    return json.loads(json.dumps(kept, default=str))


def _head(cell: CellData) -> str:
    tags = {"tags": list(cell.tags)} if cell.tags else {}
    said: dict[str, object] = {"cell_type": cell.kind, "metadata": tags}
    if cell.id is not None:
        said["id"] = cell.id
    if cell.kind == "code":
        said |= {"execution_count": None, "outputs": []}
    return json.dumps(said, ensure_ascii=False)[:-1] + ', "source": ['


def _written(document: Buffer, number: int) -> str:
    """A line of a cell as it stands in the file."""
    line, is_last = document.line(number), number == len(document) - 1
    return _quoted(line) if is_last else _quoted(line + "\n") + ","


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _unescaped(written: str, character: int, length: int) -> int:
    """The offset in a cell's line, `length` long, of an offset in the JSON string `written`."""
    offset = character - 1
    if "\\" in written:
        for escape in _ESCAPE.finditer(written, 1):
            if escape.end() > character:
                offset -= max(0, character - escape.start())
                break
            offset -= len(escape.group()) - 1
    return min(max(offset, 0), length)
