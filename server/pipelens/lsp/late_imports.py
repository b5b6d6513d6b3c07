"""What no diagnostics need but the first answers: imported and made ready while nothing else is to be done,
so that a start does not wait for it and the first question neither."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Final

from lsprotocol import types
from pygls.protocol.json_rpc import JsonRPCResponseMessage

from pipelens.lsp.message_types import reads, writes

if TYPE_CHECKING:
    from pipelens.lsp.server import Server

MODULES: Final = (
    "pipelens.core.answers.offers",
    "pipelens.lsp.entry_pages",
    "pipelens.runner.plan",
    "pipelens.lsp.lenses",
    "pipelens.lsp.symbol_text",
    "pipelens.core.answers.describe_blocks",
    "pipelens.core.answers.hints",
    "pipelens.core.answers.links",
    "pipelens.core.answers.describe_places",
    "pipelens.core.answers.describe_calls",
    "pipelens.core.answers.find_scopes",
    "pipelens.core.answers.find_uses",
    "pipelens.core.answers.subject",
    "pipelens.core.answers.describe_tasks",
    "pipelens.core.answers.yaml_outline",
    "pipelens.core.answers.yaml_context",
    "pipelens.core.answers.describe",
    "pipelens.lsp.outside",
    "pipelens.core.answers.find_occurrences",
    "pipelens.core.answers.find",
    "pipelens.core.answers.complete_item",
    "pipelens.core.answers.complete_dotted",
    "pipelens.core.answers.complete_placeholders",
    "pipelens.core.answers.complete_python",
    "pipelens.core.answers.complete_values",
    "pipelens.core.answers.complete",
    "pipelens.lsp.completion_items",
    "pipelens.core.answers.added_task",
    "pipelens.core.answers.fixes",
    "pipelens.core.answers.actions",
    "pipelens.core.answers.rename",
    "pipelens.runner.events",
    "pipelens.lsp.run_news",
    "pipelens.lsp.runs",
    "pipelens.lsp.run_plan",
    "pipelens.lsp.showing",
)
"""Those that editors ask for by themselves come first, and parts before what they are parts of: each
import takes some milliseconds, for which a message would wait."""

ASKED: Final = (
    types.TEXT_DOCUMENT_CODE_LENS,
    types.TEXT_DOCUMENT_INLAY_HINT,
    types.TEXT_DOCUMENT_HOVER,
    types.TEXT_DOCUMENT_DEFINITION,
    types.TEXT_DOCUMENT_COMPLETION,
    types.COMPLETION_ITEM_RESOLVE,
    types.TEXT_DOCUMENT_REFERENCES,
    types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT,
    types.TEXT_DOCUMENT_CODE_ACTION,
    types.TEXT_DOCUMENT_PREPARE_RENAME,
    types.TEXT_DOCUMENT_RENAME,
)
READ: Final = (types.CompletionContext, types.CodeActionContext)
WRITTEN: Final = (
    JsonRPCResponseMessage,
    types.Position,
    types.Range,
    types.MarkupContent,
    types.TextEdit,
    types.Command,
    types.InlayHint,
    types.Hover,
    types.LocationLink,
    types.CompletionItemDefaults,
    types.CompletionItem,
    types.CompletionList,
    types.Location,
    types.DocumentHighlight,
    types.CodeAction,
    types.TextDocumentEdit,
    types.WorkspaceEdit,
)
"""Parts before what they are parts of."""


def late_imports(server: Server) -> Iterator[None]:
    """Does one thing a step."""
    for name in MODULES:
        import_module(name)
        yield
    asked = filter(None, map(server.protocol.get_message_type, ASKED))
    for prepare, names in ((reads, (*READ, *asked)), (writes, WRITTEN)):
        for of in names:
            prepare(server.protocol._converter, of)  # pyright: ignore[reportPrivateUsage]
            yield
