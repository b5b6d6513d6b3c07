"""What a task's source would receive: told to clients that ask, shown by a command to all others.
Nothing is ever written into the project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from pipelens.lsp.convert import uri_of
from pipelens.lsp.injected_documents import cell_of, document_uri, takes_documents, written_file
from pipelens.protocol.commands import SHOW_INJECTED_CELL
from pipelens.protocol.injected import INJECTED_CELL, InjectedCellParams, InjectedCellResult

if TYPE_CHECKING:
    from pipelens.lsp.server import Server


def register(server: Server) -> None:
    def answer(params: object) -> dict[str, object] | None:
        asked = InjectedCellParams.read(params)
        found = cell_of(server, asked.pipeline, asked.task) if asked is not None else None
        if found is None:
            return None
        project, cell = found
        return InjectedCellResult(cell.text, cell.language, project.version).as_json()

    def show(*arguments: object) -> None:
        asked = InjectedCellParams.read(arguments[0]) if arguments else None
        found = cell_of(server, asked.pipeline, asked.task) if asked is not None else None
        if asked is None or found is None:
            tell("This command needs a task: {pipeline: URI of its file, task: name}.")
            return
        project, cell = found
        if not server.supports("window.show_document.support"):
            tell(f"{asked.task} receives:\n{cell.text}")
        elif takes_documents(server):
            open_document(document_uri(asked.pipeline, asked.task, cell))
        else:
            open_document(uri_of(str(written_file(project, asked.task, cell))))

    def open_document(uri: str) -> None:
        server.start("window/showDocument", opened(types.ShowDocumentParams(uri, take_focus=True)))

    async def opened(params: types.ShowDocumentParams) -> None:
        shown = await server.window_show_document_async(params)
        if not shown.success:
            tell("The editor did not open the document.")

    def tell(text: str) -> None:
        server.window_show_message(types.ShowMessageParams(types.MessageType.Info, text))

    server.on(INJECTED_CELL, answer)
    server.on_command(SHOW_INJECTED_CELL, show)
