"""`pipelens failures`: lists what failed tasks recorded, shows one, removes them."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from pipelens.cli import arguments as arguments_
from pipelens.cli.build_report import opening_words
from pipelens.cli.commands import SUMMARIES
from pipelens.cli.recorded_failure import opened_failure, pipeline_of
from pipelens.cli.refusal import Refusal
from pipelens.cli.shapes import Object, dumped, relative_path
from pipelens.cli.table import table
from pipelens.cli.terminal import Line, Screen, Segment, counted, shown_path
from pipelens.core.quantities import ago_seconds, size
from pipelens.core.suggestions import did_you_mean
from pipelens.runner.failures import Failure, list_failures, remove_failure
from pipelens.workspace.discovery import Location

_HEAD = ("Task", "Failed", "Error", "Run", "State")


def main(name: str, words: Sequence[str]) -> int:
    parser = arguments_.parser(name, SUMMARIES["failures"])
    parser.add_argument(
        "what", metavar="list|show|remove", nargs="?", default="list", help="what to do (default: list)"
    )
    parser.add_argument(
        "failure",
        metavar="TASK|RUN|FILE",
        nargs="?",
        help="which one to show or to remove (show: the latest)",
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="list: the files and their sizes, too")
    parser.add_argument("--all", action="store_true", help="remove: all of this pipeline")
    parser.add_argument(
        "--superseded", action="store_true", help="remove: those whose task has ended well since"
    )
    parser.add_argument("-y", "--yes", action="store_true", help="remove what is listed without it")
    arguments = arguments_.read(parser, words)
    action = _ACTIONS.get(arguments.what)
    if action is None or (action is _list and arguments.failure is not None):
        parser.error(_misunderstood(arguments.what))
    return action(arguments)


def _misunderstood(what: str) -> str:
    if what == "list":
        return "list takes no name; `pipelens failures show NAME` shows one"
    hint = did_you_mean(what, _ACTIONS) or f"; `pipelens failures show {what}` shows one of a task"
    return f"failures knows list, show and remove, not {what!r}{hint}"


def _list(arguments: argparse.Namespace) -> int:
    location, screen = pipeline_of(arguments), Screen()
    found = list_failures(location.root, location.path)
    if arguments.format == "json":
        root = location.root
        screen.write(dumped({"root": root, "failures": [_shape(one, root) for one in found]}))
        return 0
    for line in _listed(found, arguments.cwd, screen, with_files=arguments.verbose):
        screen.line(*line)
    if not found:
        screen.line("No failure is recorded.")
        return 0
    screen.line("")
    word = opening_words(found[0].task, arguments.entry_point)
    screen.line(f"{counted(len(found), 'failure')} recorded. `{word}` opens the latest one of a task.")
    return 0


def _listed(
    found: Sequence[Failure], cwd: str, screen: Screen, *, with_files: bool = False
) -> Iterator[Line]:
    now = time.time()
    rows: list[Sequence[Segment]] = []
    for one in found:
        message = " ".join(f"{one.error_type}: {one.message}".split()) if one.message else one.error_type
        files = (Segment(shown_path(one.path, cwd)), Segment(size(_bytes(one.path))))
        rows.append(
            (
                Segment(one.task, "bold"),
                Segment(ago_seconds(one.at, now)),
                Segment(message[:200], "" if one.superseded else "red"),
                Segment(one.run, "bright_black"),
                Segment("superseded" if one.superseded else "current"),
                *(files if with_files else ()),
            )
        )
    head = (*_HEAD, "File", "Size") if with_files else _HEAD
    if rows:
        yield from table(head, rows, width=screen.width, elastic=(2, *((5,) if with_files else ())))


def _bytes(path: str) -> int:
    try:
        return os.path.getsize(path)
    except OSError:
        return 0


def _shape(one: Failure, root: str) -> Object:
    return {
        "task": one.task,
        "run": one.run,
        "at": one.at,
        "error": one.error_type,
        "message": one.message,
        "superseded": one.superseded,
        "path": relative_path(one.path, root),
        "bytes": _bytes(one.path),
    }


def _show(arguments: argparse.Namespace) -> int:
    from pipelens.cli.failure_shape import failure_shape
    from pipelens.cli.postmortem import told, view_of

    found, screen = opened_failure(arguments.failure, arguments), Screen()
    if arguments.format == "json":
        screen.write(dumped(failure_shape(found.dump, superseded=found.superseded)))
        return 0
    arguments.interpreter = None
    for line in told(view_of(found, arguments, screen), found):
        screen.line(*line)
    return 0


def _remove(arguments: argparse.Namespace) -> int:
    location, screen = pipeline_of(arguments), Screen()
    found = _meant(arguments, location)
    if not arguments.yes:
        for line in _listed(found, arguments.cwd, screen):
            screen.line(*line)
        screen.line(f"{counted(len(found), 'failure')}. Nothing was removed: --yes removes what is listed.")
        return 0
    failed = list(_not_removed(found, arguments.cwd))
    for told in failed:
        screen.line(told)
    screen.line(f"{counted(len(found) - len(failed), 'failure')} removed.")
    return int(bool(failed))


def _meant(arguments: argparse.Namespace, location: Location) -> list[Failure]:
    """The failures that are to go. Raises `Refusal`."""
    found = list_failures(location.root, location.path)
    wanted = arguments.failure
    if sum((wanted is not None, arguments.all, arguments.superseded)) != 1:
        raise Refusal("say what to remove: a task, a run, a file, --all or --superseded (one of them)")
    if arguments.all:
        return list(found)
    if arguments.superseded:
        return [one for one in found if one.superseded]
    path = os.path.join(arguments.cwd, wanted)
    chosen = [one for one in found if wanted in (one.task, one.run) or _is_same(one.path, path)]
    if not chosen:
        hint = did_you_mean(wanted, [one.task for one in found])
        raise Refusal(f"no failure of {wanted} is recorded{hint}", exit_code=1)
    return chosen


def _is_same(one: str, other: str) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def _not_removed(found: Iterable[Failure], cwd: str) -> Iterator[str]:
    """Remove them; a sentence for each that could not be."""
    for one in found:
        try:
            remove_failure(one)
        except FileNotFoundError:
            continue
        except OSError as error:
            yield f"{shown_path(one.path, cwd)} cannot be removed: {error.strerror or error}"


_ACTIONS: Final[dict[str, Callable[[argparse.Namespace], int]]] = {
    "list": _list,
    "show": _show,
    "remove": _remove,
}
