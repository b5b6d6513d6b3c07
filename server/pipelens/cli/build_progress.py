"""A build while it runs: live lines on a terminal, plain lines in a log, JSON lines for programs."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, suppress
from typing import TYPE_CHECKING, Final, Protocol

from pipelens.cli.output_lines import OutputLines
from pipelens.cli.terminal import STATE_STYLES, Screen, Segment, counted, harmless
from pipelens.cli.time_left import TimeLeft
from pipelens.core.quantities import duration
from pipelens.runner.events import CellChanged, Event, OutputMade, PlanMade, RunStarted, TaskChanged, as_json

if TYPE_CHECKING:
    from rich.console import RenderableType

_MOST_SHOWN: Final = 8
"""Running tasks that have a line of their own."""


class Progress(AbstractContextManager["Progress"], Protocol):
    def __call__(self, event: Event) -> None: ...


def progress_for(format: str, workers: int, screen: Screen, errors: Screen, *, live: bool = True) -> Progress:
    """What shows a build. screen: standard output; errors: standard error, where a person looks.
    live: lines may be written over; not so where the task has the terminal."""
    if format == "json-lines":
        return EventLines(screen)
    if live and format == "text" and errors.is_terminal and errors.is_coloured:
        return LiveProgress(errors, workers)
    output = screen if format == "text" else errors
    return PlainProgress(errors, output, prefixed=workers > 1, quiet=format != "text")


class EventLines(AbstractContextManager["EventLines"]):
    """Each event as a line of JSON on standard output, as in the run's event file."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._run = ""
        self._seq = 0

    def __exit__(self, *_: object) -> None:
        self._screen.flush()

    def __call__(self, event: Event) -> None:
        if isinstance(event, RunStarted):
            self._run = event.id
        self._seq += 1
        line = as_json(event, self._run, self._seq, time.time())
        self._screen.write(line.encode("utf-8", "backslashreplace").decode("utf-8") + "\n")
        self._screen.flush()


class PlainProgress(AbstractContextManager["PlainProgress"]):
    """One line when a task starts and one when it ends, as logs like it. screen: for those; output:
    for what tasks print to their standard output. prefixed: that names its task."""

    def __init__(
        self, screen: Screen, output: Screen, *, prefixed: bool = False, quiet: bool = False
    ) -> None:
        self._screen = screen
        self._output = output
        self._quiet = quiet
        self._lines = (
            {"stdout": OutputLines(prefixed=True), "stderr": OutputLines(prefixed=True)} if prefixed else None
        )

    def __exit__(self, *_: object) -> None:
        self._screen.flush()

    def __call__(self, event: Event) -> None:
        match event:
            case RunStarted():
                self._screen.line(*interpreter_line(event))
            case PlanMade() if not self._quiet and (told := plan_line(event)):
                self._screen.line(told)
            case TaskChanged(state="started", total=total) if total:
                why = f" ({event.reason})" if event.reason else ""
                self._screen.line(f"[{event.number}/{event.total}] {event.task}: running{why}")
            case TaskChanged(state="finished" | "failed"):
                self._finish_lines(event.task)
                self._screen.line(*ended_line(event, self._screen))
            case OutputMade(cell=None):
                stream = self._output if event.stream == "stdout" else self._screen
                lines = self._lines
                stream.write(event.text if lines is None else lines[event.stream].add(event.task, event.text))
            case _:
                return
        self._output.flush()
        self._screen.flush()

    def _finish_lines(self, task: str) -> None:
        if self._lines is not None:
            self._output.write(self._lines["stdout"].end(task))
            self._screen.write(self._lines["stderr"].end(task))


