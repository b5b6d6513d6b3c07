"""The debug adapter: between a client and debugpy, over standard streams only.

`initialize` is answered at once from a table, while debugpy is still starting. `launch` makes the
task ready on a thread of its own and hands it to debugpy; from then on messages pass through, with
the places and names that clients should see (sections 2 and 4 of the design).
"""

from __future__ import annotations

import os
import sys
import threading
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from pipelens.debug.debugpy_process import DebugpyMissing, DebugpyProcess
from pipelens.debug.translation import CAPABILITIES
from pipelens.debug.wire import Connection, Message, WireError

if TYPE_CHECKING:
    from pipelens.debug.dump_session import DumpSession
    from pipelens.debug.live_session import LiveSession

Json = dict[str, Any]

_NEEDED_TO_LAUNCH = (
    "pipelens.debug.launch",
    "pipelens.runner.interpreter",
    "pipelens.core.project",
    "pipelens.workspace.opening",
    "pipelens.runner.task_run",
    "pipelens.runner.build",
    "pipelens.debug.live_session",
)
"""The small ones first."""


class Adapter:
    """One client, one session. interpreter: the Python for tasks that the user chose, if they did."""

    def __init__(self, client: Connection, interpreter: str | None) -> None:
        self.client, self.interpreter = client, interpreter
        self.said: Json = {}
        self.debugpy: DebugpyProcess | None = None
        self.missing = ""
        self.session: LiveSession | DumpSession | None = None
        self._terminated = threading.Lock()
        self._started = False

    def serve(self) -> int:
        """Until the client disconnects or is gone."""
        try:
            self.debugpy = DebugpyProcess()
        except DebugpyMissing as error:
            self.missing = str(error)
        threading.Thread(target=self._import_ahead, name="pipelens-import", daemon=True).start()
        try:
            while (message := self.client.read()) is not None:
                if message.get("type") == "response":
                    self.client.take_reply(message)
                elif message.get("type") == "request" and self.answer(message):
                    break
        except WireError as error:
            sys.stderr.write(f"pipelens dap: {error}\n")
        finally:
            self.end()
        return 0

    def answer(self, request: Message) -> bool:
        """Handle one request of the client; whether it was the last."""
        if type(request.get("seq")) is not int:
            request["seq"] = 0
        match request.get("command"):
            case "initialize":
                said = request.get("arguments")
                self.said = cast("Json", said) if isinstance(said, dict) else {}
                self.client.respond(request, CAPABILITIES)
            case "launch" if self.session is None:
                self._started = True
                self.launch(request)
            case "attach" if self.session is None:
                self._started = True
                self.attach(request)
            case "launch" | "attach":
                self.client.refuse(request, "something is being debugged already")
            case "disconnect":
                self.end()
                self.client.respond(request)
                return True
            case command if self.session is None:
                if command == "terminate":
                    self.client.respond(request)
                    self.tell_terminated()
                else:
                    self.client.refuse(request, "nothing is being debugged")
            case _:
                self.session.handle(request)
        return False

    def _import_ahead(self) -> None:
        """While the client is still talking. What it then asks for imports the rest by itself: a recorded
        failure needs little of it, and would wait for all."""
        for name in _NEEDED_TO_LAUNCH:
            if not self._started:
                import_module(name)

    def launch(self, request: Message) -> None:
        if self.debugpy is None:
            self.refuse_start(request, self.missing)
            return
        from pipelens.debug.live_session import LiveSession

        self.session = LiveSession(self, self.debugpy, request)
        self.session.start()

    def attach(self, request: Message) -> None:
        from pipelens.debug.failure_opening import open_failure
        from pipelens.debug.launch import LaunchError

        try:
            self.session = open_failure(
                request.get("arguments"), self.said, self._send_recorded, self.interpreter, os.environ
            )
        except LaunchError as error:
            self.refuse_start(request, str(error))
            return
        if self.debugpy is not None:
            self.debugpy.kill()
        self.session.handle(request)

    def _send_recorded(self, message: Message) -> None:
        if message.get("event") == "terminated":
            self.tell_terminated()
        else:
            self.client.send(message)

    def refuse_start(self, request: Message, text: str) -> None:
        self.client.refuse(request, text, show=True)
        self.tell_terminated()

    def tell_terminated(self) -> None:
        """At most once: a second one sends some clients into a loop."""
        if self._terminated.acquire(blocking=False):
            self.client.event("terminated")

    def console(self, text: str) -> None:
        self.client.event("output", {"category": "console", "output": text})

    def end(self) -> None:
        """Leave nothing behind; may be called again."""
        session, debugpy = self.session, self.debugpy
        if session is not None:
            session.end()
        if debugpy is not None:
            debugpy.close()
            self.debugpy = None


def serve_stdio(interpreter: str | None) -> int:
    """Serve the client at standard input and output. Whatever else is printed in this process goes to
    standard error: the wire is for messages alone."""
    wire = os.dup(1)
    os.dup2(2, 1)
    if os.name == "nt":
        import msvcrt

        for fd in (0, wire):
            msvcrt.setmode(fd, os.O_BINARY)  # type: ignore[attr-defined]
    return Adapter(Connection(0, wire), interpreter).serve()
