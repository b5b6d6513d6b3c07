"""The failing line of a task among the problems of its file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelens.lsp.failures import Failures

if TYPE_CHECKING:
    from pipelens.lsp.server import Server


def register(server: Server) -> None:
    server.extra_findings.append(Failures(server).findings)
