"""Inlay hints in editors: those of the lines shown, in the columns that the client counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from tests.lsp.editor import Editor, editor

PIPELINE = """\
tasks:
  - source: steps.load
    product: '{{out}}/🚀.txt'
  - source: steps.load
    name: again
    product: b.txt
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "pipeline.yaml").write_text(PIPELINE, encoding="utf-8")
    (tmp_path / "env.yaml").write_text("out: products\n")
    (tmp_path / "steps.py").write_text("def load(product): ...\n")
    return tmp_path


async def hints(it: Editor, first: int = 0, last: int = 100) -> list[types.InlayHint]:
    where = types.Range(types.Position(first, 0), types.Position(last, 0))
    document = types.TextDocumentIdentifier(it.uri("pipeline.yaml"))
    found = await it.client.text_document_inlay_hint_async(types.InlayHintParams(document, where))
    return list(found or ())


async def test_hints_stand_behind_what_they_are_about(root: Path, any_editor: str) -> None:
    async with editor(root, any_editor) as it:
        it.open("pipeline.yaml")
        await it.diagnostics("pipeline.yaml")
        found = [(one.position.line, one.label) for one in await hints(it)]
    assert found == [
        (1, "load · PythonCallable"),
        (2, "→ products/🚀.txt"),
        (3, "PythonCallable"),
    ]


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 31), ("utf-16", 29), ("utf-32", 28)])
async def test_columns_are_counted_as_negotiated(root: Path, encoding: str, column: int) -> None:
    async with editor(root, encodings=[encoding]) as it:
        it.open("pipeline.yaml")
        await it.diagnostics("pipeline.yaml")
        [path] = [one for one in await hints(it) if one.position.line == 2]
        assert path.position.character == column


async def test_only_the_lines_that_the_editor_shows_are_answered(root: Path) -> None:
    async with editor(root) as it:
        it.open("pipeline.yaml")
        await it.diagnostics("pipeline.yaml")
        assert [one.position.line for one in await hints(it, 3, 4)] == [3]


async def test_a_new_value_in_the_env_is_told_to_the_editor(root: Path) -> None:
    async with editor(root, "visual-studio-code") as it:
        asked: list[Any] = []
        it.client.protocol.fm.features.pop(types.WORKSPACE_INLAY_HINT_REFRESH, None)

        @it.client.feature(types.WORKSPACE_INLAY_HINT_REFRESH)
        def refresh(params: Any) -> None:
            asked.append(params)

        it.open("pipeline.yaml")
        it.open("env.yaml")
        await it.diagnostics("pipeline.yaml")
        await hints(it)
        it.rewrite("pipeline.yaml", PIPELINE + "\n")
        await it.quiet()
        assert asked == []
        it.rewrite("env.yaml", "out: elsewhere\n")
        await it.until(lambda: bool(asked), "a refresh of the hints")
        assert "→ elsewhere/🚀.txt" in [one.label for one in await hints(it)]


async def test_a_document_of_nobody_has_none(root: Path) -> None:
    (root / "notes.txt").write_text("nothing")
    async with editor(root) as it:
        it.open("notes.txt")
        where = types.Range(types.Position(0, 0), types.Position(9, 0))
        document = types.TextDocumentIdentifier(it.uri("notes.txt"))
        found = await it.client.text_document_inlay_hint_async(types.InlayHintParams(document, where))
        assert not found
