"""Trust that comes while the server runs: what can be run is offered from then on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lsprotocol import types

from pipelens.lsp.features import run_commands
from pipelens.protocol.commands import TRUST_GRANTED

if TYPE_CHECKING:
    from pipelens.lsp.server import Server


def register(server: Server) -> None:
    def granted(*_: object) -> None:
        if server.options.trusted:
            return
        server.options = replace(server.options, trusted=True)
        server.host.trust()
        before = set(server.protocol.fm.commands)
        run_commands.register_runs(server)
        server.reread_settings()
        server.later()
        server.start("client/registerCapability", offer(sorted(set(server.protocol.fm.commands) - before)))

    async def offer(names: list[str]) -> None:
        if server.supports("workspace.execute_command.dynamic_registration"):
            options = types.ExecuteCommandRegistrationOptions(commands=names)
            found = types.Registration("pipelens-commands", types.WORKSPACE_EXECUTE_COMMAND, options)
            await server.client_register_capability_async(types.RegistrationParams([found]))
        if server.supports("workspace.code_lens.refresh_support"):
            await server.workspace_code_lens_refresh_async(None)

    if not server.options.trusted:
        server.on(TRUST_GRANTED, granted)
