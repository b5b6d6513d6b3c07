"""Open documents: their texts go to the host, edit by edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from pipelens.lsp.convert import path_of
from pipelens.workspace.buffers import Buffer

if TYPE_CHECKING:
    from pipelens.lsp.server import Server


def register(server: Server) -> None:
    def text_path(uri: str) -> str | None:
        """A notebook that is told cell by cell may be open as a text, too: its cells count."""
        path = path_of(uri)
        return path if path not in server.places.notebooks.by_path else None

    def opened(params: types.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        path = text_path(document.uri)
        if path is None:
            return
        server.host.refresh()
        server.host.open(path, Buffer(document.uri, document.text, document.version))
        server.later()

    def changed(params: types.DidChangeTextDocumentParams) -> None:
        host, path = server.host, text_path(params.text_document.uri)
        buffer = host.documents.get(path) if path is not None else None
        if path is None or buffer is None:
            return
        for change in params.content_changes:
            if isinstance(change, types.TextDocumentContentChangePartial):
                buffer.replace(server.units.span(change.range, buffer.line), change.text)
                line = change.range.start.line + change.text.count("\n")
                server.typing.typed(path, line)
            else:
                buffer.reset(change.text)
        server.edited.add(path)
        buffer.version = params.text_document.version
        host.edited(path)
        server.later()

    def saved(params: types.DidSaveTextDocumentParams) -> None:
        server.host.refresh()
        server.later()
        server.runs_may_have_changed()

    def closed(params: types.DidCloseTextDocumentParams) -> None:
        path = text_path(params.text_document.uri)
        if path is not None:
            server.host.close(path)
            server.later()

    def shut_down(*_: object) -> None:
        server.was_shut_down = True
        server.runs.leave()

    server.on(types.TEXT_DOCUMENT_DID_OPEN, opened)
    server.on(types.TEXT_DOCUMENT_DID_CHANGE, changed)
    server.on(types.TEXT_DOCUMENT_DID_SAVE, saved)
    server.on(types.TEXT_DOCUMENT_DID_CLOSE, closed)
    server.on(types.SHUTDOWN, shut_down)
