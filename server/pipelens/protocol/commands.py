"""The ids of commands that a client may ask of the server (and may choose to carry out itself)."""

from __future__ import annotations

from typing import Final

RUN_TASK: Final = "pipelens.runTask"
RUN_TASK_WITH_UPSTREAM: Final = "pipelens.runTaskWithUpstream"
FORCE_RUN_TASK: Final = "pipelens.forceRunTask"
BUILD_PIPELINE: Final = "pipelens.buildPipeline"
STOP_RUN: Final = "pipelens.stopRun"
SHOW_TEXT: Final = "pipelens.showText"

TRUST_GRANTED: Final = "pipelens/trustGranted"
"""A notification: the workspace may run what is in it from now on."""
