"""Injected cells as documents of the server's own (`workspace/textDocumentContent`), told anew when the
pipeline says another thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from pipelens.lsp.injected_documents import cell_of, meant_by, takes_documents
from pipelens.protocol.injected import SCHEME

if TYPE_CHECKING:
    from pipelens.lsp.server import Server

_MOST_SHOWN = 20


def register(server: Server) -> None:
    shown: dict[str, str] = {}

    def content(params: types.TextDocumentContentParams) -> types.TextDocumentContentResult:
        shown[params.uri] = read(params.uri)
        while len(shown) > _MOST_SHOWN:
            del shown[next(iter(shown))]
        return types.TextDocumentContentResult(shown[params.uri])

    def read(uri: str) -> str:
        named = meant_by(uri)
        found = cell_of(server, *named) if named is not None else None
        return found[1].text if found is not None else "# There is no such task.\n"

    def look_again() -> None:
        for uri, text in list(shown.items()):
            if (found := read(uri)) != text:
                shown[uri] = found
                server.start("workspace/textDocumentContent/refresh", refresh(uri))

    async def refresh(uri: str) -> None:
        params = types.TextDocumentContentRefreshParams(uri)
        await server.workspace_text_document_content_refresh_async(params)

    def offer() -> None:
        options = types.TextDocumentContentRegistrationOptions(schemes=[SCHEME])
        method = types.WORKSPACE_TEXT_DOCUMENT_CONTENT
        params = types.RegistrationParams([types.Registration("pipelens-injected", method, options)])
        server.start("client/registerCapability", ask(params))

    async def ask(params: types.RegistrationParams) -> None:
        await server.client_register_capability_async(params)

    if takes_documents(server):
        server.on(types.WORKSPACE_TEXT_DOCUMENT_CONTENT, content)
        server.when_initialized(offer)
        server.when_quiet(look_again)
