"""`pipelens task NAME`: runs exactly one task (section 11.5 of the format), or tells about it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from pipelens.cli import arguments as arguments_
from pipelens.cli import status
from pipelens.cli.build import add_run_options, carry_out, prepare_debugging, warm_start
from pipelens.cli.build_progress import PlainProgress
from pipelens.cli.commands import SUMMARIES
from pipelens.cli.pipeline import freshness_of, only_shown, open_keeper
from pipelens.cli.refusal import Refusal
from pipelens.cli.terminal import Screen, harmless
from pipelens.core.project import Task
from pipelens.core.suggestions import nearest
from pipelens.runner.interpreter import interpreter_of
from pipelens.runner.plan import BuildOptions
from pipelens.runner.state import StateError
from pipelens.workspace.keeper import ProjectKeeper


def main(name: str, words: Sequence[str]) -> int:
    parser = arguments_.parser(name, SUMMARIES["task"], formats=("text", "json", "json-lines"))
    parser.add_argument("task", metavar="NAME", help="the task to run")
    parser.add_argument("-f", "--force", action="store_true", help="run it even if it is up to date")
    add_run_options(parser)
    parser.add_argument(
        "--in-process",
        action="store_true",
        help="run it in this process where Python is the same, for a debugger that started pipelens",
    )
    parser.add_argument("-s", "--source", action="store_true", help="print its source, and run nothing")
    parser.add_argument("-st", "--status", action="store_true", help="print its status, and run nothing")
    parser.add_argument(
        "-of",
        "--on-finish",
        action="store_true",
        help="call only its on_finish, on the products that are there",
    )
    parser.add_argument("-b", "--build", action="store_true", help="with these three: run the task, too")
    parser.set_defaults(jobs=1, keep_going=True)
    arguments = arguments_.read(parser, words)
    prepare_debugging(arguments)
    options = BuildOptions(force=arguments.force, task=arguments.task)
    asked = arguments.source or arguments.status or arguments.on_finish
    if asked:
        keeper = open_keeper(arguments)
        code = _told(keeper, arguments)
        return code if code or not arguments.build else carry_out(keeper, options, arguments)
    with warm_start(arguments, is_sure=arguments.force) as started:
        return carry_out(open_keeper(arguments), options, arguments, started)


def _told(keeper: ProjectKeeper, arguments: argparse.Namespace) -> int:
    """What `--source`, `--status` and `--on-finish` ask for."""
    project, screen = keeper.now(), Screen()
    if told := only_shown(project):
        raise Refusal(told, exit_code=1)
    task = project.tasks.get(arguments.task)
    if task is None:
        near = nearest(arguments.task, project.tasks)
        hint = f"; did you mean {near}?" if near else ""
        raise Refusal(f"there is no task {arguments.task}{hint}", exit_code=1)
    if arguments.source:
        screen.write(harmless(_source(task)).rstrip("\n") + "\n")
    if arguments.status:
        from pipelens.runner.freshness import last_runs

        freshness, runs = freshness_of(project), last_runs(project)
        for line in status.table_of([task], freshness, runs, arguments.cwd, screen):
            screen.line(*line)
    screen.flush()
    return _on_finish(keeper, task, arguments) if arguments.on_finish else 0


def _source(task: Task) -> str:
    if task.code is None:
        raise Refusal(f"the source of {task.name} cannot be told without running anything", exit_code=1)
    return task.code


def _on_finish(keeper: ProjectKeeper, task: Task, arguments: argparse.Namespace) -> int:
    if task.spec.hooks.on_finish is None:
        raise Refusal(f"{task.name} has no on_finish", exit_code=1)
    from pipelens.runner.build import run_on_finish

    errors = Screen(sys.stderr)
    try:
        problems = run_on_finish(
            keeper.now(),
            task,
            interpreter=interpreter_of(keeper, arguments.interpreter, os.environ),
            listener=PlainProgress(errors, Screen()),
            cwd=arguments.cwd,
            environ=os.environ,
        )
    except StateError as error:
        raise Refusal(str(error), exit_code=1) from None
    for problem in problems:
        errors.line(f"{problem.traceback or problem.message}")
    errors.line(f"on_finish of {task.name} {'failed' if problems else 'was called'}.")
    return int(bool(problems))
