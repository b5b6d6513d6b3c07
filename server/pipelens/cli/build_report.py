"""A build when it has ended: the table of tasks, the failures, what to do next."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pipelens.cli.build_record import BuildRecord
from pipelens.cli.table import table
from pipelens.cli.terminal import STATE_STYLES, Line, Screen, Segment, counted, shown_path
from pipelens.core.quantities import duration
from pipelens.runner.events import TaskProblem

if TYPE_CHECKING:
    from pipelens.runner.plan import Plan

_HEAD = ("name", "Ran?", "Elapsed (s)", "Percentage", "Reason")
_ACTIONS = {
    "run": ("would run", "stale"),
    "skip": ("skipped", "fresh"),
    "unselected": ("left out", "never_run"),
}

_OUTCOMES = {"done": ("True", "fresh"), "failed": ("failed", "failed"), "stopped": ("stopped", "stale")}


def planned(plan: Plan, screen: Screen) -> Iterator[Line]:
    """What `--dry-run` prints."""
    rows: list[Sequence[Segment]] = []
    for step in plan.steps:
        word, state = _ACTIONS[step.action]
        rows.append(
            (
                Segment(step.task, "bold"),
                Segment(word, STATE_STYLES[state]),
                Segment(step.reason),
            )
        )
    if rows:
        yield from table(("name", "Plan", "Reason"), rows, width=screen.width, elastic=(2,))
        yield ()
    number = len(plan.to_run)
    yield (Segment(f"{counted(number, 'task')} would run." if number else "Nothing would run."),)


def finished(record: BuildRecord, screen: Screen) -> Iterator[Line]:
    """The report on standard output (section 12.4 of the format), and one sentence."""
    total = sum(change.seconds or 0 for change in record.ran)
    rows: list[Sequence[Segment]] = []
    for change in record.ran:
        seconds = change.seconds or 0.0
        share = 100 * seconds / total if total else 0.0
        word, state = _OUTCOMES[record.outcome(change)]
        rows.append(
            (
                Segment(change.task, "bold"),
                Segment(word, STATE_STYLES[state]),
                Segment(f"{seconds:.2f}"),
                Segment(f"{share:.1f}"),
                Segment(record.actions.get(change.task, ("", ""))[1]),
            )
        )
    did_not_run = (Segment("False", "bright_black"), Segment("0"), Segment("0"))
    for name, reason in record.left:
        rows.append((Segment(name, "bold"), *did_not_run, Segment(reason)))
    if rows:
        yield from table(_HEAD, rows, width=screen.width, elastic=(4, 0))
        yield ()
    yield summary(record)


def summary(record: BuildRecord) -> Line:
    """One sentence about the whole build."""
    failed, done = record.failed, sum(change.state == "finished" for change in record.ran)
    took = f" in {duration(record.ended.seconds)}" if record.ended else ""
    match record.ended.state if record.ended else "stopped":
        case "stopped":
            told = f"Stopped{took}: {counted(done, 'task')} done; the next build goes on from here."
            return (Segment(told, "bold yellow"),)
        case "failed" if not failed:
            told = f"The build failed{took}: {counted(done, 'task')} done, but a hook of the pipeline failed."
            return (Segment(told, "bold red"),)
        case "failed":
            return (Segment(f"{counted(len(failed), 'task')} failed, {done} done{took}.", "bold red"),)
        case "early_stop":
            told = f"A task ended the build early{took}: {counted(done, 'task')} done."
            return (Segment(told, "bold yellow"),)
        case _ if record.actions and all(action == "unselected" for action, _ in record.actions.values()):
            return (Segment("Nothing to do: no task matches what --partially asks for.", "bold yellow"),)
        case _ if not record.ran:
            return (Segment("Nothing to do: all selected tasks are up to date.", "bold green"),)
        case _:
            return (Segment(f"{counted(done, 'task')} done{took}.", "bold green"),)


def failures(record: BuildRecord, cwd: str, screen: Screen, entry: str | None = None) -> Iterator[Line]:
    """What went wrong, task by task, for standard error. entry: which pipeline was asked for."""
    for problem in record.problems:
        yield ()
        root = record.started.root if record.started else cwd
        yield from _failure(problem, cwd, root, screen, entry)
    blocked = [(name, reason) for name, reason in record.left if _was_due(record, name)]
    if blocked and record.problems:
        yield ()
        for name, reason in blocked:
            yield (
                Segment(f"{screen.symbol('never_run')} "),
                Segment(name, "bold"),
                Segment(f" not run: {reason}"),
            )
    if record.failed:
        yield ()
        yield (
            Segment("Next: ", "bold"),
            Segment("correct the code and run `pipelens build` again; what is done is not repeated."),
        )


def _was_due(record: BuildRecord, name: str) -> bool:
    return record.actions.get(name, ("", ""))[0] == "run"


def _failure(problem: TaskProblem, cwd: str, root: str, screen: Screen, entry: str | None) -> Iterator[Line]:
    grave = problem.severity == "error"
    style = STATE_STYLES["failed"] if grave else "bold yellow"
    verb = "failed" if grave else "warning"
    sign = screen.symbol("failed") if grave else "!"
    yield (
        Segment(f"{sign} {problem.task or 'pipeline'} {verb}: ", style),
        Segment(problem.message.split("\n", 1)[0]),
    )
    if problem.path is not None:
        place = shown_path(os.path.join(root, problem.path), cwd)
        if problem.line is not None:
            place += f":{problem.line + 1}"
        cell = "" if problem.cell is None else f"cell {problem.cell + 1}{_cell_line(problem)}"
        if cell and problem.called:
            yield Segment(f"  at {cell}, which led to "), Segment(place, "bold")
        else:
            yield Segment("  at "), Segment(place, "bold"), Segment(f" ({cell})" if cell else "")
    for line in problem.traceback.rstrip().splitlines():
        yield (Segment(f"  {line}"),)
    # Where more tasks fail than failures are kept, the first are gone by now.
    notebook, dump = (_kept(root, path) for path in (problem.notebook, problem.dump))
    if notebook:
        yield (Segment(f"  The notebook as far as it came: {shown_path(notebook, cwd)}"),)
    if dump:
        shown = shown_path(dump, cwd)
        command = Segment(opening_words(problem.task, entry), "bold")
        yield Segment("  Open it: "), command, Segment(f" ({shown})", "bright_black")
    if problem.advice:
        yield Segment("  help: ", "bold green"), Segment(problem.advice)


def _kept(root: str, path: str | None) -> str | None:
    """A file below the root, absolute, while there is one."""
    absolute = os.path.join(root, path) if path else None
    return absolute if absolute and os.path.exists(absolute) else None


def opening_words(task: str, entry: str | None) -> str:
    """The command that opens a task's failure. entry: the pipeline, where it was named."""
    import shlex

    words = [task] if entry is None else [task, "--entry-point", entry]
    return f"pipelens postmortem {shlex.join(words)}"


def _cell_line(problem: TaskProblem) -> str:
    return "" if problem.cell_line is None else f", line {problem.cell_line + 1}"
