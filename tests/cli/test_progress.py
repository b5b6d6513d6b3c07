"""A build while it runs, told by events made by hand."""

from __future__ import annotations

import io

from pipelens.cli.build_progress import LiveProgress, PlainProgress, Progress
from pipelens.cli.output_lines import OutputLines
from pipelens.cli.terminal import Screen
from pipelens.cli.time_left import TimeLeft
from pipelens.runner.events import CellChanged, Event, OutputMade, RunStarted, TaskChanged

EVENTS: tuple[Event, ...] = (
    RunStarted("r", "/p/pipeline.yaml", "/p", "/p", 1, "/usr/bin/python3", "it is on PATH"),
    TaskChanged("get", "queued", number=1, total=2),
    TaskChanged("get", "started", "never run", number=1, total=2),
    OutputMade("get", "stdout", "three rows\n"),
    TaskChanged("get", "finished", seconds=1.5, number=1, total=2),
    TaskChanged("fit", "started", "never run", number=2, total=2),
    CellChanged("fit", 3, 2, 5, "started", "/p/fit.py", 10),
    OutputMade("fit", "stdout", "inside a cell\n", cell=3),
    TaskChanged("fit", "failed", "ValueError: no\nrows", 2.0, 2, 2),
)


class Buffer(io.TextIOWrapper):
    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", write_through=True)

    @property
    def text(self) -> str:
        self.flush()
        assert isinstance(self.buffer, io.BytesIO)
        return self.buffer.getvalue().decode()


def tell(progress: Progress) -> None:
    with progress:
        for event in EVENTS:
            progress(event)


def test_elsewhere_than_on_a_terminal_each_task_has_a_line_when_it_starts_and_when_it_ends():
    errors, output = Buffer(), Buffer()
    tell(PlainProgress(Screen(errors, {}), Screen(output, {})))
    assert errors.text.splitlines() == [
        "Python /usr/bin/python3 (it is on PATH)",
        "[1/2] get: running (never run)",
        "✓ get done in 1.5 s",
        "[2/2] fit: running (never run)",
        "✗ fit failed in 2.0 s: ValueError: no",
    ]
    assert output.text == "three rows\n"


def test_on_a_terminal_a_bar_goes_with_the_running_task():
    errors = Buffer()
    tell(LiveProgress(Screen(errors, {"FORCE_COLOR": "1", "TERM": "xterm"})))
    assert "\x1b[" in errors.text
    assert "done in 1.5 s" in errors.text
    assert "three rows" in errors.text
    assert "inside a cell" not in errors.text


def test_what_a_task_prints_cannot_steer_the_terminal_through_the_bar():
    errors = Buffer()
    progress = LiveProgress(Screen(errors, {"FORCE_COLOR": "1", "TERM": "xterm"}))
    with progress:
        progress(OutputMade("get", "stdout", "\x1b]0;owned\x07[bold]x\n"))
    assert "\x1b]0;owned" not in errors.text
    assert "[bold]x" in errors.text


def test_lines_of_several_tasks_say_whose_they_are_and_are_never_mixed():
    lines = OutputLines(prefixed=True)
    assert lines.add("get", "three ") == ""
    assert lines.add("fit", "a\nb") == "[fit] a\n"
    assert lines.add("get", "rows\n") == "[get] three rows\n"
    assert lines.end("fit") == "[fit] b\n"
    assert lines.end("get") == ""


def test_a_line_that_was_written_over_is_shown_as_it_was_last():
    assert OutputLines(prefixed=False).add("get", "10 %\r100 %\r\ndone\n") == "100 %\ndone\n"


def test_a_line_without_an_end_is_shown_some_time():
    assert len(OutputLines(prefixed=False).add("get", "x" * 20_000)) > 20_000


def test_nothing_is_said_of_the_time_left_while_no_task_is_known():
    left = TimeLeft.knowing({}, 1)
    left.queued("get")
    assert left.seconds(0.0) is None


def test_the_time_left_counts_what_waits_and_what_runs():
    left = TimeLeft.knowing({"get": 10.0, "fit": 30.0}, 1)
    for task in ("get", "fit", "new"):
        left.queued(task)
    assert left.seconds(0.0) == 60.0  # of the new one the others tell: 20
    left.started("get", 0.0)
    assert left.seconds(4.0) == 56.0
    assert left.seconds(14.0) == 50.0
    left.ended("get", 14.0)
    left.started("fit", 14.0)
    left.ended("new", None)
    assert left.seconds(20.0) == 24.0


def test_tasks_at_once_take_no_longer_than_the_longest():
    left = TimeLeft.knowing({"get": 10.0, "fit": 30.0}, 2)
    left.started("get", 0.0)
    left.started("fit", 0.0)
    assert left.seconds(0.0) == 30.0
