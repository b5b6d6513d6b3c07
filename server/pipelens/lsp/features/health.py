"""`pipelens/health`: what `pipelens doctor` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelens.lsp.guard import LOG
from pipelens.protocol.health import HEALTH

if TYPE_CHECKING:
    from pipelens.lsp.server import Server


def register(server: Server) -> None:
    @server.feature(HEALTH)
    async def health(*_: object) -> dict[str, object] | None:
        from pipelens.lsp.health_report import health_of

        try:
            return (await health_of(server)).as_json()
        except Exception:
            LOG.exception("%s failed", HEALTH)
            return None
