"""From the arguments of an `attach` request to a recorded failure (section 6.2 of the design).

`dump` is a file; or `task` with `failure`: `last`, or the id of a run. Nothing of the project runs.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, cast

from pipelens.debug.dump_file import DumpError, read_dump
from pipelens.debug.dump_session import DumpSession
from pipelens.debug.launch import LaunchError, cell_uris, in_words_of_a_launch
from pipelens.debug.wire import Message

LAST = "last"


def open_failure(
    arguments: object,
    said: Mapping[str, Any],
    send: Callable[[Message], object],
    interpreter: str | None,
    environ: Mapping[str, str],
) -> DumpSession:
    """The session of the failure that is meant. said: the client, in `initialize`. Raises `LaunchError`."""
    given = cast("dict[str, Any]", arguments) if isinstance(arguments, dict) else {}
    cwd = os.path.abspath(str(given.get("cwd") or os.getcwd()))
    root: str | None = None
    path = given.get("dump")
    if path is not None:
        path = os.path.join(cwd, str(path))
        root = _root_around(path) or (cwd if given.get("cwd") else None)
    elif "failure" in given:
        root, path = _recorded(given, cwd, environ)
    else:
        raise LaunchError(
            "attaching opens a recorded failure: give its file as `dump`, or `task` with `failure` as "
            "`last` or the id of a run. A task is debugged by `launch`"
        )
    dump = read_dump(path)
    if isinstance(dump, DumpError):
        raise LaunchError(dump.message)
    session = DumpSession(
        dump,
        send,
        just_my_code=bool(given.get("justMyCode", True)),
        trusted=bool(given.get("trusted", True)),
        root=root,
        cells=cell_uris(given.get("notebookCells")),
        libraries=_libraries(interpreter, environ, root or cwd),
    )
    session.take_client(said)
    return session


def _root_around(path: str) -> str | None:
    """The project in whose state folder a dump lies."""
    folder = os.path.dirname(os.path.dirname(os.path.abspath(path)))
    return os.path.dirname(folder) if os.path.basename(folder) == ".pipelens" else None


def _recorded(given: Mapping[str, Any], cwd: str, environ: Mapping[str, str]) -> tuple[str, str]:
    """The project's root and the dump of the failure that is asked for."""
    from pipelens.runner.failures import failure_of_run, last_failure
    from pipelens.workspace.discovery import NotFound, find_pipeline
    from pipelens.workspace.disk import WorkspaceFiles

    entry = given.get("pipeline")
    location = find_pipeline(str(entry) if entry else None, cwd, environ, WorkspaceFiles(None))
    if isinstance(location, NotFound):
        raise LaunchError(in_words_of_a_launch(location.message))
    task, run = given.get("task"), str(given["failure"])
    name = str(task) if task else None
    if run == LAST:
        found = last_failure(location.root, location.path, name)
    elif name is None:
        raise LaunchError("a run may have several failures: name the task as `task`")
    else:
        found = failure_of_run(location.root, location.path, run, name)
    if found is None:
        whose = f"of {name}" if name else "of this pipeline"
        which = "" if run == LAST else f" in run {run}"
        raise LaunchError(f"no failure {whose}{which} is recorded")
    return location.root, found.path


def _libraries(interpreter: str | None, environ: Mapping[str, str], root: str) -> list[str]:
    """Where the modules of the tasks' Python are, without asking it."""
    from pipelens.runner.interpreter import choose_interpreter

    path = choose_interpreter(interpreter, environ, root, root).path
    bins = dict.fromkeys((os.path.dirname(path), os.path.dirname(os.path.realpath(path))))
    prefixes = (folder if os.name == "nt" else os.path.dirname(folder) for folder in bins)
    return [os.path.join(prefix, "Lib" if os.name == "nt" else "lib") for prefix in prefixes]
