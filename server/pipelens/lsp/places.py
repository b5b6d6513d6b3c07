"""Places as the client tells them, and as it is told them: the one way between a document's URI and
range and our paths and spans. A cell of a notebook that the client synchronises is a document of its
own; for us it is a stretch of the notebook's file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lsprotocol import types

from pipelens.core.text import Lines, Position, Span
from pipelens.frozen import frozen
from pipelens.lsp.convert import path_of, uri_of
from pipelens.lsp.notebooks import Notebooks

if TYPE_CHECKING:
    from pipelens.lsp.server import Server

_TOP = types.Range(types.Position(0, 0), types.Position(0, 0))


@frozen
class Caret:
    """Where the client asks. path: of the file (a notebook's, for one of its cells). lines: its text.

    shown, shown_position: the same place in the document that the client shows: in a cell's own text,
    else in the file.
    """

    path: str
    position: Position
    lines: Lines
    shown: Lines
    shown_position: Position


class Places:
    """The translation for one client."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.notebooks = Notebooks()

    def path(self, uri: str) -> str | None:
        """The path of the file that a document of the client shows; None for what is no file."""
        return self.notebooks.path(uri) or path_of(uri)

    def caret(self, document: types.TextDocumentIdentifier, position: types.Position) -> Caret | None:
        """The place that a request asks about; None in documents that are no files."""
        path = self.path(document.uri)
        if path is None:
            return None
        lines = self._server.host.lines(path)
        shown = self.notebooks.document(document.uri) or lines
        character = self._server.units.character(shown.line(position.line), position.character)
        at = Position(position.line, character)
        in_file = self._in_file(document.uri, path, at)
        return Caret(path, in_file, lines, shown, at) if in_file is not None else None

    def span(self, document: types.TextDocumentIdentifier, told: types.Range) -> Span | None:
        """A range of a document, as a span of its file."""
        start, end = self.caret(document, told.start), self.caret(document, told.end)
        return Span(start.position, end.position) if start is not None and end is not None else None

    def location(self, path: str, span: Span) -> types.Location:
        """A span of a file as the client knows it: in a notebook that is told cell by cell in the cell
        that shows it, or in the nearest one (see `is_shown`)."""
        notebook = self.notebooks.by_path.get(path)
        if notebook is not None:
            found = notebook.in_cell(span)
            if found is None:
                return types.Location(notebook.uri, _TOP)
            where = self._server.units.range(found.span, found.document.line)
            return types.Location(found.document.uri, where)
        buffer = self._server.host.documents.get(path)
        uri = buffer.uri if buffer is not None else uri_of(path)
        return types.Location(uri, self._server.units.range(span, self._server.host.lines(path).line))

    def range(self, path: str, span: Span) -> types.Range:
        """A span of a file, as a range of the document (or cell) that shows it."""
        return self.location(path, span).range

    def is_shown(self, path: str, span: Span) -> bool:
        """Whether a document of the client can show (and edit) this span: in a notebook that is told
        cell by cell only the text of cells can."""
        notebook = self.notebooks.by_path.get(path)
        if notebook is None:
            return True
        found = notebook.in_cell(span)
        return found is not None and found.exact

    def is_shown_in(self, uri: str, path: str, span: Span) -> bool:
        """Whether the document `uri` is the one that shows this span: a cell shows only its own, the
        notebook itself those of all its cells."""
        notebook = self.notebooks.by_path.get(path)
        if notebook is None:
            return self.path(uri) == path
        found = notebook.in_cell(span)
        return found is not None and found.exact and uri in (found.document.uri, notebook.uri)

    def documents(self, path: str) -> Iterable[str]:
        """The URIs of the documents that show a file: one, or those of a notebook's cells."""
        notebook = self.notebooks.by_path.get(path)
        if notebook is not None:
            return [cell.uri for cell in notebook.cells] or [notebook.uri]
        buffer = self._server.host.documents.get(path)
        return [buffer.uri if buffer is not None else uri_of(path)]

    def version(self, uri: str) -> int | None:
        """The version of a document that the client has open, None for one that it has not."""
        document = self.notebooks.document(uri)
        if document is not None:
            return document.version
        path = path_of(uri)
        if path is None or path in self.notebooks.by_path:
            return None
        buffer = self._server.host.documents.get(path)
        return buffer.version if buffer is not None else None

    def _in_file(self, uri: str, path: str, at: Position) -> Position | None:
        notebook = self.notebooks.by_path.get(path)
        if notebook is None:
            return at
        return notebook.in_file(uri, at)
