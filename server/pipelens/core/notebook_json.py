"""`.ipynb` files with the place of every line of code inside the JSON text.

The values come from the standard library's decoder, called piece by piece, so a notebook with
megabytes of outputs is read at its speed; only the strings of `source` are walked here.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from typing import Any, cast

from pipelens.core.cells import Cell, CellKind, Cells, CellsError
from pipelens.core.text import Document, Span
from pipelens.frozen import frozen

_BLANK = re.compile(r"[ \t\n\r]*")
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)")
_DECODER = json.JSONDecoder()


def _nothing(_: dict[str, Any]) -> None:
    return None


_FORGETFUL = json.JSONDecoder(object_hook=_nothing)
"""For outputs, which may be a hundred times as large as the code and are not looked at."""
_KINDS: tuple[CellKind, ...] = ("code", "markdown", "raw")


@frozen
class _Piece:
    """A JSON string of a cell's source: its value and the offset behind its opening quote."""

    value: str
    begin: int
    end: int


@frozen
class _RawCell:
    fields: Mapping[str, Any]
    source: tuple[_Piece, ...] | None
    begin: int


class _NotJson(Exception):
    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


def read_notebook_json(text: str) -> Cells | CellsError:
    """The cells of a notebook of nbformat 4; anything else is an error that says what it is."""
    document = Document(text)
    if text.startswith("\ufeff"):
        return CellsError(
            "begins with a byte order mark, which makes a notebook unreadable; save it as UTF-8 without",
            Span.on_line(0, 0, 1),
        )
    try:
        values, raw, first = _read(text)
    except _NotJson as error:
        return CellsError(error.message, document.span(error.offset, error.offset + 1))
    except json.JSONDecodeError as error:
        return CellsError(f"is not JSON: {error.msg}", document.span(error.pos, error.pos + 1))
    except RecursionError:
        return CellsError("is nested too deeply to be read")
    except ValueError as error:
        return CellsError(f"is not JSON: {error}")
    wrong = _wrong(values, raw)
    if wrong is not None:
        return CellsError(wrong)
    cells: list[Cell] = []
    for index, item in enumerate(raw or ()):
        cell = _cell(document, index, item)
        if isinstance(cell, CellsError):
            return cell
        cells.append(cell)
    metadata: Mapping[str, Any] = values["metadata"]
    kernel = metadata.get("kernelspec")
    kernel = cast("dict[str, Any]", kernel) if isinstance(kernel, dict) else {}
    name, language = kernel.get("name"), kernel.get("language")
    minor = values.get("nbformat_minor")
    return Cells(
        tuple(cells),
        _language(name, language),
        name if isinstance(name, str) else None,
        language if isinstance(language, str) else None,
        "ipynb",
        metadata,
        (4, minor if isinstance(minor, int) else 0),
        document.position(first),
    )


def _language(name: object, language: object) -> str:
    if isinstance(language, str) and language:
        return language.lower()
    return "r" if name == "ir" else "python"


def _wrong(values: Mapping[str, Any], raw: list[_RawCell] | None) -> str | None:
    version = values.get("nbformat")
    if version != 4:
        if "nbformat" not in values:
            return "is JSON, but no notebook: it has no nbformat"
        return f"is a notebook of nbformat {version!r}; only version 4 is read. Convert it with `jupyter nbconvert --to notebook --inplace`"
    if raw is None:
        return "is a notebook without cells: the list `cells` is missing"
    if not isinstance(values.get("metadata"), dict):
        return "is a notebook without `metadata`"
    return None


def _read(text: str) -> tuple[dict[str, Any], list[_RawCell] | None, int]:
    """The notebook's values but its cells, its cells, the offset behind the bracket of `cells`."""
    at = _skip(text, 0)
    if text[at : at + 1] != "{":
        if not text.strip():
            raise _NotJson("is empty; a notebook is a JSON object", 0)
        _DECODER.raw_decode(text, at)
        raise _NotJson("is JSON, but no notebook: a notebook is an object", at)
    values: dict[str, Any] = {}
    cells: list[_RawCell] | None = None
    first = at + 1
    for key, begin in (walk := _Walk(text)).members(at):
        if key == "cells" and text[begin : begin + 1] == "[":
            first = begin + 1
            cells = []
            for element in walk.elements(begin):
                cells.append(_read_cell(walk, element))
        else:
            values[key], walk.at = _DECODER.raw_decode(text, begin)
            if key == "cells":
                cells = None
    end = _skip(text, walk.at)
    if end != len(text):
        raise _NotJson("is not JSON: more text follows the notebook", end)
    return values, cells, first


def _read_cell(walk: _Walk, begin: int) -> _RawCell:
    text = walk.text
    if text[begin : begin + 1] != "{":
        raise _NotJson("has a cell that is no JSON object", begin)
    fields: dict[str, Any] = {}
    source: tuple[_Piece, ...] | None = None
    for key, at in walk.members(begin):
        if key in ("outputs", "attachments"):
            _, walk.at = _FORGETFUL.raw_decode(text, at)
            continue
        if key != "source":
            fields[key], walk.at = _DECODER.raw_decode(text, at)
            continue
        pieces: list[_Piece] = []
        starts = walk.elements(at) if text[at : at + 1] == "[" else iter((at,))
        for start in starts:
            value, walk.at = _DECODER.raw_decode(text, start)
            if not isinstance(value, str):
                raise _NotJson("has a cell whose source is no text", start)
            pieces.append(_Piece(value, start + 1, walk.at - 1))
        source = tuple(pieces)
    return _RawCell(fields, source, begin)


