"""Build: make ready what a plan needs, carry it out, and leave nothing behind. Prints nothing."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from pipelens.core.project import Project, Task
from pipelens.runner.build_lock import BuildLock, Turn
from pipelens.runner.build_run import BuildResult, BuildRun
from pipelens.runner.disk_room import in_words, is_full
from pipelens.runner.engines import Engines
from pipelens.runner.events import (
    Event,
    EventLog,
    Listener,
    TaskProblem,
    given_run_id,
    new_run_id,
)
from pipelens.runner.history import History
from pipelens.runner.intents import recover
from pipelens.runner.interpreter import HOW_TO_CHANGE, Interpreter, probe
from pipelens.runner.leftovers import clear_leftovers
from pipelens.runner.notebook_formats import is_converted
from pipelens.runner.place import DumpValues, Place
from pipelens.runner.plan import Plan, Refusal, refuse_unsupported
from pipelens.runner.preload import preloaded, remember, unhidden
from pipelens.runner.process_engine import task_environment
from pipelens.runner.state import StateError, make_state, state_path
from pipelens.runner.stop import StopRequest, stopped_by_signals

if TYPE_CHECKING:
    # What executes is imported when something is executed: a build that finds nothing to do is quick.
    from pipelens.runner.head_start import HeadStart
    from pipelens.runner.worker_reports import Engine


def run_build(
    project: Project,
    plan: Plan,
    *,
    interpreter: Interpreter,
    listener: Listener,
    cwd: str,
    environ: Mapping[str, str],
    stop: StopRequest | None = None,
    workers: int = 1,
    keep_going: bool = True,
    engine: str | Engine | None = None,
    turn: Turn | None = None,
    dumps: DumpValues | None = "small",
    started: HeadStart | None = None,
) -> BuildResult:
    """Run the steps of `plan` and leave every record in order, also when it is interrupted.

    cwd: where functions and notebooks run (section 2.4). workers: how many tasks run at once.
    keep_going: after a failure, tasks that do not need what failed are run all the same. engine: what
    runs the tasks, instead of the usual. turn: how to wait for another build of this pipeline;
    without it that is a refusal. dumps: what failed tasks record, None for nothing. started: a warm
    parent that may be there already. While it runs in the main thread, Ctrl-C stops the build; elsewhere
    `stop` does. Raises nothing that the pipeline is to blame for.
    """
    run = given_run_id(environ) or new_run_id()
    if (refused := _unready(project, plan, interpreter, _chosen(engine)[0])) is not None:
        return _refused(run, refused)
    stop = stop or StopRequest()
    lock = BuildLock(project.root, project.path)
    with stopped_by_signals(stop):
        try:
            make_state(project.root)
            if (builder := lock.acquire(run)) is not None:
                if turn is None or not turn.is_patient:
                    return _refused(run, builder.in_words)
                turn.waits(builder)
                if lock.wait(run, stop) is not None:
                    return BuildResult(False, 130, run)
            recover(project.root, project.path)
            clear_leftovers(project.root, project.path)
            if turn is not None and lock.before != turn.planned_at:
                # Another build ran since the plan was made, and may have been killed.
                project, plan = turn.plan_again()
                if (refused := _unready(project, plan, interpreter, _chosen(engine)[0])) is not None:
                    return _refused(run, refused)
            with _placed(project, run, interpreter, listener, cwd, environ, stop, engine, dumps) as place:
                place.engines.started = started
                for task in _one_of_each_kind(project, plan):
                    place.engines.prepare(task)
                history = History(project.root, project.path)
                try:
                    return BuildRun(place, plan, workers, keep_going, history).run()
                finally:
                    history.close()
        except StateError as error:
            return _refused(run, str(error))
        except OSError as error:
            if not is_full(error):
                raise
            return _refused(run, f"{error.filename or project.root} cannot be written: {in_words(error)}")
        finally:
            lock.release()


def run_on_finish(
    project: Project,
    task: Task,
    *,
    interpreter: Interpreter,
    listener: Listener,
    cwd: str,
    environ: Mapping[str, str],
) -> tuple[TaskProblem, ...]:
    """Call the `on_finish` of one task by itself, on the products that are there; what went wrong.
    Raises `StateError`, also while the pipeline is built."""
    from pipelens.runner.hook_runs import HookRunner
    from pipelens.runner.task_plan import hooks_value

    make_state(project.root)
    stop, run = StopRequest(), new_run_id()
    lock = BuildLock(project.root, project.path)
    if (builder := lock.acquire(run)) is not None:
        raise StateError(builder.in_words)
    hook = hooks_value(task.spec.hooks)["on_finish"]
    try:
        with (
            stopped_by_signals(stop),
            _placed(project, run, interpreter, listener, cwd, environ, stop, None) as place,
        ):
            return HookRunner(place).call_task(task, "on_finish", hook).problems
    finally:
        lock.release()


@contextmanager
def _placed(
    project: Project,
    run: str,
    interpreter: Interpreter,
    listener: Listener,
    cwd: str,
    environ: Mapping[str, str],
    stop: StopRequest,
    engine: str | Engine | None,
    dumps: DumpValues | None = None,
) -> Iterator[Place]:
    """Where a run executes, its event file and its engines; they are closed behind it."""
    log = EventLog(state_path(project.root, "runs", f"{run}.jsonl"), run)
    telling = threading.Lock()

    def tell(event: Event) -> None:
        with telling:
            log.write(event)
            listener(event)

    seen = task_environment(environ)
    engines = Engines(interpreter, seen, *_chosen(engine))
    engines.preload = preloaded(project, interpreter.path)
    engines.allowed = partial(unhidden, project)
    try:
        yield Place(project, run, interpreter, os.path.abspath(cwd), seen, stop, tell, engines, dumps)
    finally:
        engines.close()
        remember(project.root, interpreter.path, engines.imported)
        log.close()


def _unready(project: Project, plan: Plan, interpreter: Interpreter, engine: str | None) -> str | None:
    """Why nothing can run at all."""
    refusal = refuse_unsupported(project, plan, engine)
    if isinstance(refusal, Refusal):
        return refusal.message
    if plan.to_run and (problem := probe(interpreter.path).problem):
        return f"{problem}. It was chosen because {interpreter.why}; {HOW_TO_CHANGE}"
    return None


def _chosen(engine: str | Engine | None) -> tuple[str | None, Engine | None]:
    return (engine, None) if isinstance(engine, str) else (None, engine)


def _one_of_each_kind(project: Project, plan: Plan) -> list[Task]:
    """What an engine is made ready for: one task of each kind, with and without conversion."""
    tasks = [project.tasks[name] for name in plan.to_run]
    return list({(task.kind, is_converted(task)): task for task in tasks}.values())


def _refused(run: str, message: str) -> BuildResult:
    return BuildResult(False, 1, run, refused=message)
