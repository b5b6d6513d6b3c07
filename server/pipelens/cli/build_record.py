"""What a build told while it ran, kept for the report at its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pipelens.runner.events import (
    Event,
    PlanMade,
    RunEnded,
    RunStarted,
    TaskChanged,
    TaskProblem,
)


@dataclass(slots=True)
class BuildRecord:
    """Collects events. started: the run's first event. reasons: why each task is in the plan or not.
    changes: the last state of every task, in the order in which the tasks ended."""

    started: RunStarted | None = None
    ended: RunEnded | None = None
    actions: dict[str, tuple[str, str]] = field(default_factory=dict)
    changes: dict[str, TaskChanged] = field(default_factory=dict)
    problems: list[TaskProblem] = field(default_factory=list)

    def __call__(self, event: Event) -> None:
        match event:
            case RunStarted():
                self.started = event
            case PlanMade(steps=steps):
                self.actions = {task: (action, reason) for task, action, reason in steps}
            case TaskChanged(task=task):
                self.changes.pop(task, None)
                self.changes[task] = event
            case TaskProblem():
                self.problems.append(event)
            case RunEnded():
                self.ended = event
            case _:
                pass

    @property
    def ran(self) -> list[TaskChanged]:
        """The tasks that were executed, in the order in which they ended."""
        return [change for change in self.changes.values() if change.state in ("finished", "failed")]

    def outcome(self, change: TaskChanged) -> str:
        """How an executed task ended: `done`, `failed` or `stopped`."""
        if change.state == "finished":
            return "done"
        interrupted = self.ended is not None and change.task not in self.ended.failed
        return "stopped" if interrupted else "failed"

    @property
    def failed(self) -> list[str]:
        return [change.task for change in self.ran if self.outcome(change) == "failed"]

    @property
    def left(self) -> list[tuple[str, str]]:
        """The tasks that were not executed, each with its reason."""
        executed = {change.task for change in self.ran}
        told: dict[str, str] = {}
        for task, (action, reason) in self.actions.items():
            if task not in executed:
                told[task] = reason if action != "run" else "not reached"
        for change in self.changes.values():
            if change.state == "skipped" and change.task not in executed and change.reason:
                told[change.task] = change.reason
        return list(told.items())

    def shape(self, root: str) -> dict[str, Any]:
        """The report as JSON."""
        tasks: list[dict[str, Any]] = [
            {
                "name": c.task,
                "ran": True,
                "ok": c.state == "finished",
                "seconds": c.seconds,
                "reason": c.reason,
            }
            for c in self.ran
        ]
        tasks += [
            {"name": name, "ran": False, "ok": None, "seconds": None, "reason": reason}
            for name, reason in self.left
        ]
        return {
            "root": root,
            "state": self.ended.state if self.ended else "stopped",
            "seconds": self.ended.seconds if self.ended else None,
            "interpreter": self.started.interpreter if self.started else None,
            "tasks": tasks,
            "problems": [
                {
                    "task": p.task,
                    "severity": p.severity,
                    "message": p.message,
                    "path": p.path,
                    "line": p.line,
                    "cell": p.cell,
                    "traceback": p.traceback,
                    "notebook": p.notebook,
                    "dump": p.dump,
                }
                for p in self.problems
            ],
        }