class _Walk:
    """Steps through objects and lists; `at` is the offset behind the value that was read last."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def members(self, begin: int) -> Iterator[tuple[str, int]]:
        """The keys of the object at `begin`, each with the offset of its value."""
        text = self.text
        at = _skip(text, begin + 1)
        if text[at : at + 1] == "}":
            self.at = at + 1
            return
        while True:
            if text[at : at + 1] != '"':
                raise _NotJson("is not JSON: a property name in double quotes is expected", at)
            key, at = _DECODER.raw_decode(text, at)
            at = _skip(text, at)
            if text[at : at + 1] != ":":
                raise _NotJson("is not JSON: a colon is expected", at)
            yield key, _skip(text, at + 1)
            at = _skip(text, self.at)
            if text[at : at + 1] == "}":
                self.at = at + 1
                return
            at = self._comma(at)

    def elements(self, begin: int) -> Iterator[int]:
        """The offsets of the elements of the list at `begin`."""
        text = self.text
        at = _skip(text, begin + 1)
        if text[at : at + 1] == "]":
            self.at = at + 1
            return
        while True:
            if at >= len(text):
                raise _NotJson("is not JSON: it ends inside a list", max(len(text) - 1, 0))
            yield at
            at = _skip(text, self.at)
            if text[at : at + 1] == "]":
                self.at = at + 1
                return
            at = self._comma(at)

    def _comma(self, at: int) -> int:
        if self.text[at : at + 1] != ",":
            raise _NotJson("is not JSON: a comma is expected", min(at, max(len(self.text) - 1, 0)))
        return _skip(self.text, at + 1)


def _skip(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at


def _cell(document: Document, index: int, raw: _RawCell) -> Cell | CellsError:
    kind = raw.fields.get("cell_type")
    begin = document.span(raw.begin, raw.begin + 1)
    if kind not in _KINDS:
        return CellsError(f"has a cell of unknown type {kind!r} (cell {index + 1})", begin)
    metadata = raw.fields.get("metadata")
    if not isinstance(metadata, dict):
        return CellsError(f"has a cell without metadata (cell {index + 1})", begin)
    if raw.source is None:
        return CellsError(f"has a cell without source (cell {index + 1})", begin)
    tags = cast("dict[str, Any]", metadata).get("tags")
    names: tuple[str, ...] = ()
    if isinstance(tags, list):
        names = tuple(tag for tag in cast("list[object]", tags) if isinstance(tag, str))
    given = raw.fields.get("id")
    lines, stretched = _lines(document, raw.source, raw.begin)
    return Cell(
        kind,
        "".join(piece.value for piece in raw.source),
        index,
        given if isinstance(given, str) else f"cell-{index}",
        names,
        lines,
        None,
        stretched if any(stretched) else (),
    )


def _lines(
    document: Document, pieces: tuple[_Piece, ...], fallback: int
) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[tuple[int, int], ...], ...]]:
    """Where each line of the source begins, and which of its characters are wider in the file."""
    starts: list[int] = []
    wide: list[list[tuple[int, int]]] = []
    fresh = True
    column = 0
    previous_end = fallback
    for piece in pieces:
        if not piece.value:
            if fresh:
                previous_end = piece.begin
            continue
        breaks = _Escapes(document.text, piece)
        begin = 0
        while begin < len(piece.value):
            raw = breaks.raw(begin)
            if fresh:
                starts.append(raw)
                wide.append([])
                column = 0
                fresh = False
            elif begin == 0 and raw > previous_end:
                wide[-1].append((column - 1, raw - previous_end))  # the line goes on in a new string
            end = piece.value.find("\n", begin)
            stop = len(piece.value) if end < 0 else end
            wide[-1].extend((column + at - begin, more) for at, more in breaks.between(begin, stop))
            column += stop - begin
            if end < 0:
                break
            begin = end + 1
            fresh = True
            if begin == len(piece.value):
                break
        previous_end = piece.end
    if fresh:
        starts.append(previous_end)
        wide.append([])
    places: list[tuple[int, int]] = []
    for start in starts:
        position = document.position(start)
        places.append((position.line, position.character))
    return tuple(places), tuple(tuple(line) for line in wide)


class _Escapes:
    """The way from characters of a JSON string's value to offsets in the text."""

    def __init__(self, text: str, piece: _Piece) -> None:
        self._begin = piece.begin
        self._at: list[int] = []
        self._more: list[int] = []
        self._total = [0]
        lost = 0
        for match in _ESCAPE.finditer(text, piece.begin, piece.end):
            at = match.start() - piece.begin - lost
            more = match.end() - match.start() - 1
            lost += more
            self._at.append(at)
            self._more.append(more)
            self._total.append(lost)

    def raw(self, at: int) -> int:
        return self._begin + at + self._total[bisect_left(self._at, at)]

    def between(self, begin: int, end: int) -> Iterator[tuple[int, int]]:
        at = bisect_right(self._at, begin - 1)
        while at < len(self._at) and self._at[at] < end:
            yield self._at[at], self._more[at]
            at += 1


def inside_json(text: str, file: str) -> str:
    """`text` as it stands inside a JSON string of the notebook `file`, which is ASCII where it escapes all
    other characters itself."""
    return json.dumps(text, ensure_ascii=file.isascii() and "\\u" in file)[1:-1]
