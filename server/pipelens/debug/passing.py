"""Messages on their way between client and debugpy, with the places and names that each side knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelens.debug.debug_engine import DebuggedWorker
from pipelens.debug.notebook_cells import CellFiles
from pipelens.debug.view import StackView, VariableView, is_workers
from pipelens.debug.wire import Message

if TYPE_CHECKING:
    from pipelens.debug.live_session import LiveSession

Json = dict[str, Any]

_WITH_SOURCE = frozenset({"setBreakpoints", "gotoTargets", "breakpointLocations", "source"})

_NOT_OFFERED = frozenset(
    {
        "cancel",
        "dataBreakpointInfo",
        "disassemble",
        "loadedSources",
        "locations",
        "readMemory",
        "restart",
        "restartFrame",
        "reverseContinue",
        "setDataBreakpoints",
        "setInstructionBreakpoints",
        "stepBack",
        "terminateThreads",
        "writeMemory",
    }
)
"""Requests of the protocol that debugpy does not announce: some of them end its thread that reads, and
nothing is answered any more."""


class Passing:
    """Between the client and debugpy while a task is debugged. name: of the process, for the client."""

    def __init__(
        self, session: LiveSession, worker: DebuggedWorker, view: StackView, cells: CellFiles, name: str
    ) -> None:
        self.session, self.client = session, session.client
        self.debugpy = session.debugpy.connection
        self.worker, self.stack, self.cells, self.name = worker, view, cells, name
        self.variables = VariableView()
        self._open: dict[int, Message] = {}

    # From the client

    def pass_request(self, request: Message) -> None:
        command = request.get("command", "")
        arguments = request.get("arguments")
        if not isinstance(command, str) or command in _NOT_OFFERED:
            self.client.refuse(request, f"{command} is not offered")
            return
        if command in _WITH_SOURCE and isinstance(arguments, dict):
            if command == "setBreakpoints" and (told := self.cells.refusal(_path_of(arguments))):
                points = [{"verified": False, "message": told} for _ in arguments.get("breakpoints") or ()]
                self.client.respond(request, {"breakpoints": points})
                return
            arguments = self._to_debugpy(arguments)
        elif command == "stackTrace" and isinstance(arguments, dict):
            # All of it: what is left out below the user's code would be missed in a page.
            arguments = {**arguments, "startFrame": 0, "levels": 0}
        seq = request["seq"]
        self._open[seq] = request
        if not self.debugpy.request(command, arguments, lambda response: self._answer(seq, response)):
            self._open.pop(seq, None)
            self._answer_gone(request)

    def _answer(self, seq: int, response: Message) -> None:
        request = self._open.pop(seq, None)
        if request is None:
            return
        body = response.get("body")
        if response.get("success") and isinstance(body, dict):
            response = {**response, "body": self._to_client(request, body)}
        self.client.pass_response(request, response)

    def _to_client(self, request: Message, body: Json) -> Json:
        arguments = request.get("arguments") or {}
        match request["command"]:
            case "stackTrace":
                frames = self.stack.shown(body.get("stackFrames") or ())
                start, levels = arguments.get("startFrame") or 0, arguments.get("levels") or 0
                page = frames[start : start + levels] if levels else frames[start:]
                shown = [self._frame(frame) for frame in page]
                return {**body, "stackFrames": shown, "totalFrames": len(frames)}
            case "scopes":
                scopes = body.get("scopes") or []
                self.variables.take_scopes(scopes)
                return {**body, "scopes": [self._with_shown_source(scope) for scope in scopes]}
            case "variables":
                reference = arguments.get("variablesReference", 0)
                return {**body, "variables": self.variables.shown(reference, body.get("variables") or ())}
            case "setBreakpoints":
                points = body.get("breakpoints") or []
                return {**body, "breakpoints": [self._with_shown_source(point) for point in points]}
            case "modules":
                return {**body, "modules": [one for one in body.get("modules") or () if not is_workers(one)]}
            case _:
                return body

    def _frame(self, frame: Json) -> Json:
        return self._with_shown_source(frame)

    def _to_debugpy(self, arguments: Json) -> Json:
        source = arguments.get("source")
        if not isinstance(source, dict):
            return arguments
        path = self.cells.file_of(source.get("path"))
        return {**arguments, "source": {**source, "path": path}} if path else arguments

    def _with_shown_source(self, holder: Json) -> Json:
        source = holder.get("source")
        if not isinstance(source, dict):
            return holder
        shown = self.cells.shown(source)
        return {**holder, "source": shown} if shown is not source else holder

    def _answer_gone(self, request: Message) -> None:
        """debugpy is gone: what asks to end is done, the rest cannot be."""
        if request.get("command") in (
            "terminate",
            "continue",
            "configurationDone",
            "setExceptionBreakpoints",
        ):
            self.client.respond(request, {})
        else:
            self.client.refuse(request, "the task has ended")

    def lost(self) -> None:
        """Answer what debugpy never will."""
        for seq in list(self._open):
            request = self._open.pop(seq, None)
            if request is not None:
                self._answer_gone(request)

    # From debugpy

    def take(self, message: Message) -> None:
        match message.get("type"):
            case "response":
                self.debugpy.take_reply(message)
            case "event":
                self._take_event(str(message.get("event")), message.get("body"))
            case "request":
                self.client.request(
                    str(message.get("command")),
                    message.get("arguments"),
                    lambda response: self._pass_back(message, response),
                )
            case _:
                pass

    def _pass_back(self, request: Message, response: Message) -> None:
        self.debugpy.pass_response(request, response)

    def _take_event(self, name: str, body: Any) -> None:
        match name:
            case "output":
                self._take_output(body or {})
            case "initialized":
                self.session.connected.set()
                self.client.event(name, body)
            case "exited":
                self.session.exited(int(body.get("exitCode") or 0))
            case "terminated":
                # Told to the client when the run's records are in order.
                if self.worker.poll() is None:
                    self.session.exited(1)
            case "process":
                self.worker.pid = body.get("systemProcessId")
                self.client.event(name, {**body, "name": self.name})
            case "continued" | "stopped":
                self.variables.forget()
                self.client.event(name, body)
            case "module" if is_workers((body or {}).get("module") or {}):
                return
            case "breakpoint" | "loadedSource":
                inner = "breakpoint" if name == "breakpoint" else None
                holder = body.get(inner) if inner else body
                shown = self._with_shown_source(holder) if isinstance(holder, dict) else holder
                self.client.event(name, {**body, inner: shown} if inner else shown)
            case _:
                self.client.event(name, body)

    def _take_output(self, body: Json) -> None:
        category = body.get("category")
        if category == "telemetry":
            return
        if category in ("stdout", "stderr"):
            self.worker.heard(category, str(body.get("output") or ""))
            if self.session.target is not None and self.session.target.is_notebook:
                return  # it comes back as output of the running cell
        self.client.event("output", self._with_shown_source(body))


def _path_of(arguments: Json) -> str | None:
    source = arguments.get("source")
    return source.get("path") if isinstance(source, dict) else None
