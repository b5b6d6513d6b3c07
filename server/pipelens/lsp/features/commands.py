"""Commands that only tell or open something: they work in a workspace that is not trusted, too. A
client takes those over that it names when it meets the server."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from pipelens.lsp.run_plan import plan_answer
from pipelens.lsp.showing import Showing
from pipelens.protocol import commands

if TYPE_CHECKING:
    from pipelens.lsp.server import Server


def register(server: Server) -> None:
    showing = Showing(server)

    def beside(name: str, work: Callable[[tuple[object, ...]], Coroutine[Any, Any, None]]) -> None:
        server.on_command(name, lambda *given: server.start(name, work(given)))

    beside(commands.SHOW_TEXT, showing.text)
    beside(commands.OPEN_PRODUCT, showing.product)
    beside(commands.DOCTOR, showing.doctor)
    server.on_command(commands.PLAN, lambda *given: plan_answer(server, given))
    server.when_quiet(server.state_watch.later)
    server.when_initialized(server.state_watch.later)
    server.on(types.WINDOW_WORK_DONE_PROGRESS_CANCEL, lambda told: server.runs.cancel_progress(told.token))
