"""`pipelens build`: runs what is not up to date, and says what it did and why."""

from __future__ import annotations

import argparse
import gc
import os
import sys
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from pipelens.cli import arguments as arguments_
from pipelens.cli.arguments import Parser
from pipelens.cli.build_progress import progress_for
from pipelens.cli.build_record import BuildRecord
from pipelens.cli.commands import SUMMARIES
from pipelens.cli.refusal import Refusal
from pipelens.cli.terminal import Screen

if TYPE_CHECKING:
    # A build that finds nothing changed reads no pipeline, and imports nothing that does.
    from pipelens.core.project import Project
    from pipelens.runner.build_lock import Builder, Turn
    from pipelens.runner.events import Event
    from pipelens.runner.head_start import HeadStart
    from pipelens.runner.plan import BuildOptions, Plan
    from pipelens.runner.worker_reports import Engine
    from pipelens.workspace.keeper import ProjectKeeper


def main(name: str, words: Sequence[str]) -> int:
    parser = arguments_.parser(name, SUMMARIES["build"], formats=("text", "json", "json-lines"))
    parser.add_argument(
        "-f", "--force", action="store_true", help="run all selected tasks, also those up to date"
    )
    parser.add_argument(
        "-p",
        "--partially",
        metavar="TASK",
        action="append",
        default=[],
        help="only this task (or pattern with *) and all it needs; may be repeated",
    )
    parser.add_argument(
        "-su",
        "--skip-upstream",
        action="store_true",
        help="with --partially: only the tasks named, not what they need",
    )
    parser.add_argument(
        "-j",
        "--jobs",
        metavar="N",
        type=_count,
        help="how many tasks run at once (default: what the pipeline's `executor` says)",
    )
    parser.add_argument(
        "--keep-going",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="after a failure, run what does not need the failed task all the same (this is usual)",
    )
    add_run_options(parser)
    parser.add_argument("extra", nargs="*", help=argparse.SUPPRESS)
    arguments = arguments_.read(parser, words)
    arguments.began = time.time_ns()
    if arguments.extra:
        wanted = arguments.extra[0]
        parser.error(
            f"build takes no task name; `pipelens task {wanted}` runs one task, "
            f"`pipelens build --partially {wanted}` runs it with all that it needs"
        )
    prepare_debugging(arguments)
    code = _unchanged(arguments)
    if code is not None:
        return code
    from pipelens.cli.pipeline import open_keeper
    from pipelens.runner.last_look import AskedVariables
    from pipelens.runner.plan import BuildOptions

    options = BuildOptions(
        force=arguments.force,
        partially=tuple(arguments.partially),
        skip_upstream=arguments.skip_upstream,
    )
    with warm_start(arguments, is_sure=arguments.force) as started:
        keeper = open_keeper(arguments, AskedVariables(os.environ))
        return carry_out(keeper, options, arguments, started)


def warm_start(arguments: argparse.Namespace, *, is_sure: bool) -> AbstractContextManager[HeadStart | None]:
    """Let the worker's imports begin before the pipeline is read, where something will most likely run."""
    if arguments.dry_run or arguments.in_process:
        return nullcontext()
    from pipelens.runner.head_start import head_start

    return head_start(
        arguments.entry_point,
        interpreter=arguments.interpreter,
        engine=arguments.engine,
        cwd=arguments.cwd,
        environ=os.environ,
        is_sure=is_sure,
    )


def _unchanged(arguments: argparse.Namespace) -> int | None:
    """The exit code of a build of everything where nothing changed since there was nothing to do."""
    if arguments.force or arguments.partially or arguments.dry_run or arguments.overrides or arguments.debug:
        return None
    from pipelens.runner.idle_build import build_unchanged

    screen, errors, record = Screen(), Screen(sys.stderr), BuildRecord()
    progress = progress_for(arguments.format, 1, screen, errors, live=False)

    def listener(event: Event) -> None:
        record(event)
        progress(event)

    with progress:
        code = build_unchanged(
            arguments.entry_point,
            interpreter=arguments.interpreter,
            listener=listener,
            cwd=arguments.cwd,
            environ=os.environ,
        )
    if code is not None:
        _report(record, arguments, screen, errors)
    return code


