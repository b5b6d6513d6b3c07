"""Completion: keys, values, names, paths and functions, as far as they are about pipelines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from pipelens.lsp.server import Server

_TRIGGERS = ('"', "'", "[", "{", "/", ".", ":", " ")


def register(server: Server) -> None:
    def completion(params: types.CompletionParams) -> types.CompletionList | None:
        from pipelens.core.answers.complete import complete
        from pipelens.core.answers.complete_item import MOST, Question
        from pipelens.lsp.completion_items import ITEM, completion_item

        caret = server.places.caret(params.text_document, params.position)
        if caret is None:
            return None
        told = params.context.trigger_character if params.context is not None else None
        wish = server.settings_of(caret.path).key_completion
        keys = wish == "on" or (wish == "auto" and not server.options.yaml_server)
        offers: dict[tuple[str, str], types.CompletionItem] = {}
        incomplete = False
        for project in server.host.projects_with(caret.path):
            question = Question(
                project, caret.path, caret.shown_position, caret.shown, server.host.files, told or "", keys=keys,
                snippets=server.supports(f"{ITEM}.snippet_support"), in_cell=caret.shown is not caret.lines,
            )  # fmt: skip
            found = complete(question)
            incomplete = incomplete or found.incomplete
            for offer in found.items:
                data = {"pipeline": project.path, "ask": offer.ask} if offer.ask else None
                offers.setdefault(
                    (offer.label, offer.insert), completion_item(server, caret, offer, len(offers), data)
                )
        return types.CompletionList(incomplete or len(offers) > MOST, list(offers.values())[:MOST])

    def resolve(item: types.CompletionItem) -> types.CompletionItem:
        from pipelens.core.answers.complete import explain
        from pipelens.lsp.completion_items import documentation

        data = item.data if isinstance(item.data, dict) else {}
        project = server.host.project(str(data["pipeline"])) if "pipeline" in data else None
        text = explain(project, server.host.files, str(data["ask"])) if project is not None else ""
        if text:
            item.documentation = documentation(server, text)
        return item

    options = types.CompletionOptions(trigger_characters=_TRIGGERS, resolve_provider=True)
    server.on(types.TEXT_DOCUMENT_COMPLETION, completion, options)
    server.on(types.COMPLETION_ITEM_RESOLVE, resolve)
