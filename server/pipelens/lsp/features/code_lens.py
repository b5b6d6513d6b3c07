"""Code lenses: run a task, how fresh it is and why, and how many tasks are before and behind it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from lsprotocol import types

from pipelens.lsp.guard import LOG
from pipelens.lsp.wire_text import WireText

if TYPE_CHECKING:
    from pipelens.lsp.lenses import Lenses
    from pipelens.lsp.server import Server


def register(server: Server) -> None:
    @cache
    def found() -> Lenses:
        from pipelens.lsp.lenses import Lenses

        return Lenses(server)

    @server.feature(types.TEXT_DOCUMENT_CODE_LENS)
    async def lenses(params: types.CodeLensParams) -> WireText | list[types.CodeLens]:
        uri = params.text_document.uri
        path = server.places.path(uri)
        if path is None or not server.settings.code_lens:
            return []
        try:
            await found().pages.ready(path)
            return WireText(found().of(uri, path))
        except Exception:
            LOG.exception("%s failed: %s", types.TEXT_DOCUMENT_CODE_LENS, uri)
            return []
