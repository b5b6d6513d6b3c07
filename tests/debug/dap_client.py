"""An editor without a face: it starts the adapter, speaks the protocol, and remembers everything.

Every process of a session inherits a mark in its environment, so that whatever is left over is found,
also what has a new parent.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MARK = "DEBUG_TEST_SESSION"
"""No name of ours: tasks do not see those."""
PATIENCE = 60.0
"""Seconds after which something is taken to have hung; nothing is measured with it."""

Json = dict[str, Any]

EDITORS: Mapping[str, Json] = {
    "vscode": {
        "clientID": "vscode",
        "supportsVariableType": True,
        "supportsVariablePaging": True,
        "supportsRunInTerminalRequest": True,
        "supportsProgressReporting": True,
        "supportsInvalidatedEvent": True,
        "supportsMemoryReferences": True,
        "supportsStartDebuggingRequest": True,
    },
    "lsp4ij": {
        "clientID": "lsp4ij.debug",
        "supportsVariableType": True,
        "supportsRunInTerminalRequest": True,
        "supportsStartDebuggingRequest": True,
    },
    "nvim-dap": {
        "clientId": "neovim",
        "clientName": "neovim",
        "supportsRunInTerminalRequest": True,
        "supportsVariableType": True,
        "supportsProgressReporting": True,
        "supportsStartDebuggingRequest": True,
    },
    "dape": {
        "clientID": "dape",
        "supportsRunInTerminalRequest": True,
        "supportsArgsCanBeInterpretedByShell": True,
        "supportsStartDebuggingRequest": True,
    },
    "bare": {"clientID": "bare"},
}
"""What editors say of themselves."""


class Refused(Exception):
    """A request was answered with an error."""

    def __init__(self, response: Json) -> None:
        super().__init__(f"{response.get('command')}: {response.get('message')}")
        self.message = str(response.get("message"))
        self.body: Json = response.get("body") or {}


class Gone(Exception):
    """The adapter has closed the connection."""


@dataclass(frozen=True)
class Stop:
    """A stop, with the whole stack."""

    reason: str
    text: str
    frames: tuple[Json, ...]

    @property
    def top(self) -> Json:
        return self.frames[0]

    @property
    def line(self) -> int:
        return self.top["line"]

    @property
    def path(self) -> str:
        return self.top["source"].get("path", "")

    @property
    def where(self) -> tuple[str, int]:
        return os.path.basename(self.path), self.line

    @property
    def places(self) -> list[tuple[str, str, int]]:
        """(function, file, line) of all frames, the innermost first."""
        return [
            (frame["name"], os.path.basename(frame["source"].get("path", "")), frame["line"])
            for frame in self.frames
        ]


@dataclass
class Client:
    """One session. The adapter is started at once; command: another one than ours."""

    interpreter: str | None = None
    editor: str = "vscode"
    command: Sequence[str] | None = None
    environ: Mapping[str, str] = field(default_factory=dict)
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)

    def __post_init__(self) -> None:
        words = [sys.executable, "-m", "pipelens", "dap"]
        words += ["--interpreter", self.interpreter] if self.interpreter else []
        self.process = subprocess.Popen(
            self.command or words,
            cwd=os.path.dirname(os.path.abspath(__file__)),
            env={**os.environ, **self.environ, MARK: self.mark, "PYTHONSAFEPATH": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.capabilities: Json = {}
        self.events: list[Json] = []
        self.requests: list[Json] = []
        self.responses: dict[int, Json] = {}
        self.received = b""
        self._seen = 0
        self._sent = -1 if self.editor == "nvim-dap" else 0
        self._replies: dict[int, Json] = {}
        self._changed = threading.Condition()
        self._over = False
        threading.Thread(target=self._read, daemon=True).start()

    # The wire

    def _read(self) -> None:
        assert self.process.stdout is not None
        stream = self.process.stdout
        while line := stream.readline():
            size = int(line.partition(b":")[2])
            stream.readline()
            body = stream.read(size)
            self.received += body
            message = json.loads(body)
            with self._changed:
                if message["type"] == "response":
                    self._replies[message["request_seq"]] = message
                    self.responses[message["request_seq"]] = message
                elif message["type"] == "event":
                    self.events.append(message)
                self._changed.notify_all()
        with self._changed:
            self._over = True
            self._changed.notify_all()

    def send(self, command: str, arguments: object = None) -> int:
        """Ask without waiting; the number is for `reply`."""
        assert self.process.stdin is not None
        self._sent += 1
        message: Json = {"seq": self._sent, "type": "request", "command": command}
        if arguments is not None:
            message["arguments"] = arguments
        self.requests.append(message)
        body = json.dumps(message).encode()
        try:
            self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
            self.process.stdin.flush()
        except OSError:
            raise Gone(command) from None
        return self._sent

    def reply(self, number: int) -> Json:
        response = self._wait(lambda: self._replies.pop(number, None), f"the reply to request {number}")
        if not response["success"]:
            raise Refused(response)
        return response.get("body") or {}

    def wait_until_answered(self, number: int) -> None:
        """For a request that may be refused."""
        self._wait(lambda: self._replies.pop(number, None), f"the reply to request {number}")

    def ask(self, command: str, **arguments: object) -> Json:
        return self.reply(self.send(command, arguments))

    def wait_for(self, *names: str) -> Json:
        """The next event of one of these names; those before it are passed over."""

        def look() -> Json | None:
            while self._seen < len(self.events):
                self._seen += 1
                if self.events[self._seen - 1]["event"] in names:
                    return self.events[self._seen - 1]
            return None

        return self._wait(look, f"{' or '.join(names)}; had {[e['event'] for e in self.events]}")

    def _wait(self, look: Any, what: str) -> Json:
        deadline = time.monotonic() + PATIENCE
        with self._changed:
            while (found := look()) is None:
                if self._over:
                    raise Gone(f"while waiting for {what}")
                left = deadline - time.monotonic()
                assert left > 0, f"still waiting for {what}"
                self._changed.wait(left)
            return found

    def all(self, name: str) -> list[Json]:
        return [event.get("body") or {} for event in self.events if event["event"] == name]

    def output(self, *categories: str) -> str:
        wanted = categories or ("stdout", "stderr", "console", "important")
        return "".join(body["output"] for body in self.all("output") if body.get("category") in wanted)

    # The usual conversation

    def start(
        self,
        breakpoints: Mapping[Path | str, Sequence[int | Json]] | None = None,
        filters: Iterable[str] = ("uncaught",),
        **launch: object,
    ) -> dict[str, list[Json]]:
        """From `initialize` to a task that runs; what became of the breakpoints, by path. Raises
        `Refused` when the launch is refused."""
        number = self.begin(**launch)
        self.await_initialized(number)
        told = {str(path): self.set_breakpoints(path, points) for path, points in (breakpoints or {}).items()}
        self.ask("setExceptionBreakpoints", filters=list(filters))
        self.ask("configurationDone")
        self.reply(number)
        return told

    def begin(self, **launch: object) -> int:
        """`initialize` and `launch`; the number of the latter."""
        self.capabilities = self.ask(
            "initialize",
            adapterID="pipelens",
            linesStartAt1=True,
            columnsStartAt1=True,
            **EDITORS[self.editor],
        )
        return self.send("launch", {"type": "pipelens", "request": "launch", **launch})

    def await_initialized(self, number: int) -> None:
        def look() -> Json | None:
            refused = self._replies.get(number)
            if refused is not None:
                return refused
            return next((event for event in self.events if event["event"] == "initialized"), None)

        if self._wait(look, "initialized")["type"] == "response":
            self.reply(number)
            raise AssertionError("launched without `initialized`")

    def set_breakpoints(self, path: Path | str, points: Sequence[int | Json]) -> list[Json]:
        given = [{"line": point} if isinstance(point, int) else point for point in points]
        source = {"path": str(path), "name": os.path.basename(str(path))}
        return self.ask("setBreakpoints", source=source, breakpoints=given)["breakpoints"]

    def stop(self) -> Stop | None:
        """The next stop; None when the session has ended instead."""
        event = self.wait_for("stopped", "terminated")
        if event["event"] == "terminated":
            return None
        body = event["body"]
        self.thread = body["threadId"]
        frames = self.ask("stackTrace", threadId=self.thread, startFrame=0, levels=100)["stackFrames"]
        self.stopped_frame = frames[0]
        return Stop(body["reason"], body.get("text") or "", tuple(frames))

    def stopped(self) -> Stop:
        stop = self.stop()
        assert stop is not None, f"the session ended: {self.output()}"
        return stop

    def go(self, verb: str = "continue") -> Stop | None:
        self.ask(verb, threadId=self.thread)
        return self.stop()

    def step(self, verb: str = "next") -> Stop:
        stop = self.go(verb)
        assert stop is not None, f"the session ended: {self.output()}"
        return stop

    def finish(self) -> int:
        """Let it run to its end, past whatever stops; the exit code."""
        while self.go() is not None:
            pass
        return self.exit_code()

    def ended(self) -> int:
        self.wait_for("terminated")
        return self.exit_code()

    def exit_code(self) -> int:
        [body] = self.all("exited")
        return body["exitCode"]

    def names(self, frame: Json, scope: int = 0) -> dict[str, str]:
        """The variables of a frame with their text, those in groups as well."""
        reference = self.ask("scopes", frameId=frame["id"])["scopes"][scope]["variablesReference"]
        found: dict[str, str] = {}
        for variable in self.ask("variables", variablesReference=reference)["variables"]:
            if variable["name"].endswith(" variables"):
                inner = self.ask("variables", variablesReference=variable["variablesReference"])
                found.update({one["name"]: one["value"] for one in inner["variables"]})
            else:
                found[variable["name"]] = variable["value"]
        return found

    def value(self, expression: str, frame: Json, context: str = "repl") -> str:
        return self.ask("evaluate", expression=expression, frameId=frame["id"], context=context)["result"]

    # The end

    def leave(self, **arguments: object) -> None:
        """Disconnect, and wait until the adapter is gone."""
        try:
            self.ask("disconnect", **arguments)
        except Gone:
            pass
        self.process.wait(PATIENCE)

    def close(self) -> None:
        if self.process.poll() is None:
            self.leave()
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            try:
                stream.close()
            except OSError:
                continue

    def left_over(self) -> list[str]:
        """The command lines of the session's processes that do not end by themselves."""
        deadline = time.monotonic() + 10
        while (found := marked(self.mark)) and time.monotonic() < deadline:
            time.sleep(0.02)
        return list(found.values())

    @property
    def is_ascii(self) -> bool:
        return self.received.isascii()


def marked(mark: str) -> dict[int, str]:
    """The living processes that carry a mark, and their command lines. Linux only."""
    found: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            if f"{MARK}={mark}".encode() not in (entry / "environ").read_bytes().split(b"\0"):
                continue
            if (entry / "stat").read_text().rpartition(")")[2].split()[0] == "Z":
                continue
            words = (entry / "cmdline").read_bytes().replace(b"\0", b" ")
        except (OSError, IndexError):
            continue
        found[int(entry.name)] = words.decode("utf-8", "replace").strip()
    return found
