"""Red Hat's YAML server, spoken to over its standard input and output, with the schemas of the extension."""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

TOP = Path(__file__).parents[2]
EXTENSION = TOP / "vscode-extension"
_INSTALLED = TOP / "build" / "yaml-language-server" / "node_modules" / ".bin"
_PATIENCE = 60
_SETTINGS: dict[str, Any] = {
    "yaml": {"validate": True, "hover": True, "completion": True, "schemaStore": {"enable": False}},
}


def program() -> str | None:
    """Where the server is: on PATH, or where `.ci/editors` puts it."""
    return shutil.which("yaml-language-server", path=f"{_INSTALLED}{os.pathsep}{os.environ['PATH']}")


def associations() -> list[dict[str, Any]]:
    """What `contributes.yamlValidation` says, as Red Hat's extension tells it to its server."""
    manifest = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))
    return [
        {
            "fileMatch": [f"/{pattern}" for pattern in one["fileMatch"]],
            "uri": (EXTENSION / one["url"]).resolve().as_uri(),
        }
        for one in manifest["contributes"]["yamlValidation"]
    ]


class YamlServer:
    """One conversation."""

    def __init__(self, process: subprocess.Popen[bytes], schemas: list[dict[str, Any]]) -> None:
        self._process = process
        self._said: queue.Queue[dict[str, Any]] = queue.Queue()
        self._ids = self._opened = self._asked = 0
        self._published: dict[str, list[dict[str, Any]]] = {}
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        markdown = {"contentFormat": ["markdown"], "documentationFormat": ["markdown"]}
        self.request(
            "initialize",
            {
                "processId": None,
                "rootUri": None,
                "capabilities": {
                    "textDocument": {
                        "hover": markdown,
                        "completion": {"completionItem": {**markdown, "snippetSupport": True}},
                    }
                },
            },
        )
        self._tell("initialized", {})
        self._tell("json/schemaAssociations", [schemas])
        while self._asked < 2:  # for the settings: when it started, and for the schemas
            self._take()

    def end(self) -> None:
        self._process.kill()
        self._listener.join(_PATIENCE)

    def open(self, name: str, text: str) -> str:
        """Opens a document of its own folder; its URI."""
        self._opened += 1
        uri = f"file:///pipelines/{self._opened}/{name}"
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._tell("textDocument/didOpen", {"textDocument": document})
        return uri

    def problems(self, uri: str) -> list[dict[str, Any]]:
        """The first that it publishes for the document."""
        while uri not in self._published:
            self._take()
        return self._published[uri]

    def labels(self, uri: str, line: int, character: int) -> dict[str, dict[str, Any]]:
        """What it completes there, by label."""
        found = self._at("textDocument/completion", uri, line, character)
        items = found["items"] if isinstance(found, dict) else found
        return {item["label"]: item for item in items or ()}

    def hover(self, uri: str, line: int, character: int) -> str:
        found = self._at("textDocument/hover", uri, line, character)
        return found["contents"]["value"] if found else ""

    def _at(self, method: str, uri: str, line: int, character: int) -> Any:
        position = {"line": line, "character": character}
        return self.request(method, {"textDocument": {"uri": uri}, "position": position})

    def request(self, method: str, params: object) -> Any:
        self._ids += 1
        wanted = self._ids
        self._send({"id": wanted, "method": method, "params": params})
        while True:
            message = self._take()
            if message.get("id") == wanted and "method" not in message:
                assert "error" not in message, message["error"]
                return message["result"]

    def _tell(self, method: str, params: object) -> None:
        self._send({"method": method, "params": params})

    def _take(self) -> dict[str, Any]:
        message = self._said.get(timeout=_PATIENCE)
        if message.get("method") == "textDocument/publishDiagnostics":
            self._published[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif "method" in message and "id" in message:
            items = message["params"].get("items", ()) if message["params"] else ()
            answer = [_SETTINGS.get(item.get("section")) for item in items]
            self._asked += bool(answer)
            self._send({"id": message["id"], "result": answer or None})
        return message

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def _listen(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        while header := stream.readline():
            length = 0
            while header.strip():
                name, _, value = header.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
                header = stream.readline()
            self._said.put(json.loads(stream.read(length)))


@contextmanager
def yaml_server(schemas: list[dict[str, Any]]) -> Iterator[YamlServer]:
    found = program()
    assert found is not None
    with subprocess.Popen([found, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        server = YamlServer(process, schemas)
        try:
            yield server
        finally:
            server.end()
