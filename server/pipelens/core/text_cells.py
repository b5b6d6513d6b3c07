"""Cells of the text formats, with real line numbers, by jupytext's own readers.

jupytext decides what a cell is; a second parser would drift from it. Its readers take what is left
of the file and return one cell at a time, so a subclass that notes how much was left knows the
cell's line.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from copy import copy
from importlib import import_module
from typing import Any, cast

from pipelens.core.cells import MAX_CHARACTERS, MAX_LINES, Cell, CellKind, Cells, CellsError
from pipelens.core.text import Document, Position, Span
from pipelens.core.values import sequence_of
from pipelens.frozen import frozen

MAX_WORK = 3_000_000
"""Bounds on a script: jupytext looks ahead over blank lines and fences again and again, so a file
made for it would take hours. `MAX_WORK` counts those looks."""

_ALIAS = re.compile(r"[\s\[,:]\*\w")
_LANGUAGES = {"r": "r", "python": "python"}


@frozen
class _Read:
    """One cell as it was read: at which line of the file, with which lines before and after."""

    cell: Any
    at: int
    start: int
    original: tuple[str, ...]
    content: tuple[str, ...]
    marked: bool


class _Failed(Exception):
    """A cell that jupytext refuses, with the line where it begins."""

    def __init__(self, at: int, cause: Exception) -> None:
        super().__init__(str(cause))
        self.at = at
        self.cause = cause


def read_text_cells(text: str, extension: str) -> Cells | CellsError:
    """The cells of a script, an R markdown file or any other text that jupytext knows."""
    if len(text) > MAX_CHARACTERS:
        return CellsError(f"is too large for a script ({len(text):,} characters)")
    pieces = text.splitlines(keepends=True)
    if len(pieces) > MAX_LINES or _looks(pieces) > MAX_WORK:
        return CellsError(f"is too large for a script ({len(pieces):,} lines)")
    if len(_ALIAS.findall(_header(pieces))) > 10:
        return CellsError("has a header with YAML aliases, which is not read")
    document = Document(text)
    normal = "\n".join(text.splitlines())  # whatever ends a line, so that lines and pieces stay equal
    if pieces and pieces[-1].endswith(("\n", "\r")):
        normal += "\n"
    places = _places(document, pieces)
    try:
        notebook, reads, format_name, header = _convert(normal, extension)
    except _Failed as failed:
        line = places[min(failed.at, len(places) - 1)][0] if places else 0
        return CellsError(_why(failed.cause), _line_span(document, line))
    except RecursionError:
        return CellsError("is nested too deeply to be read")
    except Exception as refused:  # jupytext raises what its many readers raise
        return CellsError(_why(refused), _line_span(document, 0))
    return _cells(notebook, reads, format_name, header, extension, places, document)


def _why(error: Exception) -> str:
    first = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    if "is not of type 'array'" in first:
        return f'has a cell whose tags are no list: {first}. Write tags=["parameters"]'
    return f"cannot be read as a script: {first}"


def _looks(pieces: list[str]) -> int:
    """How many lines jupytext may look at again: runs of blank lines and fences that stay open."""
    looks = run = 0
    for piece in pieces:
        if not piece.strip():
            run += 1
            looks += run
            continue
        run = 0
        if "```" in piece or "~~~" in piece:
            looks += 4 * len(pieces)
    return looks


def _header(pieces: list[str]) -> str:
    """The text up to the end of what may be a jupytext header."""
    dashes = 0
    for at, piece in enumerate(pieces):
        dashes += piece.lstrip("#/ \t").startswith("---")
        if dashes == 2:
            return "".join(pieces[: at + 1])
    return "".join(pieces) if dashes else ""


def _places(document: Document, pieces: list[str]) -> list[tuple[int, int]]:
    """Where each line that Python sees begins. Python ends lines at more characters than editors."""
    if len(pieces) == len(document.lines) - (not document.lines[-1]):
        return [(line, 0) for line in range(len(pieces))]
    places: list[tuple[int, int]] = []
    offset = 0
    for piece in pieces:
        position = document.position(offset)
        places.append((position.line, position.character))
        offset += len(piece)
    return places


def _line_span(document: Document, line: int) -> Span:
    line = min(line, len(document.lines) - 1)
    return Span.on_line(line, 0, len(document.lines[line]))


def _convert(text: str, extension: str) -> tuple[Any, list[_Read], str, int]:
    """jupytext's notebook, what its reader read, the format's name, the number of header lines."""
    formats: Any = import_module("jupytext.formats")
    headers: Any = import_module("jupytext.header")
    jupytext: Any = import_module("jupytext.jupytext")
    form: dict[str, Any] = formats.long_form_one_format(extension.lstrip("."))
    extension = form["extension"]
    name: str | None = formats.read_format_from_metadata(text, extension) or form.get("format_name")
    options: dict[str, Any] = {}
    if not name:
        name, options = formats.guess_format(text, extension)
    if name in ("marimo", "quarto", "pandoc"):
        raise ValueError(f"the format {name} needs its own program")
    if name:
        form["format_name"] = name
    form.update(options)
    converter: Any = jupytext.TextNotebookConverter(form, None)
    lines = text.splitlines()
    reads: list[_Read] = []
    implementation: Any = copy(converter.implementation)
    converter.implementation = implementation
    reader: Any = implementation.cell_reader_class
    if reader is not None:
        implementation.cell_reader_class = _recording(reader, len(lines), reads)
    header: int = headers.header_to_metadata_and_cell(
        lines,
        implementation.header_prefix,
        implementation.header_suffix,
        implementation.extension,
    )[3]
    with _schema_where_it_tells():
        notebook: Any = converter.reads(text)
    return notebook, reads, name or "light", header


@contextmanager
def _schema_where_it_tells() -> Generator[None, None, None]:
    """Hold new cells against the notebook schema only when their metadata could break it.

    nbformat checks every cell that it makes, which takes half of the time that reading a script needs.
    A cell made of text is sound by construction; its metadata, which a marker spells, may not be.
    """
    nbbase: Any = import_module("nbformat.v4.nbbase")
    validate: Any = nbbase.validate

    def check(node: Any, ref: str | None = None) -> Any:
        tags = sequence_of(node.get("metadata", {}).get("tags", []))
        if tags is None or not set(node.get("metadata", {})) <= {"tags"}:
            return validate(node, ref)
        if not all(isinstance(t, str) and t and "," not in t for t in tags):
            return validate(node, ref)
        return None if len(set(tags)) == len(tags) else validate(node, ref)

    nbbase.validate = check
    try:
        yield
    finally:
        nbbase.validate = validate


def _recording(reader: Any, total: int, reads: list[_Read]) -> type:
    """A reader like `reader` that notes in `reads` what it read where."""

    def read(it: Any, lines: list[str]) -> tuple[Any, int]:
        at = total - len(lines)
        first = lines[0]
        try:
            cell, taken = reader.read(it, lines)
        except Exception as error:
            raise _Failed(at, error) from error
        alternative = getattr(it, "alternative_start_code_re", None)
        if alternative is not None:
            marked = bool(it.start_code_re.match(first) or alternative.match(first))
        else:
            marked = bool(it.explicit_soc)
        original = tuple(it.org_content or ())
        reads.append(_Read(cell, at, at + marked, original, tuple(it.content or ()), marked))
        return cell, taken

    return type("Recording", (reader,), {"read": read})


def _cells(
    notebook: Any,
    reads: list[_Read],
    format_name: str,
    header: int,
    extension: str,
    places: list[tuple[int, int]],
    document: Document,
) -> Cells:
    by_cell = {id(read.cell): read for read in reads}
    cells: list[Cell] = []
    for index, node in enumerate(notebook.cells):
        source: str = node.source
        read = by_cell.get(id(node))
        head = None
        if read is None:
            lines = tuple(places[0] if places else (0, 0) for _ in source.split("\n"))
        else:
            lines = _lines_of(read, source, places, document)
            if read.marked:
                head = _line_span(document, places[read.at][0])
        kind: CellKind = node.cell_type
        cells.append(Cell(kind, source, index, f"cell-{index}", _tags(node.metadata), lines, head))
    metadata: Mapping[str, Any] = notebook.metadata
    kernel: Mapping[str, Any] = metadata.get("kernelspec") or {}
    language = _language(extension, metadata)
    row = places[header][0] if header < len(places) else len(document.lines) - 1
    first = Position(row, 0 if header < len(places) else len(document.lines[row]))
    return Cells(
        tuple(cells),
        language,
        kernel.get("name"),
        kernel.get("language"),
        format_name,
        metadata,
        None,
        first,
    )


def _lines_of(
    read: _Read, source: str, places: list[tuple[int, int]], document: Document
) -> tuple[tuple[int, int], ...]:
    """Where each line of the cell begins in the file."""
    texts = source.split("\n")
    shift = 0
    if len(texts) > len(read.content) and read.content:
        shift = len(read.content) - len(texts)  # jupytext put a `%%language` line in front
    skipped = 0
    if read.original and read.content and len(read.content) < len(read.original):
        skipped = next((at for at, line in enumerate(read.original) if read.content[0] in line), 0)
    found: list[tuple[int, int]] = []

    def behind(row: int) -> tuple[int, int]:
        line = places[row][0]
        return line, len(document.lines[line])

    for at, text in enumerate(texts):
        index = at + shift + skipped
        row = max(read.start + index, read.at)
        if row >= len(places) or (read.marked and row == read.at):
            found.append(behind(min(row, len(places) - 1)))
            continue
        line, begin = places[row]
        if 0 <= index < len(read.original):
            original = read.original[index]
            bare = text.lstrip()
            if original != text and bare and original.rstrip().endswith(bare.rstrip()):
                begin += len(original.rstrip()) - len(text.rstrip())
        found.append((line, begin))
    return tuple(found)


def _tags(metadata: Mapping[str, Any]) -> tuple[str, ...]:
    tags = metadata.get("tags")
    if not isinstance(tags, list):
        return ()
    return tuple(tag for tag in cast("list[object]", tags) if isinstance(tag, str))


def _language(extension: str, metadata: Mapping[str, Any]) -> str:
    if extension in (".py", ".pyw"):
        return "python"
    if extension.lower() in (".r", ".rmd"):
        return "r"
    own: dict[str, object] = metadata.get("jupytext") or {}
    main = own.get("main_language")
    return _LANGUAGES.get(str(main).lower(), str(main or "python").lower())
