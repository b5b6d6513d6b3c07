"""An offer of completion as the protocol tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.capabilities import get_capability

if TYPE_CHECKING:
    from pipelens.core.answers.complete_item import Completion, CompletionKind
    from pipelens.lsp.places import Caret
    from pipelens.lsp.server import Server

ITEM = "text_document.completion.completion_item"
_KINDS: dict[CompletionKind, types.CompletionItemKind] = {
    "key": types.CompletionItemKind.Property,
    "value": types.CompletionItemKind.EnumMember,
    "class": types.CompletionItemKind.Class,
    "task": types.CompletionItemKind.Reference,
    "product": types.CompletionItemKind.Field,
    "param": types.CompletionItemKind.Variable,
    "file": types.CompletionItemKind.File,
    "folder": types.CompletionItemKind.Folder,
    "module": types.CompletionItemKind.Module,
    "function": types.CompletionItemKind.Function,
    "placeholder": types.CompletionItemKind.Constant,
    "snippet": types.CompletionItemKind.Snippet,
}


def completion_item(
    server: Server, caret: Caret, offer: Completion, place: int, data: dict[str, str] | None
) -> types.CompletionItem:
    """place: its rank among the others. data: what to resolve it by, None where all is told."""
    text, mode = offer.insert, None
    if "\n" in text:
        modes = get_capability(server.capabilities, f"{ITEM}.insert_text_mode_support.value_set", ()) or ()  # pyright: ignore
        if types.InsertTextMode.AdjustIndentation in modes:
            mode = types.InsertTextMode.AdjustIndentation
        elif not offer.snippet:
            line = caret.shown.line(offer.replace.start.line)
            text = text.replace("\n", "\n" + line[: len(line) - len(line.lstrip())])
    beside = types.CompletionItemLabelDetails(description=offer.detail) if offer.detail else None
    again = types.Command("", "editor.action.triggerSuggest") if server.options.client == "vscode" else None
    labelled = server.supports(f"{ITEM}.label_details_support")
    return types.CompletionItem(
        offer.label,
        kind=_KINDS[offer.kind],
        label_details=beside if labelled else None,
        detail=offer.detail or None,
        documentation=documentation(server, offer.doc) if offer.doc else None,
        sort_text=f"{place:04}",
        insert_text_format=types.InsertTextFormat.Snippet if offer.snippet else None,
        insert_text_mode=mode,
        text_edit=types.TextEdit(server.units.range(offer.replace, caret.shown.line), text),
        deprecated=offer.deprecated or None,
        tags=[types.CompletionItemTag.Deprecated] if offer.deprecated else None,
        command=again if offer.more else None,
        data=data,
    )


def documentation(server: Server, text: str) -> types.MarkupContent | str:
    """Markdown, for a client that does not show it as the text that it is."""
    formats = get_capability(server.capabilities, f"{ITEM}.documentation_format", ()) or ()  # pyright: ignore
    if types.MarkupKind.Markdown in formats:
        return types.MarkupContent(types.MarkupKind.Markdown, text)
    return text
