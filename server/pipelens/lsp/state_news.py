"""Clients hear that tasks are in other states, or have other names: soon, not more often than eyes can
follow, and only when it is so."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from pipelens.lsp.convert import uri_of

if TYPE_CHECKING:
    from pipelens.lsp.server import Server
    from pipelens.protocol.runs import Status

SOON: Final = 0.1
REST: Final = 0.4
"""Seconds from a change until it is told, and then until the next one may be."""


class StateNews:
    """For one client. version: counts what was told."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._told: dict[str, int] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._earliest = 0.0
        self._about_states = self._about_names = False
        self._status: Status | None = None
        self.version = 0

    def later(self) -> None:
        """States may have changed."""
        self._about_states = True
        self._soon()

    def names_changed(self) -> None:
        """Tasks are called otherwise. An editor asks for the lenses of the document that it edits, but
        those of the sources, and what others show, would still run tasks by the names of before."""
        if self._can_refresh:
            self._about_names = True
            self._soon()

    @property
    def _can_refresh(self) -> bool:
        return self._server.supports("workspace.code_lens.refresh_support")

    def _soon(self) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(max(loop.time() + SOON, self._earliest), self._now)

    def _now(self) -> None:
        server = self._server
        self._timer = None
        self._earliest = asyncio.get_running_loop().time() + REST
        changed = self._changed() if self._about_states else []
        if self._can_refresh and (changed or self._about_names):
            server.start("workspace/codeLens/refresh", self._refresh())
        self._about_states = self._about_names = False
        if not changed:
            return
        self.version += 1
        if server.options.client:
            from pipelens.protocol.runs import STATE_CHANGED, StateChanged

            for path in changed:
                message = StateChanged(uri_of(path), self.version, "states")
                server.protocol.notify(STATE_CHANGED, message.as_json())
            self.tell_status()
        server.later()

    def tell_status(self) -> None:
        """What a client of ours shows in one line, if that is another than it was."""
        if not self._server.options.client or not self._server.host.projects():
            return
        from pipelens.lsp.status import status_of
        from pipelens.protocol.runs import STATUS

        status = status_of(self._server)
        if status != self._status:
            self._status = status
            self._server.protocol.notify(STATUS, status.as_json())

    def _changed(self) -> list[str]:
        """The pipelines whose tasks are in other states than was told."""
        found: list[str] = []
        for project in self._server.host.projects():
            generation = self._server.states.generation(project)
            if self._told.get(project.path) != generation:
                self._told[project.path] = generation
                found.append(project.path)
        return found

    async def _refresh(self) -> None:
        await self._server.workspace_code_lens_refresh_async(None)
