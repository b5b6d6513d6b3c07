"""Commands that run something: offered once the workspace is trusted."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from pipelens.lsp.run_asking import Asking
from pipelens.protocol import commands
from pipelens.protocol.tasks import TaskRef

if TYPE_CHECKING:
    from pipelens.core.project import Project
    from pipelens.lsp.server import Server

    Verb = Callable[[Project, str], Coroutine[Any, Any, None]]


def register(server: Server) -> None:
    if server.options.trusted:
        register_runs(server)


def register_runs(server: Server) -> None:
    """Offer them from now on."""
    asking = Asking(server)

    def of_task(name: str, verb: Verb) -> None:
        async def carry_out(*given: object) -> None:
            if (found := await asking.task(_ref(given))) is not None:
                await verb(*found)

        server.on_command(name, lambda *given: server.start(name, carry_out(*given)))

    async def with_upstream(project: Project, task: str) -> None:
        asking.start(project, (task,), "upstream")

    async def force(project: Project, task: str) -> None:
        asking.start(project, (task,), "force")

    async def build(*given: object) -> None:
        if (project := await asking.pipeline(_ref(given))) is not None:
            asking.start(project, (), "build")

    def stop(*given: object) -> None:
        ref = _ref(given)
        path = server.places.path(ref.pipeline) if ref is not None else None
        runs = server.runs
        if not runs.stop(path) and not (ref and runs.cancel(ref.pipeline)):
            asking.tell(types.MessageType.Info, "Nothing is running.")

    def start(*given: object) -> dict[str, object] | None:
        from pipelens.lsp.run_plan import requested_run

        match requested_run(server, given):
            case (project, request):
                run = server.runs.start(project, request.tasks, request.mode)
                return run.as_run(request.pipeline).as_json()
            case why:
                asking.tell(types.MessageType.Error, why)
                return None

    def cancel(*given: object) -> bool:
        from pipelens.protocol.runs import CancelRequest

        told = CancelRequest.read(given[0]) if given else None
        return told is not None and server.runs.cancel(told.run, hard=told.hard)

    of_task(commands.RUN_TASK, asking.run)
    of_task(commands.RUN_TASK_WITH_UPSTREAM, with_upstream)
    of_task(commands.FORCE_RUN_TASK, force)
    server.on_command(
        commands.BUILD_PIPELINE, lambda *given: server.start(commands.BUILD_PIPELINE, build(*given))
    )
    server.on_command(commands.STOP_RUN, stop)
    server.on_command(commands.START_RUN, start)
    server.on_command(commands.CANCEL_RUN, cancel)


def _ref(given: tuple[object, ...]) -> TaskRef | None:
    return TaskRef.read(given[0]) if given else None
