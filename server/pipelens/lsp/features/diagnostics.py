"""Diagnostics: pushed for each file whose problems changed, cleared for those that have none left.

A file of a pipeline hears of itself when it is opened, too: no problems is an answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from pipelens.core.answers.findings import Finding
from pipelens.lsp.convert import diagnostic, uri_of

if TYPE_CHECKING:
    from pipelens.lsp.server import Server


def register(server: Server) -> None:
    host = server.host
    known: dict[str, tuple[Finding, ...]] = {}
    sent: dict[str, tuple[str, list[types.Diagnostic]]] = {}
    related = server.supports("text_document.publish_diagnostics.related_information")

    def publish() -> None:
        found = host.findings()
        for path in sorted({*known, *found, *host.documents}):
            findings = found.get(path, ())
            # In an open document the client's columns may move where ours do not.
            if path not in host.documents and known.get(path, ()) == findings:
                continue
            told = [diagnostic(one, server.units, host.line, path, related) for one in findings]
            tell(path, told)
        known.clear()
        known.update(found)

    def tell(path: str, told: list[types.Diagnostic]) -> None:
        buffer = host.documents.get(path)
        uri = buffer.uri if buffer is not None else uri_of(path)
        old_uri, old = sent.get(path, (uri, []))
        if uri != old_uri and old:
            send(old_uri, [], None)
        if path in sent and (old_uri, old) == (uri, told):
            return
        if path not in sent and not told and not host.projects_with(path):
            return
        sent[path] = (uri, told)
        send(uri, told, buffer.version if buffer is not None else None)
        if buffer is None and not told:
            del sent[path]

    def send(uri: str, told: list[types.Diagnostic], version: int | None) -> None:
        server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, told, version))

    server.when_quiet(publish)
