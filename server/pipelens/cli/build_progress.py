"""A build while it runs: a live bar on a terminal, plain lines everywhere else."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

from pipelens.cli.terminal import STATE_STYLES, Screen, Segment, harmless
from pipelens.core.quantities import duration
from pipelens.runner.events import CellChanged, Event, OutputMade, RunStarted, TaskChanged

if TYPE_CHECKING:
    from rich.progress import TaskID


class Progress(AbstractContextManager["Progress"], Protocol):
    def __call__(self, event: Event) -> None: ...


class PlainProgress(AbstractContextManager["PlainProgress"]):
    """One line when a task starts and one when it ends, as logs like it."""

    def __init__(self, screen: Screen, output: Screen) -> None:
        self._screen = screen
        self._output = output

    def __exit__(self, *_: object) -> None:
        self._screen.flush()

    def __call__(self, event: Event) -> None:
        match event:
            case RunStarted():
                self._screen.line(*interpreter_line(event))
            case TaskChanged(state="started", total=total) if total:
                why = f" ({event.reason})" if event.reason else ""
                self._screen.line(f"[{event.number}/{event.total}] {event.task}: running{why}")
            case TaskChanged(state="finished" | "failed"):
                self._screen.line(*ended_line(event, self._screen))
            case OutputMade(cell=None):
                (self._output if event.stream == "stdout" else self._screen).write(event.text)
            case _:
                return
        self._output.flush()
        self._screen.flush()


class LiveProgress(AbstractContextManager["LiveProgress"]):
    """A bar with the running task, its cell and the time; what ended scrolls by above it."""

    def __init__(self, screen: Screen) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as RichProgress

        self._screen = screen
        self._bar = RichProgress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=screen.console,
            transient=True,
        )
        self._all: TaskID | None = None
        self._task = ""

    def __enter__(self) -> LiveProgress:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def __call__(self, event: Event) -> None:
        match event:
            case RunStarted():
                self._screen.line(*interpreter_line(event))
            case TaskChanged(state="started"):
                self._task = harmless(event.task)
                if self._all is None:
                    self._all = self._bar.add_task(self._task, total=event.total)
                self._bar.update(self._all, description=self._task, completed=event.number - 1)
            case CellChanged(state="started") if self._all is not None:
                told = f"{self._task} (cell {event.number} of {event.total})"
                self._bar.update(self._all, description=told)
            case TaskChanged(state="finished" | "failed"):
                self._screen.line(*ended_line(event, self._screen))
                if self._all is not None:
                    self._bar.update(self._all, completed=event.number)
            case OutputMade(cell=None):
                self._screen.console.print(harmless(event.text), end="", markup=False, highlight=False)
            case _:
                pass


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