class LiveProgress(AbstractContextManager["LiveProgress"]):
    """The running tasks, each with its cell and its time, above a bar with the time that is left;
    what ended, and what tasks print, scrolls by above them."""

    def __init__(self, screen: Screen, workers: int = 1) -> None:
        from rich.live import Live

        self._screen = screen
        self._workers = workers
        self._left = TimeLeft({}, workers)
        self._lines = OutputLines(prefixed=workers > 1)
        self._cells: dict[str, str] = {}
        self._total = self._done = 0
        self._began = time.monotonic()
        self._live = Live(
            console=screen.console,
            get_renderable=self._shown,
            refresh_per_second=8,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __enter__(self) -> LiveProgress:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._live.stop()

    def __call__(self, event: Event) -> None:
        match event:
            case RunStarted():
                self._left = TimeLeft.knowing(_usual_seconds(event), self._workers)
                self._screen.line(*interpreter_line(event))
            case PlanMade() if told := plan_line(event):
                self._screen.line(told)
            case TaskChanged(state="queued"):
                self._total = event.total
                self._left.queued(event.task)
            case TaskChanged(state="started"):
                self._total = event.total
                self._left.started(event.task, time.monotonic())
            case CellChanged(state="started"):
                self._cells[event.task] = f"cell {event.number} of {event.total}"
            case TaskChanged(state="finished" | "failed"):
                self._end(event)
                self._print(self._lines.end(event.task))
                self._screen.line(*ended_line(event, self._screen))
            case TaskChanged(state="skipped") if event.task in self._left.waiting:
                self._end(event)
            case OutputMade(cell=None):
                self._print(self._lines.add(event.task, event.text))
            case _:
                pass

    def _end(self, event: TaskChanged) -> None:
        self._done += 1
        self._cells.pop(event.task, None)
        self._left.ended(event.task, event.seconds if event.state == "finished" else None)

    def _print(self, text: str) -> None:
        if not text:
            return
        with suppress(OSError):  # a terminal may be closed while the build goes on
            self._screen.console.print(harmless(text), end="", markup=False, highlight=False)

    def _shown(self) -> RenderableType:
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        now = time.monotonic()
        running = list(self._left.running.items())
        rows: list[RenderableType] = []
        for task, at in running[:_MOST_SHOWN]:
            told = ", ".join(filter(None, (self._cells.get(task, ""), duration(now - at))))
            name = Text(f"{self._screen.symbol('running')} {harmless(task)}", STATE_STYLES["running"])
            rows.append(Text.assemble(name, f" {told}", overflow="ellipsis", no_wrap=True))
        if len(running) > _MOST_SHOWN:
            rows.append(Text(f"  and {len(running) - _MOST_SHOWN} more"))
        if self._total:
            left = self._left.seconds(now)
            last = Table.grid(padding=(0, 1))
            last.add_row(
                ProgressBar(total=self._total, completed=self._done, width=24),
                f"{self._done}/{self._total}",
                duration(now - self._began),
                f"about {duration(left)} left" if left is not None and left >= 1 else "",
            )
            rows.append(last)
        return Group(*rows)


def _usual_seconds(started: RunStarted) -> dict[str, float]:
    from pipelens.runner.history import usual_seconds

    return usual_seconds(started.root, started.pipeline)


def plan_line(made: PlanMade) -> str:
    """How much will run; empty where nothing does."""
    due = sum(action == "run" for _, action, _ in made.steps)
    return f"Building {counted(due, 'task')} of {len(made.steps)}" if due else ""


def interpreter_line(started: RunStarted) -> tuple[Segment, ...]:
    return (
        Segment("Python "),
        Segment(started.interpreter, "bold"),
        Segment(f" ({started.why})", "bright_black"),
    )


def ended_line(change: TaskChanged, screen: Screen) -> tuple[Segment, ...]:
    ok = change.state == "finished"
    state = "fresh" if ok else "failed"
    took = "" if change.seconds is None else f" in {duration(change.seconds)}"
    why = f": {change.reason.splitlines()[0]}" if change.reason and not ok else ""
    return (
        Segment(f"{screen.symbol(state)} ", STATE_STYLES[state]),
        Segment(change.task, "bold"),
        Segment(f" {'done' if ok else 'failed'}{took}{why}"),
    )
