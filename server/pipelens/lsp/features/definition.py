"""Go to definition and to declaration."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from pipelens.core.answers.find import Definition
    from pipelens.lsp.places import Caret
    from pipelens.lsp.server import Server

    Question = Callable[..., Definition | None]
    Answer = list[types.LocationLink] | list[types.Location] | None


def register(server: Server) -> None:
    def definition_(params: types.DefinitionParams) -> Answer:
        from pipelens.core.answers.find import definition

        links = server.supports("text_document.definition.link_support")
        return asked(definition, params.text_document, params.position, links)

    def declaration_(params: types.DeclarationParams) -> Answer:
        from pipelens.core.answers.find import declaration

        links = server.supports("text_document.declaration.link_support")
        return asked(declaration, params.text_document, params.position, links)

    def asked(
        question: Question, document: types.TextDocumentIdentifier, position: types.Position, links: bool
    ) -> Answer:
        caret = server.places.caret(document, position)
        if caret is None:
            return None
        found = _links(server, question, caret)
        if links:
            return found or None
        return [types.Location(one.target_uri, one.target_selection_range) for one in found] or None

    server.on(types.TEXT_DOCUMENT_DEFINITION, definition_)
    server.on(types.TEXT_DOCUMENT_DECLARATION, declaration_)


def _links(server: Server, question: Question, caret: Caret) -> list[types.LocationLink]:
    """What each pipeline that the file belongs to answers, each place once."""
    found: list[types.LocationLink] = []
    for project in server.host.projects_with(caret.path):
        answer = question(project, caret.path, caret.position, caret.lines, server.host.files)
        if answer is None:
            continue
        origin = server.places.range(caret.path, answer.origin)
        for target in answer.targets:
            where = server.places.location(target.path, target.span)
            name = server.places.range(target.path, target.name)
            link = types.LocationLink(where.uri, where.range, name, origin)
            if link not in found:
                found.append(link)
    return found
