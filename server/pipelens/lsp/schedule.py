"""Later, now, wait: an edit asks for problems *later*, after the quiet period; what must be answered asks
*now*; the rest *waits* until nobody else does. No timer runs when nothing has happened."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from typing import TYPE_CHECKING

from pipelens.lsp.guard import guarded

if TYPE_CHECKING:
    from pipelens.lsp.server import Server

MANY = 2_000
"""Entries of a pipeline whose reading leaves much room that is free again."""

LONGEST = 0.1
"""Seconds that problems are put off at most while the quiet period begins again and again; a longer
quiet period is the user's wish."""


class Schedule:
    """For one client."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._on_quiet: list[Callable[[], None]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._since = 0.0
        self._kept: frozenset[str] = frozenset()
        self.is_pending = False
        self.after_quiet: Callable[[], None] = lambda: None

    def when_quiet(self, work: Callable[[], None]) -> None:
        """Have `work` done at the end of every quiet period."""
        self._on_quiet.append(work)

    def later(self) -> None:
        """Something changed: answer after a quiet period, once."""
        self._server.resting.stop()
        loop = asyncio.get_running_loop()
        time, quiet = loop.time(), self._server.settings.quiet_period / 1000
        if not self.is_pending:
            self.is_pending, self._since = True, time
        if self._timer is not None:
            self._timer.cancel()
        end = min(time + quiet, self._since + max(LONGEST, quiet))
        self._timer = loop.call_at(end, self.now)

    def settle(self) -> None:
        """Everything that came in was taken in: where there is no quiet period, now is the time."""
        if self.is_pending and not self._server.settings.quiet_period:
            self.now()

    def now(self) -> None:
        """Answer what waits for the end of the quiet period."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self.is_pending = None, False
        for work in self._on_quiet:
            guarded("later", work)()
        self._settle_memory()
        self._server.resting.begin()
        self.after_quiet()

    def _settle_memory(self) -> None:
        """What was read of a new pipeline stays: the garbage collector need not look at it again, which
        would take a tenth of a second in the middle of an answer."""
        keepers = self._server.host.keepers
        if new := keepers.keys() - self._kept:
            gc.freeze()
            if any(len(keepers[path].now().entries) > MANY for path in new):
                from pipelens.lsp.spare_memory import give_back

                give_back()
        self._kept = frozenset(keepers)
