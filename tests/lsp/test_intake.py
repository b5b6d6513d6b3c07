"""Messages that come together are known together: what was cancelled or has become void is not answered."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pipelens.lsp.intake import Messages
from tests.lsp.conftest import PIPELINE
from tests.lsp.editor import PATIENCE, PIPELENS

CANCELLED, MODIFIED = -32800, -32801


def framed(message: dict[str, Any]) -> bytes:
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


class Wire:
    """The client's end of the pipes, byte by byte."""

    def __init__(self, process: asyncio.subprocess.Process, root: Path) -> None:
        self.process = process
        self.uri = (root / "pipeline.yaml").as_uri()
        self.said: list[dict[str, Any]] = []
        self._messages = Messages()

    def send(self, *messages: dict[str, Any]) -> None:
        """All of them in one write."""
        assert self.process.stdin is not None
        self.process.stdin.write(b"".join(map(framed, messages)))

    async def until(self, **wanted: Any) -> dict[str, Any]:
        """The first message, said or to come, that has these values."""

        async def read() -> dict[str, Any]:
            assert self.process.stdout is not None
            while True:
                for message in self.said:
                    if wanted.items() <= message.items():
                        return message
                data = await self.process.stdout.read(1 << 16)
                assert data, self.said
                for body in self._messages.feed(data):
                    message = json.loads(body)
                    self.said.append(message)
                    if "method" in message and "id" in message:
                        self.send({"id": message["id"], "result": None})

        return await asyncio.wait_for(read(), PATIENCE)

    def ask(self, id: int, method: str, **more: Any) -> dict[str, Any]:
        return {"id": id, "method": method, "params": {"textDocument": {"uri": self.uri}, **more}}

    def change(self, version: int, text: str) -> dict[str, Any]:
        document = {"uri": self.uri, "version": version}
        params = {"textDocument": document, "contentChanges": [{"text": text}]}
        return {"method": "textDocument/didChange", "params": params}

    async def problems(self, version: int) -> list[str]:
        """The codes that were published for a version of the document."""
        while True:
            told = [one for one in self.said if one.get("method") == "textDocument/publishDiagnostics"]
            for one in told:
                if one["params"]["uri"] == self.uri and one["params"].get("version") == version:
                    return [found["code"] for found in one["params"]["diagnostics"]]
            seen = len(self.said)
            await self.until_more(seen)

    async def until_more(self, seen: int) -> None:
        assert self.process.stdout is not None
        while len(self.said) == seen:
            data = await asyncio.wait_for(self.process.stdout.read(1 << 16), PATIENCE)
            assert data
            for body in self._messages.feed(data):
                message = json.loads(body)
                self.said.append(message)
                if "method" in message and "id" in message:
                    self.send({"id": message["id"], "result": None})


@asynccontextmanager
async def wire(root: Path, quiet: int = 0, pause: int = 0) -> AsyncIterator[Wire]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(PIPELENS, "lsp", stdin=pipe, stdout=pipe, cwd=root.parent)
    it = Wire(process, root)
    settings = {"pipelens": {"quietPeriod": quiet, "typingPause": pause}}
    params = {"processId": None, "rootUri": root.as_uri(), "capabilities": {}}
    it.send(
        {
            "id": 0,
            "method": "initialize",
            "params": {**params, "initializationOptions": {"settings": settings}},
        }
    )
    await it.until(id=0)
    document = {"uri": it.uri, "languageId": "yaml", "version": 1, "text": PIPELINE}
    opened = {"method": "textDocument/didOpen", "params": {"textDocument": document}}
    it.send({"method": "initialized", "params": {}}, opened)
    assert await it.problems(1) == []
    try:
        yield it
    finally:
        it.send({"id": 9_999, "method": "shutdown"}, {"method": "exit"})
        await asyncio.wait_for(process.wait(), PATIENCE)


async def test_a_request_that_is_cancelled_in_the_same_read_is_answered_as_cancelled(project: Path) -> None:
    async with wire(project) as it:
        hover = it.ask(1, "textDocument/hover", position={"line": 1, "character": 6})
        it.send(hover, {"method": "$/cancelRequest", "params": {"id": 1}}, {**hover, "id": 2})
        assert (await it.until(id=1))["error"]["code"] == CANCELLED
        assert "error" not in await it.until(id=2)


