"""Freshness: what is up to date, and in words why not.

Section 11 of the format says when Ploomber runs a task again. Nothing that it calls up to date is
called stale here; where it is stricter than the meaning of the code (comments of functions, tuples
among the params: Q25, Q26) this is more lenient. Texts are compared before trees.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Literal

from pipelens.core.project import Project, Task
from pipelens.core.rendering import TemplateFault
from pipelens.core.sources import (
    FunctionSource,
    MissingSource,
    NotebookSource,
    TemplateSource,
    UnreadableSource,
    UnresolvedFunction,
    code_mark,
)
from pipelens.frozen import frozen
from pipelens.runner.intents import Intent, changed_products
from pipelens.runner.metadata import RESOURCES, called_params, changed_params, known_results, stored_params
from pipelens.runner.outcome import Outcome
from pipelens.runner.records import Record
from pipelens.runner.task_code import code_of, is_moved, own_text

State = Literal["fresh", "stale", "never_run", "running", "failed", "unknown"]


@frozen
class Freshness:
    """Whether a task's products are those that its code would make now. `reason`: in words;
    for a fresh task too."""

    state: State
    reason: str


@frozen
class LastRun:
    """The last time a task ran. at: ISO 8601 with offset. seconds: None when not recorded here."""

    at: str
    seconds: float | None
    ok: bool


FRESH = Freshness("fresh", "up to date")
MOVED = Freshness("fresh", "up to date; the project was moved since it ran")
RUNNING = Freshness("running", "it is running")
IN_A_CIRCLE = Freshness("unknown", "it is part of a circle of tasks")


@frozen
class RunState:
    """What the disk tells about all tasks of a pipeline, by name, at one moment."""

    freshness: Mapping[str, Freshness]
    last_runs: Mapping[str, LastRun | None]


def read_run_state(project: Project) -> RunState:
    """Freshness and last runs of every task in one reading. Executes nothing."""
    from pipelens.runner.run_states import RunStates

    states = RunStates(project.root, project.path)
    told = states.of(project)
    return RunState(told, {name: states.last_run(project, name) for name in told})


def read_freshness(project: Project) -> Mapping[str, Freshness]:
    """The freshness of every task, by name."""
    from pipelens.runner.run_states import RunStates

    return RunStates(project.root, project.path).of(project)


def last_runs(project: Project) -> Mapping[str, LastRun | None]:
    """When every task ran last, by name: by its metadata, or by our history where that is newer."""
    return read_run_state(project).last_runs


def last_run_of(record: Record, outcome: Outcome | None) -> LastRun | None:
    """The last run that a task's record and the history know of."""
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


def interrupted(intent: Intent | None, *, building: bool) -> Freshness | None:
    """What an intent on disk says of its task: it runs now, or its run was cut off."""
    if intent is None:
        return None
    if building:
        return RUNNING
    if changed_products(intent):
        return Freshness("stale", "its last run was interrupted after it changed a product")
    return None


def failed(task: Task, record: Record, outcome: Outcome | None) -> Freshness | None:
    """Whether the last run of a task that is not up to date failed, with the source of now."""
    if outcome is None or outcome.ok or outcome.code != code_mark(own_text(task)):
        return None
    if record.timestamp is not None and outcome.at <= record.timestamp:
        return None
    return Freshness("failed", outcome.reason or "nobody kept why")


def own_state(
    project: Project, task: Task, record: Record, whole: Callable[[], Record], *, by_code: bool
) -> Freshness | None:
    """What the task's own source, params and products say; None: they are as recorded; `MOVED`: so they
    are, in another folder. whole: the record with code and params, read when they are compared."""
    root = project.root
    if task.products is None:
        return Freshness("unknown", "its products are not known")
    if not task.products.are_files:
        return Freshness("unknown", f"{task.products.class_name} products are not looked up")
    if unreadable := record.unreadable:
        return Freshness("stale", f"the record of its last run is unreadable: {_shown(unreadable, root)}")
    if record.missing:
        return _missing(task, record, root)
    if record.absent:
        return Freshness(
            "stale", f"there is no record of a run beside product {_shown(record.absent[0], root)}"
        )
    if problem := _source_problem(task):
        return Freshness(
            "stale" if task.code is None and not _only_running_tells(task) else "unknown", problem
        )
    if record.timestamp is None:
        return Freshness("stale", "the record of its last run has no time")
    return _compared(project, task, whole(), root) if by_code else None


