"""Diagnostics: pushed for each file whose problems changed, cleared for those that have none left.

A file of a pipeline hears of itself when it is opened, too: no problems is an answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from pipelens.lsp.diagnostic_texts import DiagnosticTexts
from pipelens.lsp.guard import guarded

if TYPE_CHECKING:
    from pipelens.core.answers.findings import Finding
    from pipelens.lsp.server import Server

Told = dict[str, list[str]]
"""What a client was told, by the URI of a document."""


def register(server: Server) -> None:
    places, texts = server.places, DiagnosticTexts(server)
    more: dict[str, tuple[Finding, ...]] = {}
    sent: dict[str, Told] = {}
    page = [texts.page_writer()]

    def publish() -> None:
        host = server.host
        edited, server.edited = server.edited, set()
        # In a document that was edited the client's columns may move where ours do not.
        paths = host.news() | edited | (host.documents.keys() - sent.keys())
        for path in sorted(paths):
            tell(path, (*host.findings_of(path), *more.get(path, ())))
        found = _more(server)
        paths = {path for path in {*more, *found} if more.get(path) != found.get(path)}
        more.clear()
        more.update(found)
        for path in sorted(paths):
            tell(path, (*host.findings_of(path), *more.get(path, ())))
        if page and sent and (write := page.pop()) is not None:
            asyncio.get_running_loop().call_soon(guarded("page", write))

    def tell(path: str, findings: tuple[Finding, ...]) -> None:
        host, before = server.host, sent.get(path, {})
        if path not in sent and not findings and not host.projects_with(path):
            return
        told: Told = {uri: [] for uri in places.documents(path)}
        for uri, text in texts.of(path, server.typing.without_unfinished(path, findings)):
            told.setdefault(uri, []).append(text)
        for uri, shown in before.items():
            if uri not in told and shown:
                texts.send(uri, [], None)
        for uri, shown in told.items():
            if before.get(uri) != shown:
                texts.send(uri, shown, places.version(uri))
        sent[path] = told
        if path not in host.documents and not findings:
            del sent[path]

    server.when_quiet(publish)


def _more(server: Server) -> Mapping[str, tuple[Finding, ...]]:
    """What is found elsewhere than in the pipelines' texts: the lines at which runs failed."""
    found: dict[str, tuple[Finding, ...]] = {}
    for findings in server.extra_findings:
        for path, of_path in findings().items():
            found[path] = (*found.get(path, ()), *of_path)
    return found
