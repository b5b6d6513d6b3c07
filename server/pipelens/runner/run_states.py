"""RunStates: the freshness of a pipeline's tasks, kept from question to question.

After an edit only the tasks that it changed are judged again, and those whose upstream became
another; the disk is looked at again only when somebody says that it may have changed.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from heapq import heappop, heappush
from types import MappingProxyType

from pipelens.core.patched import may_differ
from pipelens.core.project import Project, Task
from pipelens.runner.build_lock import is_building
from pipelens.runner.freshness import (
    FRESH,
    IN_A_CIRCLE,
    MOVED,
    Freshness,
    LastRun,
    failed,
    interrupted,
    last_run_of,
    own_state,
    upstream_state,
)
from pipelens.runner.history import Outcomes
from pipelens.runner.intents import Intent, read_intents
from pipelens.runner.outcome import Outcome
from pipelens.runner.records import Record, Records

_LONGEST_LOG = 200_000
_MOST_NEEDED = 200
"""Tasks that `one` looks at by themselves."""

_Own = tuple[Task, Record, Freshness | None]


class RunStates:
    """Of one pipeline. judged: how many verdicts were made (what tests count). failed: names of the
    tasks whose last run failed."""

    def __init__(self, root: str, pipeline: str) -> None:
        self.root = root
        self.pipeline = pipeline
        self.judged = 0
        self.failed: set[str] = set()
        self._log: list[str] = []
        self._forgotten = 0
        self._with_resources: set[str] = set()
        self._scripts: set[str] = set()
        self._asked: Project | None = None
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
        self._ran = False
        self._unjudged: list[str] = []

    # -- what is new

    def disk_changed(self) -> None:
        """Something ran, or any file changed: the disk is looked at when next asked."""
        self._everything = True

    def touched(self, names: Iterable[str]) -> None:
        """The files or the runs of these tasks changed; of none: only what is kept of runs did."""
        self._dirty.update(names)
        self._ran = True

    def files_changed(self) -> None:
        """Files that are no products changed: resources may be among them."""
        self._dirty.update(self._with_resources)

    # -- the first look

    def read_some(self, project: Project, seconds: float) -> bool:
        """Look at some tasks for about so long, before `of` is first asked; whether it answers at once
        now. Thousands of products take seconds, and somebody may be typing."""
        end = time.monotonic() + seconds
        self._asked = project
        if self._project is None:
            if self._read_until(project, end):
                self._news(project)
                self._unjudged = [*reversed(project.order)]
            return False
        if project is not self._project:
            self.of(project)
        while self._unjudged:
            self._judge(project.tasks[self._unjudged.pop()])
            if time.monotonic() > end:
                return not self._unjudged
        return True

    def _read_until(self, project: Project, end: float) -> bool:
        """Look at the files of tasks; whether all were looked at."""
        self._begin(project)
        for name, task in project.tasks.items():
            known = self._own.get(name)
            if known is not None and known[0] is task:
                continue
            self._own_state(task, self._records.of(task))
            if time.monotonic() > end:
                return False
        return True

    def _begin(self, project: Project) -> None:
        if self._everything:
            self._everything, self._ran = False, True
            self._by_code = _by_code(project)
            self._records.disk_changed()
            self._own.clear()

    # -- answers

    @property
    def generation(self) -> int:
        """Counts the changes of what is told."""
        return self._forgotten + len(self._log)

    def changed_since(self, generation: int) -> set[str] | None:
        """The tasks of which something else is told since then; None: too long ago to say."""
        if generation < self._forgotten:
            return None
        return set(self._log[generation - self._forgotten :])

    def of(self, project: Project) -> Mapping[str, Freshness]:
        """By task name, for the snapshot `project`. The mapping changes with the next question."""
        self._asked = project
        dirty = self._news(project) | {name for name in self._unjudged if name in project.tasks}
        self._unjudged.clear()
        if len(dirty) == len(project.tasks):
            for name in project.order:
                self._judge(project.tasks[name])
        else:
            self._follow(project, dirty)
        return self._shown

    def one(self, project: Project, name: str) -> Freshness | None:
        """Of one task; None for a name that is no task's. As long as not all were looked at, only those
        that count for it are, where these are few."""
        self._asked = project
        if self._project is None and not self._dirty and not project.cycles and name in project.tasks:
            self._begin(project)
            needed = self._needed(project, name)
            if needed is not None:
                self._read_runs()
                for each in needed:
                    self._judge(project.tasks[each])
                return self._told[name]
        return self.of(project).get(name)

    def last_run(self, project: Project, name: str) -> LastRun | None:
        """When a task of which `of` or `one` has told ran last."""
        task = project.tasks.get(name)
        if task is None or name not in self._stamps:
            return None
        return last_run_of(self._records.of(task), self._outcomes.latest.get(name))

    def may_have_failures(self) -> bool:
        """Whether the history knows of a failed run; cheap, and good before anything was judged."""
        if self._everything or self._ran or self._dirty:
            self._dirty |= self._outcomes.update()
        return self._outcomes.has_failures

    @property
    def is_read(self) -> bool:
        """Whether the disk was ever looked at."""
        return self._project is not None

    def outcome(self, name: str) -> Outcome | None:
        """How the last run of a task ended, as far as the history knows."""
        return self._outcomes.latest.get(name)

    # -- inside

    def _needed(self, project: Project, name: str) -> list[str] | None:
        """The tasks that say how fresh this one is, itself last; None where they are many."""
        found: list[str] = []
        seen: set[str] = set()
        waiting = [(name, False)]
        while waiting:
            each, is_ready = waiting.pop()
            if is_ready:
                found.append(each)
            elif each not in seen:
                seen.add(each)
                if len(seen) > _MOST_NEEDED:
                    return None
                waiting.append((each, True))
                task = project.tasks[each]
                if self._own_state(task, self._records.of(task)) in (None, MOVED):
                    waiting.extend((other, False) for other in task.upstream if other in project.tasks)
        return found

    def _news(self, project: Project) -> set[str]:
        """The tasks to judge again, their files looked at again where that was asked for."""
        tasks, old = project.tasks, self._project
        by_code = _by_code(project)
        if by_code != self._by_code:
            self._own.clear()
        if old is None or old.root != project.root or by_code != self._by_code:
            dirty = set(tasks)
        elif tasks is old.tasks:
            dirty = set()
        else:
            before = old.tasks
            follows = project.changed is not None and project.version == old.version + 1
            known = project.changed if follows else None
            names = known if known is not None else may_differ(before, tasks)
            dirty = {name for name in names if name in tasks and before.get(name) is not tasks[name]}
            for name in names:
                if name not in tasks and name in before:
                    self._forget(name)
            # The paths of what a shell task needs are part of its code.
            for name in self._scripts - dirty:
                if name in tasks and not dirty.isdisjoint(tasks[name].upstream):
                    self._own.pop(name, None)
                    dirty.add(name)
        self._by_code, self._project = by_code, project
        if old is None or project.cycles or old.cycles:
            self._place_all(project, dirty)
        else:
            for name in dirty - self._position.keys():
                needed = (self._position.get(other, 0) for other in tasks[name].upstream)
                self._position[name] = 1 + max(needed, default=0)
        return dirty | self._disk_news(project)

    def _place_all(self, project: Project, dirty: set[str]) -> None:
        """Positions in build order, and what has none: tasks on a circle, and those behind one."""
        self._position = {name: at for at, name in enumerate(project.order)}
        for name in project.tasks.keys() - self._position.keys():
            self._tell(name, IN_A_CIRCLE)
            self._stamps.pop(name, None)
        dirty.update(name for name in self._position if name not in self._stamps)

    def _disk_news(self, project: Project) -> set[str]:
        tasks = project.tasks
        touched = {name for name in self._dirty if name in tasks}
        if not (self._everything or self._ran or self._dirty):
            return touched
        self._dirty.clear()
        self._ran = False
        intents = self._intents
        touched |= self._read_runs() | self._intents.keys() | intents.keys()
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

    def _read_runs(self) -> set[str]:
        """Look at what is kept of runs; the tasks of which the history has news."""
        self._intents = read_intents(self.root, self.pipeline)
        self._building = bool(self._intents) and is_building(self.root, self.pipeline)
        return self._outcomes.update()

    def _follow(self, project: Project, dirty: set[str]) -> None:
        """Judge the dirty tasks and all whose upstream told something else.

        Upstream comes first as far as positions tell: after edits they may be those of before, and a
        task is judged again when its turn came too early."""
        position, tasks = self._position, project.tasks
        waiting = [(position[name], name) for name in dirty if name in position]
        waiting.sort()
        queued = set(dirty)
        while waiting:
            _, name = heappop(waiting)
            queued.discard(name)
            if not self._judge(tasks[name], looked=name not in dirty):
                continue
            for other in project.downstream.get(name, ()):
                if other not in queued and other in position:
                    queued.add(other)
                    heappush(waiting, (position[other], other))

    def _judge(self, task: Task, *, looked: bool = False) -> bool:
        """Say how fresh `task` is; whether tasks behind it may have to be judged again. looked: it and
        its files are as they were."""
        self.judged += 1
        name = task.name
        known = self._own.get(name) if looked else None
        record = known[1] if known is not None else self._records.of(task)
        own = self._own_state(task, record)
        if self._intents:
            own = interrupted(self._intents.get(name), building=self._building) or own
        if own is None or own is MOVED:
            own = upstream_state(task, record, self._told, self._stamps) or own
        found = own or FRESH
        if found.state in ("stale", "never_run"):
            found = failed(task, record, self._outcomes.latest.get(name)) or found
        before = self._told.get(name)
        stamp, is_new = self._stamps.get(name), name not in self._stamps
        self._stamps[name] = record.timestamp
        self._tell(name, found)
        return is_new or before is None or before.state != found.state or stamp != record.timestamp

    def _own_state(self, task: Task, record: Record) -> Freshness | None:
        known = self._own.get(task.name)
        if known is not None and known[0] is task and known[1] is record:
            return known[2]
        assert self._asked is not None
        found = own_state(self._asked, task, record, lambda: self._records.whole(task), by_code=self._by_code)
        self._own[task.name] = (task, record, found)
        if task.spec.resources:
            self._with_resources.add(task.name)
        if task.kind == "shell":
            self._scripts.add(task.name)
        return found

    def _tell(self, name: str, found: Freshness) -> None:
        if self._told.get(name) == found:
            return
        self._told[name] = found
        self._note(name)
        (self.failed.add if found.state == "failed" else self.failed.discard)(name)

    def _forget(self, name: str) -> None:
        for known in (self._told, self._stamps, self._own, self._position):
            known.pop(name, None)
        self._records.drop(name)
        self.failed.discard(name)
        self._with_resources.discard(name)
        self._scripts.discard(name)
        self._note(name)

    def _note(self, name: str) -> None:
        self._log.append(name)
        if len(self._log) > _LONGEST_LOG:
            self._forgotten += len(self._log)
            self._log.clear()


def _by_code(project: Project) -> bool:
    return bool(project.spec.config.get("outdated_by_code", True))
