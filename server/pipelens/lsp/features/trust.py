"""Trust that comes while the server runs: what can be run is offered from then on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lsprotocol import types

from pipelens.lsp.features import code_lens, commands
from pipelens.protocol.commands import TRUST_GRANTED

if TYPE_CHECKING:
    from pipelens.lsp.server import Server


def register(server: Server) -> None:
    def granted(*_: object) -> None:
        if server.options.trusted:
            return
        server.options = replace(server.options, trusted=True)
        server.host.trust()
        server.reread_settings()
        for feature in (code_lens, commands):
            feature.register(server)
        server.later()
        server.start("client/registerCapability", offer())

    async def offer() -> None:
        found: list[types.Registration] = []
        if server.supports("text_document.code_lens.dynamic_registration"):
            languages: list[types.DocumentFilter] = [
                types.TextDocumentFilterLanguage(language) for language in ("yaml", "python")
            ]
            options = types.CodeLensRegistrationOptions(document_selector=languages)
            found.append(types.Registration("pipelens-lens", types.TEXT_DOCUMENT_CODE_LENS, options))
        if server.supports("workspace.execute_command.dynamic_registration"):
            names = sorted(server.protocol.fm.commands)
            options = types.ExecuteCommandRegistrationOptions(commands=names)
            found.append(types.Registration("pipelens-commands", types.WORKSPACE_EXECUTE_COMMAND, options))
        if found:
            await server.client_register_capability_async(types.RegistrationParams(found))
            server.runs_may_have_changed()

    if not server.options.trusted:
        server.on(TRUST_GRANTED, granted)
