"""The answers of a recorded failure that tell where it stopped: call stack, sources, the error."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, Final

from pipelens.debug.recorded import Dump, Frame
from pipelens.debug.recorded_cells import RecordedCells
from pipelens.debug.recorded_sources import LocalFile, NoText, OldText, RecordedSources
from pipelens.debug.recorded_stack import Entry
from pipelens.debug.session_refusal import Refusal
from pipelens.debug.trace_text import formatted, full_type

Json = dict[str, Any]

THREAD: Final = 1


class StackAnswers:
    """entries: the call stack. lines_start, columns_start: what the client counts from, 0 or 1."""

    def __init__(
        self, dump: Dump, entries: Sequence[Entry], sources: RecordedSources, cells: RecordedCells
    ) -> None:
        self.lines_start = 1
        self.columns_start = 1
        self._dump = dump
        self._entries = entries
        self._sources = sources
        self._cells = cells
        self._texts: list[str] = []

    def trace(self) -> str:
        """The formatted traceback, with paths of this machine where there are such."""
        return formatted(self._dump, lambda frame: self._sources.path(frame) or frame.file)

    def threads(self, arguments: Json) -> Json:
        return {"threads": [{"id": THREAD, "name": self._dump.task}]}

    def stack_trace(self, arguments: Json) -> Json:
        start = max(0, int(arguments.get("startFrame") or 0))
        levels = int(arguments.get("levels") or 0)
        end = start + levels if levels > 0 else len(self._entries)
        entries = self._entries[start:end]
        frames = [self._stack_frame(start + at, entry) for at, entry in enumerate(entries)]
        return {"stackFrames": frames, "totalFrames": len(self._entries)}

    def _stack_frame(self, at: int, entry: Entry) -> Json:
        if not isinstance(entry, Frame):
            return {"id": at + 1, "name": entry.text, "line": 0, "column": 0, "presentationHint": "label"}
        column = entry.column or 0
        shown: Json = {
            "id": at + 1,
            "name": entry.qualname or entry.name,
            "line": max(0, entry.line - 1 + self.lines_start),
            "column": column + self.columns_start,
            "presentationHint": "normal" if entry.user else "subtle",
            "source": self._source_of(entry),
            "canRestart": False,
        }
        if entry.end_line is not None and entry.end_column is not None and entry.column is not None:
            shown["endLine"] = entry.end_line - 1 + self.lines_start
            shown["endColumn"] = entry.end_column + self.columns_start
        return shown

    def _source_of(self, frame: Frame) -> Json:
        if (cell := self._cells.uri(frame)) is not None:
            uri, place = cell
            return {"name": os.path.basename(place.path), "path": uri}
        name = frame.file.replace("\\", "/").rpartition("/")[2] if frame.file[:1] != "<" else frame.file
        source: Json = {"name": name}
        match self._sources.of(frame):
            case LocalFile(path=path):
                source["path"] = path
            case OldText(text=text):
                if not frame.file.startswith("<"):
                    source["name"] = f"{name} (as it was when the task failed)"
                source["sourceReference"] = self._text_number(text)
            case NoText():
                source["origin"] = "its text was not recorded"
        if not frame.user:
            source["presentationHint"] = "deemphasize"
        return source

    def _text_number(self, text: str) -> int:
        if text not in self._texts:
            self._texts.append(text)
        return self._texts.index(text) + 1

    def source(self, arguments: Json) -> Json:
        given = arguments.get("source")
        number = arguments.get("sourceReference") or (given or {}).get("sourceReference")
        if type(number) is not int or not 1 <= number <= len(self._texts):
            raise Refusal("this source is not in the recorded failure")
        return {"content": self._texts[number - 1], "mimeType": "text/x-python"}

    def exception_info(self, arguments: Json) -> Json:
        inner: Json | None = None
        for error in reversed([error for error in self._dump.errors if error.link != "member"]):
            details: Json = {
                "message": error.message,
                "typeName": error.type,
                "fullTypeName": full_type(error),
                "stackTrace": "",
            }
            if inner is not None:
                details["innerException"] = [inner]
            inner = details
        error = self._dump.errors[0]
        details = inner or {}
        details["stackTrace"] = self.trace()
        return {
            "exceptionId": full_type(error),
            "description": error.message,
            "breakMode": "unhandled",
            "details": details,
        }

    def failure(self, arguments: Json) -> Json:
        """Ours: what a client needs to run the task again up to where it failed. path and line: of the
        user's innermost frame, the file here and the line there, from 1; path is absent where there is no
        such file, and isChanged tells whether it has changed since. cell: in a notebook, the index among
        all cells; line then counts in the cell."""
        dump = self._dump
        told: Json = {"task": dump.task, "run": dump.run, "pipeline": dump.pipeline, "created": dump.created}
        frames = [frame for frame in reversed(dump.errors[0].frames) if frame.user]
        for frame in frames:
            if (cell := self._cells.place(frame)) is not None:
                told.update(path=cell.path, line=frame.line, cell=cell.index, isChanged=cell.is_changed)
                break
            found = self._sources.of(frame)
            path = self._sources.path(frame)
            if path is not None:
                told.update(path=path, line=frame.line, isChanged=not isinstance(found, LocalFile))
                break
        return told

    def modules(self, arguments: Json) -> Json:
        listed = [
            {"id": name, "name": name, "version": version}
            for name, version in sorted(self._dump.packages.items())
        ]
        start, count = int(arguments.get("startModule") or 0), int(arguments.get("moduleCount") or 0)
        return {"modules": listed[start : start + count if count else None], "totalModules": len(listed)}
