"""`pipelens task NAME`: runs exactly one task (section 11.5 of the format)."""

from __future__ import annotations

from collections.abc import Sequence

from pipelens.cli import arguments as arguments_
from pipelens.cli.build import add_run_options, carry_out, refuse_debugging
from pipelens.cli.commands import SUMMARIES
from pipelens.cli.pipeline import open_keeper
from pipelens.runner.plan import BuildOptions


def main(name: str, words: Sequence[str]) -> int:
    parser = arguments_.parser(name, SUMMARIES["task"])
    parser.add_argument("task", metavar="NAME", help="the task to run")
    parser.add_argument("-f", "--force", action="store_true", help="run it even if it is up to date")
    add_run_options(parser)
    parser.set_defaults(jobs=1, keep_going=True)
    arguments = arguments_.read(parser, words)
    refuse_debugging(arguments)
    options = BuildOptions(force=arguments.force, task=arguments.task)
    return carry_out(open_keeper(arguments), options, arguments)
