"""What happens in a run, as data: for listeners in this process and for whoever follows the event file.

The file is `<root>/.pipelens/runs/<run id>.jsonl`: one JSON object a line, each with `version`,
`run`, `seq` (from 1, without gaps), `at` (seconds since the epoch) and `kind`, then the fields of
the event. A follower that knows the last `seq` it saw goes on from there.
"""

from __future__ import annotations

import functools
import json
import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import ClassVar, Literal

from pipelens.frozen import frozen
from pipelens.runner.disk_room import in_words
from pipelens.runner.state import StateError

EVENT_VERSION = 1

TaskState = Literal["queued", "started", "finished", "failed", "skipped"]
CellState = Literal["started", "finished", "failed"]
RunMode = Literal["task", "upstream", "force", "build"]
RunEnd = Literal["ok", "failed", "stopped", "early_stop"]


@frozen
class RunStarted:
    """The first event. `pid`: the process that builds. `why`: why this interpreter was chosen.
    `mode`: one task, one with what it needs, forced, or everything that is not up to date."""

    kind: ClassVar[str] = "run"
    id: str
    pipeline: str
    root: str
    cwd: str
    pid: int
    interpreter: str
    why: str
    mode: RunMode = "build"


@frozen
class PlanMade:
    """All steps in build order: (task, action, reason)."""

    kind: ClassVar[str] = "plan"
    steps: tuple[tuple[str, str, str], ...]


@frozen
class TaskChanged:
    """A task went into `state`. `reason` in words; `seconds` once it ended; `products` once it
    finished; `number` of `total`: its place among the tasks to run, from 1."""

    kind: ClassVar[str] = "task"
    task: str
    state: TaskState
    reason: str = ""
    seconds: float | None = None
    number: int = 0
    total: int = 0
    products: tuple[str, ...] = ()


@frozen
class CellChanged:
    """A code cell of a notebook went into `state`. `index`: among all cells of the source, from 0;
    `number` of `total`: among its code cells, from 1; `line`: 0-based, where it begins in `path`."""

    kind: ClassVar[str] = "cell"
    task: str
    index: int
    number: int
    total: int
    state: CellState
    path: str
    line: int


@frozen
class OutputMade:
    """Text that the task printed. `cell`: index of the cell, None outside of cells."""

    kind: ClassVar[str] = "output"
    task: str
    stream: Literal["stdout", "stderr"]
    text: str
    cell: int | None = None


@frozen
class TaskProblem:
    """Why a task failed (`severity` error) or what is worth knowing about it.

    path, line: where the user's own code failed (line 0-based; None when no line is to blame).
    cell: index of the failing cell; cell_line: 0-based line within it. called: whether
    path and line are of other code, which that line led to. error: the exception's type. traceback: as Python prints it, without frames of the worker. advice: what to do about
    it. notebook: where the partial notebook is kept. dump: where the failure is recorded.
    """

    kind: ClassVar[str] = "problem"
    task: str
    message: str
    severity: Literal["error", "warning"] = "error"
    path: str | None = None
    line: int | None = None
    cell: int | None = None
    cell_line: int | None = None
    called: bool = False
    error: str = ""
    traceback: str = ""
    advice: str = ""
    notebook: str | None = None
    dump: str | None = None


@frozen
class RunEnded:
    """The last event."""

    kind: ClassVar[str] = "end"
    state: RunEnd
    exit_code: int
    seconds: float
    ran: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    not_run: tuple[str, ...] = ()


Event = RunStarted | PlanMade | TaskChanged | CellChanged | OutputMade | TaskProblem | RunEnded
Listener = Callable[[Event], None]


RUN_ID_VARIABLE = "PIPELENS_RUN"
"""In the environment of a build: the id that its run shall have, so that who started it can follow."""

_RUN_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{4,16}")


def given_run_id(environ: Mapping[str, str]) -> str | None:
    """The id that who started us wants the run to have."""
    told = environ.get(RUN_ID_VARIABLE, "")
    return told if _RUN_ID.fullmatch(told) else None


def new_run_id() -> str:
    """A name for a run that sorts by time: `20260131-142501-3fa9`."""
    return time.strftime("%Y%m%d-%H%M%S-") + os.urandom(2).hex()


def as_json(event: Event, run: str, seq: int, at: float) -> str:
    """One line of the event file, without its line end."""
    record: dict[str, object] = {"version": EVENT_VERSION, "run": run, "seq": seq, "at": at}
    record["kind"] = event.kind
    for name in _names(type(event)):
        record[name] = getattr(event, name)
    return _encode(record)


_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode


@functools.cache
def _names(kind: type[Event]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


class EventLog:
    """The event file of one run, open for appending. Every line is written at once. A full disk
    costs the events, not the run. Opening it raises `StateError`."""

    def __init__(self, path: str, run: str) -> None:
        self.path = path
        self.run = run
        self.seq = 0
        self._torn = False
        try:
            self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise StateError(
                f"the events of the run cannot be written to {path}: {in_words(error)}"
            ) from error

    def write(self, *events: Event) -> None:
        lines: list[str] = []
        for event in events:
            self.seq += 1
            lines.append(as_json(event, self.run, self.seq, time.time()) + "\n")
        data = (b"\n" if self._torn else b"") + "".join(lines).encode("utf-8", "backslashreplace")
        try:
            self._torn = os.write(self._fd, data) < len(data)
        except OSError:
            return

    def close(self) -> None:
        os.close(self._fd)
