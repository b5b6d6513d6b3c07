"""An hour of typing: at each pause the editor shows what a cold check finds, and every question is
answered in every broken state."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import pytest
from lsprotocol import types

from pipelens.core.answers.findings import findings
from pipelens.workspace.opening import NotFound, open_pipeline
from tests.lsp import typed_pipeline
from tests.lsp.editor import Editor, editor
from tests.lsp.typist import Typist, position

SEEDS = range(8) if os.environ.get("HYPOTHESIS_PROFILE") == "soak" else range(1)
ASKED_EVERY = 3
"""Every so many keys the editor asks what editors ask."""

PATIENCE = 60.0
"""Seconds; a busy machine may need many. What never comes is not helped by more."""

Shown = dict[str, list[tuple[tuple[int, int, int, int], str, str]]]

AT_ONCE = {"settings": {"pipelens": {"quietPeriod": 0, "typingPause": 0}}}


@pytest.mark.parametrize("seed", SEEDS)
async def test_each_pause_shows_what_a_cold_check_finds(tmp_path: Path, seed: int) -> None:
    root = tmp_path / "verkäufe 1"
    typed_pipeline.write(root)
    async with editor(root, options=AT_ONCE, encodings=["utf-16"]) as client:
        asked: list[asyncio.Task[None]] = []

        async def each(name: str, caret: int) -> None:
            if it.keys % ASKED_EVERY == 0:
                where = position(it.texts[name], caret)
                asked.append(asyncio.ensure_future(_ask(client, name, where)))
            await asyncio.sleep(0)

        it = Typist(client, each, seed=seed)
        for name in typed_pipeline.OPEN:
            it.open(name)
        wrong: list[str] = []
        async for done in typed_pipeline.work(it):
            if difference := await _difference(client, it, tmp_path / "cold"):
                wrong.append(f"{done} (after {it.keys} keys):\n{difference}")
        await asyncio.gather(*asked)
        assert not wrong, "\n\n".join(wrong)
        assert it.texts["pipeline.yaml"] == typed_pipeline.PIPELINE


async def _ask(client: Editor, name: str, where: types.Position) -> None:
    """An answer may be empty; an error, or no answer, fails the test."""
    document = types.TextDocumentIdentifier(client.uri(name))
    lsp = client.client
    await asyncio.gather(
        lsp.text_document_hover_async(types.HoverParams(document, where)),
        lsp.text_document_completion_async(types.CompletionParams(document, where)),
        lsp.text_document_definition_async(types.DefinitionParams(document, where)),
    )


async def _difference(client: Editor, it: Typist, folder: Path) -> str:
    """How the editor's problems and those of a cold check differ once the server has said all."""
    cold = _cold(client.root, it.texts, folder)
    clock = asyncio.get_running_loop().time
    end = clock() + PATIENCE
    while (shown := _shown(client)) != cold and clock() < end:
        await asyncio.sleep(0.01)
    if shown == cold:
        await asyncio.sleep(0.02)
        shown = _shown(client)
    lines: list[str] = []
    for name in sorted({*shown, *cold}):
        told, right = shown.get(name, []), cold.get(name, [])
        lines.extend(f"  {name}: not shown {one}" for one in right if one not in told)
        lines.extend(f"  {name}: shown too much {one}" for one in told if one not in right)
    return "\n".join(lines)


def _shown(client: Editor) -> Shown:
    found: Shown = {}
    names = {client.uri(name): name for name in typed_pipeline.FILES}
    for uri, told in client.client.diagnostics.items():
        for one in told:
            place = (one.range.start.line, one.range.start.character)
            end = (one.range.end.line, one.range.end.character)
            told_of = found.setdefault(names.get(uri, uri), [])
            told_of.append(((*place, *end), str(one.code), str(one.message)))
    return {name: sorted(told) for name, told in found.items()}


def _cold(root: Path, texts: dict[str, str], folder: Path) -> Shown:
    """What a check of the same files finds that has never seen them before."""
    shutil.rmtree(folder, ignore_errors=True)
    folder = folder / root.name
    typed_pipeline.write(folder)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    keeper = open_pipeline(None, cwd=str(folder), environ=os.environ)
    assert not isinstance(keeper, NotFound)
    found: Shown = {}
    for path, told in findings(keeper.now()).items():
        name = Path(path).relative_to(folder).as_posix()
        text = (folder / name).read_text(encoding="utf-8")
        lines = text.replace("\r\n", "\n").split("\n")

        def unit(line: int, character: int, lines: list[str] = lines) -> int:
            before = lines[line][:character] if line < len(lines) else ""
            return character + sum(one > "\uffff" for one in before)

        for one in told:
            start, end = one.span.start, one.span.end
            place = (start.line, unit(start.line, start.character), end.line, unit(end.line, end.character))
            message = one.problem.message.replace(str(folder), str(root))
            found.setdefault(name, []).append((place, one.problem.code, message))
    return {name: sorted(told) for name, told in found.items()}
