"""One run that is followed: its event file is read while it is written, whoever started it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pipelens.protocol.run_events import MOST_MESSAGES
from pipelens.protocol.runs import Mode, Run, RunState
from pipelens.runner.event_file import MOST_AT_ONCE, EventFile, Record, current_build, event_path
from pipelens.runner.state import system

if TYPE_CHECKING:
    from pipelens.lsp.run_process import RunProcess

_SHORTEST_PAUSE: Final = 1 / MOST_MESSAGES
_LONGEST_PAUSE: Final = 0.5
STATES: dict[str, RunState] = {"ok": "ok", "early_stop": "ok", "failed": "failed", "stopped": "stopped"}


@dataclass
class FollowedRun:
    """process: None where another program started it. seen: for a run that was found under way, the
    last event that had happened before. token: of its progress."""

    id: str
    pipeline: str
    root: str
    title: str
    mode: Mode
    tasks: tuple[str, ...]
    started_at: str
    process: RunProcess | None = None
    token: str = ""
    state: RunState = "running"
    events: EventFile = field(init=False)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.events = EventFile(event_path(self.root, self.id))

    def as_run(self, uri: str) -> Run:
        return Run(self.id, uri, self.tasks, self.mode, self.started_at, self.state)

    @property
    def is_alive(self) -> bool:
        """Whether any process carries it out."""
        if self.process is not None:
            return self.process.is_alive
        build = current_build(self.root, self.pipeline)
        return build is not None and build.run == self.id

    def stop(self, *, hard: bool = False) -> None:
        """Ask it to end as Ctrl+C does. hard: at once."""
        if self.process is not None and self.process.is_alive:
            system.interrupt_run(self.process.pid, hard=hard)
            return
        build = current_build(self.root, self.pipeline)
        if build is not None and build.run == self.id:
            system.interrupt_run(build.pid, hard=hard)

    async def batches(self) -> AsyncIterator[list[Record]]:
        """The events in batches, at most `MOST_MESSAGES` a second, until the run has ended."""
        pause = _SHORTEST_PAUSE
        while True:
            alive = self.is_alive
            records = self.events.read()
            for record in records:
                if record["kind"] == "end":
                    self.state = STATES.get(str(record.get("state")), "failed")
            if records:
                yield records
                pause = _SHORTEST_PAUSE
                await asyncio.sleep(_SHORTEST_PAUSE)
                continue
            if self.events.ended and (self.process is None or not alive):
                return
            if not alive:
                self.state = "stopped" if self.state == "running" else self.state
                return
            await self._news_or(pause)
            pause = min(pause * 1.3, _LONGEST_PAUSE)

    @property
    def is_behind(self) -> bool:
        """Whether the run prints faster than it can be told."""
        return self.events.behind > 2 * MOST_AT_ONCE

    async def _news_or(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.news.wait(), seconds)
        except asyncio.TimeoutError:
            return
        self.news.clear()
