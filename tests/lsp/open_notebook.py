"""A notebook as an editor with cells of its own shows it: VS Code's way of telling it."""

from __future__ import annotations

import json
from typing import Any

from lsprotocol import types

from tests.lsp.editor import Editor

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def notebook_json(*cells: tuple[str, str] | tuple[str, str, list[str]], metadata: Any = KERNEL) -> str:
    """The file of a notebook of (kind, source) or (kind, source, tags), as Jupyter writes it."""
    made: list[dict[str, Any]] = []
    for number, (kind, source, *tags) in enumerate(cells):
        cell: dict[str, Any] = {"cell_type": kind, "id": f"id{number}", "metadata": {}}
        if tags:
            cell["metadata"]["tags"] = tags[0]
        if kind == "code":
            cell |= {
                "execution_count": None,
                "outputs": [{"output_type": "stream", "name": "stdout", "text": ["x"]}],
            }
        made.append(cell | {"source": source.splitlines(keepends=True)})
    told = {"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


class OpenNotebook:
    """The notebook `name` of the editor's folder, opened; cells are meant by their number."""

    def __init__(self, editor: Editor, name: str) -> None:
        self.editor = editor
        self.name = name
        self.uri = editor.uri(name)
        self.version = 0
        self.made = 0
        self.told: dict[str, Any] = json.loads((editor.root / name).read_text(encoding="utf-8"))
        self.cells: list[types.NotebookCell] = []
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        opened = [
            self._new(one["cell_type"], "".join(one["source"]), one["metadata"]) for one in self.told["cells"]
        ]
        self.cells = [cell for cell, _ in opened]
        document = types.NotebookDocument(
            self.uri, "jupyter-notebook", 0, self.cells, metadata=self._metadata(self.told["metadata"])
        )
        params = types.DidOpenNotebookDocumentParams(document, [item for _, item in opened])
        editor.client.notebook_document_did_open(params)

    def _metadata(self, inner: Any) -> Any:
        return {"metadata": inner, "nbformat": 4, "nbformat_minor": 5}

    def _new(self, kind: str, text: str, metadata: Any) -> tuple[types.NotebookCell, types.TextDocumentItem]:
        self.made += 1
        uri = f"vscode-notebook-cell:{self.uri.removeprefix('file://')}#W{self.made}sZmlsZQ%3D%3D"
        language = {"markdown": "markdown", "raw": "raw"}.get(kind, "python")
        what = types.NotebookCellKind.Markup if kind == "markdown" else types.NotebookCellKind.Code
        self.texts[uri], self.versions[uri] = text, 1
        cell = types.NotebookCell(what, uri, {"id": f"id{self.made}", "metadata": metadata})
        return cell, types.TextDocumentItem(uri, language, 1, text)

    def cell(self, number: int) -> str:
        """The URI of a cell's document."""
        return self.cells[number].document

    # -- edits

    def _change(self, event: types.NotebookDocumentChangeEvent) -> None:
        self.version += 1
        document = types.VersionedNotebookDocumentIdentifier(self.version, self.uri)
        params = types.DidChangeNotebookDocumentParams(document, event)
        self.editor.client.notebook_document_did_change(params)

    def splice(
        self, start: int, removed: int, cells: list[Any], opened: list[Any], closed: list[str]
    ) -> None:
        self.cells[start : start + removed] = cells
        structure = types.NotebookDocumentCellChangeStructure(
            types.NotebookCellArrayChange(start, removed, cells or None),
            opened or None,
            [types.TextDocumentIdentifier(uri) for uri in closed] or None,
        )
        cells_changed = types.NotebookDocumentCellChanges(structure=structure)
        self._change(types.NotebookDocumentChangeEvent(cells=cells_changed))

    def insert(self, number: int, kind: str, text: str, tags: list[str] | None = None) -> None:
        cell, item = self._new(kind, text, {"tags": tags} if tags else {})
        self.splice(number, 0, [cell], [item], [])

    def delete(self, number: int) -> None:
        self.splice(number, 1, [], [], [self.cell(number)])

    def move(self, number: int, to: int) -> None:
        cells = list(self.cells)
        cells.insert(to, cells.pop(number))
        first, last = sorted((number, to))
        self.splice(first, last - first + 1, cells[first : last + 1], [], [])

    def type(self, number: int, line: int, start: int, end: int, text: str) -> None:
        uri = self.cell(number)
        self.versions[uri] += 1
        lines = self.texts[uri].split("\n")
        lines[line] = lines[line][:start] + text + lines[line][end:]
        self.texts[uri] = "\n".join(lines)
        where = types.Range(types.Position(line, start), types.Position(line, end))
        self._edit(uri, types.TextDocumentContentChangePartial(where, text))

    def rewrite(self, number: int, text: str) -> None:
        uri = self.cell(number)
        self.versions[uri] += 1
        self.texts[uri] = text
        self._edit(uri, types.TextDocumentContentChangeWholeDocument(text))

    def _edit(self, uri: str, change: types.TextDocumentContentChangeEvent) -> None:
        document = types.VersionedTextDocumentIdentifier(self.versions[uri], uri)
        content = types.NotebookDocumentCellContentChanges(document, [change])
        cells = types.NotebookDocumentCellChanges(text_content=[content])
        self._change(types.NotebookDocumentChangeEvent(cells=cells))

    def tag(self, number: int, *tags: str) -> None:
        cell = self.cells[number]
        cell.metadata = {"id": "x", "metadata": {"tags": list(tags)}}
        cells = types.NotebookDocumentCellChanges(data=[cell])
        self._change(types.NotebookDocumentChangeEvent(cells=cells))

    def executed(self, number: int) -> None:
        cell = self.cells[number]
        cell.execution_summary = types.ExecutionSummary(3, True)
        self.splice(number, 1, [cell], [], [])

    def kernel(self, metadata: Any) -> None:
        self._change(types.NotebookDocumentChangeEvent(metadata=self._metadata(metadata)))

    def close(self) -> None:
        documents = [types.TextDocumentIdentifier(cell.document) for cell in self.cells]
        document = types.NotebookDocumentIdentifier(self.uri)
        params = types.DidCloseNotebookDocumentParams(document, documents)
        self.editor.client.notebook_document_did_close(params)

    # -- what is shown

    def shown(self, number: int) -> list[tuple[str, int, int, int, int]]:
        """Code and place of the diagnostics in a cell."""
        return [
            (
                str(one.code),
                one.range.start.line,
                one.range.start.character,
                one.range.end.line,
                one.range.end.character,
            )
            for one in self.editor.client.diagnostics.get(self.cell(number), ())
        ]

    async def shows(self, number: int, *codes: str) -> None:
        await self.editor.until(
            lambda: (
                self.cell(number) in self.editor.client.diagnostics
                and [one[0] for one in self.shown(number)] == list(codes)
            ),
            f"{codes} in cell {number}",
        )