def add_run_options(parser: Parser) -> None:
    """The options that `build` and `task` share."""
    parser.add_argument("--dry-run", action="store_true", help="say what would run and why, and run nothing")
    parser.add_argument("--interpreter", metavar="PYTHON", help="the Python that runs the tasks")
    parser.add_argument(
        "--no-wait", action="store_true", help="refuse instead of waiting while another build runs"
    )
    parser.add_argument(
        "--no-dump", action="store_true", help="do not record failures (frames and values) for later"
    )
    parser.set_defaults(in_process=False)
    parser.add_argument("--engine", choices=("warm", "process", "kernel"), help=argparse.SUPPRESS)
    parser.add_argument(
        "-d",
        "--debug",
        action="store_true",
        help="one task at a time; the first failure ends the run and is opened in the terminal",
    )
    parser.add_argument(
        "-D",
        "--debuglater",
        action="store_true",
        help="accepted and of no effect: failures are recorded anyway, and `pipelens postmortem` opens them",
    )


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


_count.__name__ = "number above 0"


def workers_of(project: Project, given: int | None) -> int:
    """How many tasks run at once: as asked for, else as section `executor` says (5.4)."""
    if given is not None:
        return given
    executor = project.spec.executor
    if executor.kind != "parallel":
        return 1
    processes = executor.arguments.get("processes")
    if isinstance(processes, int) and processes > 0:
        return int(processes)
    return _processors()


