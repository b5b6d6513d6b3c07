"""`pipelens build`: runs what is not up to date, and says what it did and why."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence

from pipelens.cli import arguments as arguments_
from pipelens.cli.arguments import Parser
from pipelens.cli.build_progress import LiveProgress, PlainProgress, Progress
from pipelens.cli.build_record import BuildRecord
from pipelens.cli.build_report import failures, finished, planned
from pipelens.cli.commands import SUMMARIES
from pipelens.cli.pipeline import freshness_of, only_shown, open_keeper
from pipelens.cli.refusal import Refusal
from pipelens.cli.shapes import dumped
from pipelens.cli.terminal import Screen, counted
from pipelens.core.project import Project
from pipelens.health import interpreter_of
from pipelens.runner import plan as plan_
from pipelens.runner.events import Event
from pipelens.runner.interpreter import Interpreter
from pipelens.runner.plan import BuildOptions, Plan
from pipelens.workspace.keeper import ProjectKeeper


def main(name: str, words: Sequence[str]) -> int:
    parser = arguments_.parser(name, SUMMARIES["build"])
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
    add_run_options(parser)
    parser.add_argument("extra", nargs="*", help=argparse.SUPPRESS)
    arguments = arguments_.read(parser, words)
    if arguments.extra:
        wanted = arguments.extra[0]
        parser.error(
            f"build takes no task name; `pipelens task {wanted}` runs one task, "
            f"`pipelens build --partially {wanted}` runs it with all that it needs"
        )
    refuse_debugging(arguments)
    options = BuildOptions(
        force=arguments.force,
        partially=tuple(arguments.partially),
        skip_upstream=arguments.skip_upstream,
    )
    return carry_out(open_keeper(arguments), options, arguments)


def add_run_options(parser: Parser) -> None:
    """The options that `build` and `task` share."""
    parser.add_argument("--dry-run", action="store_true", help="say what would run and why, and run nothing")
    parser.add_argument("--interpreter", metavar="PYTHON", help="the Python that runs the tasks")
    parser.add_argument("-d", "--debug", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("-D", "--debuglater", action="store_true", help=argparse.SUPPRESS)


def refuse_debugging(arguments: argparse.Namespace) -> None:
    if arguments.debug or arguments.debuglater:
        raise Refusal("this version cannot debug tasks yet; run without --debug and --debuglater")


def carry_out(keeper: ProjectKeeper, options: BuildOptions, arguments: argparse.Namespace) -> int:
    """Plan and run; returns the exit code. Raises `Refusal` when there is nothing that can be run."""
    project = keeper.now()
    told = only_shown(project)
    if told:
        raise Refusal(f"this cannot be built: {told}", exit_code=1)
    as_json = arguments.format == "json"
    screen, errors = Screen(), Screen(sys.stderr)
    made = plan_.make_plan(project, freshness_of(project), options)
    if isinstance(made, plan_.Refusal):
        _show_problems(project, None, arguments, errors)
        raise Refusal(made.message, exit_code=1)
    if _show_problems(project, made, arguments, errors):
        raise Refusal(
            "nothing was run, because the pipeline has problems of severity error (above)", exit_code=1
        )
    if arguments.dry_run:
        _show_plan(project, made, screen, as_json=as_json)
        return 0
    unsupported = plan_.refuse_unsupported(project, made)
    if unsupported is not None:
        raise Refusal(unsupported.message, exit_code=1)
    interpreter = interpreter_of(keeper, arguments.interpreter, os.environ)
    code, record = _run(project, made, interpreter, arguments, screen, errors)
    for line in failures(record, arguments.cwd, errors):
        errors.line(*line)
    errors.flush()
    if as_json:
        screen.write(dumped(record.shape(project.root)))
    else:
        for line in finished(record, screen):
            screen.line(*line)
    return code


def _show_plan(project: Project, made: Plan, screen: Screen, *, as_json: bool) -> None:
    if as_json:
        steps = [{"name": step.task, "action": step.action, "reason": step.reason} for step in made.steps]
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
    project: Project,
    made: Plan,
    interpreter: Interpreter,
    arguments: argparse.Namespace,
    screen: Screen,
    errors: Screen,
) -> tuple[int, BuildRecord]:
    from pipelens.runner.build import run_build

    if made.to_run:
        gc.enable()
    record = BuildRecord()
    as_json = arguments.format == "json"
    progress: Progress
    if errors.is_terminal and errors.is_coloured and not as_json:
        progress = LiveProgress(errors)
    else:
        progress = PlainProgress(errors, errors if as_json else screen)

    def listener(event: Event) -> None:
        record(event)
        progress(event)

    if not as_json and made.to_run:
        errors.line(f"Building {counted(len(made.to_run), 'task')} of {len(made.steps)}")
    with progress:
        result = run_build(
            project,
            made,
            interpreter=interpreter,
            listener=listener,
            cwd=arguments.cwd,
            environ=os.environ,
        )
    if result.refused is not None:
        raise Refusal(result.refused, exit_code=result.exit_code)
    return result.exit_code, record
