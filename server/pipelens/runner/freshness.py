"""Freshness: what is up to date, and in words why not.

Section 11 of the format says when Ploomber runs a task again. Nothing that it calls up to date is
called stale here; where it is stricter than the meaning of the code (comments of functions, tuples
among the params: Q25, Q26) this is more lenient. The cost is one listing per folder of products
and one small file per product; texts are compared before trees.
"""

from __future__ import annotations

import ast
import os
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Literal

from pipelens.core.project import Project, Task
from pipelens.core.sources import (
    FunctionSource,
    MissingSource,
    NotebookSource,
    UnreadableSource,
    UnresolvedFunction,
)
from pipelens.runner.history import Outcome, read_outcomes
from pipelens.runner.intents import Intent, changed_products, read_intents
from pipelens.runner.metadata import (
    RESOURCES,
    Metadata,
    UnreadableMetadata,
    adopt_old_name,
    called_params,
    changed_params,
    metadata_path,
    old_metadata_path,
    read_metadata,
    stored_params,
)
from pipelens.runner.state import is_building

State = Literal["fresh", "stale", "never_run", "running", "failed", "unknown"]


@dataclass(frozen=True, slots=True)
class Freshness:
    """Whether a task's products are those that its code would make now. `reason`: in words;
    for a fresh task too."""

    state: State
    reason: str


@dataclass(frozen=True, slots=True)
class LastRun:
    """The last time a task ran. at: ISO 8601 with offset. seconds: None when not recorded here."""

    at: str
    seconds: float | None
    ok: bool


FRESH = Freshness("fresh", "up to date")


@dataclass(frozen=True, slots=True)
class Record:
    """What is on disk about one task. timestamp: the smallest of its products'; code None: the
    products' records disagree, or hold none."""

    missing: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    unreadable: str | None = None
    disagree: bool = False
    timestamp: float | None = None
    code: str | None = None
    params: Mapping[str, object] | None = None


class Folders:
    """The names in each folder of products, listed once."""

    def __init__(self) -> None:
        self._names: dict[str, frozenset[str]] = {}

    def exists(self, path: str) -> bool:
        folder, name = os.path.split(path)
        if not self.holds(folder, name):
            # A file system that ignores case may know the file by another spelling.
            return os.name == "nt" and os.path.exists(path)
        return True

    def holds(self, folder: str, name: str) -> bool:
        names = self._names.get(folder)
        if names is None:
            names = self._names[folder] = _listed(folder)
        return name in names


def _listed(folder: str) -> frozenset[str]:
    try:
        with os.scandir(folder) as entries:
            # A link that leads nowhere is no product.
            return frozenset(e.name for e in entries if not e.is_symlink() or os.path.exists(e.path))
    except OSError:
        return frozenset()


@dataclass(frozen=True, slots=True)
class RunState:
    """What the disk tells about all tasks of a pipeline, by name, at one moment."""

    freshness: Mapping[str, Freshness]
    last_runs: Mapping[str, LastRun | None]


def read_run_state(project: Project) -> RunState:
    """Freshness and last runs of every task in one reading. Executes nothing."""
    reader = _Reader(project)
    for name in project.order:
        reader.tell(project.tasks[name])
    told, last = reader.told, reader.last
    for name in project.tasks:
        if name not in told:
            told[name] = Freshness("unknown", "it is part of a circle of tasks")
            last[name] = None
    return RunState(told, last)


def read_freshness(project: Project) -> Mapping[str, Freshness]:
    """The freshness of every task, by name."""
    return read_run_state(project).freshness


def last_runs(project: Project) -> Mapping[str, LastRun | None]:
    """When every task ran last, by name: by its metadata, or by our history where that is newer."""
    return read_run_state(project).last_runs


def _last_run(record: Record, outcome: Outcome | None) -> LastRun | None:
    stamp = record.timestamp if not record.missing else None
    if outcome is not None and not outcome.ok and (stamp is None or outcome.at > stamp):
        return LastRun(_iso(outcome.at), outcome.seconds, False)
    if stamp is None:
        return None
    seconds = outcome.seconds if outcome is not None and abs(outcome.at - stamp) < 1 else None
    return LastRun(_iso(stamp), seconds, True)


