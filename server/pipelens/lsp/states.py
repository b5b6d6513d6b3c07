"""How fresh the tasks of each pipeline are, read once for all who ask at the same moment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pipelens.runner.freshness import Freshness, read_freshness

if TYPE_CHECKING:
    from pipelens.core.project import Project

SIGNS: Mapping[str, str] = {
    "fresh": "✓",
    "stale": "●",
    "never_run": "○",
    "running": "↻",
    "failed": "✗",
    "unknown": "?",
}


class States:
    """epoch: counts what may have changed them beside the pipelines themselves."""

    def __init__(self) -> None:
        self.epoch = 0
        self._read: dict[str, tuple[tuple[int, int], Mapping[str, Freshness]]] = {}

    def of(self, project: Project) -> Mapping[str, Freshness]:
        """By task name, of the snapshot `project`."""
        moment = (project.version, self.epoch)
        known = self._read.get(project.path)
        if known is None or known[0] != moment:
            known = self._read[project.path] = (moment, read_freshness(project))
        return known[1]

    def may_have_changed(self) -> None:
        """Something ran, or files changed: read anew when next asked."""
        self.epoch += 1
