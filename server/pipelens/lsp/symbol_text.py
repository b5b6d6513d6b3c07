"""Symbols as JSON text: in trees, or in the flat list that older clients take."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from lsprotocol import types

from pipelens.lsp.entry_pages import Writer, file_uri
from pipelens.lsp.lens_text import state_title

if TYPE_CHECKING:
    from pipelens.core.answers.outline import Symbol
    from pipelens.runner.freshness import Freshness

KINDS: Mapping[str, types.SymbolKind] = {
    "notebook": types.SymbolKind.Class,
    "script": types.SymbolKind.Module,
    "function": types.SymbolKind.Function,
    "sql": types.SymbolKind.Struct,
    "shell": types.SymbolKind.Event,
    "other": types.SymbolKind.Object,
    "grid": types.SymbolKind.Array,
    "product": types.SymbolKind.File,
    "param": types.SymbolKind.Variable,
}


def _detail(symbol: Symbol, told: Mapping[str, Freshness]) -> str:
    state = told.get(symbol.task) if symbol.task is not None else None
    return state_title(state) if state is not None else symbol.detail


def write_nested(writer: Writer, symbol: Symbol, told: Mapping[str, Freshness]) -> None:
    writer.put(f'{{"name":{json.dumps(str(symbol.name))},"kind":{KINDS[symbol.kind].value}')
    writer.put(f',"detail":{json.dumps(_detail(symbol, told))},"range":')
    writer.span(symbol.span)
    writer.put(',"selectionRange":')
    writer.span(symbol.name_span)
    for number, child in enumerate(symbol.children):
        writer.put("," if number else ',"children":[')
        write_nested(writer, child, told)
    writer.put("]}" if symbol.children else "}")


def write_flat(writer: Writer, symbol: Symbol, told: Mapping[str, Freshness], container: str = "") -> None:
    held = f',"containerName":{json.dumps(container)}' if container else ""
    uri = json.dumps(file_uri(writer.path))
    writer.put(f'{{"name":{json.dumps(str(symbol.name))},"kind":{KINDS[symbol.kind].value}{held}')
    writer.put(f',"location":{{"uri":{uri},"range":')
    writer.span(symbol.span)
    writer.put("}}")
    for child in symbol.children:
        writer.put(",")
        write_flat(writer, child, told, str(symbol.name))
