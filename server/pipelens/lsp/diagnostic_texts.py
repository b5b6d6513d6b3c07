"""Diagnostics as JSON text, each made once: a file with a thousand problems is told again and again
while one of them is typed away."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pipelens import __version__
from pipelens.core.problems import rules
from pipelens.lsp.convert import diagnostic, uri_of
from pipelens.lsp.guard import LOG

if TYPE_CHECKING:
    from pipelens.core.answers.findings import Finding
    from pipelens.lsp.server import Server

_PAGE = f"problems-{__version__}.md"


class DiagnosticTexts:
    """For one client."""

    def __init__(self, server: Server) -> None:
        self._server = server
        client = "text_document.publish_diagnostics."
        self._related = server.supports(f"{client}related_information")
        self._data = server.supports(f"{client}data_support")
        self._links = server.supports(f"{client}code_description_support")
        self._made: dict[str, dict[int, tuple[Finding, tuple[str, ...], str, str]]] = {}

    @cached_property
    def _page(self) -> str:
        from pipelens.workspace.source_store import cache_folder

        return uri_of(os.path.join(cache_folder(), _PAGE))

    def of(self, path: str, findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
        """The document that shows each finding of a file, by its URI, and the diagnostic."""
        server = self._server
        known = self._made.get(path, {})
        made: dict[int, tuple[Finding, tuple[str, ...], str, str]] = {}
        is_open = path in server.host.documents
        lines = server.host.lines(path) if is_open else None
        kept = path not in server.places.notebooks.by_path
        for finding in findings:
            span = finding.span
            # The columns that the client counts depend on the text before them.
            texts = (lines.line(span.start.line), lines.line(span.end.line)) if lines is not None else ()
            one = known.get(id(finding)) if kept and not finding.related else None
            if one is None or one[0] is not finding or one[1] != texts:
                one = (finding, texts, server.places.location(path, span).uri, self._text(path, finding))
            made[id(finding)] = one
        if made:
            self._made[path] = made
        else:
            self._made.pop(path, None)
        return [(uri, text) for _, _, uri, text in made.values()]

    def _text(self, path: str, finding: Finding) -> str:
        told = diagnostic(finding, self._server.places.location, path, self._related)
        shape: dict[str, Any] = self._server.protocol._converter.unstructure(told)  # pyright: ignore
        code = finding.problem.code
        if self._links and code in rules():
            shape["codeDescription"] = {"href": f"{self._page}#{code}"}
        if self._data and finding.problem.fixes:
            shape["data"] = {"fixes": [fix.title for fix in finding.problem.fixes]}
        return json.dumps(shape)

    def send(self, uri: str, told: list[str], version: int | None) -> None:
        """Publish the diagnostics of a document."""
        of = "" if version is None else f'"version":{version},'
        self._server.notify_text(
            "textDocument/publishDiagnostics",
            f'{{"uri":{json.dumps(uri)},{of}"diagnostics":[{",".join(told)}]}}',
        )

    def page_writer(self) -> Callable[[], None] | None:
        """What writes the page that codes link to, where the client shows such links."""
        return write_page if self._links else None


def write_page() -> None:
    """Put the page of all problem codes where `codeDescription` says, unless it is there."""
    from pipelens.core.rules.page import problems_page
    from pipelens.workspace.source_store import cache_folder

    folder = cache_folder()
    path, text = os.path.join(folder, _PAGE), problems_page()
    try:
        with open(path, encoding="utf-8") as file:
            if file.read() == text:
                return
    except (OSError, UnicodeDecodeError):
        pass
    try:
        os.makedirs(folder, exist_ok=True)
        part = f"{path}.{os.getpid()}"
        with open(part, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.replace(part, path)
    except OSError as error:
        LOG.info("the page of problem codes is not written: %s", error)
