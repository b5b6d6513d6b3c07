"""Symbols: the tasks of a document with what they make and take, and tasks of the workspace by name."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Final

from lsprotocol import types

from pipelens.lsp.wire_text import WireText

if TYPE_CHECKING:
    from pipelens.core.project import Project
    from pipelens.core.spec import TaskEntry
    from pipelens.lsp.entry_pages import EntryPages, Writer
    from pipelens.lsp.server import Server
    from pipelens.runner.freshness import Freshness

MOST_WITH_ALL: Final = 1_000
"""Above so many tasks products and params are left out."""


def register(server: Server) -> None:
    nested = server.supports("text_document.document_symbol.hierarchical_document_symbol_support")

    def write(writer: Writer, project: Project, entry: TaskEntry, told: Mapping[str, Freshness]) -> None:
        from pipelens.core.answers.outline import entry_outline
        from pipelens.lsp.symbol_text import write_flat, write_nested

        symbol = entry_outline(project, entry, deep=len(project.tasks) <= MOST_WITH_ALL)
        if symbol is not None:
            (write_nested if nested else write_flat)(writer, symbol, told)

    @cache
    def pages() -> EntryPages:
        from pipelens.lsp.entry_pages import EntryPages

        return EntryPages(server, write, lambda project: len(project.tasks) <= MOST_WITH_ALL)

    async def of_document(params: types.DocumentSymbolParams) -> WireText | None:
        path = server.places.path(params.text_document.uri)
        if path is None:
            return None
        await pages().ready(path)
        found = [pages().of(path, project) for project in server.host.projects_with(path)]
        return WireText(f"[{','.join(filter(None, found))}]")

    def of_workspace(params: types.WorkspaceSymbolParams) -> list[types.SymbolInformation]:
        from pipelens.core.answers.outline import find_tasks, task_place
        from pipelens.lsp.symbol_text import KINDS

        projects = (server.host.project(pipeline) for pipeline in server.host.pipelines())
        found = find_tasks((one for one in projects if one is not None), params.query)
        return [
            types.SymbolInformation(
                server.places.location(*task_place(project, task)),
                str(task.name),
                KINDS[task.kind],
                container_name=_short(project, server.host.folders),
            )
            for project, task in found
        ]

    server.on(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL, of_document)
    server.on(types.WORKSPACE_SYMBOL, of_workspace)


def _short(project: Project, folders: Iterable[str]) -> str:
    """The pipeline's file, as seen from the folder that is open."""
    folder = next((one for one in folders if project.path.startswith(one.rstrip(os.sep) + os.sep)), None)
    return os.path.relpath(project.path, folder) if folder is not None else project.path