def _processors() -> int:
    """Those that this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def prepare_debugging(arguments: argparse.Namespace) -> None:
    """What `--debug` means for the run. Raises `Refusal` where it can not be."""
    if not arguments.debug:
        return
    if arguments.no_dump:
        raise Refusal("--debug opens what a failure records, and --no-dump records nothing; leave one out")
    arguments.jobs = 1
    arguments.keep_going = False


def carry_out(
    keeper: ProjectKeeper,
    options: BuildOptions,
    arguments: argparse.Namespace,
    started: HeadStart | None = None,
) -> int:
    """Plan and run; returns the exit code. Raises `Refusal` when there is nothing that can be run."""
    from pipelens.runner import plan as plan_
    from pipelens.runner.build_lock import Turn, last_turn

    screen, errors = Screen(), Screen(sys.stderr)
    planned_at = last_turn(keeper.location.root, keeper.location.path)
    project, made = planned_now(keeper, options, arguments, errors)
    if arguments.dry_run:
        _show_plan(project, made, screen, as_json=arguments.format == "json")
        return 0
    unsupported = plan_.refuse_unsupported(project, made)
    if unsupported is not None:
        raise Refusal(unsupported.message, exit_code=1)

    def waits(builder: Builder) -> None:
        errors.line(f"Waiting: {builder.in_words}. Ctrl+C gives up; --no-wait does not wait.")
        errors.flush()

    def plan_again() -> tuple[Project, Plan]:
        keeper.refresh()
        return planned_now(keeper, options, arguments, errors)

    turn = Turn(waits, plan_again, planned_at, is_patient=not arguments.no_wait)
    code, record = _run(keeper, project, made, turn, arguments, screen, errors, started)
    _report(record, arguments, screen, errors)
    if arguments.debug:
        from pipelens.cli.failed_debugging import open_failed

        open_failed(record, arguments, screen, errors)
    is_whole = options in (plan_.BuildOptions(), plan_.BuildOptions(force=True)) and not arguments.overrides
    if code == 0 and is_whole and not arguments.debug and keeper.now() is project:  # else planned anew
        from pipelens.runner import last_look

        if any(step.action == "run" for step in made.steps):
            last_look.keep_look_after_run(keeper, project, arguments.began)
        else:
            last_look.keep_look(keeper, project, arguments.began)
    return code


def _report(record: BuildRecord, arguments: argparse.Namespace, screen: Screen, errors: Screen) -> None:
    from pipelens.cli.build_report import failures, finished

    for line in failures(record, arguments.cwd, errors, arguments.entry_point):
        errors.line(*line)
    errors.flush()
    if arguments.format == "json":
        from pipelens.cli.shapes import dumped

        screen.write(dumped(record.shape(record.started.root if record.started else "")))
    elif arguments.format == "text":
        for line in finished(record, screen):
            screen.line(*line)


def planned_now(
    keeper: ProjectKeeper, options: BuildOptions, arguments: argparse.Namespace, errors: Screen
) -> tuple[Project, Plan]:
    """The pipeline as it is now and what would run. Raises `Refusal`; what stands in the way is shown."""
    from pipelens.cli.pipeline import freshness_of, only_shown
    from pipelens.runner import plan as plan_

    project = keeper.now()
    told = only_shown(project)
    if told:
        raise Refusal(f"this cannot be built: {told}", exit_code=1)
    made = plan_.make_plan(project, freshness_of(project), options)
    if isinstance(made, plan_.Refusal):
        _show_problems(project, None, arguments, errors)
        raise Refusal(made.message, exit_code=1)
    if _show_problems(project, made, arguments, errors):
        raise Refusal(
            "nothing was run, because the pipeline has problems of severity error (above)", exit_code=1
        )
    return project, made


def _show_plan(project: Project, made: Plan, screen: Screen, *, as_json: bool) -> None:
    from pipelens.cli.build_report import planned

    if as_json:
        steps = [{"name": step.task, "action": step.action, "reason": step.reason} for step in made.steps]
        from pipelens.cli.shapes import dumped

        screen.write(dumped({"root": project.root, "tasks": steps}))
        return
    for line in planned(made, screen):
        screen.line(*line)


def _show_problems(
    project: Project, made: Plan | None, arguments: argparse.Namespace, screen: Screen
) -> bool:
    """Show the problems that stand in the way of `made` (of anything, without a plan)."""
    if not any(found.severity == "error" for found in project.problems):
        return False
    from pipelens.cli.check import in_reading_order, report

    due = set(project.tasks if made is None else made.to_run)
    stopping = [
        found
        for found in in_reading_order(project)
        if found.severity == "error" and (found.task is None or found.task in due)
    ]
    if stopping:
        for line in report(project, stopping, arguments.cwd):
            screen.line(*line)
    return bool(stopping)


def _run(
    keeper: ProjectKeeper,
    project: Project,
    made: Plan,
    turn: Turn | None,
    arguments: argparse.Namespace,
    screen: Screen,
    errors: Screen,
    started: HeadStart | None,
) -> tuple[int, BuildRecord]:
    from pipelens.runner.build import run_build
    from pipelens.runner.interpreter import interpreter_of
    from pipelens.runner.stop import StopRequest

    if made.to_run:
        gc.enable()
    record = BuildRecord()
    workers = workers_of(project, arguments.jobs)
    interpreter, stop = interpreter_of(keeper, arguments.interpreter, os.environ), StopRequest()
    engine: str | Engine | None = arguments.engine or keeper.settings.engine
    if arguments.in_process:
        from pipelens.runner.terminal_engine import TerminalEngine

        engine = TerminalEngine(interpreter.path, stop)
    progress = progress_for(arguments.format, workers, screen, errors, live=not arguments.in_process)

    def listener(event: Event) -> None:
        record(event)
        progress(event)

    with progress:
        result = run_build(
            project,
            made,
            interpreter=interpreter,
            listener=listener,
            cwd=arguments.cwd,
            environ=os.environ,
            workers=workers,
            keep_going=arguments.keep_going,
            stop=stop,
            engine=engine,
            turn=turn,
            dumps=None if arguments.no_dump else keeper.settings.failure_values,
            started=started,
        )
    if result.refused is not None:
        raise Refusal(result.refused, exit_code=result.exit_code)
    return result.exit_code, record
