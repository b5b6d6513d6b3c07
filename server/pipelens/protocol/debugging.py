"""What clients start debug sessions with: the arguments that `pipelens dap` understands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast

from pipelens.frozen import frozen


@frozen
class DebugRequest:
    """The argument of `pipelens.debugConfiguration`. failure: open what the task's last failure left,
    instead of running the task."""

    pipeline: str
    task: str
    failure: bool = False

    @staticmethod
    def read(value: object) -> DebugRequest | None:
        """The request in a JSON value; None when it names no pipeline or no task."""
        if not isinstance(value, Mapping):
            return None
        told = cast("Mapping[str, object]", value)
        pipeline, task = told.get("pipeline"), told.get("task")
        if not isinstance(pipeline, str) or not isinstance(task, str):
            return None
        return DebugRequest(pipeline, task, told.get("failure") is True)


@frozen
class DebugConfiguration:
    """Launch (or attach) arguments for a debug adapter client. pipeline, cwd: absolute paths.
    upstream_ready: whether nothing before the task would have to be built first. source: the file that
    the task is written in, null for one that is no file here. dump: of a recorded failure."""

    type: Literal["pipelens"]
    request: Literal["launch", "attach"]
    name: str
    task: str
    pipeline: str
    cwd: str
    upstream_ready: bool = True
    source: str | None = None
    dump: str | None = None

    def as_json(self) -> dict[str, object]:
        told: dict[str, object] = {
            "type": self.type,
            "request": self.request,
            "name": self.name,
            "task": self.task,
            "pipeline": self.pipeline,
            "cwd": self.cwd,
            "upstreamReady": self.upstream_ready,
        }
        if self.source is not None:
            told["source"] = self.source
        if self.dump is not None:
            told["dump"] = self.dump
        return told
