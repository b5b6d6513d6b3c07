"""A recorded failure, served to a client of the Debug Adapter Protocol: a task that has stopped at its
error for good.

Nothing runs: stepping says that the task has ended, and continuing ends the session.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any, Final

from pipelens.debug.dump_values import Values
from pipelens.debug.recorded import Dump
from pipelens.debug.recorded_cells import RecordedCells
from pipelens.debug.recorded_sources import RecordedSources
from pipelens.debug.recorded_stack import call_stack
from pipelens.debug.session_refusal import Refusal
from pipelens.debug.stack_answers import THREAD, StackAnswers
from pipelens.debug.trace_text import full_type, headline
from pipelens.debug.value_answers import ValueAnswers

Json = dict[str, Any]

ENDED: Final = "The task has already ended"
_SETTING: Final = frozenset({"setVariable", "setExpression"})


class DumpSession:
    """Answers requests from `attach` to `disconnect`.

    send: takes responses and events, to which the adapter adds the sequence number. just_my_code: the
    user's frames first. trusted: whole values may be rebuilt. root: the project's folder here.
    libraries: the interpreter's folders of modules. cells: of notebooks, the addresses of
    their cells' documents. capabilities: what `initialize` is answered, for
    adapters that leave it to the session. Not for several threads at once.
    """

    def __init__(
        self,
        dump: Dump,
        send: Callable[[Json], object],
        *,
        just_my_code: bool = True,
        trusted: bool = True,
        root: str | None = None,
        libraries: Sequence[str] = (),
        cells: Mapping[str, tuple[str | None, ...]] | None = None,
        capabilities: Mapping[str, object] | None = None,
    ) -> None:
        self.dump = dump
        self.is_over = False
        self._send = send
        entries = call_stack(dump, just_my_code=just_my_code)
        sources = RecordedSources(dump, root, libraries)
        self._stack = StackAnswers(dump, entries, sources, RecordedCells(dump, sources, cells or {}))
        self._values = ValueAnswers(entries, Values(dump, trusted=trusted))
        self._capabilities = dict(capabilities or {})
        self._terminated = False
        self._answers: dict[str, Callable[[Json], Json | None]] = {
            "initialize": self._initialize,
            "attach": _nothing,
            "configurationDone": _nothing,
            "setBreakpoints": self._breakpoints,
            "setFunctionBreakpoints": self._breakpoints,
            "setInstructionBreakpoints": self._breakpoints,
            "setDataBreakpoints": self._breakpoints,
            "setExceptionBreakpoints": self._exception_breakpoints,
            "threads": self._stack.threads,
            "stackTrace": self._stack.stack_trace,
            "scopes": self._values.scopes,
            "variables": self._values.variables,
            "exceptionInfo": self._stack.exception_info,
            "source": self._stack.source,
            "evaluate": self._values.evaluate,
            "completions": self._values.completions,
            "modules": self._stack.modules,
            "pipelens/failure": self._stack.failure,
            "next": _nothing,
            "stepIn": _nothing,
            "stepOut": _nothing,
            "stepBack": _nothing,
            "pause": _nothing,
            "continue": self._continue,
            "terminate": _nothing,
            "disconnect": self._disconnect,
            "breakpointLocations": lambda _: {"breakpoints": []},
            "gotoTargets": lambda _: {"targets": []},
            "stepInTargets": lambda _: {"targets": []},
            "dataBreakpointInfo": lambda _: {"dataId": None, "description": ENDED},
            "cancel": _nothing,
        }

    def handle(self, request: Mapping[str, Any]) -> None:
        """Answer one request; events that follow from it come after the answer."""
        command = str(request.get("command", ""))
        arguments = request.get("arguments")
        try:
            body = self._answer(command, arguments if isinstance(arguments, dict) else {})
        except Refusal as error:
            self._respond(request, {"error": _error(str(error))}, message=str(error))
            return
        self._respond(request, body)
        self._follow(command)

    def end(self) -> None:
        """The client is gone."""
        self.is_over = True

    def _answer(self, command: str, arguments: Json) -> Json | None:
        answer = self._answers.get(command)
        if command in _SETTING:
            raise Refusal("What was recorded cannot be changed; Re-run to this point")
        if answer is None:
            raise Refusal(f"{command!r} is not possible in a recorded failure")
        try:
            return answer(arguments)
        except Refusal:
            raise
        except Exception as error:
            # Arguments that are not what the protocol says, or a mistake of ours: the session goes on.
            raise Refusal(f"{command!r} could not be answered ({type(error).__name__})") from error

    def _respond(self, request: Mapping[str, Any], body: Json | None, *, message: str | None = None) -> None:
        response: Json = {
            "type": "response",
            "request_seq": request.get("seq", 0),
            "command": request.get("command", ""),
            "success": message is None,
        }
        if message is not None:
            response["message"] = message
        if body is not None:
            response["body"] = body
        self._send(response)

    def _event(self, event: str, body: Json | None = None) -> None:
        self._send({"type": "event", "event": event} if body is None else _event(event, body))

    def _follow(self, command: str) -> None:
        """The events that belong after a successful answer."""
        match command:
            case "attach":
                self._event("initialized")
            case "configurationDone":
                self._output("stderr", self._stack.trace())
                self._output("console", self._remark())
                self._stopped()
            case "next" | "stepIn" | "stepOut" | "stepBack" | "pause":
                self._output(
                    "console", "The task has ended: this is a recorded failure. Re-run to this point.\n"
                )
                self._stopped()
            case "continue" | "terminate":
                if not self._terminated:
                    self._terminated = True
                    self._event("terminated")
            case _:
                pass

    def _output(self, category: str, text: str) -> None:
        self._event("output", {"category": category, "output": text})

    def _stopped(self) -> None:
        error = self.dump.errors[0]
        body: Json = {"reason": "exception", "threadId": THREAD, "allThreadsStopped": True}
        self._event("stopped", {**body, "text": full_type(error), "description": headline(error)[:1000]})

    def _remark(self) -> str:
        dump = self.dump
        at = datetime.fromtimestamp(dump.created, timezone.utc).astimezone()
        told = f"{dump.task} failed at {at:%Y-%m-%d %H:%M:%S} with Python {dump.python}."
        if dump.truncated:
            told += f" The recording was cut short ({', '.join(dump.truncated)})."
        return told + "\n"

    # -- start and end

    def _initialize(self, arguments: Json) -> Json:
        self.take_client(arguments)
        return self._capabilities

    def take_client(self, arguments: Mapping[str, Any]) -> None:
        """What the client said of itself in `initialize`, when the adapter has answered that."""
        columns = 0 if arguments.get("columnsStartAt1") is False else 1
        lines = 0 if arguments.get("linesStartAt1") is False else 1
        self._stack.columns_start = self._values.columns_start = columns
        self._stack.lines_start = self._values.lines_start = lines

    def _continue(self, arguments: Json) -> Json:
        return {"allThreadsContinued": True}

    def _disconnect(self, arguments: Json) -> None:
        self.is_over = True

    def _breakpoints(self, arguments: Json) -> Json:
        wanted = arguments.get("breakpoints") or [{} for _ in arguments.get("lines") or ()]
        return {
            "breakpoints": [
                {"verified": False, "message": ENDED, **({"line": one["line"]} if "line" in one else {})}
                for one in wanted
            ]
        }

    def _exception_breakpoints(self, arguments: Json) -> Json:
        return {"breakpoints": [{"verified": True} for _ in arguments.get("filters") or ()]}


def _nothing(arguments: Json) -> None:
    """Nothing to say; what follows is an event."""


def _error(text: str) -> Json:
    # As a variable: braces in a format mean variables themselves.
    return {"id": 1, "format": "{text}", "variables": {"text": text}, "showUser": False}


def _event(event: str, body: Json) -> Json:
    return {"type": "event", "event": event, "body": body}
