"""The answers of a recorded failure that tell what was in it: scopes, variables, expressions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from pipelens.debug.completion import completions
from pipelens.debug.dump_values import EvaluationError, Line, Reference, Value, Values
from pipelens.debug.evaluation import evaluate
from pipelens.debug.recorded import Frame
from pipelens.debug.recorded_stack import Entry
from pipelens.debug.session_refusal import Refusal

Json = dict[str, Any]

_READ_ONLY: Final = {"attributes": ["readOnly"]}


class ValueAnswers:
    """entries: the call stack, whose ids count from 1. lines_start, columns_start: what the client
    counts from, 0 or 1."""

    def __init__(self, entries: Sequence[Entry], values: Values) -> None:
        self.lines_start = 1
        self.columns_start = 1
        self._entries = entries
        self._values = values
        self._opened: list[tuple[Frame | Value, str | None]] = []
        self._numbers: dict[tuple[object, str | None], int] = {}

    def _frame(self, number: object) -> Frame | None:
        """The frame with this id; the first one that has names without an id."""
        if number is None:
            return next((entry for entry in self._entries if isinstance(entry, Frame)), None)
        if type(number) is not int or not 1 <= number <= len(self._entries):
            raise Refusal("there is no such frame")
        entry = self._entries[number - 1]
        return entry if isinstance(entry, Frame) else None

    def _number(self, opened: Frame | Value, path: str | None) -> int:
        """The `variablesReference` of a frame's scope or a value, the same for the same one."""
        key: tuple[object, str | None] = (opened if isinstance(opened, Reference) else id(opened), path)
        known = self._numbers.get(key)
        if known is None:
            self._opened.append((opened, path))
            known = self._numbers[key] = len(self._opened)
        return known

    def scopes(self, arguments: Json) -> Json:
        frame = self._frame(arguments.get("frameId"))
        if frame is None:
            return {"scopes": []}
        scopes: list[Json] = [
            {
                "name": "Locals",
                "presentationHint": "locals",
                "variablesReference": self._number(frame, "locals"),
                "namedVariables": len(frame.locals) + bool(frame.more),
                "expensive": False,
            }
        ]
        if frame.globals:
            scopes.append(
                {
                    "name": "Globals used here",
                    "variablesReference": self._number(frame, "globals"),
                    "namedVariables": len(frame.globals),
                    "expensive": False,
                }
            )
        return {"scopes": scopes}

    def variables(self, arguments: Json) -> Json:
        number = arguments.get("variablesReference")
        if type(number) is not int or not 1 <= number <= len(self._opened):
            raise Refusal("there are no such variables")
        opened, path = self._opened[number - 1]
        start, count = max(0, int(arguments.get("start") or 0)), max(0, int(arguments.get("count") or 0))
        part = arguments.get("filter")
        if isinstance(opened, Frame):
            lines = self._names(opened, path == "locals") if part != "indexed" else []
            lines = lines[start : start + count if count else None]
        else:
            kind = part if part in ("named", "indexed") else "all"
            lines = list(self._values.children(opened, path, part=kind, start=start, count=count))
        return {"variables": [self._variable(line) for line in lines]}

    def _names(self, frame: Frame, is_local: bool) -> list[Line]:
        named = frame.locals if is_local else frame.globals
        lines = [self._values.line(local.name, Reference(local.node), local.name) for local in named]
        if is_local and frame.more:
            lines.append(Line("…", f"{frame.more:,} more were not recorded"))
        return lines

    def _variable(self, line: Line) -> Json:
        shown: Json = {
            "name": line.name,
            "value": line.text,
            "type": line.type,
            **self._opening(line),
            "presentationHint": _READ_ONLY,
        }
        if line.path is not None:
            shown["evaluateName"] = line.path
        return shown

    def _opening(self, line: Line) -> Json:
        """How a client opens the value: its reference, and how much lies below."""
        if line.value is None or not line.named + line.indexed:
            return {"variablesReference": 0}
        opening: Json = {"variablesReference": self._number(line.value, line.path)}
        if line.indexed:
            opening.update(namedVariables=line.named, indexedVariables=line.indexed)
        return opening

    def evaluate(self, arguments: Json) -> Json:
        expression = str(arguments.get("expression") or "")
        found = evaluate(expression, self._frame(arguments.get("frameId")), self._values)
        if isinstance(found, EvaluationError):
            raise Refusal(found.message)
        line = self._values.line("", found, expression.strip())
        return {
            "result": line.text,
            "type": line.type,
            **self._opening(line),
            "presentationHint": _READ_ONLY,
        }

    def completions(self, arguments: Json) -> Json:
        text = str(arguments.get("text") or "")
        rows = text.split("\n")
        row = int(arguments.get("line") or self.lines_start) - self.lines_start
        line = rows[row] if 0 <= row < len(rows) else text
        units = int(arguments.get("column") or 0) - self.columns_start
        before = line.encode("utf-16-le", "surrogatepass")[: 2 * max(0, units)].decode("utf-16-le", "ignore")
        frame = self._frame(arguments.get("frameId"))
        found = completions(before, frame, self._values)
        return {"targets": [{"label": one.text, "type": one.kind} for one in found]}
