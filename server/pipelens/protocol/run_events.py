"""`pipelens/runEvent`: what happens in a run, as clients of ours are told it; one type for each kind.

`seq` counts the events of a run from 1, `at` is in seconds since the epoch, durations are in seconds.
Lines and indices count from 0, `number` of `total` counts from 1.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Final, Literal

from pipelens.frozen import frozen
from pipelens.protocol.runs import Mode, PlanStep

RUN_EVENT: Final = "pipelens/runEvent"
"""A notification of the server: what happened in a run."""

MOST_EVENTS_BYTES: Final = 64_000
"""The most that one `runEvent` holds."""

MOST_MESSAGES: Final = 30
"""The most `runEvent`s in a second."""

TaskState = Literal["queued", "started", "finished", "failed", "skipped"]
CellState = Literal["started", "finished", "failed"]
RunEnd = Literal["ok", "failed", "stopped", "early_stop"]
Stream = Literal["stdout", "stderr"]


def _json(value: Any) -> object:
    if isinstance(value, tuple):
        return [_json(one) for one in value]  # pyright: ignore[reportUnknownVariableType]
    return value.as_json() if isinstance(value, PlanStep) else value


class _Event:
    __slots__ = ()

    def as_json(self) -> dict[str, object]:
        told: dict[str, object] = {}
        for field in fields(self):  # pyright: ignore[reportArgumentType]
            head, *rest = field.name.split("_")
            told[head + "".join(part.capitalize() for part in rest)] = _json(getattr(self, field.name))
        return told


@frozen
class RunBegan(_Event):
    """The first event. pid: of the process that builds. interpreter: the Python of the tasks, why: it
    was chosen. root, cwd: the folders that paths are read from, and that tasks run in."""

    kind: Literal["run"]
    seq: int
    at: float
    pid: int
    interpreter: str
    why: str
    mode: Mode
    root: str
    cwd: str


@frozen
class PlanTold(_Event):
    """What will be done, in build order. A long plan comes in parts: these steps are number `first` and
    following of `total`."""

    kind: Literal["plan"]
    seq: int
    at: float
    steps: tuple[PlanStep, ...]
    first: int
    total: int


@frozen
class TaskTold(_Event):
    """A task went into `state`. reason: in words. seconds: once it ended. products: as the pipeline
    names them, once it finished. number, total: its place among the tasks to run."""

    kind: Literal["task"]
    seq: int
    at: float
    task: str
    state: TaskState
    reason: str
    seconds: float | None
    number: int
    total: int
    products: tuple[str, ...]


@frozen
class CellTold(_Event):
    """A code cell went into `state`. index: among all cells of the source. number, total: its place
    among the code cells. path, line: where it begins; a notebook's lines are those of its cells, one
    below the other."""

    kind: Literal["cell"]
    seq: int
    at: float
    task: str
    state: CellState
    index: int
    number: int
    total: int
    path: str
    line: int


@frozen
class OutputTold(_Event):
    """Text that a task printed, in pieces as it came. cell: its index, null outside of cells."""

    kind: Literal["output"]
    seq: int
    at: float
    task: str
    stream: Stream
    text: str
    cell: int | None


@frozen
class ProblemTold(_Event):
    """Why a task failed (severity `error`), or what is worth knowing about it.

    path, line: where the user's own code failed, null when no line is to blame. cell, cell_line: the
    index of the failing cell, and the line within it. called: whether path and line are of other code,
    which that line led to. error: the exception's type. traceback: as
    Python prints it. advice: what to do about it. notebook: where the partial notebook is kept. dump:
    where the failure is recorded, to be opened after the fact.
    """

    kind: Literal["problem"]
    seq: int
    at: float
    task: str
    severity: Literal["error", "warning"]
    message: str
    path: str | None
    line: int | None
    cell: int | None
    cell_line: int | None
    called: bool
    error: str
    traceback: str
    advice: str
    notebook: str | None
    dump: str | None


@frozen
class EndTold(_Event):
    """The last event, also of a run that could not write one, because it was killed or never began.
    message: why nothing ran, or what it printed last, where its events do not say how it ended."""

    kind: Literal["end"]
    seq: int
    at: float
    state: RunEnd
    exit_code: int
    seconds: float
    ran: tuple[str, ...]
    failed: tuple[str, ...]
    skipped: tuple[str, ...]
    not_run: tuple[str, ...]
    message: str


Happening = RunBegan | PlanTold | TaskTold | CellTold | OutputTold | ProblemTold | EndTold


@frozen
class RunEvent:
    """`pipelens/runEvent`. pipeline: the URI of its file. seq: of the last event told. Long texts and
    lists are cut, and say so."""

    run: str
    pipeline: str
    seq: int
    events: tuple[Happening, ...]

    def as_json(self) -> dict[str, object]:
        return {
            "run": self.run,
            "pipeline": self.pipeline,
            "seq": self.seq,
            "events": [event.as_json() for event in self.events],
        }
