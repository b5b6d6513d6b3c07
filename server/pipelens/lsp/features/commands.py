"""Commands that only tell or open something: they work in a workspace that is not trusted, too. A
client takes those over that it names when it meets the server."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import cache
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from pipelens.protocol import commands

if TYPE_CHECKING:
    from pipelens.lsp.server import Server
    from pipelens.lsp.showing import Showing


def register(server: Server) -> None:
    @cache
    def showing() -> Showing:
        from pipelens.lsp.showing import Showing

        return Showing(server)

    def plan(*given: object) -> dict[str, object]:
        from pipelens.lsp.run_plan import plan_answer

        return plan_answer(server, given)

    def beside(name: str, work: Callable[[tuple[object, ...]], Coroutine[Any, Any, None]]) -> None:
        server.on_command(name, lambda *given: server.start(name, work(given)))

    beside(commands.SHOW_TEXT, lambda given: showing().text(given))
    beside(commands.OPEN_PRODUCT, lambda given: showing().product(given))
    beside(commands.DOCTOR, lambda given: showing().doctor(given))
    server.on_command(commands.PLAN, plan)
    server.when_quiet(server.state_watch.later)
    server.when_initialized(server.state_watch.later)
    server.on(types.WINDOW_WORK_DONE_PROGRESS_CANCEL, lambda told: server.runs.cancel_progress(told.token))
