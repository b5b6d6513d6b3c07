"""Folders that the editor opens and closes while the server runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from pipelens.lsp.convert import path_of

if TYPE_CHECKING:
    from pipelens.lsp.server import Server


def register(server: Server) -> None:
    def changed(params: types.DidChangeWorkspaceFoldersParams) -> None:
        gone, come = (
            [path for folder in folders if (path := path_of(folder.uri))]
            for folders in (params.event.removed, params.event.added)
        )
        kept = [folder for folder in server.host.folders if folder not in gone]
        server.host.set_folders(dict.fromkeys([*kept, *come]))
        server.reread_settings()
        server.later()

    server.on(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS, changed)
