"""`pipelens postmortem [TASK | FILE]`: looks at a recorded failure in the terminal. Nothing of the
project runs."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence

from pipelens.cli import arguments as arguments_
from pipelens.cli.commands import SUMMARIES
from pipelens.cli.failure_prompt import FailurePrompt
from pipelens.cli.failure_view import FailureView
from pipelens.cli.recorded_failure import OpenedFailure, opened_failure
from pipelens.cli.terminal import Line, Screen, Segment
from pipelens.debug.recorded import Frame


def main(name: str, words: Sequence[str]) -> int:
    parser = arguments_.parser(name, SUMMARIES["postmortem"], formats=())
    parser.add_argument(
        "failure",
        metavar="TASK|RUN|FILE",
        nargs="?",
        help="whose failure (default: the latest); a .plpm file may come from anywhere",
    )
    parser.add_argument(
        "--print",
        action="store_true",
        dest="prints",
        help="print the traceback and the variables of your own code, and end",
    )
    parser.add_argument("--interpreter", metavar="PYTHON", help="the Python whose libraries to look into")
    arguments = arguments_.read(parser, words)
    found, screen = opened_failure(arguments.failure, arguments), Screen()
    view = view_of(found, arguments, screen)
    if arguments.prints:
        for line in told(view, found):
            screen.line(*line)
        return 0
    return open_prompt(view, found, screen)


def view_of(found: OpenedFailure, arguments: argparse.Namespace, screen: Screen) -> FailureView:
    """What shows a failure to a person at `screen`."""
    from pipelens.debug.recorded_sources import library_folders
    from pipelens.runner.interpreter import choose_interpreter

    root = found.root or arguments.cwd
    python = choose_interpreter(arguments.interpreter, os.environ, root, root).path
    return FailureView(
        found.dump,
        root=found.root,
        libraries=library_folders(python),
        cwd=arguments.cwd,
        width=screen.width if screen.is_terminal else 200,
    )


def told(view: FailureView, found: OpenedFailure) -> Iterator[Line]:
    """All that a person needs who only reads: the traceback, and the variables of the user's frames."""
    yield from _head(view, found)
    yield ()
    yield from view.trace()
    known: set[object] = set()
    for error in view.dump.errors:
        for frame in error.frames:
            # A cause was raised below the same frames, which hold the same values.
            mark = (frame.file, frame.qualname, frame.first, frame.locals)
            if frame.user and mark not in known and (frame.locals or frame.globals):
                known.add(mark)
                yield ()
                yield from _names(view, frame)


def _names(view: FailureView, frame: Frame) -> Iterator[Line]:
    yield Segment(f"{view.place(frame)}:{frame.line}", "bold"), Segment(f" in {frame.qualname or frame.name}")
    yield from view.names(frame)


def _head(view: FailureView, found: OpenedFailure) -> Iterator[Line]:
    yield from view.heading(time.time())
    if found.superseded:
        yield (Segment("The task has ended well since.", "yellow"),)


def open_prompt(view: FailureView, found: OpenedFailure, screen: Screen, *, is_known: bool = False) -> int:
    """Let a person, or a file of commands, look at the failure. is_known: its traceback was just shown."""
    is_terminal = sys.stdin is not None and sys.stdin.isatty() and screen.is_terminal
    prompt = FailurePrompt(view, screen, is_terminal=is_terminal)
    if is_terminal and not is_known:
        for line in (*view.trace(), (), *_head(view, found)):
            screen.line(*line)
    prompt.here()
    if is_terminal:
        screen.line(Segment("help lists the commands, quit ends.", "bright_black"))
    screen.flush()
    prompt.run()
    return 0
