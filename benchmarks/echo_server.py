"""The floor: a language server on pygls that does nothing but tell, after each edit, which of the
words `WORDq` … stands in the edited line. What it takes is what the wire and pygls take."""

from __future__ import annotations

import re

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, lsp_method

WORD = re.compile(r"upstream[:=\s]*\[['\"]?([\w\-]+)|\b(product[a-z])\b")


class Protocol(LanguageServerProtocol):
    """Without the documents that pygls keeps: they would cost more than everything else."""

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams):
        yield self.fm.features[types.TEXT_DOCUMENT_DID_OPEN], (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams):
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CHANGE], (params,), None


server = LanguageServer(
    "echo", "1", protocol_cls=Protocol, text_document_sync_kind=types.TextDocumentSyncKind.Incremental
)
texts: dict[str, list[str]] = {}


@server.feature(types.TEXT_DOCUMENT_DID_OPEN)
def opened(params: types.DidOpenTextDocumentParams) -> None:
    texts[params.text_document.uri] = params.text_document.text.split("\n")
    tell(params.text_document.uri, 1, [])


@server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
def changed(params: types.DidChangeTextDocumentParams) -> None:
    [change] = params.content_changes
    where = change.range  # pyright: ignore
    lines = texts[params.text_document.uri]
    line = lines[where.start.line]
    lines[where.start.line] = line[: where.start.character] + change.text + line[where.end.character :]
    found = WORD.search(lines[where.start.line])
    word = (found[1] or found[2]) if found and change.text else None
    told = [types.Diagnostic(where, f"unknown {word}")] if word else []
    tell(params.text_document.uri, params.text_document.version, told)


def tell(uri: str, version: int, told: list[types.Diagnostic]) -> None:
    server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, told, version))


if __name__ == "__main__":
    server.start_io()