def _iso(stamp: float) -> str:
    try:
        return datetime.fromtimestamp(stamp, timezone.utc).astimezone().isoformat(timespec="seconds")
    except (OverflowError, OSError, ValueError):
        return datetime.fromtimestamp(0, timezone.utc).isoformat()


def read_record(task: Task, folders: Folders) -> Record:
    """What the products of `task` and the metadata beside them say."""
    if task.products is None or not task.products.are_files:
        return Record()
    missing: list[str] = []
    absent: list[str] = []
    found: list[Metadata] = []
    for product in task.products.items:
        if not folders.exists(product.path):
            missing.append(product.path)
            continue
        match _metadata_of(product.path, folders):
            case UnreadableMetadata(reason=reason):
                return Record(unreadable=f"{metadata_path(product.path)} {reason}")
            case None:
                absent.append(product.path)
            case Metadata() as metadata:
                found.append(metadata)
    return _joined(tuple(missing), tuple(absent), found)


def _metadata_of(product: str, folders: Folders) -> Metadata | UnreadableMetadata | None:
    path = metadata_path(product)
    if folders.holds(*os.path.split(path)):
        return read_metadata(path)
    old = old_metadata_path(product)
    return read_metadata(old) if folders.holds(*os.path.split(old)) else None


def _joined(missing: tuple[str, ...], absent: tuple[str, ...], found: list[Metadata]) -> Record:
    if not found:
        return Record(missing, absent)
    first = found[0]
    stamps = [metadata.timestamp for metadata in found if metadata.timestamp is not None]
    disagree = any(other.code != first.code or other.params != first.params for other in found[1:])
    return Record(
        missing,
        absent,
        disagree=disagree,
        timestamp=min(stamps) if len(stamps) == len(found) else None,
        code=None if disagree else first.code,
        params=first.params,
    )


class _Reader:
    """One reading of a whole pipeline: upstream before downstream."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.folders = Folders()
        self.by_code = bool(project.spec.config.get("outdated_by_code", True))
        self.outcomes = read_outcomes(project.root, project.path)
        self.intents = read_intents(project.root, project.path)
        self.building = bool(self.intents) and is_building(project.root, project.path)
        self.told: dict[str, Freshness] = {}
        self.last: dict[str, LastRun | None] = {}
        self.stamps: dict[str, float | None] = {}

    def tell(self, task: Task) -> None:
        record = read_record(task, self.folders)
        self.stamps[task.name] = record.timestamp
        self.last[task.name] = _last_run(record, self.outcomes.get(task.name))
        own = self.interrupted(self.intents.get(task.name)) or self.own(task, record)
        if own is None or own.state == "unknown":
            own = own or self.upstream(task, record)
        found = own or FRESH
        if found.state in ("stale", "never_run"):
            found = self.failed(task, record, found)
        self.told[task.name] = found

    def interrupted(self, intent: Intent | None) -> Freshness | None:
        if intent is None:
            return None
        if self.building:
            return Freshness("running", "it is running")
        if changed_products(intent):
            return Freshness("stale", "its last run was interrupted after it changed a product")
        return None

    def failed(self, task: Task, record: Record, found: Freshness) -> Freshness:
        outcome = self.outcomes.get(task.name)
        if outcome is None or outcome.ok or outcome.code != task.code:
            return found
        if record.timestamp is not None and outcome.at <= record.timestamp:
            return found
        return Freshness(
            "failed", f"its last run failed: {outcome.reason}" if outcome.reason else "its last run failed"
        )

    def own(self, task: Task, record: Record) -> Freshness | None:
        """What the task's own source, params and products say; None: they are as recorded."""
        if task.products is None:
            return Freshness("unknown", "its products are not known")
        if not task.products.are_files:
            return Freshness("unknown", f"{task.products.class_name} products are not looked up")
        if unreadable := record.unreadable:
            return Freshness("stale", f"the record of its last run is unreadable: {self.shown(unreadable)}")
        if record.missing:
            return self.missing(task, record)
        if record.absent:
            return Freshness(
                "stale", f"there is no record of a run beside product {self.shown(record.absent[0])}"
            )
        if problem := _source_problem(task):
            return Freshness(
                "stale" if task.code is None and not _only_running_tells(task) else "unknown", problem
            )
        if record.timestamp is None:
            return Freshness("stale", "the record of its last run has no time")
        return self.compared(task, record) if self.by_code else None

    def missing(self, task: Task, record: Record) -> Freshness:
        assert task.products is not None
        if len(record.missing) == len(task.products.items) and not task_was_run(task, self.folders):
            return Freshness("never_run", "it has not run yet")
        listed = ", ".join(self.shown(path) for path in record.missing[:3])
        return Freshness("stale", f"product {listed} is missing")

    def compared(self, task: Task, record: Record) -> Freshness | None:
        if record.disagree:
            return Freshness("stale", "the records of its products disagree")
        if record.code is None:
            return Freshness("stale", "the record of its last run has no source code")
        if task.code is not None and not same_code(task, record.code):
            return Freshness("stale", "source changed")
        if record.params is None:
            return None
        try:
            current = stored_params(task.params, task.spec.resources)
        except OSError as error:
            return Freshness("stale", f"resource {self.shown(str(error.filename))} cannot be read")
        changed = changed_params(current, record.params, called_params(task))
        if changed == (RESOURCES,):
            return Freshness("stale", "a resource file changed")
        return Freshness("stale", f"params changed: {', '.join(changed)}") if changed else None

    def upstream(self, task: Task, record: Record) -> Freshness | None:
        for name in task.upstream:
            told = self.told.get(name)
            if told is None or told.state == "unknown":
                return Freshness("unknown", f"whether upstream {name} is up to date is unknown")
            if told.state != "fresh":
                words = {"never_run": "has not run yet", "failed": "failed", "running": "is running"}
                return Freshness("stale", f"upstream {name} {words.get(told.state, 'is stale')}")
            stamp = self.stamps[name]
            if stamp is None or record.timestamp is None or stamp > record.timestamp:
                return Freshness("stale", f"upstream {name} ran later")
        return None

    def shown(self, path: str) -> str:
        root = self.project.root
        return os.path.relpath(path, root) if path.startswith(root + os.sep) else path


