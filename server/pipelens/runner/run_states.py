"""RunStates: the freshness of a pipeline's tasks, kept from question to question.

After an edit only the tasks that it changed are judged again, and those whose upstream became
another; the disk is looked at again only when somebody says that it may have changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from heapq import heappop, heappush
from types import MappingProxyType

from pipelens.core.project import Project, Task
from pipelens.runner.freshness import (
    FRESH,
    IN_A_CIRCLE,
    Freshness,
    LastRun,
    failed,
    interrupted,
    last_run_of,
    own_state,
    upstream_state,
)
from pipelens.runner.history import Outcome, Outcomes
from pipelens.runner.intents import Intent, read_intents
from pipelens.runner.records import Record, Records
from pipelens.runner.state import is_building

_Own = tuple[Task, Record, Freshness | None]


class RunStates:
    """Of one pipeline. generation: counts the changes of what is told. judged: how many verdicts
    were made (what tests count). failed: names of the tasks whose last run failed."""

    def __init__(self, root: str, pipeline: str) -> None:
        self.root = root
        self.pipeline = pipeline
        self.generation = 0
        self.judged = 0
        self.failed: set[str] = set()
        self._told: dict[str, Freshness] = {}
        self._shown = MappingProxyType(self._told)
        self._stamps: dict[str, float | None] = {}
        self._own: dict[str, _Own] = {}
        self._records = Records()
        self._outcomes = Outcomes(root, pipeline)
        self._intents: Mapping[str, Intent] = {}
        self._building = False
        self._project: Project | None = None
        self._by_code = True
        self._position: dict[str, int] = {}
        self._everything = True
        self._dirty: set[str] = set()

    # -- what is new

    def disk_changed(self) -> None:
        """Something ran, or any file changed: the disk is looked at when next asked."""
        self._everything = True

    def touched(self, names: Iterable[str]) -> None:
        """The files or the runs of these tasks changed."""
        self._dirty.update(names)

    # -- answers

    def of(self, project: Project) -> Mapping[str, Freshness]:
        """By task name, for the snapshot `project`. The mapping changes with the next question."""
        dirty = self._news(project)
        if len(dirty) == len(project.tasks):
            for name in project.order:
                self._judge(project.tasks[name])
        else:
            self._follow(project, dirty)
        return self._shown

    def last_run(self, name: str) -> LastRun | None:
        """When a task that `of` knows ran last."""
        task = self._project.tasks.get(name) if self._project else None
        if task is None or name not in self._stamps:
            return None
        return last_run_of(self._records.of(task), self._outcomes.latest.get(name))

    def is_behind(self, project: Project) -> bool:
        """Whether `of` would have to look at anything anew."""
        return self._project is not project or self._everything or bool(self._dirty)

    def outcome(self, name: str) -> Outcome | None:
        """How the last run of a task ended, as far as the history knows."""
        return self._outcomes.latest.get(name)

    # -- inside

    def _news(self, project: Project) -> set[str]:
        """The tasks to judge again, their files looked at again where that was asked for."""
        tasks, old = project.tasks, self._project
        by_code = bool(project.spec.config.get("outdated_by_code", True))
        if old is None or old.root != project.root or by_code != self._by_code:
            self._own.clear()
            dirty = set(tasks)
        elif tasks is old.tasks:
            dirty = set()
        else:
            before = old.tasks
            dirty = {name for name, task in tasks.items() if before.get(name) is not task}
            if len(before) + len(dirty) > len(tasks):
                for name in before.keys() - tasks.keys():
                    self._forget(name)
        self._by_code, self._project = by_code, project
        if old is None or old.order is not project.order:
            self._position = {name: at for at, name in enumerate(project.order)}
            for name in tasks.keys() - self._position.keys():
                self._tell(name, IN_A_CIRCLE)
                self._stamps.pop(name, None)
            dirty.update(name for name in self._position if name not in self._stamps)
        return dirty | self._disk_news(project)

    def _disk_news(self, project: Project) -> set[str]:
        tasks = project.tasks
        touched = {name for name in self._dirty if name in tasks}
        if not self._everything and not self._dirty:
            return touched
        self._dirty.clear()
        intents = self._intents
        self._intents = read_intents(self.root, self.pipeline)
        self._building = bool(self._intents) and is_building(self.root, self.pipeline)
        touched |= self._intents.keys() | intents.keys() | self._outcomes.update()
        touched &= tasks.keys()
        if self._everything:
            self._everything = False
            self._records.disk_changed()
            for name, (task, record, _) in list(self._own.items()):
                if name in tasks and (self._records.of(tasks[name]) is not record or task.spec.resources):
                    touched.add(name)
        else:
            self._records.touched(tasks[name] for name in touched)
        for name in touched:
            if tasks[name].spec.resources:
                self._own.pop(name, None)
        return touched

    def _follow(self, project: Project, dirty: set[str]) -> None:
        """Judge the dirty tasks and, upstream first, all whose upstream told something else."""
        position, tasks = self._position, project.tasks
        waiting = [(position[name], name) for name in dirty if name in position]
        waiting.sort()
        queued = set(dirty)
        while waiting:
            _, name = heappop(waiting)
            if not self._judge(tasks[name]):
                continue
            for other in project.downstream.get(name, ()):
                if other not in queued and other in position:
                    queued.add(other)
                    heappush(waiting, (position[other], other))

    def _judge(self, task: Task) -> bool:
        """Say how fresh `task` is; whether tasks behind it may have to be judged again."""
        self.judged += 1
        name = task.name
        record = self._records.of(task)
        outcome = self._outcomes.latest.get(name)
        own = interrupted(self._intents.get(name), building=self._building) or self._own_state(task, record)
        found = own or upstream_state(task, record, self._told, self._stamps) or FRESH
        if found.state in ("stale", "never_run"):
            found = failed(task, record, outcome) or found
        before = self._told.get(name)
        stamp, known = self._stamps.get(name), name in self._stamps
        self._stamps[name] = record.timestamp
        self._tell(name, found)
        return not known or before is None or before.state != found.state or stamp != record.timestamp

    def _own_state(self, task: Task, record: Record) -> Freshness | None:
        known = self._own.get(task.name)
        if known is not None and known[0] is task and known[1] is record:
            return known[2]
        found = own_state(task, record, self.root, by_code=self._by_code)
        self._own[task.name] = (task, record, found)
        return found

    def _tell(self, name: str, found: Freshness) -> None:
        if self._told.get(name) == found:
            return
        self._told[name] = found
        self.generation += 1
        (self.failed.add if found.state == "failed" else self.failed.discard)(name)

    def _forget(self, name: str) -> None:
        for known in (self._told, self._stamps, self._own):
            known.pop(name, None)
        self._records.drop(name)
        self.failed.discard(name)
        self.generation += 1
