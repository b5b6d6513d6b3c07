"""Document links: the files that a pipeline and its env name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from lsprotocol import types

from pipelens.lsp.wire_text import WireText

if TYPE_CHECKING:
    from pipelens.core.answers.links import Link
    from pipelens.core.project import Project
    from pipelens.core.spec import TaskEntry
    from pipelens.core.text import Span
    from pipelens.lsp.entry_pages import EntryPages, Writer
    from pipelens.lsp.server import Server
    from pipelens.runner.freshness import Freshness


def register(server: Server) -> None:
    tooltips = server.supports("text_document.document_link.tooltip_support")

    def is_file(path: str) -> bool:
        return server.host.files.kind(path) == "file"

    def is_there_now(path: str) -> bool:
        server.host.files.forget(path)  # products come and go unannounced
        return is_file(path)

    def write_entry(
        writer: Writer, project: Project, entry: TaskEntry, told: Mapping[str, Freshness]
    ) -> None:
        from pipelens.core.answers.links import entry_links

        for number, link in enumerate(entry_links(project, entry, is_there_now)):
            write(writer, link, link.place.span, "," if number else "")

    def write(writer: Writer, link: Link, span: Span, between: str = "") -> None:
        from pipelens.core.answers.rename_text import without_quotes
        from pipelens.lsp.entry_pages import file_uri

        lines = server.host.lines(writer.path)
        shown = without_quotes(lines, span.shifted(writer.first_line)).shifted(-writer.first_line)
        line = f"#L{link.line + 1}" if link.line is not None else ""
        tooltip = f',"tooltip":{json.dumps(link.tooltip)}' if tooltips and link.tooltip else ""
        writer.put(f'{between}{{"target":{json.dumps(file_uri(link.path) + line)}{tooltip},"range":')
        writer.span(shown)
        writer.put("}")

    @cache
    def pages() -> EntryPages:
        from pipelens.lsp.entry_pages import EntryPages

        return EntryPages(server, write_entry)

    async def answer(params: types.DocumentLinkParams) -> WireText | None:
        from pipelens.core.answers.links import section_links
        from pipelens.lsp.entry_pages import Writer

        path = server.places.path(params.text_document.uri)
        if path is None:
            return None
        await pages().ready(path)
        found: list[str] = []
        for project in server.host.projects_with(path):
            found.append(pages().of(path, project))
            for link in section_links(project, is_file):
                if link.place.path == path:
                    writer = Writer(server, path, 0)
                    write(writer, link, link.place.span)
                    found.append("".join(writer.parts) % tuple(writer.lines))
        return WireText(f"[{','.join(filter(None, found))}]")

    server.on(types.TEXT_DOCUMENT_DOCUMENT_LINK, answer, types.DocumentLinkOptions())
