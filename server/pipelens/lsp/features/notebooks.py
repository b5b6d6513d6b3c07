"""Notebooks that the client tells cell by cell: their composed texts go to the host, as those of
other documents do. Outputs and executions are nothing to us."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lsprotocol import types

from pipelens.core.text import Position
from pipelens.lsp.convert import path_of
from pipelens.lsp.notebooks import CellData, Notebook, cell_data, notebook_data, notebook_data_of_text
from pipelens.workspace.buffers import Buffer

if TYPE_CHECKING:
    from pipelens.lsp.server import Server

SYNC = types.NotebookDocumentSyncOptions(
    notebook_selector=[
        types.NotebookDocumentFilterWithNotebook(
            notebook=types.NotebookDocumentFilterNotebookType(notebook_type="jupyter-notebook", scheme="file")
        )
    ],
    save=True,
)
"""All cells, whatever their language: the place of a cell among the others counts."""


def register(server: Server) -> None:
    notebooks = server.places.notebooks
    languages: dict[str, str] = {}

    def described(cells: Sequence[types.NotebookCell]) -> list[CellData]:
        markup = types.NotebookCellKind.Markup
        return [
            cell_data(one.document, one.kind == markup, languages.get(one.document, ""), one.metadata)
            for one in cells
        ]

    def take(notebook: Notebook, documents: Sequence[types.TextDocumentItem]) -> None:
        for one in documents:
            notebook.documents[one.uri] = Buffer(one.uri, one.text, one.version)
            languages[one.uri] = one.language_id

    def opened(params: types.DidOpenNotebookDocumentParams) -> None:
        told = params.notebook_document
        path = path_of(told.uri)
        if path is None:
            return
        host = server.host
        host.refresh()
        data = notebook_data(told.metadata) or notebook_data_of_text(host.files.read(path))
        notebook = Notebook(told.uri, told.version, data)
        take(notebook, params.cell_text_documents)
        notebook.arrange(0, 0, described(told.cells))
        notebooks.open(path, notebook)
        host.open(path, notebook)
        server.later()

    def changed(params: types.DidChangeNotebookDocumentParams) -> None:
        path = path_of(params.notebook_document.uri)
        notebook = notebooks.by_path.get(path) if path is not None else None
        if path is None or notebook is None:
            return
        notebook.version = params.notebook_document.version
        cells = params.change.cells or types.NotebookDocumentCellChanges()
        if (structure := cells.structure) is not None:
            take(notebook, structure.did_open or ())
            array = structure.array
            notebook.arrange(array.start, array.delete_count, described(array.cells or ()))
            reopened = {one.uri for one in structure.did_open or ()}
            for gone in structure.did_close or ():
                if gone.uri not in reopened:
                    notebook.forget(gone.uri)
            notebooks.note_cells(path)
        data = notebook_data(params.change.metadata) if params.change.metadata is not None else None
        notebook.describe(data, described(cells.data or ()))
        for content in cells.text_content or ():
            write(path, notebook, content)
        server.edited.add(path)
        server.host.edited(path)
        server.later()

    def write(path: str, notebook: Notebook, content: types.NotebookDocumentCellContentChanges) -> None:
        uri = content.document.uri
        document = notebook.documents.get(uri)
        if document is None:
            return
        for change in content.changes:
            if isinstance(change, types.TextDocumentContentChangePartial):
                notebook.edit(uri, server.units.span(change.range, document.line), change.text)
                line = change.range.start.line + change.text.count("\n")
                if (place := notebook.in_file(uri, Position(line, 0))) is not None:
                    server.typing.typed(path, place.line)
            else:
                notebook.rewrite(uri, change.text)
        document.version = content.document.version

    def saved(params: types.DidSaveNotebookDocumentParams) -> None:
        server.host.refresh()
        server.later()
        server.runs_may_have_changed()

    def closed(params: types.DidCloseNotebookDocumentParams) -> None:
        path = path_of(params.notebook_document.uri)
        if path is not None and path in notebooks.by_path:
            notebooks.close(path)
            server.host.close(path)
            server.later()

    server.on(types.NOTEBOOK_DOCUMENT_DID_OPEN, opened)
    server.on(types.NOTEBOOK_DOCUMENT_DID_CHANGE, changed)
    server.on(types.NOTEBOOK_DOCUMENT_DID_SAVE, saved)
    server.on(types.NOTEBOOK_DOCUMENT_DID_CLOSE, closed)
