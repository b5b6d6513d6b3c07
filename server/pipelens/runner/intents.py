"""Intents: what is about to run, written down before it does.

An intent that is left over says that the run did not end: where a product changed since, the
task's metadata no longer tells the truth and is removed by the next build (section 2.1 of the
debugging design; Q28 of the format).
"""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Iterable, Iterator, Mapping

from pipelens.frozen import frozen
from pipelens.runner.disk_room import in_words
from pipelens.runner.leftovers import clear_beside
from pipelens.runner.metadata import metadata_path, remove_metadata
from pipelens.runner.state import StateError, file_name, pipeline_key, state_path
from pipelens.runner.whole_file import write_whole

INTENT_VERSION = 2

_DYING = 0.1
"""Seconds after which the workers of a build that was killed are gone."""

Stat = tuple[int, int] | None


@frozen
class Intent:
    """A task about to run and its products as they were: (modification time in ns, size) or None."""

    task: str
    run: str
    products: Mapping[str, Stat]


def stat_of(path: str) -> Stat:
    """What is compared to see whether a product changed. A folder counts by all that is in it, whose
    times and sizes are added up."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    if not stat.S_ISDIR(found.st_mode):
        return found.st_mtime_ns, found.st_size
    times, size = found.st_mtime_ns, 0
    for each in _below(path):
        times, size = times + each.st_mtime_ns, size + each.st_size + 1
    return times, size


def _below(folder: str) -> Iterator[os.stat_result]:
    """What is in a folder, at any depth; links are not followed."""
    waiting = [folder]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    yield entry.stat(follow_symlinks=False)
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        except OSError:
            continue


def write_intent(root: str, pipeline: str, task: str, run: str, products: Iterable[str]) -> Intent:
    """Say that `task` is about to run; on disk before it does."""
    intent = Intent(task, run, {path: stat_of(path) for path in products})
    record = {
        "version": INTENT_VERSION,
        "pipeline": pipeline_key(root, pipeline),
        "task": task,
        "run": run,
        "products": {path: seen and list(seen) for path, seen in intent.products.items()},
    }
    write_whole(_path(root, pipeline, task), json.dumps(record).encode("ascii"), mode=0o600)
    return intent


def end_intent(root: str, pipeline: str, task: str) -> None:
    """The run of `task` is over and its records are in order."""
    try:
        os.unlink(_path(root, pipeline, task))
    except FileNotFoundError:
        pass


def changed_products(intent: Intent) -> tuple[str, ...]:
    """The products that are not as they were when the intent was written."""
    return tuple(path for path, before in intent.products.items() if stat_of(path) != before)


def void_changed(intent: Intent) -> tuple[str, ...]:
    """Where a product changed, remove the metadata of all the task's products."""
    changed = changed_products(intent)
    if changed:
        for path in intent.products:
            remove_metadata(path)
    return changed


def read_intents(root: str, pipeline: str | None) -> Mapping[str, Intent]:
    """The intents of `pipeline` (None: of all, by file) that are on disk, by task. One that cannot be
    read is left alone."""
    folder = state_path(root, "intents")
    key = None if pipeline is None else pipeline_key(root, pipeline)
    try:
        names = os.listdir(folder)
    except OSError:
        return {}
    found: dict[str, Intent] = {}
    for name in names:
        if not name.endswith(".json") or name.startswith("."):
            continue
        try:
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                record = json.load(file)
            if record["version"] not in (1, INTENT_VERSION) or key not in (None, record["pipeline"]):
                continue
            products = {
                str(path): (int(seen[0]), int(seen[1])) if seen else None
                for path, seen in record["products"].items()
            }
            found[record["task"] if key is not None else name] = Intent(
                record["task"], str(record["run"]), products
            )
        except (OSError, ValueError, KeyError, TypeError, IndexError):
            continue
    return found


def recover(root: str, pipeline: str) -> Mapping[str, tuple[str, ...]]:
    """Settle what interrupted runs left: the changed products by task. Call with the lock held. Raises
    `StateError`."""
    settled: dict[str, tuple[str, ...]] = {}
    left = read_intents(root, pipeline)
    if left:
        # The system gives the lock of a killed build free an instant before it ends its workers.
        time.sleep(_DYING)
    for task, intent in left.items():
        try:
            settled[task] = void_changed(intent)
            clear_beside(one for path in intent.products for one in (path, metadata_path(path)))
            end_intent(root, pipeline, task)
        except OSError as error:
            raise StateError(
                f"what the interrupted run of {task} left cannot be put in order: "
                f"{error.filename}: {in_words(error)}"
            ) from error
    return settled


def settle_all(root: str) -> None:
    """Settle what interrupted runs of any pipeline of the root left. Call with all locks held."""
    for intent in read_intents(root, None).values():
        void_changed(intent)


def _path(root: str, pipeline: str, task: str) -> str:
    return state_path(root, "intents", f"{pipeline_key(root, pipeline)}~{file_name(task)}.json")
