"""Hover: what stands under the mouse, from every pipeline that the document belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.capabilities import get_capability

from pipelens.lsp.convert import uri_of

if TYPE_CHECKING:
    from pipelens.core.answers.describe import Description
    from pipelens.core.answers.describe_blocks import Block
    from pipelens.lsp.server import Server

_MOST_PIPELINES = 3


def register(server: Server) -> None:
    def hover(params: types.HoverParams) -> types.Hover | None:
        from pipelens.core.answers.describe import describe_at
        from pipelens.core.answers.describe_blocks import Rule, paragraph
        from pipelens.core.answers.describe_places import pipeline_link
        from pipelens.lsp.outside import EditorOutside

        caret = server.places.caret(params.text_document, params.position)
        if caret is None:
            return None
        keys, outside = _tells_keys(server), EditorOutside(server)
        told: list[Description] = []
        blocks: list[Block] = []
        for project in server.host.projects_with(caret.path)[:_MOST_PIPELINES]:
            found = describe_at(project, caret.path, caret.position, caret.lines, outside, keys=keys)
            if found is None or any(one.blocks == found.blocks for one in told):
                continue
            if told:
                blocks += (Rule(), paragraph("In ", pipeline_link(project), ":"))
            blocks += found.blocks
            told.append(found)
        if not told:
            return None
        return types.Hover(markup(server, blocks), server.places.range(told[0].path, told[0].span))

    server.on(types.TEXT_DOCUMENT_HOVER, hover)


def _tells_keys(server: Server) -> bool:
    """Whether keys of the format are ours to explain: not where another YAML server does it."""
    wish = server.settings.key_completion
    return wish == "on" or (wish == "auto" and not server.options.yaml_server)


def markup(server: Server, blocks: Sequence[Block]) -> types.MarkupContent:
    """`blocks` in the first form that the client wants."""
    from pipelens.core.answers.describe_blocks import as_text

    wanted = get_capability(server.capabilities, "text_document.hover.content_format", ()) or ()  # pyright: ignore
    kinds = [kind for kind in wanted if kind in ("markdown", "plaintext")]
    if kinds[:1] == ["markdown"]:
        return types.MarkupContent(types.MarkupKind.Markdown, markdown(server, blocks))
    return types.MarkupContent(types.MarkupKind.PlainText, as_text(blocks))


def markdown(server: Server, blocks: Sequence[Block]) -> str:
    """Pictures are shown where the client is known to show those of files, in a trusted workspace."""
    from pipelens.core.answers.describe_blocks import as_markdown

    shows = server.options.client == "vscode" and server.options.trusted
    return as_markdown(blocks, _address, pictures=shows)


def _address(path: str, line: int | None) -> str:
    return uri_of(path) if line is None else f"{uri_of(path)}#L{line + 1}"
