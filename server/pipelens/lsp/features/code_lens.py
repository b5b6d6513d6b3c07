"""Code lenses: run a task, how fresh it is and why, and how many tasks are before and behind it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from lsprotocol import types

from pipelens.core.patched import may_differ
from pipelens.lsp.guard import LOG
from pipelens.lsp.wire_text import WireText

if TYPE_CHECKING:
    from pipelens.core.project import Task
    from pipelens.lsp.lenses import Lenses
    from pipelens.lsp.server import Server


def register(server: Server) -> None:
    @cache
    def found() -> Lenses:
        from pipelens.lsp.lenses import Lenses

        return Lenses(server)

    @server.feature(types.TEXT_DOCUMENT_CODE_LENS)
    async def lenses(params: types.CodeLensParams) -> WireText | list[types.CodeLens]:
        uri = params.text_document.uri
        path = server.places.path(uri)
        if path is None or not server.settings.code_lens:
            return []
        try:
            await found().pages.ready(path)
            return WireText(found().of(uri, path))
        except Exception:
            LOG.exception("%s failed: %s", types.TEXT_DOCUMENT_CODE_LENS, uri)
            return []

    seen: dict[str, Mapping[str, Task]] = {}

    def follow_names() -> None:
        tasks = {project.path: project.tasks for project in server.host.projects()}
        if any(_has_other_names(seen[path], tasks[path]) for path in seen.keys() & tasks.keys()):
            server.state_news.names_changed()
        seen.clear()
        seen.update(tasks)

    server.when_quiet(follow_names)


def _has_other_names(before: Mapping[str, Task], now: Mapping[str, Task]) -> bool:
    return any((name in before) != (name in now) for name in may_differ(before, now))
