"""`pipelens status`: which tasks are up to date, why the others are not, when each last ran."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from pipelens.cli import arguments as arguments_
from pipelens.cli.commands import SUMMARIES
from pipelens.cli.pipeline import freshness_of, only_shown, open_project
from pipelens.cli.shapes import dumped, graph_shape
from pipelens.cli.table import table
from pipelens.cli.terminal import STATE_STYLES, Line, Screen, Segment, counted, shown_path
from pipelens.core.project import Project, Task
from pipelens.core.quantities import ago

if TYPE_CHECKING:
    from pipelens.runner.freshness import Freshness, LastRun

_HEAD = ("", "Task", "Freshness", "Last run", "Product", "Location", "Doc")
_SELF_EXPLAINING = ("fresh", "never_run")
_REASON, _PRODUCT, _LOCATION, _DOC = 2, 4, 5, 6


def main(name: str, words: Sequence[str]) -> int:
    parser = arguments_.parser(name, SUMMARIES["status"])
    arguments = arguments_.read(parser, words)
    project = open_project(arguments)
    from pipelens.runner.freshness import last_runs
    from pipelens.runner.records import adopt_old_records

    adopt_old_records(project)
    freshness = freshness_of(project)

    runs = last_runs(project)
    screen = Screen()
    if arguments.format == "json":
        shape = graph_shape(project, freshness)
        for task in shape["tasks"]:
            task["last_run"] = _run_shape(runs.get(task["name"]))
        screen.write(dumped(shape))
        return 0
    for line in report(project, freshness, runs, arguments.cwd, screen):
        screen.line(*line)
    return 0


def report(
    project: Project,
    freshness: Mapping[str, Freshness],
    runs: Mapping[str, LastRun | None],
    cwd: str,
    screen: Screen,
) -> Iterator[Line]:
    """The table of tasks in build order, and what to do next."""
    told = only_shown(project)
    if told:
        yield (Segment(told),)
        return
    if project.tasks:
        names = dict.fromkeys((*project.order, *project.tasks))
        yield from table_of([project.tasks[name] for name in names], freshness, runs, cwd, screen)
        yield ()
    yield (Segment(_counts(project, freshness)),)
    errors = sum(found.severity == "error" for found in project.problems)
    if errors:
        told = f"{counted(errors, 'problem')} of severity error: `pipelens check` shows where."
        yield (Segment(told, "bold red"),)


def table_of(
    tasks: Sequence[Task],
    freshness: Mapping[str, Freshness],
    runs: Mapping[str, LastRun | None],
    cwd: str,
    screen: Screen,
) -> Iterator[Line]:
    """A row for each of `tasks`."""
    rows = [_row(task, freshness.get(task.name), runs.get(task.name), cwd, screen) for task in tasks]
    yield from table(_HEAD, rows, width=screen.width, elastic=(_DOC, _LOCATION, _PRODUCT, _REASON))


def _row(
    task: Task, freshness: Freshness | None, run: LastRun | None, cwd: str, screen: Screen
) -> Sequence[Segment]:
    state = freshness.state if freshness else "unknown"
    reason = freshness.reason if freshness else ""
    style = STATE_STYLES.get(state, "")
    word = state.replace("_", " ")
    return (
        Segment(screen.symbol(state), style),
        Segment(task.name, "bold"),
        Segment(f"{word}: {reason}" if reason and state not in _SELF_EXPLAINING else word, style),
        Segment(_run_words(run)),
        Segment("\n".join(_products(task, cwd))),
        Segment(_location(task, cwd), "bright_black"),
        Segment(_doc(task), "bright_black"),
    )


def _products(task: Task, cwd: str) -> list[str]:
    if task.products is None:
        return [""]
    items = task.products.items
    return [shown_path(item.path, cwd) if task.products.are_files else item.path for item in items] or [""]


def _location(task: Task, cwd: str) -> str:
    """Where the code is, as terminals and editors make it clickable; lines count from 1."""
    if task.source_path is None:
        return task.spec.source
    shown = shown_path(task.source_path, cwd)
    return shown if task.source_line is None else f"{shown}:{task.source_line + 1}"


def _doc(task: Task) -> str:
    return getattr(task.source, "doc", "").split("\n", 1)[0].lstrip("# ")


def _run_words(run: LastRun | None) -> str:
    return "never" if run is None else ago(run.at, time.time())


def _run_shape(run: LastRun | None) -> dict[str, object] | None:
    if run is None:
        return None
    return {"at": run.at, "seconds": run.seconds, "ok": run.ok}


def _counts(project: Project, freshness: Mapping[str, Freshness]) -> str:
    counts: dict[str, int] = {}
    for name in project.tasks:
        told = freshness.get(name)
        state = told.state if told else "unknown"
        counts[state] = counts.get(state, 0) + 1
    parts = ", ".join(f"{number} {state.replace('_', ' ')}" for state, number in counts.items())
    total = counted(len(project.tasks), "task")
    if counts.keys() - {"fresh"}:
        return f"{total}: {parts}. `pipelens build` brings them up to date."
    return f"{total}, all up to date." if project.tasks else "The pipeline has no tasks yet."
