"""Find all references, in every pipeline that the file belongs to, in files that are not open, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from pipelens.lsp.server import Server


def register(server: Server) -> None:
    def answer(params: types.ReferenceParams) -> list[types.Location] | None:
        from pipelens.core.answers.find import references
        from pipelens.core.answers.subject import subject_at

        caret = server.places.caret(params.text_document, params.position)
        if caret is None:
            return None
        found: dict[tuple[object, ...], types.Location] = {}
        for project in server.host.projects_with(caret.path):
            subject = subject_at(project, caret.path, caret.position, caret.lines)
            for one in references(project, subject, server.host.lines) if subject is not None else ():
                if params.context.include_declaration or not one.declares:
                    found.setdefault((one.path, one.span), server.places.location(one.path, one.span))
        return list(found.values()) or None

    server.on(types.TEXT_DOCUMENT_REFERENCES, answer)
