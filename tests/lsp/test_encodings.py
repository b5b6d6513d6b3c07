"""Columns in every encoding, through every feature: names with letters that count one, two or four."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from tests.lsp.editor import EDITORS, Editor, capabilities_of, editor

ENCODINGS = ("utf-8", "utf-16", "utf-32")
CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}

PIPELINE = """\
tasks:
  - {source: steps.load, name: "é🎈lädt", product: {"🎈": "out/🎈.txt", nb: out/load.txt}}
  - {name: "fit🎈", source: "fit🎈.py", params: {"größe": "{{🎈wert}}"}, product: "out/🎈é.ipynb"}
"""
SOURCE = """\
# %% tags=["parameters"]
upstream = ["é🎈lädt"]
product = None
größe = None
# %%
text = "🎈é"; path = upstream["é🎈lädt"]["🎈"]; print(text, path, größe)
"""


@pytest.fixture
def balloons(project: Path) -> Path:
    """A pipeline in which everything has a balloon before or in it."""
    (project / "pipeline.yaml").write_text(PIPELINE.replace("{{🎈wert}}", "🎈 {{wert}}"), encoding="utf-8")
    (project / "env.yaml").write_text("wert: 2\n", encoding="utf-8")
    (project / "fit🎈.py").write_text(SOURCE, encoding="utf-8")
    return project


class Reader:
    """The texts of a project's files as ranges of a client's columns meet them."""

    def __init__(self, it: Editor, encoding: str) -> None:
        self.it = it
        self.codec, self.unit = CODECS[encoding]

    def lines(self, uri: str) -> list[str]:
        found = next(one for one in self.it.root.rglob("*") if one.as_uri() == uri)
        return found.read_text(encoding="utf-8").split("\n")

    def text(self, uri: str, where: types.Range) -> str:
        """What a range covers; that it begins and ends between two letters."""
        assert where.start.line == where.end.line
        line = self.lines(uri)[where.start.line].encode(self.codec)
        covered = line[self.unit * where.start.character : self.unit * where.end.character]
        line[: self.unit * where.start.character].decode(self.codec)
        return covered.decode(self.codec).strip("\"'")

    def at(self, name: str, before: str, word: str) -> dict[str, Any]:
        """The place one letter into `word`, the first behind `before`."""
        uri = self.it.uri(name)
        for number, line in enumerate(self.lines(uri)):
            if before in line and word in line[line.index(before) :]:
                offset = line.index(word, line.index(before)) + 1
                column = len(line[:offset].encode(self.codec)) // self.unit
                return {
                    "text_document": types.TextDocumentIdentifier(uri),
                    "position": types.Position(number, column),
                }
        raise AssertionError(f"no {word!r} behind {before!r} in {name}")


@pytest.fixture(params=ENCODINGS)
def encoding(request: pytest.FixtureRequest) -> str:
    return request.param


PLACES = [
    ("pipeline.yaml", "name: ", "é🎈lädt"),
    ("fit🎈.py", "upstream = ", "é🎈lädt"),
    ("fit🎈.py", "path = ", "é🎈lädt"),
    ("fit🎈.py", 'lädt"][', "🎈"),
    ("pipeline.yaml", "product: {", "🎈"),
    ("pipeline.yaml", "params: {", "größe"),
    ("pipeline.yaml", "{{", "wert"),
]


def words(word: str) -> set[str]:
    return {word, f"{{{{{word}}}}}"}


async def opened(it: Editor) -> None:
    for name in ("pipeline.yaml", "fit🎈.py", "env.yaml"):
        it.open(name)
    await it.shows("pipeline.yaml")


async def test_answers_about_a_place_cover_the_name_there(balloons: Path, encoding: str) -> None:
    async with editor(balloons, encodings=[encoding]) as it:
        assert it.result.capabilities.position_encoding == encoding
        await opened(it)
        reader = Reader(it, encoding)
        asked = 0
        for name, before, word in PLACES:
            where = reader.at(name, before, word)
            hover = await it.client.text_document_hover_async(types.HoverParams(**where))
            if hover is not None and hover.range is not None:
                assert reader.text(it.uri(name), hover.range) in words(word), (name, before, word)
                asked += 1
            marks = await it.client.text_document_document_highlight_async(
                types.DocumentHighlightParams(**where)
            )
            assert {reader.text(it.uri(name), one.range) for one in marks or ()} <= words(word)
            references = await it.client.text_document_references_async(
                types.ReferenceParams(types.ReferenceContext(True), **where)
            )
            assert references, (name, before, word)
            assert {reader.text(one.uri, one.range) for one in references} <= words(word)
            found: Any = await it.client.text_document_definition_async(types.DefinitionParams(**where))
            for one in found or ():
                if isinstance(one, types.LocationLink) and one.origin_selection_range:
                    assert reader.text(it.uri(name), one.origin_selection_range) in words(word)
            ready = await it.client.text_document_prepare_rename_async(types.PrepareRenameParams(**where))
            assert ready is not None, (name, before, word)
            told = ready if isinstance(ready, types.Range) else getattr(ready, "range", None)
            assert told is not None
            assert reader.text(it.uri(name), told) == word
        assert asked == len(PLACES)


async def test_a_rename_meets_every_place(balloons: Path, encoding: str) -> None:
    async with editor(balloons, encodings=[encoding]) as it:
        await opened(it)
        reader = Reader(it, encoding)
        params = types.RenameParams(new_name="ü🎈🎈", **reader.at("pipeline.yaml", "name: ", "é🎈lädt"))
        edit = await it.client.text_document_rename_async(params)
        assert edit is not None
        changes = [
            (one.text_document.uri, text)
            for one in edit.document_changes or ()
            if isinstance(one, types.TextDocumentEdit)
            for text in one.edits
        ] or [(uri, text) for uri, texts in (edit.changes or {}).items() for text in texts]
        assert len(changes) == 3
        for uri, text in changes:
            assert isinstance(text, types.TextEdit)
            assert reader.text(uri, text.range) == "é🎈lädt"
            assert text.new_text.strip("\"'") == "ü🎈🎈"


async def test_whole_documents_are_answered_in_columns_that_exist(balloons: Path, encoding: str) -> None:
    async with editor(balloons, encodings=[encoding]) as it:
        await opened(it)
        reader = Reader(it, encoding)
        for name in ("pipeline.yaml", "fit🎈.py", "env.yaml"):
            uri, document = it.uri(name), types.TextDocumentIdentifier(it.uri(name))
            lenses = await it.client.text_document_code_lens_async(types.CodeLensParams(document)) or ()
            assert lenses or name == "env.yaml"
            ranges = [one.range for one in lenses]
            symbols = await it.client.text_document_document_symbol_async(
                types.DocumentSymbolParams(document)
            )
            for symbol in symbols or ():
                if isinstance(symbol, types.DocumentSymbol):
                    ranges.append(symbol.selection_range)
                    assert reader.text(uri, symbol.selection_range) == symbol.name
            links = await it.client.text_document_document_link_async(types.DocumentLinkParams(document))
            ranges += [one.range for one in links or ()]
            if name == "pipeline.yaml":
                assert "fit🎈.py" in {reader.text(uri, one.range) for one in links or ()}
            for one in ranges:
                if one.start.line == one.end.line:
                    reader.text(uri, one)
            whole = types.Range(types.Position(0, 0), types.Position(99, 0))
            hints = await it.client.text_document_inlay_hint_async(types.InlayHintParams(document, whole))
            for hint in hints or ():
                reader.text(uri, types.Range(hint.position, hint.position))


async def test_completion_replaces_what_was_typed(balloons: Path, encoding: str) -> None:
    async with editor(balloons, encodings=[encoding]) as it:
        await opened(it)
        reader = Reader(it, encoding)
        text = SOURCE.replace('path = upstream["é🎈lädt"]["🎈"]', 'path = upstream["é🎈')
        (balloons / "fit🎈.py").write_text(text, encoding="utf-8")
        it.rewrite("fit🎈.py", text)
        where = reader.at("fit🎈.py", "path = upstream", "🎈")
        found = await it.client.text_document_completion_async(types.CompletionParams(**where))
        assert isinstance(found, types.CompletionList)
        [item] = [one for one in found.items if one.label == "é🎈lädt"]
        edit = item.text_edit
        if edit is not None:
            told = edit.range if isinstance(edit, types.TextEdit) else edit.replace
            assert reader.text(it.uri("fit🎈.py"), told).startswith("é🎈")


async def test_edits_in_those_columns_change_what_they_mean(balloons: Path, encoding: str) -> None:
    async with editor(balloons, encodings=[encoding]) as it:
        await opened(it)
        reader = Reader(it, encoding)
        start = reader.at("fit🎈.py", "upstream = ", "é🎈lädt")["position"]
        end = types.Position(start.line, start.character + len("🎈lädt".encode(reader.codec)) // reader.unit)
        change = types.TextDocumentContentChangePartial(types.Range(start, end), "nobody")
        it.change("fit🎈.py", change)
        await it.until(lambda: "unknown-upstream" in it.codes("fit🎈.py"))
        back = types.Position(start.line, start.character + 6)
        it.change("fit🎈.py", types.TextDocumentContentChangePartial(types.Range(start, back), "🎈lädt"))
        await it.shows("fit🎈.py")


@pytest.mark.parametrize("name", EDITORS)
def test_the_capabilities_of_editors_are_read_as_they_were_written(name: str) -> None:
    path = Path(__file__).with_name("capabilities") / f"{name}.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    assert told["clientInfo"]["name"]
    assert capabilities_of(name).text_document is not None
    assert (capabilities_of(name).notebook_document is not None) == (name == "visual-studio-code")
