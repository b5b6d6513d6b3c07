"""The commands of the lenses: run a task, with or without its upstream; stop; tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from pipelens.lsp.convert import path_of
from pipelens.lsp.runs import Runs
from pipelens.protocol import commands
from pipelens.protocol.tasks import TaskRef

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from pipelens.lsp.server import Server

    Verb = Callable[[str, str], Coroutine[Any, Any, None]]


def register(server: Server) -> None:
    if not server.options.trusted:
        return
    runs = Runs(server)

    def of_task(verb: Verb) -> Callable[..., None]:
        def carry_out(*arguments: object) -> None:
            ref = TaskRef.read(arguments[0]) if arguments else None
            path = path_of(ref.pipeline) if ref is not None else None
            if ref is None or path is None or ref.task is None:
                tell("This command needs a task: {pipeline: URI of its file, task: name}.")
                return
            server.start("run", verb(path, ref.task))

        return carry_out

    def build(*arguments: object) -> None:
        ref = TaskRef.read(arguments[0]) if arguments else None
        path = path_of(ref.pipeline) if ref is not None else None
        if path is None:
            tell("This command needs a pipeline: {pipeline: URI of its file}.")
        else:
            server.start("build", runs.build(path))

    def stop(*arguments: object) -> None:
        ref = TaskRef.read(arguments[0]) if arguments else None
        runs.stop(path_of(ref.pipeline) if ref is not None else None)

    def show(*arguments: object) -> None:
        match arguments:
            case ({"task": str(task), "freshness": {"state": str(state), "reason": str(reason)}}, *_):
                tell(f"{task} is {state.replace('_', ' ')}: {reason}.")
            case (str(text), *_):
                tell(text)
            case _:
                return

    def tell(text: str) -> None:
        server.window_show_message(types.ShowMessageParams(types.MessageType.Info, text))

    server.on_command(commands.RUN_TASK, of_task(runs.run))
    server.on_command(commands.RUN_TASK_WITH_UPSTREAM, of_task(runs.run_with_upstream))
    server.on_command(commands.FORCE_RUN_TASK, of_task(runs.force))
    server.on_command(commands.BUILD_PIPELINE, build)
    server.on_command(commands.STOP_RUN, stop)
    server.on_command(commands.SHOW_TEXT, show)
    server.on(types.WINDOW_WORK_DONE_PROGRESS_CANCEL, lambda params: runs.cancel(params.token))
