"""The failing line of a task among the problems of its file, or told to a client that shows it itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelens.lsp.failures import Failures
from pipelens.protocol.failures import FAILURES

if TYPE_CHECKING:
    from pipelens.lsp.server import Server


def register(server: Server) -> None:
    found = Failures(server)
    if not server.options.shows_runs:
        server.extra_findings.append(found.findings)
    server.on(FAILURES, lambda *_: [failure.as_json() for failure in found.told()])
