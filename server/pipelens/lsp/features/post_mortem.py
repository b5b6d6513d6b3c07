"""`pipelens/postMortem` and `pipelens.openFailure`: what a failed task recorded, for clients without a
debug adapter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelens.protocol.commands import OPEN_FAILURE
from pipelens.protocol.failures import POST_MORTEM, PostMortemParams

if TYPE_CHECKING:
    from pipelens.lsp.server import Server


def register(server: Server) -> None:
    async def page(params: object) -> dict[str, object] | None:
        from pipelens.lsp.recorded_failures import post_mortem
        from pipelens.protocol.failures import PostMortem

        asked = PostMortemParams.read(params)
        path = server.places.path(asked.pipeline) if asked is not None else None
        project = server.host.project(path) if path is not None else None
        if asked is None or project is None or asked.task not in project.tasks:
            return None
        found = await post_mortem(server, project, asked.task)
        return found.as_json() if isinstance(found, PostMortem) else None

    def show(*given: object) -> None:
        from pipelens.lsp.recorded_failures import show_failure

        server.start(OPEN_FAILURE, show_failure(server, given))

    server.on(POST_MORTEM, page)
    server.on_command(OPEN_FAILURE, show)
