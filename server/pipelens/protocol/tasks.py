"""How messages name tasks, and what they tell about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast

from pipelens.frozen import frozen

State = Literal["fresh", "stale", "never_run", "running", "failed", "unknown"]
Verb = Literal["run", "debug", "failure", "open"]


@frozen
class TaskRef:
    """The argument of every command: a pipeline by the URI of its file, and one of its tasks."""

    pipeline: str
    task: str | None = None

    @staticmethod
    def read(value: object) -> TaskRef | None:
        """The reference in a JSON value: an object with more keys (a `Runnable`) or a bare URI."""
        if isinstance(value, str):
            return TaskRef(value)
        if not isinstance(value, Mapping):
            return None
        told = cast("Mapping[str, object]", value)
        pipeline, task = told.get("pipeline"), told.get("task")
        if not isinstance(pipeline, str):
            return None
        return TaskRef(pipeline, task if isinstance(task, str) else None)


def named_task(value: object) -> tuple[str, str] | None:
    """The `pipeline` and the `task` of params, in a JSON value or an object made of one; None when they
    name no task."""
    if isinstance(value, Mapping):
        told = cast("Mapping[str, object]", value)
        pipeline, task = told.get("pipeline"), told.get("task")
    else:
        pipeline, task = getattr(value, "pipeline", None), getattr(value, "task", None)
    return (pipeline, task) if isinstance(pipeline, str) and isinstance(task, str) else None


@frozen
class Freshness:
    """The state of a task, always with its reason in words."""

    state: State
    reason: str

    def as_json(self) -> dict[str, object]:
        return {"state": self.state, "reason": self.reason}


@frozen
class WirePosition:
    """A position as the negotiated encoding counts it."""

    line: int
    character: int

    def as_json(self) -> dict[str, object]:
        return {"line": self.line, "character": self.character}


@frozen
class WireRange:
    """A half-open stretch of a document."""

    start: WirePosition
    end: WirePosition

    def as_json(self) -> dict[str, object]:
        return {"start": self.start.as_json(), "end": self.end.as_json()}


@frozen
class Runnable:
    """A task that something can be done with, and where a document shows it.

    A superset of `TaskRef`: each lens carries one as its argument 0.
    """

    pipeline: str
    task: str
    range: WireRange
    freshness: Freshness
    can: tuple[Verb, ...]

    def as_json(self) -> dict[str, object]:
        return {
            "pipeline": self.pipeline,
            "task": self.task,
            "range": self.range.as_json(),
            "freshness": self.freshness.as_json(),
            "can": list(self.can),
        }
