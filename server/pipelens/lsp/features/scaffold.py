"""`pipelens.scaffold {pipeline, tasks?}`: creates the sources that are missing, as one edit that the
editor can undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from pipelens.lsp.code_actions import edit_of
from pipelens.lsp.edits import takes_new_files
from pipelens.protocol.commands import SCAFFOLD, ScaffoldParams

if TYPE_CHECKING:
    from pipelens.core.project import Project
    from pipelens.lsp.server import Server


def register(server: Server) -> None:
    def create(*arguments: object) -> None:
        asked = ScaffoldParams.read(arguments[0]) if arguments else None
        path = server.places.path(asked.pipeline) if asked is not None else None
        project = server.host.project(path) if path is not None else None
        if asked is None or project is None:
            tell("This command needs a pipeline: {pipeline: URI of its file, tasks: names (optional)}.")
            return
        server.start("scaffold", carry_out(project, asked.tasks))

    async def carry_out(project: Project, names: tuple[str, ...] | None) -> None:
        from pipelens.core.answers.actions import Sight, scaffold
        from pipelens.core.sketch import sketched

        known = None if names is None else tuple(project.tasks[one] for one in names if one in project.tasks)
        sight = Sight(server.host.lines, server.host.files)
        changes = scaffold(project, sight, known)
        for sentence in sketched(project, sight.files, known).left:
            tell(f"Left out: {sentence}.")
        if not changes:
            tell("There is no missing source to create.")
        elif not takes_new_files(server):
            tell("This editor cannot be asked to create files. `pipelens scaffold` does it in a terminal.")
        else:
            edit = edit_of(server, changes)
            params = types.ApplyWorkspaceEditParams(edit, label="Create missing sources")
            applied = await server.workspace_apply_edit_async(params)
            if not applied.applied:
                tell(f"The editor did not create the sources: {applied.failure_reason or 'no reason given'}.")

    def tell(text: str) -> None:
        server.window_show_message(types.ShowMessageParams(types.MessageType.Info, text))

    if server.supports("workspace.apply_edit"):
        server.on_command(SCAFFOLD, create)