def adopt_old_records(project: Project) -> None:
    """Rename the metadata that releases of Ploomber before 0.10 left (section 11.2)."""
    folders = Folders()
    for task in project.tasks.values():
        for product in task.products.items if task.products and task.products.are_files else ():
            old, new = old_metadata_path(product.path), metadata_path(product.path)
            if folders.holds(*os.path.split(old)) and not folders.holds(*os.path.split(new)):
                adopt_old_name(product.path)


def task_was_run(task: Task, folders: Folders) -> bool:
    """Whether metadata of a product that is gone lies about."""
    products = task.products.items if task.products else ()
    return any(folders.holds(*os.path.split(metadata_path(product.path))) for product in products)


def _only_running_tells(task: Task) -> bool:
    match task.source:
        case UnresolvedFunction(certain=certain):
            return not certain
        case MissingSource() | UnreadableSource():
            return False
        case _:
            return True


def _source_problem(task: Task) -> str | None:
    match task.source:
        case NotebookSource() | FunctionSource():
            return None
        case MissingSource():
            return "its source is missing"
        case UnreadableSource():
            return "its source cannot be read"
        case UnresolvedFunction(reason=reason, certain=certain):
            return f"its function was not found: {reason}" if certain else f"only running can tell: {reason}"
        case _:
            return f"the source of a {task.class_name} task is not compared"


def same_code(task: Task, stored: str) -> bool:
    """Whether `stored` means what the task's source means now (section 11.3)."""
    if task.code == stored:
        return True
    if not isinstance(task.source, FunctionSource) or task.code is None:
        return False
    return same_function(task.code, stored)


def same_function(one: str, other: str) -> bool:
    """Whether two texts of a function have one syntax tree, its docstring left out."""
    left, right = _tree(one), _tree(other)
    return left is not None and left == right


def _tree(code: str) -> str | None:
    try:
        tree = ast.parse(textwrap.dedent(code))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for node in tree.body:
        documented = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        if documented and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
    return ast.dump(tree)
