"""Files that change outside of the editor: sources, env and settings files, and the records of runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from pipelens.lsp.convert import path_of

if TYPE_CHECKING:
    from pipelens.lsp.server import Server

PATTERNS = (
    "**/*.{yaml,yml,py,ipynb,R,Rmd,sql,sh}",
    "**/{pyproject.toml,pipelens.toml,setup.cfg}",
    "**/{.*.metadata,*.metadata}",
)


def register(server: Server) -> None:
    def initialized() -> None:
        if server.supports("workspace.did_change_watched_files.dynamic_registration"):
            server.start("client/registerCapability", watch())

    async def watch() -> None:
        watchers = [types.FileSystemWatcher(glob_pattern=pattern) for pattern in PATTERNS]
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers=watchers)
        registration = types.Registration("pipelens-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
        await server.client_register_capability_async(types.RegistrationParams([registration]))

    def changed(params: types.DidChangeWatchedFilesParams) -> None:
        paths = [path for change in params.changes if (path := path_of(change.uri))]
        server.host.changed(path for path in paths if not path.endswith(".metadata"))
        server.later()
        server.runs_may_have_changed()

    server.when_initialized(initialized)
    server.on(types.WORKSPACE_DID_CHANGE_WATCHED_FILES, changed)
