"""Places as the client tells them, and as it is told them: the one way between a document's URI and
range and our paths and spans. A cell of a notebook that the client synchronises is a document of its
own; for us it is a stretch of the notebook's file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types

from pipelens.core.text import Lines, Position, Span
from pipelens.lsp.convert import path_of, uri_of

if TYPE_CHECKING:
    from pipelens.lsp.server import Server


@dataclass(frozen=True, slots=True)
class Caret:
    """Where the client asks. path: of the file (a notebook's, for one of its cells). lines: its text."""

    path: str
    position: Position
    lines: Lines


class Places:
    """The translation for one client."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def path(self, uri: str) -> str | None:
        """The path of the file that a document of the client shows; None for what is no file."""
        return path_of(uri)

    def caret(self, document: types.TextDocumentIdentifier, position: types.Position) -> Caret | None:
        """The place that a request asks about; None in documents that are no files."""
        path = self.path(document.uri)
        if path is None:
            return None
        lines = self._server.host.lines(path)
        character = self._server.units.character(lines.line(position.line), position.character)
        return Caret(path, Position(position.line, character), lines)

    def span(self, document: types.TextDocumentIdentifier, told: types.Range) -> Span | None:
        """A range of a document, as a span of its file."""
        path = self.path(document.uri)
        if path is None:
            return None
        return self._server.units.span(told, self._server.host.lines(path).line)

    def location(self, path: str, span: Span) -> types.Location:
        """A span of a file as the client knows it."""
        buffer = self._server.host.documents.get(path)
        uri = buffer.uri if buffer is not None else uri_of(path)
        return types.Location(uri, self.range(path, span))

    def range(self, path: str, span: Span) -> types.Range:
        """A span of a file, as a range of the document (or cell) that shows it."""
        return self._server.units.range(span, self._server.host.lines(path).line)

    def is_shown_in(self, uri: str, path: str, span: Span) -> bool:
        """Whether the document `uri` is the one that shows this span: a cell shows only its own."""
        return self.path(uri) == path