def upstream_state(
    task: Task, record: Record, told: Mapping[str, Freshness], stamps: Mapping[str, float | None]
) -> Freshness | None:
    """What the tasks before it say of a task that is otherwise as recorded."""
    for name in task.upstream:
        before = told.get(name)
        if before is None or before.state == "unknown":
            return Freshness("unknown", f"whether upstream {name} is up to date is unknown")
        if before.state != "fresh":
            words = {"never_run": "has not run yet", "failed": "failed", "running": "is running"}
            return Freshness("stale", f"upstream {name} {words.get(before.state, 'is stale')}")
        stamp = stamps[name]
        if stamp is None or record.timestamp is None or stamp > record.timestamp:
            return Freshness("stale", f"upstream {name} ran later")
    return None


def _missing(task: Task, record: Record, root: str) -> Freshness:
    assert task.products is not None
    if len(record.missing) == len(task.products.items) and not record.was_run:
        return Freshness("never_run", "it has not run yet")
    listed = ", ".join(_shown(path, root) for path in record.missing[:3])
    return Freshness("stale", f"product {listed} is missing")


def _compared(project: Project, task: Task, record: Record, root: str) -> Freshness | None:
    if record.disagree:
        return Freshness("stale", "the records of its products disagree")
    if record.code is None:
        return Freshness("stale", "the record of its last run has no source code")
    moved: Freshness | None = None
    if task.kind == "shell":
        script = _script_state(project, task, record)
        if script is not None and script is not MOVED:
            return script
        moved = script
    elif not same_code(task, record.code):
        return Freshness("stale", "source changed")
    if record.params is None:
        return moved
    try:
        current = stored_params(task.params, task.spec.resources)
    except OSError as error:
        return Freshness("stale", f"resource {_shown(str(error.filename), root)} cannot be read")
    changed = changed_params(current, record.params, called_params(task))
    if changed == (RESOURCES,):
        return Freshness("stale", "a resource file changed")
    return Freshness("stale", f"params changed: {', '.join(changed)}") if changed else moved


def _script_state(project: Project, task: Task, record: Record) -> Freshness | None:
    """Whether a shell task's script is another one, or the same in another folder. Params that are
    results of functions are taken to be what they were."""
    called = known_results(task, record.params)
    code = code_of(project, task, called)
    if isinstance(code, TemplateFault):
        return Freshness("stale", f"its script cannot be made: {code.message}")
    stored = record.code or ""
    if code == stored:
        return None
    return MOVED if is_moved(project, task, stored, called) else Freshness("stale", "its script changed")


def _shown(path: str, root: str) -> str:
    return os.path.relpath(path, root) if path.startswith(root + os.sep) else path


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
        case TemplateSource() if task.kind == "shell":
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
    """Whether `stored` means what the task's source means now (section 11.3); so it is when nobody
    knows the source."""
    if isinstance(task.source, NotebookSource) and task.source.mark is not None:
        return task.source.mark == code_mark(stored)
    code = task.code  # read from the source's cells each time
    if code is None or code == stored:
        return True
    return isinstance(task.source, FunctionSource) and same_function(code, stored)


def same_function(one: str, other: str) -> bool:
    """Whether two texts of a function have one syntax tree, its docstring left out."""
    left, right = _tree(one), _tree(other)
    return left is not None and left == right


def _tree(code: str) -> str | None:
    try:
        import textwrap

        tree = ast.parse(textwrap.dedent(code))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for node in tree.body:
        documented = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        if documented and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
    return ast.dump(tree)
