"""Code actions: fixes of the problems at a place, and what is offered beside them.

Where a client asks for edits later (`codeAction/resolve`), only titles are told at first; what the
chosen one changes is looked up anew then, in the texts as they are by that time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.capabilities import get_capability

from pipelens.lsp.code_actions import KINDS, edit_of, offered, wanted
from pipelens.lsp.recorded_failures import opening_actions

if TYPE_CHECKING:
    from pipelens.core.answers.actions import Action
    from pipelens.lsp.server import Server

_LITERALS = "text_document.code_action.code_action_literal_support"
_RESOLVES = "text_document.code_action.resolve_support.properties"


def register(server: Server) -> None:
    if get_capability(server.capabilities, _LITERALS, None) is None:
        return  # a client of old takes commands only, of which we have none that edit
    later = "edit" in (get_capability(server.capabilities, _RESOLVES, ()) or ())
    lazy = later and server.supports("text_document.code_action.data_support")

    def offer(params: types.CodeActionParams) -> list[types.CodeAction]:
        path = server.places.path(params.text_document.uri)
        span = server.places.span(params.text_document, params.range) if path is not None else None
        if path is None or span is None:
            return []
        only, trigger = params.context.only, params.context.trigger_kind
        asked = trigger != types.CodeActionTriggerKind.Automatic
        found = [tell(one, params) for one in offered(server, path, span, only, asked=asked)]
        if wanted(types.CodeActionKind.QuickFix, only):
            found += opening_actions(server, params)
        # Two pipelines tell the same of a source that they share.
        return [one for at, one in enumerate(found) if one not in found[:at]]

    def tell(action: Action, params: types.CodeActionParams) -> types.CodeAction:
        removed = {(one.problem.code, one.problem.message) for one in action.problems}
        shown = [one for one in params.context.diagnostics if (one.code, one.message) in removed]
        told = types.CodeAction(
            action.title, KINDS[action.kind], diagnostics=shown or None, is_preferred=action.preferred or None
        )
        if lazy:
            at = {"start": _json(params.range.start), "end": _json(params.range.end)}
            told.data = {"uri": params.text_document.uri, "range": at}
        else:
            told.edit = edit_of(server, action.changes)
        return told

    def resolve(told: types.CodeAction) -> types.CodeAction:
        match told.data:
            case {"uri": str(uri), "range": {"start": start, "end": end}} if told.kind is not None:
                at = types.Range(types.Position(**start), types.Position(**end))
                path = server.places.path(uri)
                span = server.places.span(types.TextDocumentIdentifier(uri), at)
                if path is not None and span is not None:
                    found = offered(server, path, span, [told.kind], asked=True)
                    chosen = next((one for one in found if one.title == told.title), None)
                    told.edit = edit_of(server, chosen.changes) if chosen is not None else None
            case _:
                pass
        return told

    kinds: list[types.CodeActionKind | str] = [*dict.fromkeys(KINDS.values())]
    options = types.CodeActionOptions(code_action_kinds=kinds, resolve_provider=lazy)
    server.on(types.TEXT_DOCUMENT_CODE_ACTION, offer, options)
    if lazy:
        server.on(types.CODE_ACTION_RESOLVE, resolve)


def _json(position: types.Position) -> dict[str, int]:
    return {"line": position.line, "character": position.character}
