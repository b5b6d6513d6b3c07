"""`pipelens.debugConfiguration`: what a client gives the debug adapter for one task, so that it needs no
knowledge of pipelines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelens.protocol.commands import DEBUG_CONFIGURATION

if TYPE_CHECKING:
    from pipelens.lsp.server import Server


def register(server: Server) -> None:
    from lsprotocol import types

    from pipelens.protocol.debugging import DebugConfiguration, DebugRequest

    def refuse(why: str) -> None:
        server.window_show_message(types.ShowMessageParams(types.MessageType.Error, why))

    def configuration(*given: object) -> dict[str, object] | None:
        from pipelens.lsp.lens_text import can_debug

        request = DebugRequest.read(given[0]) if given else None
        if request is None:
            return refuse("This command needs {pipeline: URI of its file, task: name}.")
        path = server.places.path(request.pipeline)
        project = server.host.project(path) if path is not None else None
        task = project.tasks.get(request.task) if project is not None else None
        if project is None or task is None:
            return refuse(f"There is no task {request.task} in {path or request.pipeline}.")
        place = (task.name, project.path, project.spec.folder)
        if request.failure:
            dump = server.states.recorded_failure(project, task.name)
            if dump is None:
                return refuse(f"No failure of {task.name} is recorded: its last run left none.")
            name = f"Failure of {task.name}"
            source = task.source_path
            return DebugConfiguration("pipelens", "attach", name, *place, source=source, dump=dump).as_json()
        if not can_debug(project, task.name):
            return refuse(f"{task.name} cannot be debugged: only Python that runs without a kernel can.")
        # What ran elsewhere a moment ago may not have been noticed yet.
        server.states.may_have_changed(project.path)
        told = server.states.of(project)
        ready = all(one in told and told[one].state == "fresh" for one in task.upstream)
        name = f"Debug {task.name}"
        return DebugConfiguration("pipelens", "launch", name, *place, ready, task.source_path).as_json()

    server.on_command(DEBUG_CONFIGURATION, configuration)
