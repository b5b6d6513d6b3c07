"""Following the event file of a run that another process writes."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any, Final

from pipelens.frozen import frozen
from pipelens.runner.build_lock import is_building, lock_path, read_builder
from pipelens.runner.events import EVENT_VERSION
from pipelens.runner.state import state_path

_MOST_SEARCHED: Final = 64 << 20
"""Bytes of a file's end that are searched for a problem."""

Record = Mapping[str, Any]
"""One line of the file: `seq`, `at`, `kind` and the fields of the event."""

MOST_AT_ONCE: Final = 256 << 10
"""Bytes that are read in one go."""


def event_path(root: str, run: str) -> str:
    return state_path(root, "runs", f"{run}.jsonl")


class EventFile:
    """The events of one run as they are written; the file may not be there yet. seq: of the last event
    that was read. ended: the run has said its last word."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.seq = 0
        self.ended = False
        self._offset = 0
        self._rest = b""

    def read(self) -> list[Record]:
        """The next events, at most `MOST_AT_ONCE` bytes of them; none when there are no new ones."""
        try:
            with open(self.path, "rb") as file:
                file.seek(self._offset)
                data = file.read(MOST_AT_ONCE)
        except OSError:
            return []
        self._offset += len(data)
        *whole, self._rest = (self._rest + data).split(b"\n")
        found: list[Record] = []
        for line in whole:
            if (record := _understood(line)) is not None:
                self.seq = record["seq"]
                self.ended = self.ended or record["kind"] == "end"
                found.append(record)
        return found

    @property
    def behind(self) -> int:
        """How many bytes are still to be read."""
        try:
            return max(0, os.path.getsize(self.path) - self._offset)
        except OSError:
            return 0


def _understood(line: bytes) -> Record | None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(record, dict) or record.get("version") != EVENT_VERSION:
        return None
    return record if isinstance(record.get("seq"), int) and isinstance(record.get("kind"), str) else None


@frozen
class Build:
    """A living build: its run and the process that carries it out."""

    run: str
    pid: int


def current_build(root: str, pipeline: str) -> Build | None:
    """The build of `pipeline` that is under way in any process."""
    if not is_building(root, pipeline):
        return None
    builder = read_builder(lock_path(root, pipeline))
    return Build(builder.run, builder.pid) if builder is not None and builder.run else None


def problem_in(root: str, run: str, task: str) -> Record | None:
    """Why `task` failed in a run, as its event file tells; None where it does not, or is gone."""
    try:
        with open(event_path(root, run), "rb") as file:
            size = os.fstat(file.fileno()).st_size
            file.seek(max(0, size - _MOST_SEARCHED))
            for line in file:
                if b'"problem"' not in line:
                    continue
                record = _understood(line)
                if record is None or record["kind"] != "problem" or record.get("task") != task:
                    continue
                if record.get("severity", "error") == "error":
                    return record
    except OSError:
        return None
    return None
