"""How fresh the tasks of each pipeline are, kept for all who ask: word for word what `status` prints."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelens.core.project import Project
    from pipelens.runner.failures import OpenFailures
    from pipelens.runner.freshness import Freshness, LastRun
    from pipelens.runner.run_states import RunStates

_SLICE = 0.01
"""Seconds of looking at products between two messages."""

SIGNS: Mapping[str, str] = {
    "fresh": "✓",
    "stale": "●",
    "never_run": "○",
    "running": "↻",
    "failed": "✗",
    "unknown": "?",
}


class States:
    """Of the pipelines of one client."""

    def __init__(self) -> None:
        self._kept: dict[str, RunStates] = {}
        self._looked: set[str] = set()
        self._open_failures: dict[str, OpenFailures] = {}

    # -- answers

    def of(self, project: Project) -> Mapping[str, Freshness]:
        """By task name, of the snapshot `project`; good until the next question."""
        return self._states(project).of(project)

    def one(self, project: Project, name: str) -> Freshness | None:
        """Of one task; None for a name that is no task's."""
        return self._states(project).one(project, name)

    def last_run(self, project: Project, name: str) -> LastRun | None:
        """When a task ran last: by its metadata, or by the history where that is newer."""
        states = self._states(project)
        states.one(project, name)
        return states.last_run(project, name)

    def generation(self, project: Project) -> int:
        """Counts the changes of what `of` tells of this pipeline."""
        states = self._states(project)
        states.of(project)
        return states.generation

    def changed_since(self, project: Project, generation: int) -> set[str] | None:
        """The tasks of which something else is told since `generation`; None: too long ago to say."""
        return self._states(project).changed_since(generation)

    def failed(self, project: Project) -> Mapping[str, str]:
        """The tasks whose last run failed: the id of that run, by name. None before anybody asked for
        freshness: diagnostics do not wait for a look at every product."""
        states = self._states(project)
        if not states.may_have_failures() or not states.is_read:
            return {}
        states.of(project)
        runs = ((name, states.outcome(name)) for name in sorted(states.failed))
        return {name: outcome.run for name, outcome in runs if outcome is not None}

    def last_failed(self, project: Project) -> Mapping[str, str]:
        """The tasks whose last run failed, whatever was edited since: the id of that run, by name."""
        states = self._states(project)
        if not states.may_have_failures():
            return {}
        outcomes = ((name, states.outcome(name)) for name in project.tasks)
        return {name: one.run for name, one in outcomes if one is not None and not one.ok}

    def recorded_failure(self, project: Project, name: str) -> str | None:
        """The path of what a failure of a task left to open, the last since the task ended well; None where
        its last run did, or nothing is left."""
        states = self._states(project)
        outcome = states.outcome(name) if states.may_have_failures() else None
        if outcome is None or outcome.ok:
            return None
        from pipelens.runner.failures import OpenFailures

        kept = self._open_failures.get(project.path)
        if kept is None:
            kept = self._open_failures[project.path] = OpenFailures(project.root, project.path)
        return kept.path(name, outcome.run)

    def look_for_failures(self, project: Project) -> bool:
        """Whether `failed` tells of some from now on that it did not tell of before, when whoever looked
        at freshness first told nobody. True once for each pipeline."""
        states = self._states(project)
        if project.path in self._looked or not states.may_have_failures():
            return False
        self._looked.add(project.path)
        states.of(project)
        return bool(states.failed)

    async def ready(self, project: Project) -> None:
        """Wait until `of` answers at once; the first look at thousands of products is done in slices."""
        while not self.read_some(project, _SLICE):
            await asyncio.sleep(0)

    def read_some(self, project: Project, seconds: float) -> bool:
        """Work for about so long at what `of` needs; whether it answers at once now."""
        return self._states(project).read_some(project, seconds)

    # -- what is new

    def may_have_changed(self, pipeline: str | None = None) -> None:
        """Something ran, or files changed: look at the disk when next asked."""
        for path, states in self._kept.items():
            if pipeline in (None, path):
                states.disk_changed()

    def touched(self, pipeline: str, names: Iterable[str]) -> None:
        """Only these tasks ran, or had their files changed."""
        if (states := self._kept.get(pipeline)) is not None:
            states.touched(names)

    def files_changed(self) -> None:
        """Files changed that are no products and no records of runs."""
        for states in self._kept.values():
            states.files_changed()

    # -- inside

    def _states(self, project: Project) -> RunStates:
        from pipelens.runner.run_states import RunStates

        known = self._kept.get(project.path)
        if known is None or known.root != project.root:
            known = self._kept[project.path] = RunStates(project.root, project.path)
        return known
