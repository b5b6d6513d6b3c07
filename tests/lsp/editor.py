"""A scripted editor: speaks with the installed `pipelens lsp` over its standard streams."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.protocol import default_converter
from pytest_lsp import LanguageClient
from pytest_lsp.client import make_test_lsp_client

PATIENCE = 20.0
"""Seconds until a hanging server is a failure. No test depends on how fast it is."""

CAPABILITIES = Path(__file__).with_name("capabilities")
"""What each editor announces, as its version of today does."""

EDITORS = ("visual-studio-code", "neovim", "lsp4ij", "emacs", "emacs-28")
BARE = "bare"
"""An editor that announces nothing at all."""

PIPELENS = str(Path(sys.executable).with_name("pipelens.exe" if os.name == "nt" else "pipelens"))


class Editor:
    """An editor with documents open, as `client` tells it."""

    def __init__(self, client: LanguageClient, root: Path) -> None:
        self.client = client
        self.root = root
        self.published: list[types.PublishDiagnosticsParams] = []
        self.registered: list[types.Registration] = []
        self.asked: list[types.ShowMessageRequestParams] = []
        self.answer: str | None = None
        self.refreshes = 0
        self.gone = False
        """Set by a test that has killed the server, or shut it down."""
        self.result: types.InitializeResult
        self._versions: dict[str, int] = {}
        self._news = asyncio.Event()
        self._listen()

    def _listen(self) -> None:
        features = self.client.protocol.fm.features
        before = features.pop(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        for name in (
            types.WORKSPACE_CODE_LENS_REFRESH,
            types.CLIENT_REGISTER_CAPABILITY,
            types.WINDOW_SHOW_MESSAGE_REQUEST,
        ):
            features.pop(name, None)

        @self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def published(params: types.PublishDiagnosticsParams) -> None:
            before(params)
            self.published.append(params)
            self._news.set()

        @self.client.feature(types.WORKSPACE_CODE_LENS_REFRESH)
        def refresh(params: Any) -> None:
            self.refreshes += 1

        @self.client.feature(types.CLIENT_REGISTER_CAPABILITY)
        def register(params: types.RegistrationParams) -> None:
            self.registered.extend(params.registrations)

        @self.client.feature(types.WINDOW_SHOW_MESSAGE_REQUEST)
        def ask(params: types.ShowMessageRequestParams) -> types.MessageActionItem | None:
            self.asked.append(params)
            return types.MessageActionItem(self.answer) if self.answer else None

    # -- documents

    def uri(self, name: str) -> str:
        return Path(os.path.normpath(self.root / name)).as_uri()

    def open(self, name: str, text: str | None = None) -> None:
        language = {".py": "python", ".yaml": "yaml"}.get(Path(name).suffix, "plaintext")
        text = (self.root / name).read_text(encoding="utf-8") if text is None else text
        self._versions[name] = 1
        item = types.TextDocumentItem(self.uri(name), language, 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def change(self, name: str, *changes: types.TextDocumentContentChangeEvent) -> int:
        self._versions[name] += 1
        document = types.VersionedTextDocumentIdentifier(self._versions[name], self.uri(name))
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, list(changes)))
        return self._versions[name]

    def rewrite(self, name: str, text: str) -> int:
        return self.change(name, types.TextDocumentContentChangeWholeDocument(text))

    def type(self, name: str, line: int, start: int, end: int, text: str) -> int:
        where = types.Range(types.Position(line, start), types.Position(line, end))
        return self.change(name, types.TextDocumentContentChangePartial(where, text))

    def save(self, name: str, text: str | None = None) -> None:
        if text is not None:
            (self.root / name).write_text(text, encoding="utf-8", newline="")
        document = types.TextDocumentIdentifier(self.uri(name))
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(document))

    def close(self, name: str) -> None:
        document = types.TextDocumentIdentifier(self.uri(name))
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(document))

    def configure(self, settings: Mapping[str, Any]) -> None:
        """The user changes the settings: the client tells it as one that can be asked does."""
        self.client.set_configuration(dict(settings), section="pipelens")
        self.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))

    def touched(self, *names: str) -> None:
        changes = [types.FileEvent(self.uri(name), types.FileChangeType.Changed) for name in names]
        self.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(changes))

    # -- what the server says

    async def until(self, condition: Callable[[], bool], what: str = "the server to say it") -> None:
        async def wait() -> None:
            while not condition():
                await asyncio.sleep(0.01)

        try:
            await asyncio.wait_for(wait(), PATIENCE)
        except asyncio.TimeoutError:
            shown = {uri: [found.code for found in told] for uri, told in self.client.diagnostics.items()}
            raise AssertionError(
                f"waited in vain for {what}; shown: {shown}; messages: {self.said}; log: {self.log}"
            ) from None

    async def diagnostics(self, name: str) -> Sequence[types.Diagnostic]:
        """Those of a file, once it has been told any news."""
        await self.until(lambda: self.uri(name) in self.client.diagnostics, f"diagnostics of {name}")
        return self.client.diagnostics[self.uri(name)]

    def codes(self, name: str) -> list[str]:
        """The problem codes that the editor shows for a file now."""
        return [str(found.code) for found in self.client.diagnostics.get(self.uri(name), ())]

    def severities(self, name: str) -> list[types.DiagnosticSeverity | None]:
        return [found.severity for found in self.client.diagnostics.get(self.uri(name), ())]

    async def shows(self, name: str, *codes: str) -> None:
        """Wait until a file shows exactly these codes."""

        def ready() -> bool:
            return self.uri(name) in self.client.diagnostics and self.codes(name) == list(codes)

        await self.until(ready, f"{codes} in {name}")

    async def until_true(self, condition: Callable[[], Awaitable[bool]], what: str) -> None:
        """Ask the server until it says so."""

        async def wait() -> None:
            while not await condition():
                await asyncio.sleep(0.1)

        try:
            await asyncio.wait_for(wait(), PATIENCE)
        except asyncio.TimeoutError:
            raise AssertionError(f"waited in vain for {what}; log: {self.log}") from None

    async def settled(self) -> None:
        """Wait until the server watches what it wants to watch."""
        await asyncio.sleep(1)
        await self.quiet()

    async def quiet(self) -> None:
        """Wait until the server has answered everything that it was told before."""
        for _ in range(3):
            await asyncio.sleep(0.05)
            await self.client.workspace_execute_command_async(
                types.ExecuteCommandParams("pipelens.showText", [])
            )

    async def lenses(self, name: str) -> list[types.CodeLens]:
        params = types.CodeLensParams(types.TextDocumentIdentifier(self.uri(name)))
        return list(await self.client.text_document_code_lens_async(params) or ())

    async def titles(self, name: str) -> list[tuple[int, str]]:
        found = await self.lenses(name)
        return [(lens.range.start.line, lens.command.title if lens.command else "") for lens in found]

    async def command(self, id: str, *arguments: Any) -> Any:
        return await self.client.workspace_execute_command_async(
            types.ExecuteCommandParams(id, list(arguments))
        )

    async def run_task(self, task: str) -> None:
        """Run a task of `pipeline.yaml` and wait until the run has ended."""
        ended = self.runs_ended
        await self.command("pipelens.runTask", {"pipeline": self.uri("pipeline.yaml"), "task": task})
        await self.until(lambda: self.runs_ended > ended, "the end of a run")

    @property
    def runs_ended(self) -> int:
        reports = self.client.progress_reports.values()
        return sum(getattr(one, "kind", "") == "end" for each in reports for one in each)

    @property
    def said(self) -> list[str]:
        return [message.message for message in self.client.messages]

    @property
    def log(self) -> str:
        return "\n".join(message.message for message in self.client.log_messages)


def capabilities_of(name: str) -> types.ClientCapabilities:
    if name == BARE:
        return types.ClientCapabilities()
    told = json.loads((CAPABILITIES / f"{name}.json").read_text(encoding="utf-8"))
    return default_converter().structure(told["capabilities"], types.ClientCapabilities)


@asynccontextmanager
async def editor(
    root: Path,
    name: str = "neovim",
    *,
    options: Any = None,
    encodings: Sequence[str] | None = None,
    cwd: Path | None = None,
    command: Sequence[str] = (PIPELENS, "lsp"),
    settings: Mapping[str, Any] | None = None,
    more: Sequence[Path] = (),
    folder_settings: Mapping[Path, Mapping[str, Any]] | None = None,
    **environ: str,
) -> AsyncIterator[Editor]:
    """An editor called `name` (its capabilities are those of the real one) with the folder `root` open,
    and `more` beside it. settings: of our section; folder_settings: where they differ."""
    capabilities = capabilities_of(name)
    if encodings is not None:
        kinds = [types.PositionEncodingKind(one) for one in encodings]
        capabilities.general = types.GeneralClientCapabilities(position_encodings=kinds)
    client = make_test_lsp_client()
    client.set_configuration({"pipelens": dict(settings or {})})
    for folder, told in (folder_settings or {}).items():
        client.set_configuration({"pipelens": dict(told)}, scope_uri=folder.as_uri())
    made = Editor(client, root)
    await client.start_io(*command, cwd=cwd or root.parent, env={**os.environ, **environ})
    try:
        made.result = await client.initialize_session(
            types.InitializeParams(
                capabilities=capabilities,
                initialization_options=options,
                root_uri=root.as_uri(),
                workspace_folders=[types.WorkspaceFolder(one.as_uri(), one.name) for one in (root, *more)],
            )
        )
        yield made
    finally:
        if not made.gone:
            await asyncio.wait_for(client.shutdown_session(), PATIENCE)
        await client.stop()
