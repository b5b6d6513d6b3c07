"""Where and with what the tasks of one run are executed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pipelens.core.project import Project
from pipelens.frozen import frozen
from pipelens.runner.engines import Engines
from pipelens.runner.events import Listener
from pipelens.runner.interpreter import Interpreter
from pipelens.runner.stop import StopRequest

DumpValues = Literal["none", "small", "all"]
"""Which whole arrays a recorded failure holds beside the values of its frames."""

Status = Literal["ok", "failed", "early_stop", "interrupted"]


@frozen
class Place:
    """Shared by everything that a run executes. cwd: absolute, where the command was given.
    environ: what the tasks see. listener: may be called from several threads. dumps: what failed tasks
    record of themselves, None for nothing."""

    project: Project
    run: str
    interpreter: Interpreter
    cwd: str
    environ: Mapping[str, str]
    stop: StopRequest
    listener: Listener
    engines: Engines
    dumps: DumpValues | None = None
