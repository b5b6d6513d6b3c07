"""The user's settings: asked of the client where it answers, else as it tells them; always live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from lsprotocol import types

from pipelens.lsp.client_settings import ClientSettings, read_client_settings, section_of
from pipelens.lsp.convert import uri_of
from pipelens.protocol.settings import SECTION

if TYPE_CHECKING:
    from pipelens.lsp.server import Server

_TELLS_CHANGES = "workspace.did_change_configuration.dynamic_registration"


def register(server: Server) -> None:
    told: dict[str, None] = {}
    began = False
    pushed = section_of(server.options.settings)

    def apply(window: Mapping[str, object], folders: Mapping[str, Mapping[str, object]]) -> None:
        faults: dict[str, None] = {}

        def read(section: Mapping[str, object]) -> ClientSettings:
            found = read_client_settings(section, trusted=server.options.trusted)
            faults.update(dict.fromkeys(found.faults))
            given = found.settings.interpreter or server.options.interpreter
            return replace(found.settings, interpreter=given if server.options.trusted else None)

        before, server.settings = server.settings, read(window)
        server.folder_settings = {folder: read(section) for folder, section in folders.items()}
        for fault in faults:
            if fault not in told:
                message = types.ShowMessageParams(types.MessageType.Warning, fault)
                server.window_show_message(message)
        told.clear()
        told.update(faults)
        if began:
            server.host.prefer(lambda path: server.settings_of(path).severity)
            server.start("refresh what was switched", draw_anew(before))

    async def draw_anew(before: ClientSettings) -> None:
        now = server.settings
        if before.code_lens != now.code_lens and server.supports("workspace.code_lens.refresh_support"):
            await server.workspace_code_lens_refresh_async(None)
        if before.inlay_hints != now.inlay_hints and server.supports("workspace.inlay_hint.refresh_support"):
            await server.workspace_inlay_hint_refresh_async(None)

    def initialized() -> None:
        nonlocal began
        began = True
        reread()
        if server.supports(_TELLS_CHANGES):
            server.start("client/registerCapability", listen())

    async def listen() -> None:
        options = types.DidChangeConfigurationRegistrationOptions(section=SECTION)
        wanted = types.Registration("pipelens-settings", types.WORKSPACE_DID_CHANGE_CONFIGURATION, options)
        await server.client_register_capability_async(types.RegistrationParams([wanted]))

    async def pull() -> None:
        folders = server.host.folders
        items = [
            types.ConfigurationItem(section=SECTION),
            *(types.ConfigurationItem(scope_uri=uri_of(one), section=SECTION) for one in folders),
        ]
        answers = await server.workspace_configuration_async(types.ConfigurationParams(items))
        window, *each = (section_of(one) if one else pushed for one in answers or [None])
        apply(window, dict(zip(folders, each, strict=False)))
        server.later()

    def changed(params: types.DidChangeConfigurationParams) -> None:
        nonlocal pushed
        if params.settings:
            pushed = section_of(params.settings)
        reread()

    def reread() -> None:
        if server.supports("workspace.configuration"):
            server.start("workspace/configuration", pull())
        else:
            apply(pushed, {})
            server.later()

    apply(pushed, {})
    server.on(types.WORKSPACE_DID_CHANGE_CONFIGURATION, changed)
    server.when_initialized(initialized)
    server.reread_settings = reread
