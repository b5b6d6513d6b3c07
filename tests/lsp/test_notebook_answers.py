"""What can be asked in a cell: each answer comes in the cell's own lines and columns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from tests.lsp.editor import Editor, editor
from tests.lsp.open_notebook import OpenNotebook, notebook_json

VSCODE = "visual-studio-code"
PIPELINE = """\
tasks:
  - source: steps.load
    product: {data: out/load.txt, "🎈": out/🎈.txt}
  - source: fit.ipynb
    name: fit
    params: {depth: 3}
    product: {nb: out/fit.ipynb}
"""
CELLS = (
    ("markdown", '# "Fit"\n🎈 \\o/'),
    ("code", "upstream = ['load']\nproduct = None\ndepth = None", ["parameters"]),
    ("code", 'say = "🎈\\t"; path = upstream["load"]["data"]\nprint(path, say, depth)'),
    ("code", 'open(upstream["load"]["🎈"])'),
)


@pytest.fixture
def notebook(project: Path) -> Path:
    (project / "pipeline.yaml").write_text(PIPELINE, encoding="utf-8")
    (project / "fit.ipynb").write_text(notebook_json(*CELLS), encoding="utf-8")
    return project


def at(fit: OpenNotebook, cell: int, line: int, word: str, inside: int = 1) -> dict[str, Any]:
    """The place of a word in a cell, in UTF-16."""
    text = fit.texts[fit.cell(cell)].split("\n")[line]
    column = len(text[: text.index(word) + inside].encode("utf-16-le")) // 2
    return {
        "text_document": types.TextDocumentIdentifier(fit.cell(cell)),
        "position": types.Position(line, column),
    }


def shown(fit: OpenNotebook, uri: str, where: types.Range) -> str:
    """The text that a range of a cell covers."""
    lines = fit.texts[uri].split("\n")
    assert where.start.line == where.end.line
    units = lines[where.start.line].encode("utf-16-le")
    return units[2 * where.start.character : 2 * where.end.character].decode("utf-16-le")


async def ready(it: Editor) -> OpenNotebook:
    fit = OpenNotebook(it, "fit.ipynb")
    await fit.shows(2)
    return fit


async def test_hover_and_its_range(notebook: Path) -> None:
    async with editor(notebook, VSCODE) as it:
        fit = await ready(it)
        found = await it.client.text_document_hover_async(types.HoverParams(**at(fit, 2, 0, "load")))
        assert found is not None
        assert found.range is not None
        assert "load" in str(found.contents)
        assert shown(fit, fit.cell(2), found.range).strip("\"'") == "load"


async def test_definition_leads_out_of_the_notebook_and_into_it(notebook: Path) -> None:
    async with editor(notebook, VSCODE) as it:
        fit = await ready(it)
        found: Any = await it.client.text_document_definition_async(
            types.DefinitionParams(**at(fit, 2, 0, "load"))
        )
        assert found
        assert {one.target_uri for one in found} <= {it.uri("pipeline.yaml"), it.uri("steps.py")}
        assert shown(fit, fit.cell(2), found[0].origin_selection_range).strip("\"'") == "load"
        it.open("pipeline.yaml")
        place = types.DefinitionParams(
            types.TextDocumentIdentifier(it.uri("pipeline.yaml")), types.Position(5, 14)
        )
        into: Any = await it.client.text_document_definition_async(place)
        assert [shown(fit, one.target_uri, one.target_selection_range) for one in into] == ["depth"]
        assert into[0].target_uri == fit.cell(1)


async def test_references_and_highlights_are_those_of_the_cells(notebook: Path) -> None:
    async with editor(notebook, VSCODE) as it:
        fit = await ready(it)
        params = types.ReferenceParams(types.ReferenceContext(True), **at(fit, 2, 0, "load"))
        found = await it.client.text_document_references_async(params) or ()
        cells = {one.uri: shown(fit, one.uri, one.range) for one in found if one.uri in fit.texts}
        assert set(cells) == {fit.cell(1), fit.cell(2), fit.cell(3)}
        assert {text.strip("\"'") for text in cells.values()} == {"load"}
        marks = await it.client.text_document_document_highlight_async(
            types.DocumentHighlightParams(**at(fit, 2, 0, "load"))
        )
        assert [shown(fit, fit.cell(2), one.range).strip("\"'") for one in marks or ()] == ["load"]


async def test_a_rename_edits_cells_and_yaml_together(notebook: Path) -> None:
    async with editor(notebook, VSCODE) as it:
        fit = await ready(it)
        fit.type(3, 0, 0, 0, "")
        edit = await it.client.text_document_rename_async(
            types.RenameParams(new_name='lo"ad🎈', **at(fit, 3, 0, "🎈"))
        )
        assert edit is not None
        assert edit.document_changes
        by_uri = {one.text_document.uri: one for one in edit.document_changes}  # type: ignore[union-attr]
        assert set(by_uri) == {it.uri("pipeline.yaml"), fit.cell(3)}
        change = by_uri[fit.cell(3)]
        assert change.text_document.version == 2  # type: ignore[union-attr]
        [text] = change.edits  # type: ignore[union-attr]
        assert shown(fit, fit.cell(3), text.range).strip("\"'") == "🎈"  # type: ignore[union-attr]
        assert text.new_text.replace('\\"', '"').strip("'") == 'lo"ad🎈'  # type: ignore[union-attr]


async def test_completion_in_half_typed_cells(notebook: Path) -> None:
    async with editor(notebook, VSCODE) as it:
        fit = await ready(it)
        for typed, expected in (
            ('s = "\\"🎈"; x = upstream["', "load"),
            ('s = "\\"🎈"; x = upstream["load"]["', "data"),
            ("s = '\\\\🎈'; x = upstream['lo", "load"),
        ):
            fit.rewrite(2, typed)
            where = at(fit, 2, 0, typed, len(typed))
            found = await it.client.text_document_completion_async(types.CompletionParams(**where))
            assert isinstance(found, types.CompletionList)
            [item] = [one for one in found.items if one.label == expected]
            edit = item.text_edit
            if edit is not None:
                where_told = edit.range if isinstance(edit, types.TextEdit) else edit.replace
                assert where_told.end.character <= where["position"].character
                assert shown(fit, fit.cell(2), where_told).strip("\"'") in ("", "lo")


async def test_lenses_and_runnables_stand_on_the_parameters_cell(notebook: Path) -> None:
    async with editor(notebook, VSCODE) as it:
        fit = await ready(it)
        for cell in range(len(fit.cells)):
            document = types.TextDocumentIdentifier(fit.cell(cell))
            lenses = await it.client.text_document_code_lens_async(types.CodeLensParams(document)) or ()
            assert bool(lenses) == (cell == 1)
            assert {one.range.start.line for one in lenses} <= {0}
            told: Any = await it.client.protocol.send_request_async(
                "pipelens/runnables", {"textDocument": {"uri": fit.cell(cell)}}
            )
            assert [one["task"] for one in told] == (["fit"] if cell == 1 else [])


async def test_the_notebook_itself_tells_the_tasks_of_its_cells(notebook: Path) -> None:
    async with editor(notebook, VSCODE) as it:
        fit = await ready(it)
        told: Any = await it.client.protocol.send_request_async(
            "pipelens/runnables", {"textDocument": {"uri": fit.uri}}
        )
        assert [one["task"] for one in told] == ["fit"]


async def test_fixes_edit_the_cell_in_its_own_words(notebook: Path) -> None:
    async with editor(notebook, VSCODE) as it:
        fit = await ready(it)
        fit.rewrite(3, 'say = "\\t🎈"; upstream["laod"]')
        await fit.shows(3, "undeclared-reference")
        [problem] = it.client.diagnostics[fit.cell(3)]
        context = types.CodeActionContext([problem])
        document = types.TextDocumentIdentifier(fit.cell(3))
        params = types.CodeActionParams(document, problem.range, context)
        found = await it.client.text_document_code_action_async(params) or ()
        resolved = [
            one if one.edit else await it.client.code_action_resolve_async(one)
            for one in found
            if isinstance(one, types.CodeAction)
        ]
        changes = [
            (one.text_document.uri, edit)
            for action in resolved
            if action.edit is not None
            for one in action.edit.document_changes or ()
            if isinstance(one, types.TextDocumentEdit)
            for edit in one.edits
        ]
        assert changes
        for uri, edit in changes:
            assert isinstance(edit, types.TextEdit)
            assert uri in fit.texts or uri == it.uri("pipeline.yaml")
            assert '\\"' not in edit.new_text


async def test_nothing_is_asked_of_the_notebook_itself_or_of_cells_that_are_gone(notebook: Path) -> None:
    async with editor(notebook, VSCODE) as it:
        fit = await ready(it)
        gone = at(fit, 2, 0, "load")
        fit.delete(2)
        assert await it.client.text_document_hover_async(types.HoverParams(**gone)) is None
        whole = types.HoverParams(types.TextDocumentIdentifier(fit.uri), types.Position(3, 3))
        assert await it.client.text_document_hover_async(whole) is None


async def test_hints_and_symbols_and_links_of_cells_harm_nobody(notebook: Path) -> None:
    async with editor(notebook, VSCODE) as it:
        fit = await ready(it)
        for cell in range(len(fit.cells)):
            document = types.TextDocumentIdentifier(fit.cell(cell))
            everything = types.Range(types.Position(0, 0), types.Position(99, 0))
            hints = await it.client.text_document_inlay_hint_async(
                types.InlayHintParams(document, everything)
            )
            lines = fit.texts[fit.cell(cell)].split("\n")
            assert all(one.position.line < len(lines) for one in hints or ())
            await it.client.text_document_document_symbol_async(types.DocumentSymbolParams(document))
            await it.client.text_document_document_link_async(types.DocumentLinkParams(document))
        assert "failed" not in it.log
