"""The client's end of a language server's pipe, with the time at which each message came.

Times are those of the client's clock when the last byte of a message was read, before decoding.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any

_LENGTH = re.compile(rb"Content-Length:\s*(\d+)", re.IGNORECASE)
now = time.perf_counter

CAPABILITIES: Mapping[str, Any] = {
    "general": {"positionEncodings": ["utf-16"]},
    "window": {"workDoneProgress": True},
    "workspace": {
        "applyEdit": True,
        "configuration": True,
        "workspaceFolders": True,
        "didChangeWatchedFiles": {"dynamicRegistration": True, "relativePatternSupport": True},
        "didChangeConfiguration": {"dynamicRegistration": True},
        "codeLens": {"refreshSupport": True},
        "inlayHint": {"refreshSupport": True},
    },
    "textDocument": {
        "synchronization": {"didSave": True},
        "publishDiagnostics": {
            "versionSupport": True,
            "relatedInformation": True,
            "codeDescriptionSupport": True,
            "tagSupport": {"valueSet": [1, 2]},
        },
        "completion": {
            "contextSupport": True,
            "completionItem": {"snippetSupport": True, "documentationFormat": ["markdown"]},
        },
        "hover": {"contentFormat": ["markdown"]},
        "definition": {"linkSupport": True},
        "references": {},
        "codeLens": {},
        "documentLink": {"tooltipSupport": True},
        "foldingRange": {"lineFoldingOnly": True},
        "inlayHint": {},
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "source"]}}},
    },
}


class Ended(Exception):
    """The server is gone, or does not answer."""


@dataclass(frozen=True)
class Published:
    """One `publishDiagnostics`. at: when it came."""

    at: float
    version: int | None
    diagnostics: list[dict[str, Any]]


@dataclass(frozen=True)
class Reply:
    at: float
    result: Any
    error: Any


class Wire:
    """A server that was just started. settings: what it is told when it asks for its configuration."""

    def __init__(
        self,
        command: Sequence[str],
        root: Path,
        *,
        settings: Mapping[str, Any] | None = None,
        options: Any = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self.root = root
        self.settings = dict(settings or {})
        self.options = options
        self.published: dict[str, list[Published]] = defaultdict(list)
        self.capabilities: dict[str, Any] = {}
        self.news = threading.Condition()
        self.last_message = now()
        self._sending = threading.Lock()
        self._replies: dict[int, Reply] = {}
        self._asked = 0
        self._ended = False
        self._requests: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115
        self.started_at = now()
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=root,
            bufsize=0,
            env={**os.environ, **(environ or {})},
        )
        self.pid = self._process.pid
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._answer, daemon=True).start()

    def initialize(self, patience: float = 60) -> float:
        """Seconds from the start of the process to its answer."""
        reply = self.request(
            "initialize",
            {
                "processId": os.getpid(),
                "clientInfo": {"name": "benchmark"},
                "rootUri": self.root.as_uri(),
                "workspaceFolders": [{"uri": self.root.as_uri(), "name": self.root.name}],
                "capabilities": CAPABILITIES,
                "initializationOptions": self.options,
            },
            patience,
        )
        self.capabilities = reply.result["capabilities"]
        self.notify("initialized", {})
        self.notify("workspace/didChangeConfiguration", {"settings": self.settings})
        return reply.at - self.started_at

    def notify(self, method: str, params: Any) -> float:
        """When it was sent."""
        return self._send({"method": method, "params": params})

    def ask(self, method: str, params: Any) -> tuple[int, float]:
        """The request's number, and when it was sent."""
        with self.news:
            self._asked += 1
            number = self._asked
        return number, self._send({"id": number, "method": method, "params": params})

    def reply(self, number: int, patience: float = 30) -> Reply:
        with self.news:
            self.news.wait_for(lambda: number in self._replies or self._ended, patience)
            if number not in self._replies:
                raise Ended(f"no answer in {patience} s. {self.said}")
            return self._replies.pop(number)

    def request(self, method: str, params: Any, patience: float = 30) -> Reply:
        return self.reply(self.ask(method, params)[0], patience)

    def take(self, numbers: Sequence[int], patience: float = 30) -> None:
        """Wait for answers that nobody looks at."""
        for number in numbers:
            self.reply(number, patience)

    def wait_quiet(self, seconds: float, patience: float = 120) -> None:
        """Until nothing was said for so long."""
        end = now() + patience
        while now() - self.last_message < seconds and now() < end:
            time.sleep(seconds / 5)

    def stop(self) -> None:
        try:
            self.request("shutdown", None, 10)
            self.notify("exit", None)
        except (Ended, OSError):
            self._process.kill()
        self._requests.put(None)
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(10)

    @property
    def said(self) -> str:
        """The end of what it wrote on standard error."""
        size = self._errors.seek(0, 2)
        self._errors.seek(max(0, size - 2000))
        return self._errors.read().decode(errors="replace")

    # -- inside

    def _send(self, message: dict[str, Any]) -> float:
        body = json.dumps({"jsonrpc": "2.0", **message}, ensure_ascii=False).encode()
        data = memoryview(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        assert self._process.stdin is not None
        with self._sending:
            at = now()
            while data:
                data = data[self._process.stdin.write(data) or 0 :]
        return at

    def _read(self) -> None:
        assert self._process.stdout is not None
        pipe, held = self._process.stdout.fileno(), bytearray()
        while chunk := os.read(pipe, 1 << 20):
            at = now()
            held += chunk
            while (head := held.find(b"\r\n\r\n")) >= 0:
                length = _LENGTH.search(bytes(held[:head]))
                if length is None or len(held) < head + 4 + int(length[1]):
                    break
                end = head + 4 + int(length[1])
                body = bytes(held[head + 4 : end])
                del held[:end]
                self._take(json.loads(body), at)
        with self.news:
            self._ended = True
            self.news.notify_all()

    def _take(self, message: dict[str, Any], at: float) -> None:
        method = message.get("method")
        with self.news:
            self.last_message = at
            if method is None:
                self._replies[message["id"]] = Reply(at, message.get("result"), message.get("error"))
            elif "id" in message:
                self._requests.put(message)
            elif method == "textDocument/publishDiagnostics":
                params = message["params"]
                told = Published(at, params.get("version"), params["diagnostics"])
                self.published[params["uri"]].append(told)
            self.news.notify_all()

    def _answer(self) -> None:
        """Apart from the reader, so that neither pipe can block the other."""
        while (message := self._requests.get()) is not None:
            result: Any = None
            if message["method"] == "workspace/configuration":
                items = message["params"]["items"]
                result = [self.settings.get(item.get("section") or "") for item in items]
            elif message["method"] == "workspace/workspaceFolders":
                result = [{"uri": self.root.as_uri(), "name": self.root.name}]
            try:
                self._send({"id": message["id"], "result": result})
            except OSError:
                return
