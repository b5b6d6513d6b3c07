"""Every message and command of our own, with the types of what it carries. What clients are given
(TypeScript declarations, examples for their tests) is generated from here: `make protocol`.

A new message is one line here, a new type a dataclass whose fields JSON names in camelCase.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from pipelens.frozen import frozen
from pipelens.protocol import commands, failures, health, injected, pipelines, previews, run_events, runs
from pipelens.protocol.commands import ScaffoldParams
from pipelens.protocol.debugging import DebugConfiguration, DebugRequest
from pipelens.protocol.failures import Failure, PostMortem, PostMortemParams
from pipelens.protocol.health import HealthAnswer
from pipelens.protocol.injected import InjectedCellParams, InjectedCellResult
from pipelens.protocol.meeting import Experimental, InitializationOptions
from pipelens.protocol.pipelines import PipelineInfo, RunnablesParams
from pipelens.protocol.previews import ProductFile, ProductPreview, ProductPreviewParams, ProductsParams
from pipelens.protocol.run_events import RunEvent
from pipelens.protocol.runs import (
    CancelRequest,
    PastRun,
    PlanAnswer,
    Run,
    RunRequest,
    RunsParams,
    StateChanged,
    Status,
)
from pipelens.protocol.tasks import Runnable, TaskRef

Direction = Literal["request", "to server", "to client"]
"""A request of the client, or a notification."""


@frozen
class Message:
    """params, result: the types of what is sent and answered; None for nothing."""

    direction: Direction
    params: Any = None
    result: Any = None


MESSAGES: Final[dict[str, Message]] = {
    pipelines.PIPELINES: Message("request", None, tuple[PipelineInfo, ...]),
    pipelines.RUNNABLES: Message("request", RunnablesParams, tuple[Runnable, ...]),
    pipelines.TASK_FILES: Message("request", None, tuple[str, ...]),
    previews.PRODUCTS: Message("request", ProductsParams, tuple[ProductFile, ...]),
    previews.PRODUCT_PREVIEW: Message("request", ProductPreviewParams, ProductPreview | None),
    injected.INJECTED_CELL: Message("request", InjectedCellParams, InjectedCellResult | None),
    health.HEALTH: Message("request", None, HealthAnswer),
    failures.FAILURES: Message("request", None, tuple[Failure, ...]),
    failures.POST_MORTEM: Message("request", PostMortemParams, PostMortem | None),
    runs.RUNS: Message("request", RunsParams, tuple[PastRun, ...]),
    run_events.RUN_EVENT: Message("to client", RunEvent),
    runs.STATE_CHANGED: Message("to client", StateChanged),
    runs.STATUS: Message("to client", Status),
    commands.TRUST_GRANTED: Message("to server"),
}

COMMANDS: Final[dict[str, Message]] = {
    commands.RUN_TASK: Message("request", TaskRef),
    commands.RUN_TASK_WITH_UPSTREAM: Message("request", TaskRef),
    commands.FORCE_RUN_TASK: Message("request", TaskRef),
    commands.BUILD_PIPELINE: Message("request", TaskRef),
    commands.STOP_RUN: Message("request", TaskRef),
    commands.SHOW_TEXT: Message("request", Runnable | str),
    commands.SCAFFOLD: Message("request", ScaffoldParams),
    commands.SHOW_INJECTED_CELL: Message("request", TaskRef),
    commands.OPEN_PRODUCT: Message("request", TaskRef),
    commands.DOCTOR: Message("request"),
    commands.PLAN: Message("request", RunRequest, PlanAnswer),
    commands.START_RUN: Message("request", RunRequest, Run | None),
    commands.CANCEL_RUN: Message("request", CancelRequest),
    commands.DEBUG_TASK: Message("request", TaskRef),
    commands.OPEN_FAILURE: Message("request", TaskRef),
    commands.DEBUG_CONFIGURATION: Message("request", DebugRequest, DebugConfiguration | None),
}
"""By the command's id; the argument of `workspace/executeCommand` is of the type `params`."""

MEETING: Final = (InitializationOptions, Experimental)
"""What `initialize` carries."""