async def test_a_cancellation_of_what_was_answered_or_never_asked_is_harmless(project: Path) -> None:
    async with wire(project) as it:
        it.send(
            {"method": "$/cancelRequest", "params": {"id": 77}}, {"method": "$/cancelRequest", "params": {}}
        )
        it.send(it.ask(1, "textDocument/documentSymbol"))
        assert "error" not in await it.until(id=1)
        it.send({"method": "$/cancelRequest", "params": {"id": 1}}, it.ask(2, "textDocument/documentSymbol"))
        assert "error" not in await it.until(id=2)


async def test_an_edit_makes_waiting_answers_about_the_whole_document_void(project: Path) -> None:
    """And those behind the edit see it."""
    async with wire(project) as it:
        text = PIPELINE.replace("steps.fit", "steps.fitted")
        it.send(
            it.ask(1, "textDocument/codeLens"),
            it.ask(2, "textDocument/hover", position={"line": 1, "character": 6}),
            it.change(2, text),
            it.ask(3, "textDocument/codeLens"),
        )
        assert (await it.until(id=1))["error"]["code"] == MODIFIED
        assert "error" not in await it.until(id=2)
        assert "error" not in await it.until(id=3)
        assert "dotted-path-not-found" in await it.problems(2)


async def test_problems_of_an_edit_come_before_the_answers_about_the_whole_document(project: Path) -> None:
    async with wire(project) as it:
        text = PIPELINE.replace("product: out/fit", "prodct: out/fit")
        it.send(
            it.change(2, text),
            it.ask(1, "textDocument/documentSymbol"),
            it.ask(2, "textDocument/codeLens"),
            it.ask(3, "textDocument/documentLink"),
        )
        for id in (1, 2, 3):
            await it.until(id=id)
        order = [one.get("id", one.get("method")) for one in it.said]
        published = len(order) - 1 - order[::-1].index("textDocument/publishDiagnostics")
        assert published < min(order.index(id) for id in (1, 2, 3))


async def test_many_edits_in_one_read_are_published_once_and_right(project: Path) -> None:
    async with wire(project) as it:
        texts = [PIPELINE.replace("out/fit", f"out/fit{'x' * number}") for number in range(30)]
        it.send(
            *(it.change(2 + number, text) for number, text in enumerate([*texts, PIPELINE + "  - x: 1\n"]))
        )
        assert "unknown-key" in await it.problems(32)
        published = [one for one in it.said if one.get("method") == "textDocument/publishDiagnostics"]
        assert len({one["params"].get("version") for one in published}) <= 3


async def test_what_may_be_unfinished_is_told_after_a_pause_and_what_was_corrected_at_once(
    project: Path,
) -> None:
    async with wire(project, pause=400) as it:
        start, end = {"line": 2, "character": 4}, {"line": 2, "character": 11}

        def typed(version: int, text: str, end: dict[str, int] = end) -> dict[str, Any]:
            change = {"range": {"start": start, "end": end}, "text": text}
            params = {"textDocument": {"uri": it.uri, "version": version}, "contentChanges": [change]}
            return {"method": "textDocument/didChange", "params": params}

        it.send(typed(2, "prodct"))
        codes = await it.problems(2)  # of the entry's own line: a product is missing there
        assert "unknown-key" not in codes
        before = len(it.said)
        while not any("unknown-key" in json.dumps(one) for one in it.said[before:]):
            await it.until_more(len(it.said))
        it.send(typed(3, "product", {"line": 2, "character": 10}))
        assert await it.problems(3) == []


BODIES = st.lists(st.binary(max_size=40), max_size=5)


@given(BODIES, st.lists(st.integers(1, 30), max_size=20), st.sampled_from([b"", b"noise\r\n", b"X-Y: z\r\n"]))
def test_messages_are_cut_the_same_however_the_bytes_come(
    bodies: list[bytes], cuts: list[int], noise: bytes
) -> None:
    data = b"".join(noise + b"content-length : %d\r\n\r\n" % len(body) + body for body in bodies)
    messages, found = Messages(), []
    for cut in [*cuts, len(data) + 1]:
        found.extend(messages.feed(data[:cut]))
        data = data[cut:]
    assert found == bodies
