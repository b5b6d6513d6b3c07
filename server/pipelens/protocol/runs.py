"""Runs: what is asked of them, and what is told while they happen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, cast

from pipelens.frozen import frozen

STATE_CHANGED: Final = "pipelens/stateChanged"
"""A notification of the server: tasks are in other states, or the graph is another one."""

STATUS: Final = "pipelens/status"
"""A notification of the server: the text of the one status item."""

RUNS: Final = "pipelens/runs"
"""A request: the last runs of a pipeline, the latest first."""

Mode = Literal["task", "upstream", "force", "build"]
RunState = Literal["running", "ok", "failed", "stopped"]
RefusalCode = Literal["unknown-task", "cycle", "fresh", "upstream", "unsupported", "unclear"]

MODES: Final[tuple[Mode, ...]] = ("task", "upstream", "force", "build")


@frozen
class RunRequest:
    """The argument of `pipelens.plan` and `pipelens.startRun`. tasks: none for the whole pipeline."""

    pipeline: str
    tasks: tuple[str, ...] = ()
    mode: Mode = "build"

    @staticmethod
    def read(value: object) -> RunRequest | None:
        """The request in a JSON value; None when it names no pipeline or an unknown mode."""
        if not isinstance(value, Mapping):
            return None
        told = cast("Mapping[str, object]", value)
        pipeline, tasks = told.get("pipeline"), told.get("tasks")
        mode = told.get("mode", "build")
        if not isinstance(pipeline, str) or mode not in MODES:
            return None
        names = cast("list[object]", tasks) if isinstance(tasks, list) else []
        return RunRequest(pipeline, tuple(name for name in names if isinstance(name, str)), mode)


@frozen
class CancelRequest:
    """The argument of `pipelens.cancelRun`. hard: at once, without time to clean up."""

    run: str
    hard: bool = False

    @staticmethod
    def read(value: object) -> CancelRequest | None:
        """The request in a JSON value: an object, or the bare id of a run."""
        if isinstance(value, str):
            return CancelRequest(value)
        if not isinstance(value, Mapping):
            return None
        told = cast("Mapping[str, object]", value)
        run = told.get("run")
        return CancelRequest(run, told.get("hard") is True) if isinstance(run, str) else None


@frozen
class Run:
    """One execution of a plan. tasks: those that were asked for. started_at: ISO 8601 with offset."""

    id: str
    pipeline: str
    tasks: tuple[str, ...]
    mode: Mode
    started_at: str
    state: RunState

    def as_json(self) -> dict[str, object]:
        return {
            "id": self.id,
            "pipeline": self.pipeline,
            "tasks": list(self.tasks),
            "mode": self.mode,
            "startedAt": self.started_at,
            "state": self.state,
        }


@frozen
class RunsParams:
    """pipeline: the URI of its file. limit: how many runs, at most 1000."""

    pipeline: str
    limit: int = 20

    @staticmethod
    def read(value: object) -> RunsParams | None:
        """The params in a JSON value, or in an object made of one; None when they name no pipeline."""
        if isinstance(value, Mapping):
            told = cast("Mapping[str, object]", value)
            pipeline, limit = told.get("pipeline"), told.get("limit")
        else:
            pipeline, limit = getattr(value, "pipeline", None), getattr(value, "limit", None)
        if not isinstance(pipeline, str):
            return None
        if isinstance(limit, int) and not isinstance(limit, bool) and limit > 0:
            return RunsParams(pipeline, min(limit, 1000))
        return RunsParams(pipeline)


@frozen
class PastRun:
    """One run of a pipeline, by whom and from where ever. started_at: ISO 8601 with offset. seconds:
    null while it runs, and where it was killed. user: who ran it, empty where nobody knows. failed: names
    of tasks."""

    id: str
    pipeline: str
    mode: Mode
    started_at: str
    state: RunState
    seconds: float | None = None
    user: str = ""
    failed: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        return {
            "id": self.id,
            "pipeline": self.pipeline,
            "mode": self.mode,
            "startedAt": self.started_at,
            "state": self.state,
            "seconds": self.seconds,
            "user": self.user,
            "failed": list(self.failed),
        }


@frozen
class PlanStep:
    """What a run would do with a task, and why."""

    task: str
    action: Literal["run", "skip", "unselected"]
    reason: str

    def as_json(self) -> dict[str, object]:
        return {"task": self.task, "action": self.action, "reason": self.reason}


@frozen
class PlanAnswer:
    """The result of `pipelens.plan`. command: the command line that does the same. refused: why
    nothing would run, None when something would. refusal: the same in a word: `fresh` (force runs it),
    `upstream` (the tasks in `needed` must run before) … needed: the tasks that stand in the way."""

    steps: tuple[PlanStep, ...]
    command: tuple[str, ...]
    refused: str | None = None
    refusal: RefusalCode | None = None
    needed: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        return {
            "steps": [step.as_json() for step in self.steps],
            "command": list(self.command),
            "refused": self.refused,
            "refusal": self.refusal,
            "needed": list(self.needed),
        }


@frozen
class StateChanged:
    """`pipelens/stateChanged`. pipeline: None for all. version: of what the server knows, growing."""

    pipeline: str | None
    version: int
    what: Literal["graph", "states"]

    def as_json(self) -> dict[str, object]:
        return {"pipeline": self.pipeline, "version": self.version, "what": self.what}


@frozen
class Status:
    """`pipelens/status`. action: the id of a command that does something about it."""

    text: str
    severity: Literal["info", "warning", "error"]
    action: str | None = None

    def as_json(self) -> dict[str, object]:
        told: dict[str, object] = {"text": self.text, "severity": self.severity}
        if self.action is not None:
            told["action"] = self.action
        return told
