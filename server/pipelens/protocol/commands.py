"""The ids of commands that a client may ask of the server (and may choose to carry out itself)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

from pipelens.frozen import frozen

RUN_TASK: Final = "pipelens.runTask"
RUN_TASK_WITH_UPSTREAM: Final = "pipelens.runTaskWithUpstream"
FORCE_RUN_TASK: Final = "pipelens.forceRunTask"
BUILD_PIPELINE: Final = "pipelens.buildPipeline"
STOP_RUN: Final = "pipelens.stopRun"
DEBUG_TASK: Final = "pipelens.debugTask"
OPEN_FAILURE: Final = "pipelens.openFailure"
SHOW_TEXT: Final = "pipelens.showText"
SCAFFOLD: Final = "pipelens.scaffold"
SHOW_INJECTED_CELL: Final = "pipelens.showInjectedCell"
OPEN_PRODUCT: Final = "pipelens.openProduct"
DOCTOR: Final = "pipelens.doctor"

PLAN: Final = "pipelens.plan"
"""Always the server's: what would run and why, and the command line that does it."""

START_RUN: Final = "pipelens.startRun"
"""Always the server's: start what was planned, without a question."""

CANCEL_RUN: Final = "pipelens.cancelRun"
"""Always the server's."""

DEBUG_CONFIGURATION: Final = "pipelens.debugConfiguration"
"""Always the server's: what a debug adapter client starts a session with."""

TRUST_GRANTED: Final = "pipelens/trustGranted"
"""A notification: the workspace may run what is in it from now on."""


@frozen
class ScaffoldParams:
    """What `pipelens.scaffold` creates the missing sources of: these tasks, or (None) all."""

    pipeline: str
    tasks: tuple[str, ...] | None = None

    @staticmethod
    def read(value: object) -> ScaffoldParams | None:
        """The argument in a JSON value: an object or a bare URI; one `task` is as good as `tasks`."""
        if isinstance(value, str):
            return ScaffoldParams(value)
        if not isinstance(value, Mapping):
            return None
        told = cast("Mapping[str, object]", value)
        pipeline, tasks, task = told.get("pipeline"), told.get("tasks"), told.get("task")
        if not isinstance(pipeline, str):
            return None
        names = (
            cast("list[object]", tasks) if isinstance(tasks, list) else [task] if task is not None else None
        )
        given = None if names is None else tuple(name for name in names if isinstance(name, str))
        return ScaffoldParams(pipeline, given)
