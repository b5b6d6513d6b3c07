"""Which recorded failure a command means: a task, a run, a file, or nothing for the latest; and why there
is none."""

from __future__ import annotations

import argparse
import os
import time

from pipelens.cli.refusal import Refusal
from pipelens.core.quantities import ago_seconds
from pipelens.core.suggestions import did_you_mean
from pipelens.debug.dump_file import DumpError, read_dump
from pipelens.debug.recorded import Dump
from pipelens.frozen import frozen
from pipelens.runner.event_file import problem_in
from pipelens.runner.failures import DAYS_KEPT, KEPT, KEPT_PER_TASK, Failure, list_failures
from pipelens.runner.history import Outcomes
from pipelens.runner.outcome import Outcome
from pipelens.workspace.discovery import Location, NotFound, find_pipeline
from pipelens.workspace.disk import WorkspaceFiles

_EXTENSION = ".plpm"


@frozen
class OpenedFailure:
    """A failure that was asked for. root: the project's folder here; None for a file that was carried
    to where no project is."""

    dump: Dump
    root: str | None
    superseded: bool = False


def opened_failure(wanted: str | None, arguments: argparse.Namespace) -> OpenedFailure:
    """The failure that `wanted` names, read. Raises `Refusal`."""
    if wanted is not None and is_file(wanted, arguments.cwd):
        path = os.path.join(arguments.cwd, wanted)
        return OpenedFailure(read(path), _root_of(path, arguments))
    location = pipeline_of(arguments)
    failure = chosen(wanted, location, arguments)
    return OpenedFailure(read(failure.path), location.root, failure.superseded)


def is_file(wanted: str, cwd: str) -> bool:
    """Whether a word means a file rather than a task or a run."""
    return wanted.endswith(_EXTENSION) or os.path.isfile(os.path.join(cwd, wanted))


def pipeline_of(arguments: argparse.Namespace) -> Location:
    """Where the pipeline is. It need not be readable: failures can be looked at while it is mended.
    Raises `Refusal`."""
    found = find_pipeline(arguments.entry_point, arguments.cwd, os.environ, WorkspaceFiles(None))
    if isinstance(found, NotFound):
        raise Refusal(found.message, code="no-pipeline", problems=found.problems)
    return found


def chosen(wanted: str | None, location: Location, arguments: argparse.Namespace) -> Failure:
    """The latest failure of the task or in the run that is named, of any task without a name. Raises
    `Refusal`, which says why there is none."""
    listed = list_failures(location.root, location.path)
    found = [one for one in listed if wanted is None or wanted in (one.task, one.run)]
    current = [one for one in found if not one.superseded] or found
    if current:
        return current[0]
    if wanted is None:
        raise Refusal("no failure is recorded; `pipelens status` tells how the tasks are", exit_code=1)
    raise Refusal(_absence(wanted, listed, location, arguments), exit_code=1)


def _absence(
    wanted: str, listed: tuple[Failure, ...], location: Location, arguments: argparse.Namespace
) -> str:
    """Why there is no failure of a task."""
    outcomes = Outcomes(location.root, location.path)
    outcomes.update()
    outcome = outcomes.latest.get(wanted)
    if outcome is None:
        return _never_ran(wanted, listed, outcomes, arguments)
    when = ago_seconds(outcome.at, time.time())
    if outcome.ok:
        return f"no failure of {wanted} is recorded: it ended well when it last ran, {when}"
    return f"{wanted} failed {when}, but {_missing(wanted, outcome, location.root)}"


def _never_ran(
    wanted: str, listed: tuple[Failure, ...], outcomes: Outcomes, arguments: argparse.Namespace
) -> str:
    from pipelens.cli.pipeline import open_project

    names = dict.fromkeys((*(one.task for one in listed), *outcomes.latest))
    try:
        tasks = open_project(arguments).tasks
    except Refusal:
        tasks = {}
    if wanted in tasks:
        return f"no failure of {wanted} is recorded: it has not run yet"
    known = [*names, *(str(name) for name in tasks if name not in names)]
    return f"there is no task, run or file {wanted}{did_you_mean(wanted, known)}"


def _missing(task: str, outcome: Outcome, root: str) -> str:
    """Why a task that failed left nothing, as the events of its run tell."""
    kept = (
        f"failures are kept {DAYS_KEPT} days, the latest {KEPT} of a project and the latest "
        f"{KEPT_PER_TASK} of a task"
    )
    told = problem_in(root, outcome.run, task)
    if told is None:
        return f"nothing of it is left: {kept}"
    message = str(told.get("message", "")).strip().split("\n", 1)[0]
    if told.get("dump"):
        return f"its recording is gone: it was removed, or aged out ({kept})"
    if told.get("error"):
        return (
            f"that was not recorded ({message}): it ran with --no-dump or in a Jupyter kernel, or "
            "there was no room for the recording"
        )
    return (
        f"left nothing to open ({message}): only errors in Python are recorded; a process that was killed or "
        "crashed, and a shell script, leave none"
    )


def read(path: str) -> Dump:
    """The dump at `path`. Raises `Refusal`."""
    found = read_dump(path)
    if isinstance(found, DumpError):
        raise Refusal(found.message, exit_code=1)
    return found


def _root_of(path: str, arguments: argparse.Namespace) -> str | None:
    """The project that a file belongs to: the one in whose state folder it lies, else the one here."""
    folder = os.path.dirname(os.path.dirname(os.path.abspath(path)))
    if os.path.basename(folder) == ".pipelens":
        return os.path.dirname(folder)
    found = find_pipeline(arguments.entry_point, arguments.cwd, os.environ, WorkspaceFiles(None))
    return None if isinstance(found, NotFound) else found.root
