"""Recorded failures: the dumps that failed tasks leave in `<root>/.pipelens/failures/`, and how they age.

A dump is one file, `<task>-<run>.plpm` (docs/failures.md); the notebook of the same failure, as far as it
came, and the page of it that an editor showed lie beside it under the same name and go with it.
"""

from __future__ import annotations

import json
import math
import os
import re
import time
import zlib
from collections.abc import Iterator
from typing import Final

from pipelens.frozen import frozen
from pipelens.runner.history import Outcomes, last_good
from pipelens.runner.state import file_name, pipeline_key, state_path

DAYS_KEPT: Final = 14
KEPT: Final = 20
KEPT_PER_TASK: Final = 3

_EXTENSION: Final = ".plpm"
_SUMMARY: Final = "summary.json"
_LARGEST_SUMMARY: Final = 64_000
_STEM: Final = re.compile(r"(?P<task>.+)-(?P<run>\d{8}-\d{6}-[0-9a-f]{4,16})\Z")
_TEMPORARY: Final = re.compile(r"\..*\.[0-9a-f]{8}\.tmp\Z", re.DOTALL)
_DAY: Final = 86_400.0


@frozen
class Failure:
    """A recorded failure. path: of the dump, absolute. at: seconds since the epoch. error_type: the
    exception's name. message: its text, shortened. superseded: whether the task has ended well since."""

    task: str
    run: str
    path: str
    at: float
    error_type: str
    message: str
    superseded: bool


def dump_path(root: str, task: str, run: str) -> str:
    """Where the failure of a task in one run is recorded, absolute."""
    return state_path(root, "failures", f"{file_name(task)}-{run}{_EXTENSION}")


def list_failures(root: str, pipeline: str) -> tuple[Failure, ...]:
    """The recorded failures of `pipeline` (its file, absolute), the latest first. Files that are no dumps
    are left out."""
    key = pipeline_key(root, pipeline)
    outcomes = Outcomes(root, pipeline)
    outcomes.update()
    found: list[tuple[str, str, str, float, str, str]] = []
    for path in _dumps(root):
        summary = _summary(path)
        if summary is None or pipeline_key(root, _text(summary, "pipeline")) != key:
            continue
        task, at = _text(summary, "task"), summary.get("created")
        if not task or isinstance(at, bool) or not isinstance(at, (int, float)):
            continue
        told = (_text(summary, "type"), _text(summary, "message"))
        found.append((task, _text(summary, "run"), path, float(at), *told))
    good = last_good(root, pipeline, {one[0] for one in found}) if found else {}
    good |= {name: one.at for name, one in outcomes.latest.items() if one.ok}
    failures = [Failure(*one, superseded=good.get(one[0], -math.inf) >= one[3]) for one in found]
    return tuple(sorted(failures, key=lambda one: (one.at, one.run), reverse=True))


def last_failure(root: str, pipeline: str, task: str | None = None) -> Failure | None:
    """The latest recorded failure of `task`, or of any task; one that has been superseded only when
    there is no other."""
    found = [one for one in list_failures(root, pipeline) if task is None or one.task == task]
    return next((one for one in found if not one.superseded), found[0] if found else None)


def failure_of_run(root: str, pipeline: str, run: str, task: str) -> Failure | None:
    """The recorded failure of `task` in one run."""
    found = (one for one in list_failures(root, pipeline) if one.run == run and one.task == task)
    return next(found, None)


class OpenFailures:
    """What can be opened of the tasks of one pipeline whose last run failed, for those who ask often."""

    def __init__(self, root: str, pipeline: str) -> None:
        self._root, self._pipeline = root, pipeline
        self._written = -1
        self._recorded: frozenset[str] = frozenset()
        self._known: dict[tuple[str, str], str | None] = {}

    def path(self, task: str, run: str) -> str | None:
        """What the failure in `run`, its last, left; where that left nothing (it was stopped, or killed),
        what an earlier one did that the task has not ended well since."""
        own = dump_path(self._root, task, run)
        if os.path.isfile(own):
            return own
        self._look()
        if file_name(task) not in self._recorded:
            return None
        if (task, run) not in self._known:
            found = last_failure(self._root, self._pipeline, task)
            self._known[task, run] = None if found is None or found.superseded else found.path
        return self._known[task, run]

    def _look(self) -> None:
        """Which tasks have recordings, by the names of the files; what is kept is good while no file comes
        or goes."""
        try:
            written = os.stat(state_path(self._root, "failures")).st_mtime_ns
        except OSError:
            written = 0
        if written != self._written:
            stems = (os.path.splitext(os.path.basename(path))[0] for path in _dumps(self._root))
            self._recorded = frozenset(named["task"] for stem in stems if (named := _STEM.match(stem)))
            self._written = written
            self._known.clear()


def remove_failure(failure: Failure) -> None:
    """Remove a dump with the notebook and the page beside it. Raises `OSError`."""
    os.unlink(failure.path)
    for extension in (".ipynb", ".html"):
        try:
            os.unlink(failure.path.removesuffix(_EXTENSION) + extension)
        except FileNotFoundError:
            continue


def trim_failures(root: str, now: float | None = None) -> None:
    """Remove failures older than 14 days, all but the latest 3 of each task and the latest 20 of the
    project, and what writers that were killed left half done."""
    now = time.time() if now is None else now
    groups: dict[str, list[os.DirEntry[str]]] = {}
    ages: dict[str, float] = {}
    for entry in _files(root):
        try:
            written = entry.stat(follow_symlinks=False).st_mtime
        except OSError:
            continue
        if _TEMPORARY.match(entry.name):
            if now - written > 3600:
                _remove([entry])
            continue
        stem = os.path.splitext(entry.name)[0]
        groups.setdefault(stem, []).append(entry)
        ages[stem] = max(ages.get(stem, 0.0), written)
    per_task: dict[str, int] = {}
    kept = 0
    for stem in sorted(groups, key=lambda one: (ages[one], one), reverse=True):
        named = _STEM.match(stem)
        task = named["task"] if named else stem
        per_task[task] = per_task.get(task, 0) + 1
        if kept >= KEPT or per_task[task] > KEPT_PER_TASK or now - ages[stem] > DAYS_KEPT * _DAY:
            _remove(groups[stem])
        else:
            kept += 1


def _dumps(root: str) -> Iterator[str]:
    for entry in _files(root):
        if entry.name.endswith(_EXTENSION):
            yield entry.path


def _files(root: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(state_path(root, "failures")) as entries:
            return [entry for entry in entries if entry.is_file(follow_symlinks=False)]
    except OSError:
        return []


def _remove(entries: list[os.DirEntry[str]]) -> None:
    for entry in entries:
        try:
            os.unlink(entry.path)
        except OSError:
            continue


def _summary(path: str) -> dict[str, object] | None:
    """The small member that says what a dump is about."""
    import zipfile  # and all that compresses, for nothing where nothing failed

    try:
        with zipfile.ZipFile(path) as archive:
            info = archive.getinfo(_SUMMARY)
            if info.compress_type != zipfile.ZIP_STORED or info.file_size > _LARGEST_SUMMARY:
                return None
            found: object = json.loads(archive.read(info))
    except (
        OSError, KeyError, ValueError, EOFError, RecursionError, RuntimeError,
        NotImplementedError, zipfile.BadZipFile, zlib.error,
    ):  # fmt: skip
        return None
    if not isinstance(found, dict):
        return None
    return {str(name): value for name, value in found.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def _text(summary: dict[str, object], name: str) -> str:
    value = summary.get(name)
    return value if isinstance(value, str) else ""
