"""Intents: what is about to run, written down before it does.

An intent that is left over says that the run did not end: where a product changed since, the
task's metadata no longer tells the truth and is removed by the next build (section 2.1 of the
debugging design; Q28 of the format).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipelens.runner.metadata import remove_metadata
from pipelens.runner.state import file_name, pipeline_key, state_path
from pipelens.runner.whole_file import write_whole

INTENT_VERSION = 1

Stat = tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Intent:
    """A task about to run and its products as they were: (modification time in ns, size) or None."""

    task: str
    run: str
    products: Mapping[str, Stat]


def stat_of(path: str) -> Stat:
    """What is compared to see whether a product changed. A folder counts by its own entry and
    those directly in it."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    if not os.path.isdir(path):
        return found.st_mtime_ns, found.st_size
    newest, size = found.st_mtime_ns, 0
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                inner = entry.stat(follow_symlinks=False)
                newest, size = max(newest, inner.st_mtime_ns), size + inner.st_size + 1
    except OSError:
        pass
    return newest, size


def write_intent(root: str, pipeline: str, task: str, run: str, products: Iterable[str]) -> Intent:
    """Say that `task` is about to run; on disk before it does."""
    intent = Intent(task, run, {path: stat_of(path) for path in products})
    record = {
        "version": INTENT_VERSION,
        "pipeline": pipeline_key(root, pipeline),
        "task": task,
        "run": run,
        "products": {path: stat and list(stat) for path, stat in intent.products.items()},
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
            if record["version"] != INTENT_VERSION or key not in (None, record["pipeline"]):
                continue
            products = {
                str(path): (int(stat[0]), int(stat[1])) if stat else None
                for path, stat in record["products"].items()
            }
            found[record["task"] if key is not None else name] = Intent(
                record["task"], str(record["run"]), products
            )
        except (OSError, ValueError, KeyError, TypeError, IndexError):
            continue
    return found


def recover(root: str, pipeline: str) -> Mapping[str, tuple[str, ...]]:
    """Settle what interrupted runs left: the changed products by task. Call with the lock held."""
    settled: dict[str, tuple[str, ...]] = {}
    for task, intent in read_intents(root, pipeline).items():
        settled[task] = void_changed(intent)
        end_intent(root, pipeline, task)
    return settled


def settle_all(root: str) -> None:
    """Settle what interrupted runs of any pipeline of the root left. Call with all locks held."""
    for intent in read_intents(root, None).values():
        void_changed(intent)


def _path(root: str, pipeline: str, task: str) -> str:
    return state_path(root, "intents", f"{pipeline_key(root, pipeline)}~{file_name(task)}.json")
