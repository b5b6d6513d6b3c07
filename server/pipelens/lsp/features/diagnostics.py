"""Diagnostics: pushed for each file whose problems changed, cleared for those that have none left.

A file of a pipeline hears of itself when it is opened, too: no problems is an answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from pipelens.core.answers.findings import Finding
from pipelens.lsp.convert import diagnostic

if TYPE_CHECKING:
    from pipelens.lsp.server import Server

Told = dict[str, list[types.Diagnostic]]
"""What a client was told, by the URI of a document."""


def register(server: Server) -> None:
    host, places = server.host, server.places
    known: dict[str, tuple[Finding, ...]] = {}
    sent: dict[str, Told] = {}
    related = server.supports("text_document.publish_diagnostics.related_information")

    def publish() -> None:
        found = dict(host.findings())
        for more in server.extra_findings:
            for path, findings in more().items():
                found[path] = (*found.get(path, ()), *findings)
        for path in sorted({*known, *found, *host.documents}):
            findings = found.get(path, ())
            # In an open document the client's columns may move where ours do not.
            if path not in host.documents and known.get(path, ()) == findings:
                continue
            tell(path, findings)
        known.clear()
        known.update(found)

    def tell(path: str, findings: tuple[Finding, ...]) -> None:
        before = sent.get(path, {})
        if path not in sent and not findings and not host.projects_with(path):
            return
        told: Told = {uri: [] for uri in places.documents(path)}
        for one in findings:
            uri = places.location(path, one.span).uri
            told.setdefault(uri, []).append(diagnostic(one, places.location, path, related))
        for uri, diagnostics in before.items():
            if uri not in told and diagnostics:
                send(uri, [], None)
        for uri, diagnostics in told.items():
            if before.get(uri) != diagnostics:
                send(uri, diagnostics, places.version(uri))
        sent[path] = told
        if path not in host.documents and not findings:
            del sent[path]

    def send(uri: str, told: list[types.Diagnostic], version: int | None) -> None:
        server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, told, version))

    server.when_quiet(publish)
