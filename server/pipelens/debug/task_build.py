"""The builds of a debugging session: what the task needs, plainly; then the task itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from pipelens.debug.launch import LaunchError, Target, Upstream
from pipelens.runner.build import run_build
from pipelens.runner.build_lock import Builder, Turn
from pipelens.runner.build_run import BuildResult
from pipelens.runner.events import Event, Listener, TaskChanged
from pipelens.runner.freshness import read_freshness
from pipelens.runner.plan import BuildOptions, Plan, Refusal, make_plan
from pipelens.runner.stop import StopRequest

if TYPE_CHECKING:
    from pipelens.core.project import Project
    from pipelens.runner.worker_reports import Engine

Say = Callable[[str], None]


def build_upstream(
    target: Target, upstream: Upstream, environ: Mapping[str, str], stop: StopRequest, say: Say
) -> None:
    """Build what the task needs and is not up to date, as a build does. Raises `LaunchError`."""
    names = target.project.tasks[target.task.name].upstream
    if upstream != "build" or not names:
        return
    options = BuildOptions(partially=tuple(names))
    project, plan = _planned(target, options)
    if not plan.to_run:
        return
    say(f"{target.task.name} needs {', '.join(plan.to_run)}, which {_is_are(plan.to_run)} not up to date.\n")
    failed: list[str] = []

    def listener(event: Event) -> None:
        match event:
            case TaskChanged(state="started"):
                say(f"Building {event.task} ({event.number} of {event.total}) …\n")
            case TaskChanged(state="failed"):
                failed.append(event.task)
                say(f"{event.task} failed: {event.reason}\n")
            case _:
                pass

    result = _run(target, project, plan, options, environ, stop, None, listener, say)
    if result.ok and not result.early_stop:
        return
    if stop.is_set:
        raise LaunchError("the debugging was stopped while its upstream was built")
    if result.refused is not None:
        raise LaunchError(result.refused)
    told = next((problem for problem in result.problems if problem.severity == "error"), None)
    name = failed[0] if failed else (told.task if told is not None else "")
    reason = told.message if told is not None else "it ended the build early"
    raise LaunchError(f"{target.task.name} cannot be debugged, because upstream {name} failed: {reason}")


def run_task(
    target: Target,
    upstream: Upstream,
    environ: Mapping[str, str],
    stop: StopRequest,
    engine: Engine,
    listener: Listener,
    say: Say,
) -> str:
    """Run the task with `engine`, as `pipelens task` does; why it did not end well, empty when it
    did. Raises `LaunchError` when it cannot be begun."""
    name = str(target.task.name)
    if upstream == "require":
        options = BuildOptions(task=name, force=True)
    else:
        options = BuildOptions(partially=(name,), skip_upstream=True, force=True)
    project, plan = _planned(target, options)
    result = _run(target, project, plan, options, environ, stop, engine, listener, say)
    if result.refused is not None:
        raise LaunchError(result.refused)
    if result.ok:
        return ""
    told = next((problem for problem in result.problems if problem.severity == "error"), None)
    return told.message if told is not None else "it was stopped"


def _planned(target: Target, options: BuildOptions) -> tuple[Project, Plan]:
    """The pipeline as it is now, and what would run. Raises `LaunchError`."""
    project = target.keeper.now()
    made = make_plan(project, read_freshness(project), options)
    if isinstance(made, Refusal):
        raise LaunchError(made.message)
    due = set(made.to_run)
    stopping = [
        problem
        for problem in project.problems
        if problem.severity == "error" and (problem.task is None or problem.task in due)
    ]
    if stopping:
        path, span = project.locate(stopping[0].place)
        more = f" (and {len(stopping) - 1} more)" if len(stopping) > 1 else ""
        raise LaunchError(f"{path}:{span.start.line + 1}: {stopping[0].message}{more}")
    return project, made


def _run(
    target: Target,
    project: Project,
    plan: Plan,
    options: BuildOptions,
    environ: Mapping[str, str],
    stop: StopRequest,
    engine: Engine | None,
    listener: Listener,
    say: Say,
) -> BuildResult:
    def waits(builder: Builder) -> None:
        say(f"Waiting: {builder.in_words}.\n")

    def plan_again() -> tuple[Project, Plan]:
        target.keeper.refresh()
        return _planned(target, options)

    return run_build(
        project,
        plan,
        interpreter=target.interpreter,
        listener=listener,
        cwd=target.cwd,
        environ=environ,
        stop=stop,
        engine=engine if engine is not None else target.keeper.settings.engine,
        turn=Turn(waits, plan_again),
    )


def _is_are(names: tuple[str, ...]) -> str:
    return "is" if len(names) == 1 else "are"
