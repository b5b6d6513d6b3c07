"""What nobody waits for, done in slices of the event loop while nothing comes in.

What the first questions need, the first look at the tasks' freshness, the static analysis of sources that
are not open, and the store of what was read: seconds of work for thousands of tasks, of which no message
waits for more than a slice.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipelens.lsp.late_imports import late_imports

if TYPE_CHECKING:
    from pipelens.lsp.server import Server

SOON = 0.05
QUIET = 0.3
"""Seconds after the last answer before such work begins: soon as long as the first questions would wait
for it."""
SLICE = 0.004
PAUSE = 0.006
MUCH = 50
"""After so many slices what was made is not looked at by the garbage collector again: that would take
as long as several answers, at any moment."""
TOLD_EVERY = 1.0
"""Seconds between two times that what was found on the way is told."""


class Resting:
    """The idle time of one server."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._next: asyncio.TimerHandle | None = None
        self._told = (0.0, 0)
        self._slices = 0
        self._first: Iterator[None] | None = late_imports(server)

    def stop(self) -> None:
        """Something came in."""
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def begin(self) -> None:
        """Everything is answered: rest after a while."""
        self.stop()
        self._told = (time.monotonic(), self._news)
        self._again(QUIET if self._first is None else SOON)

    def _again(self, seconds: float) -> None:
        self._next = asyncio.get_running_loop().call_later(seconds, self._slice)

    @property
    def _news(self) -> int:
        return sum(keeper.found_late for keeper in self.server.host.keepers.values())

    def _slice(self) -> None:
        self._next = None
        end = time.monotonic() + SLICE
        while self._first is not None and time.monotonic() < end:
            if next(self._first, self) is self:
                self._first = None
                gc.freeze()
        if self._first is not None or not self._read_states():
            self._again(PAUSE)
            return
        is_left = self.server.host.rest(lambda: time.monotonic() > end)
        self._slices += 1
        if not is_left:
            if self._slices > MUCH:
                gc.freeze()
            self._slices = 0
        told, news = self._told
        if self._news != news and (not is_left or time.monotonic() > told + TOLD_EVERY):
            self.server.now()
        elif is_left:
            self._again(PAUSE)

    def _read_states(self) -> bool:
        """Look at some products; whether all were looked at. Hovers and lenses tell of them."""
        server = self.server
        return not server.options.trusted or all(
            server.states.read_some(project, SLICE)
            for project in server.host.projects()
            if project.spec.form == "tasks"
        )
