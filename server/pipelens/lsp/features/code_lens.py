"""Code lenses: run a task, how fresh it is and why, and how many tasks are before and behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from pipelens.lsp.lenses import Lenses
from pipelens.lsp.wire_text import WireText

if TYPE_CHECKING:
    from pipelens.lsp.server import Server


def register(server: Server) -> None:
    found = Lenses(server)

    def lenses(params: types.CodeLensParams) -> WireText | list[types.CodeLens]:
        uri = params.text_document.uri
        path = server.places.path(uri)
        return WireText(found.of(uri, path)) if path is not None else []

    server.on(types.TEXT_DOCUMENT_CODE_LENS, lenses)
