"""The client's end of a debug adapter's pipe: an editor that does nothing but wait.

Times are those of the client's clock when a message was read and decoded. One thread: what is not
waited for stays in the pipe, and a session that hangs is ended by a timer.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PATIENCE = 300.0
"""Seconds after which a session is taken to hang."""

Json = dict[str, Any]
now = time.perf_counter


class Refused(Exception):
    """A request was answered with an error, or the adapter is gone: the round has no figure."""


class Session:
    """One session of one adapter, which is started at once; `begun` is the time before that."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str] | None = None) -> None:
        self.begun = now()
        self.process = subprocess.Popen(
            command,
            env={**os.environ, **(environ or {}), "PYTHONSAFEPATH": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._sent = 0
        self._replies: dict[int, Json] = {}
        self._events: list[Json] = []
        self._watch = threading.Timer(PATIENCE, self.process.kill)
        self._watch.daemon = True
        self._watch.start()
        self.thread = 0

    def send(self, command: str, **arguments: object) -> int:
        self._sent += 1
        self._write({"seq": self._sent, "type": "request", "command": command, "arguments": arguments})
        return self._sent

    def reply(self, number: int) -> Json:
        while number not in self._replies:
            self._read()
        response = self._replies.pop(number)
        if not response["success"]:
            raise Refused(f"{response.get('command')}: {response.get('message')}")
        return response.get("body") or {}

    def ask(self, command: str, **arguments: object) -> Json:
        return self.reply(self.send(command, **arguments))

    def event(self, *names: str) -> Json:
        """The next event of one of these names; others are passed over."""
        while True:
            while self._events:
                found = self._events.pop(0)
                if found["event"] in names:
                    return found
            self._read()

    def launch(
        self, arguments: Json, breakpoints: Mapping[Path, Sequence[int]], verb: str = "launch"
    ) -> None:
        """From `initialize` to a debuggee that runs."""
        self.ask(
            "initialize",
            clientID="vscode",
            adapterID="bench",
            linesStartAt1=True,
            columnsStartAt1=True,
            supportsVariableType=True,
        )
        number = self.send(verb, **arguments)
        while not any(event["event"] == "initialized" for event in self._events):
            if number in self._replies:
                # Refused, or begun without a debugger: nothing is asked for then.
                self.reply(number)
                return
            self._read()
        for path, lines in breakpoints.items():
            points = [{"line": line} for line in lines]
            told = self.ask("setBreakpoints", source={"path": str(path)}, breakpoints=points)
            if verb == "launch" and not all(one["verified"] for one in told["breakpoints"]):
                raise Refused(f"breakpoints in {path} are not verified: {told}")
        self.ask("setExceptionBreakpoints", filters=["uncaught"])
        self.ask("configurationDone")
        self.reply(number)

    def stack(self) -> list[Json]:
        """Wait for the next stop; its stack."""
        event = self.event("stopped", "terminated")
        if event["event"] == "terminated":
            raise Refused("the session ended without the stop")
        self.thread = event["body"]["threadId"]
        return self.ask("stackTrace", threadId=self.thread, startFrame=0, levels=20)["stackFrames"]

    def local_names(self, frame: Json) -> int:
        """Ask for the scopes and the local variables, as editors do at each stop; how many there are."""
        [local, *_] = self.ask("scopes", frameId=frame["id"])["scopes"]
        return len(self.ask("variables", variablesReference=local["variablesReference"])["variables"])

    def close(self) -> None:
        """End the session and wait until the adapter is gone."""
        try:
            self.ask("disconnect", terminateDebuggee=True)
        except (Refused, OSError):
            pass
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            self.process.stdin.close()
        except OSError:
            pass
        self.process.stdout.read()
        self.process.wait()
        self.process.stdout.close()
        self._watch.cancel()

    def _write(self, message: Json) -> None:
        assert self.process.stdin is not None
        body = json.dumps(message).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.process.stdin.flush()

    def _read(self) -> None:
        assert self.process.stdout is not None
        head = self.process.stdout.readline()
        if not head:
            raise Refused("the adapter is gone")
        self.process.stdout.readline()
        message = json.loads(self.process.stdout.read(int(head.partition(b":")[2])))
        match message["type"]:
            case "response":
                self._replies[message["request_seq"]] = message
            case "event":
                self._events.append(message)
            case _:
                self._sent += 1
                refused = {"request_seq": message["seq"], "command": message["command"], "success": False}
                self._write({"seq": self._sent, "type": "response", **refused})
