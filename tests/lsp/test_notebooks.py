"""Notebooks told cell by cell."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types

from pipelens.core.answers.findings import Finding, findings
from pipelens.core.cells import Cells
from pipelens.core.notebook_json import read_notebook_json
from pipelens.core.text import Position, Span
from pipelens.lsp.notebooks import (
    CellData,
    Notebook,
    NotebookData,
    cell_data,
    notebook_data,
    notebook_data_of_text,
)
from pipelens.workspace.buffers import Buffer
from pipelens.workspace.host import Host
from pipelens.workspace.opening import open_pipeline
from tests.lsp.editor import editor
from tests.lsp.open_notebook import KERNEL, OpenNotebook, notebook_json

VSCODE = "visual-studio-code"
PIPELINE = """\
tasks:
  - source: steps.load
    product: out/load.txt
  - source: fit.ipynb
    product: {nb: out/fit.ipynb, "🎈": out/fit.txt}
"""
NOTEBOOK = notebook_json(
    ("markdown", '# "Fit" \\o/\n🎈'),
    ("code", "# parameters\nupstream = ['load']\nproduct = None\n", ["parameters"]),
    ("code", 'text = "🎈\\t"; x = upstream["load"]\nprint(x, text)'),
    ("raw", "nothing"),
)


@pytest.fixture
def notebooks(project: Path) -> Path:
    (project / "pipeline.yaml").write_text(PIPELINE, encoding="utf-8")
    (project / "fit.ipynb").write_text(NOTEBOOK, encoding="utf-8")
    return project


# -- the composed text


def composed(*texts: str) -> Notebook:
    made = Notebook("file:///n.ipynb", 1, NotebookData(KERNEL))
    for number, text in enumerate(texts):
        made.documents[f"c{number}"] = Buffer(f"c{number}", text, 1)
    made.arrange(0, 0, [CellData(f"c{number}", "code") for number in range(len(texts))])
    return made


def afresh(notebook: Notebook) -> str:
    """The text of a notebook with the same cells, composed in one go."""
    again = Notebook(notebook.uri, 1, NotebookData(KERNEL))
    again.documents = {uri: Buffer(uri, one.text, 1) for uri, one in notebook.documents.items()}
    again.arrange(0, 0, notebook.cells)
    return again.text


TEXT = st.text(st.sampled_from('ab"\\\n\r\t\x0b\x85\u2028é🎈'), max_size=6)
EDIT = st.tuples(st.integers(0, 2), *(st.integers(0, 4) for _ in range(4)), TEXT)


@settings(max_examples=300, deadline=None)
@given(st.lists(TEXT, min_size=1, max_size=3), st.lists(EDIT, max_size=6))
def test_edits_of_cells_give_the_text_that_is_composed_afresh(texts: list[str], edits: list[tuple]) -> None:
    made = composed(*texts)
    for cell, *places, text in edits:
        start, end = sorted([Position(*places[:2]), Position(*places[2:])])
        made.edit(f"c{cell}", Span(start, end), text)
        assert made.text == afresh(made)
    read = read_notebook_json(made.text)
    assert isinstance(read, Cells)
    for cell, document in zip(read.cells, made.documents.values(), strict=True):
        lines = [document.line(number) for number in range(len(document))]
        assert cell.source == "\n".join(lines)
        for number, line in enumerate(lines):
            for character in range(len(line) + 1):
                told = Position(number, character)
                at = made.in_file(document.uri, told)
                assert at == cell.position(number, character)
                back = made.in_cell(Span(at, at))
                assert back is not None
                assert (back.document.uri, back.span.start, back.exact) == (document.uri, told, True)


def test_what_lies_outside_of_cells_is_shown_in_the_nearest() -> None:
    made = composed("a", "b\nc")
    last = len(made) - 1
    for line, uri, at in ((0, "c0", (0, 0)), (1, "c0", (0, 0)), (4, "c1", (0, 0)), (last, "c1", (1, 1))):
        found = made.in_cell(Span.on_line(line, 0, 3))
        assert found is not None
        assert (found.document.uri, found.exact) == (uri, False)
        assert found.span.start == Position(*at)


def test_a_stretch_over_two_cells_ends_with_the_first() -> None:
    made = composed("ab", "cd")
    found = made.in_cell(Span(Position(2, 2), Position(5, 2)))
    assert found is not None
    assert (found.document.uri, found.span, found.exact) == ("c0", Span.on_line(0, 1, 2), False)


def test_a_notebook_without_cells_has_no_place_for_anything() -> None:
    made = composed()
    assert made.in_cell(Span.on_line(0, 0, 1)) is None
    assert isinstance(read_notebook_json(made.text), Cells)


def test_metadata_is_understood_as_clients_of_all_versions_tell_it() -> None:
    for told in (
        {"metadata": KERNEL, "nbformat": 4, "nbformat_minor": 2},
        {"custom": {"metadata": KERNEL, "nbformat": 4, "nbformat_minor": 2}},
    ):
        assert notebook_data(told) == NotebookData(KERNEL, (4, 2))
    assert notebook_data(KERNEL) == NotebookData(KERNEL)
    assert notebook_data(None) is None
    assert notebook_data_of_text(NOTEBOOK) == NotebookData(KERNEL, (4, 5))
    for told in ({"metadata": {"tags": ["x"]}}, {"custom": {"metadata": {"tags": ["x"]}}}, {"tags": ["x"]}):
        assert cell_data("u", False, "python", told) == CellData("u", "code", ("x",))
    assert cell_data("u", False, "raw", None) == CellData("u", "raw")
    assert cell_data("u", True, "markdown", {"tags": 3, "id": 4}) == CellData("u", "markdown")


# -- through the protocol


async def test_synchronisation_is_offered_where_the_client_has_it(project: Path, any_editor: str) -> None:
    async with editor(project, any_editor) as it:
        offered = it.result.capabilities.notebook_document_sync
        assert (offered is not None) == (any_editor == VSCODE)
    async with editor(project, any_editor, options={"notebookSync": False}) as it:
        assert it.result.capabilities.notebook_document_sync is None


async def test_problems_are_shown_in_their_cells_and_go_with_them(notebooks: Path) -> None:
    async with editor(notebooks, VSCODE) as it:
        fit = OpenNotebook(it, "fit.ipynb")
        await fit.shows(2)
        fit.type(2, 0, 29, 33, "lode")  # UTF-16: the balloon counts two
        await fit.shows(2, "undeclared-reference")
        assert fit.shown(2) == [("undeclared-reference", 0, 29, 0, 33)]
        [told] = [one for one in it.published if one.uri == fit.cell(2) and one.diagnostics]
        assert told.version == 2
        bad = fit.cell(2)
        fit.insert(0, "code", "import os")
        await it.quiet()
        assert fit.cell(3) == bad
        assert fit.shown(3)
        fit.delete(3)
        await it.until(lambda: not it.client.diagnostics.get(bad))
        fit.insert(3, "code", "undefined_name")
        await fit.shows(3, "undefined-name")
        fit.rewrite(3, "defined = 1")
        await fit.shows(3)
        assert it.uri("fit.ipynb") not in it.client.diagnostics


async def test_tags_kernels_and_executions(notebooks: Path) -> None:
    async with editor(notebooks, VSCODE) as it:
        fit = OpenNotebook(it, "fit.ipynb")
        await fit.shows(1)
        fit.tag(1)
        await it.until(lambda: any("no-parameters-cell" in str(fit.shown(number)) for number in range(4)))
        fit.tag(1, "parameters")
        await it.until(lambda: not any(fit.shown(number) for number in range(4)))
        published = len(it.published)
        fit.executed(2)
        await it.quiet()
        assert len(it.published) == published
        fit.kernel({})
        await it.until(lambda: "no-kernel" in str([fit.shown(number) for number in range(4)]))
        fit.kernel(KERNEL)
        await it.until(lambda: not any(fit.shown(number) for number in range(4)))


async def test_a_closed_notebook_is_read_from_the_disk_again(notebooks: Path) -> None:
    async with editor(notebooks, VSCODE) as it:
        fit = OpenNotebook(it, "fit.ipynb")
        fit.rewrite(2, "nowhere")
        await fit.shows(2, "undefined-name")
        fit.close()
        await it.until(lambda: not it.client.diagnostics.get(fit.cell(2)))
        assert not it.client.diagnostics.get(it.uri("fit.ipynb"))


async def test_a_notebook_of_no_pipeline_shows_nothing(notebooks: Path) -> None:
    (notebooks / "other.ipynb").write_text(notebook_json(("code", "undefined_name")))
    async with editor(notebooks, VSCODE) as it:
        other = OpenNotebook(it, "other.ipynb")
        other.type(0, 0, 0, 0, "x")
        await it.quiet()
        assert it.published == []


async def test_a_client_without_synchronisation_shows_the_text(notebooks: Path) -> None:
    text = NOTEBOOK.replace('[\\"load\\"]', '[\\"lode\\"]')
    async with editor(notebooks, "neovim") as it:
        it.open("fit.ipynb", text)
        await it.until(lambda: "undeclared-reference" in it.codes("fit.ipynb"))
        [found] = [one for one in await it.diagnostics("fit.ipynb") if one.code == "undeclared-reference"]
        line = text.splitlines()[found.range.start.line]
        assert "lode" in line


async def test_documents_that_nobody_opened_as_a_notebook_do_no_harm(notebooks: Path) -> None:
    async with editor(notebooks, VSCODE) as it:
        uri = f"vscode-notebook-cell:{it.uri('fit.ipynb').removeprefix('file://')}#W0"
        item = types.TextDocumentItem(uri, "python", 1, "undefined_name")
        it.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        version = types.VersionedNotebookDocumentIdentifier(3, it.uri("fit.ipynb"))
        event = types.NotebookDocumentChangeEvent()
        it.client.notebook_document_did_change(types.DidChangeNotebookDocumentParams(version, event))
        document = types.NotebookDocument("untitled:n.ipynb", "jupyter-notebook", 1, [])
        it.client.notebook_document_did_open(types.DidOpenNotebookDocumentParams(document, []))
        await it.quiet()
        assert it.published == []
        assert "failed" not in it.log


Shown = list[tuple[int, int, int, str, str]]


def cold(root: Path) -> Shown:
    """The problems in the cells of the saved notebook, as a fresh reading of the folder gives them."""
    keeper = open_pipeline(None, cwd=str(root), environ={})
    project = keeper.now()  # type: ignore[union-attr]
    path = str(root / "fit.ipynb")
    read = read_notebook_json(Path(path).read_text(encoding="utf-8"))
    assert isinstance(read, Cells)
    places = {
        cell.position(line, character): (cell.index, line, character)
        for cell in read.cells
        for line, text in enumerate(cell.source.split("\n"))
        for character in range(len(text) + 1)
    }
    found = findings(project).get(path, ())
    return sorted(
        (*places.get(one.span.start, (0, 0, 0)), one.problem.code, one.problem.message) for one in found
    )


def warm(fit: OpenNotebook) -> Shown:
    diagnostics = fit.editor.client.diagnostics
    return sorted(
        (number, one.range.start.line, one.range.start.character, str(one.code), one.message)
        for number, cell in enumerate(fit.cells)
        for one in diagnostics.get(cell.document, ())
    )


def saved(fit: OpenNotebook) -> str:
    cells = []
    for cell in fit.cells:
        language = cell.metadata or {}
        tags = language.get("metadata", {}).get("tags", [])
        kind = "markdown" if cell.kind == types.NotebookCellKind.Markup else "code"
        cells.append((kind, fit.texts[cell.document], tags))
    return notebook_json(*cells)


STEPS = (
    lambda fit: fit.type(1, 1, 13, 17, "lode"),
    lambda fit: fit.insert(0, "code", "import os\nos.nope(undefined)"),
    lambda fit: fit.move(0, 3),
    lambda fit: fit.insert(2, "markdown", "undefined `x`\n"),
    lambda fit: fit.rewrite(3, 'print("é", lost)\n\nupstream["x\\\\"]\n'),
    lambda fit: fit.type(3, 0, 0, 0, "\t"),
    lambda fit: fit.type(3, 0, 0, 1, ""),
    lambda fit: fit.delete(1),
    lambda fit: fit.tag(0, "parameters"),
    lambda fit: fit.insert(1, "code", "%matplotlib inline\n!ls {undefined}\nlater"),
    lambda fit: fit.delete(0),
)


async def test_what_is_shown_is_what_a_check_of_the_saved_file_says(notebooks: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("pipeline.yaml", "steps.py"):
        (copy / name).write_text((notebooks / name).read_text(encoding="utf-8"), encoding="utf-8")
    (notebooks / "fit.ipynb").write_text(NOTEBOOK.replace('"raw"', '"code"'), encoding="utf-8")
    async with editor(notebooks, VSCODE, encodings=["utf-32"]) as it:
        fit = OpenNotebook(it, "fit.ipynb")
        some = 0
        for step in STEPS:
            step(fit)
            (copy / "fit.ipynb").write_text(saved(fit), encoding="utf-8")
            expected = cold(copy)
            some += len(expected)
            await it.quiet()
            await it.until(lambda: warm(fit) == expected, f"{expected}, not {warm(fit)}")  # noqa: B023
        assert some > 10


PIECES = (
    "upstream",
    " = ",
    "['load']",
    '["lode"]',
    "\n",
    "\n\n",
    "x",
    "(",
    ")",
    '"',
    "\\",
    "🎈",
    "é\t",
    "import os",
    "%ls",
)


@pytest.mark.parametrize("seed", range(8))
def test_random_edits_end_with_what_a_check_of_the_saved_file_says(notebooks: Path, seed: int) -> None:
    """In process: a host with the composed text, against a fresh reading of the file that is saved."""
    choose, path = Random(seed), notebooks / "fit.ipynb"
    read = read_notebook_json(NOTEBOOK)
    assert isinstance(read, Cells)
    made = Notebook(path.as_uri(), 1, NotebookData(KERNEL))
    for cell in read.cells:
        made.documents[cell.id] = Buffer(cell.id, cell.source, 1)
    made.arrange(0, 0, [CellData(cell.id, cell.kind, cell.tags) for cell in read.cells])
    host = Host([str(notebooks)], environ={})
    host.open(str(path), made)
    for step in range(25):
        count = len(made.cells)
        match choose.choice(("edit", "edit", "edit", "add", "remove", "move", "tag")):
            case "add":
                uri = f"new{step}"
                made.documents[uri] = Buffer(uri, "".join(choose.choices(PIECES, k=4)), 1)
                made.arrange(choose.randint(0, count), 0, [CellData(uri, "code")])
            case "remove" if count > 1:
                gone = choose.randrange(count)
                uri = made.cells[gone].uri
                made.arrange(gone, 1, [])
                made.forget(uri)
            case "move" if count > 1:
                cells = list(made.cells)
                cells.insert(choose.randrange(count), cells.pop(choose.randrange(count)))
                made.arrange(0, count, cells)
            case "tag":
                cell = choose.choice(made.cells)
                made.describe(cells=[replace(cell, tags=choose.choice(((), ("parameters",), ("x",))))])
            case _:
                cell = choose.choice(made.cells)
                lines = len(made.documents[cell.uri])
                start, end = sorted(Position(choose.randrange(lines), choose.randrange(9)) for _ in range(2))
                made.edit(cell.uri, Span(start, end), choose.choice(PIECES))
        host.edited(str(path))
        found = host.findings().get(str(path), ())
        while host.rest(lambda: False):
            found = host.findings().get(str(path), ())
        path.write_text(as_saved(made), encoding="utf-8")
        assert in_cells(made, found) == cold(notebooks)


def in_cells(made: Notebook, found: Iterable[Finding]) -> Shown:
    shown: Shown = []
    numbers = {cell.uri: number for number, cell in enumerate(made.cells)}
    for one in found:
        where = made.in_cell(one.span)
        assert where is not None
        start = where.span.start
        place = (numbers[where.document.uri], start.line, start.character) if where.exact else (0, 0, 0)
        shown.append((*place, one.problem.code, one.problem.message))
    return sorted(shown)


def as_saved(made: Notebook) -> str:
    """The file as Jupyter writes it."""
    documents = made.documents
    return notebook_json(
        *(
            (
                cell.kind,
                "\n".join(documents[cell.uri].line(at) for at in range(len(documents[cell.uri]))),
                list(cell.tags),
            )
            for cell in made.cells
        )
    )


def test_a_notebook_that_only_lost_its_outputs_is_not_unsaved(notebooks: Path) -> None:
    path = notebooks / "fit.ipynb"
    read = read_notebook_json(NOTEBOOK)
    assert isinstance(read, Cells)
    made = Notebook(path.as_uri(), 1, NotebookData(KERNEL))
    made.documents = {cell.id: Buffer(cell.id, cell.source, 1) for cell in read.cells}
    made.arrange(0, 0, [CellData(cell.id, cell.kind, cell.tags) for cell in read.cells])
    assert made.is_on_disk(str(path))
    made.edit("id2", Span.on_line(0, 0, 0), "#")
    assert not made.is_on_disk(str(path))
    assert not made.is_on_disk(str(path) + "x")


def test_a_large_notebook_costs_a_keystroke_only_its_line() -> None:
    made = composed(*["x = 1\n" * 50] * 400)
    before = made.revision
    made.edit("c200", Span.on_line(3, 0, 0), "y")
    change = made.changed_since(before)
    assert change is not None
    assert change.last - change.first <= 2
    assert json.loads(made.text)["cells"][200]["source"][3] == "yx = 1\n"
