"""The injected cell: asked for by a message, shown by a command, never written into the project."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from tests.lsp.editor import BARE, Editor, capabilities_of, editor

SCRIPT = '# %% tags=["parameters"]\nupstream = ["load"]\nproduct = None\n\n# %%\nprint(product)\n'
PIPELINE = """\
tasks:
  - source: steps.load
    product: out/load.txt
  - source: fit.py
    product: out/fit.ipynb
    params: {n: 1}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "pipeline.yaml").write_text(PIPELINE)
    (root / "steps.py").write_text("def load(product): ...\n")
    (root / "fit.py").write_text(SCRIPT)
    return root


def expected(root: Path, n: int = 1) -> str:
    lines = [
        "# Parameters",
        f"n = {n}",
        f'upstream = {{"load": "{root}/out/load.txt"}}',
        f'product = "{root}/out/fit.ipynb"',
    ]
    return "\n".join(lines) + "\n"


def shown_documents(it: Editor, success: bool = True) -> list[types.ShowDocumentParams]:
    """What the editor is asked to show from here on."""
    shown: list[types.ShowDocumentParams] = []
    it.client.protocol.fm.features.pop(types.WINDOW_SHOW_DOCUMENT, None)

    @it.client.feature(types.WINDOW_SHOW_DOCUMENT)
    def show(params: types.ShowDocumentParams) -> types.ShowDocumentResult:
        shown.append(params)
        return types.ShowDocumentResult(success)

    return shown


async def asked(it: Editor, task: str, pipeline: str = "pipeline.yaml") -> Any:
    params = {"pipeline": it.uri(pipeline), "task": task}
    return await it.client.protocol.send_request_async("pipelens/injectedCell", params)


async def test_the_cell_is_told_with_the_version_of_its_pipeline(root: Path, any_editor: str) -> None:
    async with editor(root, any_editor) as it:
        it.open("pipeline.yaml")
        first = await asked(it, "fit")
        assert (first.text, first.languageId) == (expected(root), "python")
        it.rewrite("pipeline.yaml", PIPELINE.replace("n: 1", "n: 2"))
        second = await asked(it, "fit")
        assert second.text == expected(root, 2)
        assert second.version > first.version
    assert (root / "fit.py").read_text() == SCRIPT


async def test_of_no_task_nothing_is_told(root: Path) -> None:
    async with editor(root) as it:
        assert await asked(it, "nobody") is None
        assert await asked(it, "fit", "missing.yaml") is None
        assert await it.client.protocol.send_request_async("pipelens/injectedCell", {"task": "fit"}) is None


async def test_the_command_shows_a_file_outside_of_the_project_that_cannot_be_edited(
    root: Path, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    places = {name: str(cache) for name in ("XDG_CACHE_HOME", "HOME", "LOCALAPPDATA")}
    async with editor(root, **places) as it:
        shown = shown_documents(it)
        before = sorted(root.rglob("*"))
        it.open("pipeline.yaml")
        ref = {"pipeline": it.uri("pipeline.yaml"), "task": "fit"}
        await it.command("pipelens.showInjectedCell", ref)
        await it.until(lambda: len(shown) == 1)
        path = Path(types_path(shown[0].uri))
        assert path.read_text() == expected(root)
        assert cache in path.parents
        assert root not in path.parents
        assert not os.stat(path).st_mode & 0o222
        it.rewrite("pipeline.yaml", PIPELINE.replace("n: 1", "n: 2"))
        await it.command("pipelens.showInjectedCell", ref)
        await it.until(lambda: len(shown) == 2)
        assert path.read_text() == expected(root, 2)
        assert sorted(root.rglob("*")) == before


def types_path(uri: str) -> str:
    from pygls import uris

    return uris.to_fs_path(uri) or ""


async def test_an_editor_that_shows_no_documents_is_told_in_a_message(root: Path) -> None:
    async with editor(root, BARE) as it:
        it.open("pipeline.yaml")
        await it.command("pipelens.showInjectedCell", {"pipeline": it.uri("pipeline.yaml"), "task": "fit"})
        await it.until(lambda: any(expected(root) in said for said in it.said), "the message")


async def test_a_command_without_a_task_says_what_it_needs(root: Path) -> None:
    async with editor(root) as it:
        await it.command("pipelens.showInjectedCell", {"pipeline": it.uri("pipeline.yaml")})
        await it.until(lambda: any("needs a task" in said for said in it.said), "the message")


async def test_a_client_that_shows_it_itself_is_not_offered_the_command(root: Path) -> None:
    options = {"clientCommands": ["pipelens.showInjectedCell"]}
    async with editor(root, options=options) as it:
        provider = it.result.capabilities.execute_command_provider
        assert provider is not None
        assert "pipelens.showInjectedCell" not in provider.commands
        assert (await asked(it, "fit")).text == expected(root)


async def test_a_client_that_takes_documents_from_servers_gets_one_that_follows_the_pipeline(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    capabilities = capabilities_of("visual-studio-code")
    assert capabilities.workspace is not None
    capabilities.workspace.text_document_content = types.TextDocumentContentClientCapabilities(True)
    monkeypatch.setattr("tests.lsp.editor.capabilities_of", lambda name: capabilities)
    async with editor(root, "visual-studio-code") as it:
        shown, refreshed = shown_documents(it), list[str]()

        @it.client.feature(types.WORKSPACE_TEXT_DOCUMENT_CONTENT_REFRESH)
        def refresh(params: types.TextDocumentContentRefreshParams) -> None:
            refreshed.append(params.uri)

        it.open("pipeline.yaml")
        await it.command("pipelens.showInjectedCell", {"pipeline": it.uri("pipeline.yaml"), "task": "fit"})
        await it.until(lambda: len(shown) == 1)
        uri = shown[0].uri
        assert uri.startswith("pipelens-injected:/")
        assert uri.endswith("/fit%20(injected).py")
        await it.until(lambda: any(one.id == "pipelens-injected" for one in it.registered))
        params = types.TextDocumentContentParams(uri)
        content = await it.client.workspace_text_document_content_async(params)
        assert content.text == expected(root)
        it.rewrite("pipeline.yaml", PIPELINE.replace("n: 1", "n: 2"))
        await it.until(lambda: refreshed == [uri], "a refresh of the document")
        assert (await it.client.workspace_text_document_content_async(params)).text == expected(root, 2)
