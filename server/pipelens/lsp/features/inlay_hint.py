"""Inlay hints: what a pipeline leaves unsaid, in the lines that the client shows."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

from lsprotocol import types

from pipelens.lsp.wire_text import WireText

if TYPE_CHECKING:
    from pipelens.core.answers.hints import Hint, Hints
    from pipelens.core.project import Project
    from pipelens.lsp.server import Server


def register(server: Server) -> None:
    envs: dict[str, object] = {}

    @cache
    def kept() -> Hints:
        from pipelens.core.answers.hints import Hints

        return Hints()

    def show(params: types.InlayHintParams) -> WireText | None:
        path = server.places.path(params.text_document.uri) if server.settings.inlay_hints else None
        span = server.places.span(params.text_document, params.range) if path is not None else None
        if path is None or span is None:
            return None
        found: dict[Hint, None] = {}
        for project in server.host.projects_with(path):
            note(project)
            found.update(dict.fromkeys(kept().of(project, path, span, server.host.lines(path))))
        return WireText(json.dumps([told(hint, path) for hint in found]))

    def told(hint: Hint, path: str) -> dict[str, object]:
        at = server.units.position(hint.at, server.host.lines(path).line)
        kind = {"kind": types.InlayHintKind.Type.value} if hint.kind == "name" else {}
        tooltip = {"tooltip": hint.tooltip} if hint.tooltip else {}
        position = {"line": at.line, "character": at.character}
        return {"position": position, "label": hint.text, "paddingLeft": True, **kind, **tooltip}

    def note(project: Project) -> None:
        """Values of the env stand in documents that their own edits do not touch."""
        envs[project.path] = project.env

    def look_again() -> None:
        for project in server.host.projects():
            if project.path in envs and envs[project.path] is not project.env:
                note(project)
                server.start("workspace/inlayHint/refresh", refresh())

    async def refresh() -> None:
        await server.workspace_inlay_hint_refresh_async(None)

    server.on(types.TEXT_DOCUMENT_INLAY_HINT, show, types.InlayHintOptions(resolve_provider=False))
    if server.supports("workspace.inlay_hint.refresh_support"):
        server.when_quiet(look_again)
