"""How long a build will still take, from how long its tasks took before. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class TimeLeft:
    """usual: seconds that tasks took when they last ended well, by name. workers: how many run at
    once. Times are seconds of any one clock."""

    usual: dict[str, float]
    workers: int = 1
    waiting: set[str] = field(default_factory=set[str])
    running: dict[str, float] = field(default_factory=dict[str, float])

    @classmethod
    def knowing(cls, usual: Mapping[str, float], workers: int) -> TimeLeft:
        return cls(dict(usual), workers)

    def queued(self, task: str) -> None:
        self.waiting.add(task)

    def started(self, task: str, at: float) -> None:
        self.waiting.discard(task)
        self.running[task] = at

    def ended(self, task: str, seconds: float | None) -> None:
        """It is done, or will not run."""
        self.waiting.discard(task)
        self.running.pop(task, None)
        if seconds is not None:
            self.usual[task] = seconds

    def seconds(self, now: float) -> float | None:
        """What is left, None where nothing is known of any task. A task of which nothing is known is
        taken to last as long as the known ones do on average."""
        known = [*self.usual.values()]
        if not known:
            return None
        average = sum(known) / len(known)
        # Copies: who shows this does so in a thread of its own.
        left = [self.usual.get(task, average) for task in [*self.waiting]]
        going = [max(self.usual.get(task, average) - (now - at), 0.0) for task, at in [*self.running.items()]]
        at_once = max(1, min(self.workers, len(left) + len(going)))
        return max((sum(left) + sum(going)) / at_once, max(going, default=0.0))
