"""Rename and its preparation, asked for by editors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tests.core.renaming import notebook, script
from tests.lsp.carets import caret, shown
from tests.lsp.editor import Editor, editor
from tests.lsp.open_notebook import OpenNotebook

PIPELINE = """\
tasks:
  - source: load.py
    name: '🙂load'
    product: {nb: out/load.ipynb, data: out/data.csv}
  - source: report.ipynb
    product: out/report.ipynb
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    texts = {
        "pipeline.yaml": PIPELINE,
        "load.py": script("upstream = None", "1"),
        "report.ipynb": notebook('upstream = ["🙂load"]', '"🙂", upstream["🙂load"]["data"]'),
    }
    for name, text in texts.items():
        (root / name).write_text(text, encoding="utf-8")
    return root


async def renamed(at: Editor, name: str, mark: str, new: str) -> types.WorkspaceEdit | None:
    place = caret(at, name, mark)
    params = types.RenameParams(place.text_document, place.position, new)
    return await at.client.text_document_rename_async(params)


def edits(edit: types.WorkspaceEdit | None) -> dict[str, list[types.TextEdit]]:
    """By the file's name, in whichever form they are told."""
    assert edit is not None
    found: dict[str, list[types.TextEdit]] = {}
    for one in edit.document_changes or ():
        assert isinstance(one, types.TextDocumentEdit)
        of_file = [each for each in one.edits if isinstance(each, types.TextEdit)]
        found[one.text_document.uri.rsplit("/", 1)[1]] = of_file
    for uri, of_file in (edit.changes or {}).items():
        found[uri.rsplit("/", 1)[1]] = list(of_file)
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
async def test_a_rename_is_prepared_and_made_in_every_encoding(folder: Path, encoding: str) -> None:
    async with editor(folder, encodings=[encoding]) as at:
        at.open("pipeline.yaml")
        place = caret(at, "pipeline.yaml", "'🙂lo|ad'")
        ready = await at.client.text_document_prepare_rename_async(
            types.PrepareRenameParams(place.text_document, place.position)
        )
        assert isinstance(ready, types.PrepareRenamePlaceholder)
        assert (shown(at, at.uri("pipeline.yaml"), ready.range), ready.placeholder) == (
            "pipeline.yaml:2:🙂load",
            "🙂load",
        )
        found = edits(await renamed(at, "pipeline.yaml", "'🙂lo|ad'", 'say "🚚"'))
        told = {
            name: [(shown(at, at.uri(name), one.range), one.new_text) for one in of_file]
            for name, of_file in found.items()
        }
        assert told["pipeline.yaml"] == [("pipeline.yaml:2:'🙂load'", "'say \"🚚\"'")]
        # Inside the notebook's file the new text is JSON.
        assert [text for _, text in told["report.ipynb"]] == [
            json.dumps('say \\"🚚\\"', ensure_ascii=False)[1:-1]
        ] * 2


async def test_versions_are_told_where_the_client_takes_them(folder: Path, any_editor: str) -> None:
    async with editor(folder, any_editor) as at:
        at.open("pipeline.yaml")
        found = await renamed(at, "pipeline.yaml", "'🙂lo|ad'", "x")
        assert found is not None
        if found.document_changes is not None:
            versions = {
                one.text_document.uri.rsplit("/", 1)[1]: one.text_document.version
                for one in found.document_changes
                if isinstance(one, types.TextDocumentEdit)
            }
            assert versions == {"pipeline.yaml": 1, "report.ipynb": None}
        assert sorted(edits(found)) == ["pipeline.yaml", "report.ipynb"]


async def test_what_cannot_be_renamed_says_why(folder: Path) -> None:
    async with editor(folder) as at:
        at.open("pipeline.yaml")
        with pytest.raises(JsonRpcException, match="There is a task 'report' already, on line 5"):
            await renamed(at, "pipeline.yaml", "'🙂lo|ad'", "report")
        with pytest.raises(JsonRpcException, match="Nothing here has a name"):
            await renamed(at, "pipeline.yaml", "ta|sks", "report")
        place = caret(at, "pipeline.yaml", "n|b:")
        params = types.PrepareRenameParams(place.text_document, place.position)
        with pytest.raises(JsonRpcException, match="puts its executed notebook"):
            await at.client.text_document_prepare_rename_async(params)
        assert "Traceback" not in at.log


async def test_an_unsaved_buffer_counts(folder: Path) -> None:
    async with editor(folder) as at:
        at.open("pipeline.yaml")
        at.type("pipeline.yaml", 0, 0, 0, "# one more line\n")
        place = types.TextDocumentIdentifier(at.uri("pipeline.yaml"))
        found = await at.client.text_document_rename_async(
            types.RenameParams(place, types.Position(3, 12), "x")
        )
        assert [one.range.start.line for one in edits(found)["pipeline.yaml"]] == [3]


async def test_cells_of_an_open_notebook_are_edited_as_documents_of_their_own(folder: Path) -> None:
    async with editor(folder, "visual-studio-code") as at:
        at.open("pipeline.yaml")
        open_notebook = OpenNotebook(at, "report.ipynb")
        cell = types.TextDocumentIdentifier(open_notebook.cell(1))
        params = types.DefinitionParams(cell, types.Position(0, 18))
        (link,) = await at.client.text_document_definition_async(params) or ()
        assert isinstance(link, types.LocationLink)
        assert link.target_uri == at.uri("pipeline.yaml")
        assert link.origin_selection_range == types.Range(types.Position(0, 16), types.Position(0, 22))
        edit = await at.client.text_document_rename_async(
            types.RenameParams(cell, types.Position(0, 18), 'a"b')
        )
        assert edit is not None
        texts = {
            one.text_document.uri: [each.new_text for each in one.edits if isinstance(each, types.TextEdit)]
            for one in edit.document_changes or ()
            if isinstance(one, types.TextDocumentEdit)
        }
        assert texts == {
            open_notebook.cell(0): ['a\\"b'],
            open_notebook.cell(1): ['a\\"b'],
            at.uri("pipeline.yaml"): ["'a\"b'"],
        }
