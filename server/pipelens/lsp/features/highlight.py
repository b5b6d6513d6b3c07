"""Highlights: what the caret touches, wherever the same file names it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from pipelens.lsp.server import Server


def register(server: Server) -> None:
    def answer(params: types.DocumentHighlightParams) -> list[types.DocumentHighlight] | None:
        from pipelens.core.answers.find import highlights
        from pipelens.core.answers.subject import subject_at

        document = params.text_document
        caret = server.places.caret(document, params.position)
        if caret is None:
            return None
        found: dict[object, types.DocumentHighlight] = {}
        for project in server.host.projects_with(caret.path):
            subject = subject_at(project, caret.path, caret.position, caret.lines)
            if subject is None:
                continue
            for one in highlights(project, caret.path, subject, server.host.lines):
                if server.places.is_shown_in(document.uri, one.path, one.span):
                    kind = (
                        types.DocumentHighlightKind.Write
                        if one.declares
                        else types.DocumentHighlightKind.Read
                    )
                    where = server.places.range(one.path, one.span)
                    found.setdefault(one.span, types.DocumentHighlight(where, kind))
        return list(found.values()) or None

    server.on(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT, answer)
