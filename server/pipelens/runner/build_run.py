"""One build under way: the steps of its plan, each told and recorded. Prints nothing."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipelens.core.project import Project
from pipelens.core.sources import code_mark
from pipelens.frozen import frozen
from pipelens.runner.build_lock import user_name
from pipelens.runner.disk_room import in_words
from pipelens.runner.events import PlanMade, RunEnd, RunEnded, RunStarted, TaskChanged, TaskProblem
from pipelens.runner.failures import trim_failures
from pipelens.runner.freshness import MOVED
from pipelens.runner.history import History
from pipelens.runner.outcome import Outcome
from pipelens.runner.place import Place, Status
from pipelens.runner.plan import Plan, Step
from pipelens.runner.records import adopt_moved_records, adopt_old_records
from pipelens.runner.scheduling import take_steps
from pipelens.runner.state import trim_state
from pipelens.runner.task_code import own_text

if TYPE_CHECKING:
    # What executes is imported when something is executed: a build that finds nothing to do is quick.
    from pipelens.runner.hook_calls import HooksDone
    from pipelens.runner.hook_runs import HookRunner
    from pipelens.runner.task_run import TaskRun


@frozen
class BuildResult:
    """How a build went. exit_code: 0, 1 (failed, or refused) or 130 (interrupted).

    ran: tasks that ended well. failed: those that did not. skipped: up to date. not_run: left out
    because of a failed upstream, a stop, or the selection. refused: why nothing was tried at all.
    """

    ok: bool
    exit_code: int
    run: str
    ran: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    not_run: tuple[str, ...] = ()
    problems: tuple[TaskProblem, ...] = ()
    early_stop: bool = False
    refused: str | None = None


def _has_render_hooks(project: Project) -> bool:
    if project.spec.hooks.on_render is not None:
        return True
    return any(task.spec.hooks.on_render is not None for task in project.tasks.values())


@dataclass(slots=True)
class BuildRun:
    """One build under way. Its lists change only while `lock` is held: steps may be taken at once."""

    place: Place
    plan: Plan
    workers: int
    keep_going: bool
    history: History
    numbers: Mapping[str, int] = field(init=False)
    lock: threading.Lock = field(default_factory=threading.Lock)
    began: float = field(default_factory=time.monotonic)
    ran: list[str] = field(default_factory=list[str])
    failed: list[str] = field(default_factory=list[str])
    skipped: list[str] = field(default_factory=list[str])
    not_run: list[str] = field(default_factory=list[str])
    problems: list[TaskProblem] = field(default_factory=list[TaskProblem])
    seconds: dict[str, float] = field(default_factory=dict[str, float])
    dark: dict[str, str] = field(default_factory=dict[str, str])
    early_stop: bool = False
    hooks_failed: bool = False

    def __post_init__(self) -> None:
        self.numbers = {name: number for number, name in enumerate(self.plan.to_run, 1)}

    def run(self) -> BuildResult:
        place, project = self.place, self.place.project
        tell = place.listener
        trim_state(project.root)
        trim_failures(project.root)
        self.history.begin(place.run, self.plan.options.mode, time.time(), user_name())
        tell(
            RunStarted(
                place.run,
                project.path,
                project.root,
                place.cwd,
                os.getpid(),
                place.interpreter.path,
                place.interpreter.why,
                self.plan.options.mode,
            )
        )
        tell(PlanMade(tuple((step.task, step.action, step.reason) for step in self.plan.steps)))
        if self.history.told:
            self.tell_problem(TaskProblem("", self.history.told, "warning"))
        adopt_old_records(project)
        moved = [
            step.task for step in self.plan.steps if step.action == "skip" and step.reason == MOVED.reason
        ]
        adopt_moved_records(project, moved)
        if self.has_folders() and self.rendered():
            self.queue()
            upstream = {name: task.upstream for name, task in project.tasks.items()}
            take_steps(self.plan.steps, upstream, self.take, workers=self.workers)
            self.finish_pipeline()
        else:
            self.not_run.extend(step.task for step in self.plan.steps if step.task not in self.failed)
        return self.end()

    def tell_problem(self, problem: TaskProblem) -> None:
        self.problems.append(problem)
        self.place.listener(problem)

    def has_folders(self) -> bool:
        """Make the folders that the env asks for; nothing runs without them."""
        for folder in self.place.project.env.folders:
            try:
                os.makedirs(folder, exist_ok=True)
            except OSError as error:
                message = f"the folder {folder} that the env asks for cannot be made: {in_words(error)}"
                self.tell_problem(TaskProblem("", message, path=self.place.project.path))
                self.hooks_failed = True
                return False
        return True

    def rendered(self) -> bool:
        """Call the `on_render` hooks; nothing runs when one of them fails."""
        if not _has_render_hooks(self.place.project):
            return True
        done = self.hook_runner().call_renders()
        self.problems.extend(done.problems)
        for problem in done.problems:
            self.place.listener(problem)
        for name in done.failed:
            if name:
                self.failed.append(name)
                self.place.listener(TaskChanged(name, "failed", "its on_render failed"))
        self.hooks_failed = done.status == "failed"
        return done.status == "ok"

    def hook_runner(self) -> HookRunner:
        from pipelens.runner.hook_runs import HookRunner

        return HookRunner(self.place)

    def queue(self) -> None:
        total = len(self.numbers)
        for step in self.plan.steps:
            if (number := self.numbers.get(step.task)) is not None:
                self.place.listener(TaskChanged(step.task, "queued", step.reason, number=number, total=total))

    def take(self, step: Step) -> None:
        """One step: run it, or say why not. Called from several threads when tasks run at once."""
        name, tell = step.task, self.place.listener
        if step.action == "unselected":
            self.leave(name)
        elif self.place.stop.is_set:
            self.leave(name)
            if step.action == "run":
                tell(TaskChanged(name, "skipped", "the run was stopped"))
        elif step.action == "skip":
            with self.lock:
                self.skipped.append(name)
            tell(TaskChanged(name, "skipped", step.reason))
        elif (blocked := self.blocked(name)) is not None:
            self.leave(name, blocked)
            tell(TaskChanged(name, "skipped", blocked))
        else:
            self.run_task(step)

    def leave(self, name: str, dark: str | None = None) -> None:
        """A task that does not run. dark: why nothing after it can."""
        with self.lock:
            self.not_run.append(name)
            if dark is not None:
                self.dark[name] = dark

    def blocked(self, name: str) -> str | None:
        """Why a task cannot run after what happened before it."""
        upstream = self.place.project.tasks[name].upstream
        reason = next((self.dark[one] for one in upstream if one in self.dark), None)
        if reason is None and self.failed and not self.keep_going:
            return f"the build does not go on after {self.failed[0]} failed"
        return reason

    def run_task(self, step: Step) -> None:
        name, tell, place = step.task, self.place.listener, self.place
        number, total = self.numbers[name], len(self.numbers)
        tell(TaskChanged(name, "started", step.reason, number=number, total=total))
        from pipelens.runner.task_run import TaskRun

        began = time.monotonic()
        run = TaskRun(place, place.project.tasks[name])
        status = self.carried_out(run)
        if status == "failed":
            run.advise()
        seconds = time.monotonic() - began
        for problem in run.problems:
            tell(problem)
        reason = run.problems[0].message if run.problems else ""
        with self.lock:
            self.seconds[name] = seconds
            self.problems.extend(run.problems)
            self.settle(name, status, reason, seconds, number, total)

    def carried_out(self, run: TaskRun) -> Status:
        if run.task.products is None:
            return run.fail("its products are not known")
        try:
            return run.run()
        except OSError as error:
            return run.fail(f"{error.filename or 'a file'} cannot be written: {error.strerror or error}")

    def settle(self, name: str, status: Status, reason: str, seconds: float, number: int, total: int) -> None:
        place, project = self.place, self.place.project
        task = project.tasks[name]
        match status:
            case "ok":
                self.ran.append(name)
                assert task.products is not None
                products = tuple(os.path.relpath(item.path, project.root) for item in task.products.items)
                event = TaskChanged(name, "finished", "", seconds, number, total, products)
            case "early_stop":
                self.early_stop = True
                self.not_run.append(name)
                self.dark[name] = f"{name} ended the build early"
                event = TaskChanged(
                    name, "skipped", "it asked to end the build early", seconds, number, total
                )
            case "interrupted":
                self.not_run.append(name)
                told = "it was interrupted" + (" while debugging" if place.engines.is_debugger else "")
                event = TaskChanged(name, "failed", told, seconds, number, total)
            case "failed":
                self.failed.append(name)
                self.dark[name] = f"upstream {name} failed"
                event = TaskChanged(name, "failed", reason, seconds, number, total)
        place.listener(event)
        if status != "early_stop":
            ok = status == "ok"
            code = None if ok else code_mark(own_text(task))
            self.history.add(Outcome(name, time.time(), seconds, ok, event.reason[:200], code, place.run))

    def finish_pipeline(self) -> None:
        """The pipeline's own hook for how it went; `task` and a stopped or early ended build have none."""
        if self.plan.options.task is not None or self.place.stop.is_set:
            return
        hooks = self.place.project.spec.hooks
        if self.failed:
            if hooks.on_failure:
                self.heed(self.hook_runner().call_pipeline("on_failure", traceback=self.tracebacks()))
        elif hooks.on_finish and not self.early_stop:
            from pipelens.runner.hook_calls import report_of

            report = report_of([*self.ran, *self.skipped], self.seconds)
            self.heed(self.hook_runner().call_pipeline("on_finish", report=report))

    def heed(self, done: HooksDone) -> None:
        for problem in done.problems:
            self.place.listener(problem)
        self.problems.extend(done.problems)
        self.hooks_failed = self.hooks_failed or done.status == "failed"

    def tracebacks(self) -> dict[str, str]:
        """What the pipeline's `on_failure` gets as `traceback`."""
        return {"build": "\n".join(problem.traceback or problem.message for problem in self.problems)}

    def end(self) -> BuildResult:
        stopped = self.place.stop.is_set
        failed = bool(self.failed) or self.hooks_failed
        state: RunEnd = (
            "stopped" if stopped else "failed" if failed else "early_stop" if self.early_stop else "ok"
        )
        code = 130 if stopped else int(failed)
        lists = tuple(map(tuple, (self.ran, self.failed, self.skipped, self.not_run)))
        seconds = time.monotonic() - self.began
        # Who hears of the end may start the next run at once, and shall not find this one in its way.
        self.place.engines.close()
        self.history.end(self.place.run, state, seconds)
        self.place.listener(RunEnded(state, code, seconds, *lists))
        return BuildResult(
            code == 0, code, self.place.run, *lists, problems=tuple(self.problems), early_stop=self.early_stop
        )
