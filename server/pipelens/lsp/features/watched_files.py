"""Files that change outside of the editor: sources, env and settings files, products and their records."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from lsprotocol import types

from pipelens.lsp.convert import path_of
from pipelens.lsp.watching import Watch, watcher, watches_of

if TYPE_CHECKING:
    from pipelens.lsp.server import Server

_CAPABILITY = "workspace.did_change_watched_files"
_SETTLE = 2.0
"""Seconds without an edit until it is counted anew what is to be watched."""


def register(server: Server) -> None:
    watched: dict[Watch, str] = {}
    relative = server.supports(f"{_CAPABILITY}.relative_pattern_support")
    timer: asyncio.TimerHandle | None = None
    number = 0

    def settle() -> None:
        nonlocal timer
        if timer is not None:
            timer.cancel()
        timer = asyncio.get_running_loop().call_later(_SETTLE, watch)

    def watch() -> None:
        wanted = watches_of(server.host.folders, server.host.projects())
        if set(wanted) != watched.keys():
            server.start("client/registerCapability", ask(wanted))

    async def ask(wanted: tuple[Watch, ...]) -> None:
        """One registration for what is new; an old one ends when nothing of it is wanted any longer."""
        nonlocal number
        new = [one for one in wanted if one not in watched]
        old = set(watched.values()) - {id for one, id in watched.items() if one in wanted}
        for one in [one for one, id in watched.items() if id in old]:
            del watched[one]
        number += 1
        id = f"pipelens-files-{number}"
        watched.update(dict.fromkeys(new, id))
        method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
        if new:
            watchers = list(
                {repr(each): each for one in new if (each := watcher(one, relative=relative))}.values()
            )
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers=watchers)
            wish = types.RegistrationParams([types.Registration(id, method, options)])
            await server.client_register_capability_async(wish)
        if old:
            gone = [types.Unregistration(id, method) for id in sorted(old)]
            await server.client_unregister_capability_async(types.UnregistrationParams(gone))

    def changed(params: types.DidChangeWatchedFilesParams) -> None:
        told = [(path, one.type) for one in params.changes if (path := path_of(one.uri))]
        products = [project.index.by_product for project in server.host.projects()]
        paths = [
            path
            for path, _ in told
            if not path.endswith(".metadata") and not any(path in of_project for of_project in products)
        ]
        if any(_may_be_folder(path, kind) for path, kind in told if path in paths):
            server.host.refresh()
        server.host.changed(paths)
        server.later()
        server.runs_may_have_changed()

    if server.supports(f"{_CAPABILITY}.dynamic_registration"):
        server.when_initialized(watch)
        server.when_quiet(settle)
    server.on(types.WORKSPACE_DID_CHANGE_WATCHED_FILES, changed)


def _may_be_folder(path: str, kind: types.FileChangeType) -> bool:
    """A folder that came or went takes along what is in it, and nothing else tells that."""
    if kind == types.FileChangeType.Deleted:
        return not os.path.splitext(path)[1]
    return kind == types.FileChangeType.Created and os.path.isdir(path)
