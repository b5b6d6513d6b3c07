"""The text of the one status item that clients of ours show."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pipelens.lsp.states import SIGNS
from pipelens.protocol.commands import BUILD_PIPELINE
from pipelens.protocol.runs import Status

if TYPE_CHECKING:
    from pipelens.lsp.server import Server


def status_of(server: Server) -> Status:
    """How many tasks of the shown pipelines are in which state, and what brings them up to date."""
    counts = Counter(
        told.state for project in server.host.projects() for told in server.states.of(project).values()
    )
    total = sum(counts.values())
    words = [f"{total} {'task' if total == 1 else 'tasks'}" if total else "no tasks"]
    words += [f"{counts[state]} {state.replace('_', ' ')}" for state in SIGNS if counts[state]]
    due = any(counts[state] for state in ("stale", "never_run", "failed"))
    offered = due and not counts["running"] and server.options.trusted
    return Status(
        " · ".join(words), "error" if counts["failed"] else "info", BUILD_PIPELINE if offered else None
    )
