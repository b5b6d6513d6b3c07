"""One shell task: its script is written down, run by bash, and its end explained."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Mapping

from pipelens.core.project import Project, Task
from pipelens.core.rendering import TemplateFault
from pipelens.core.sources import TemplateSource
from pipelens.runner.events import TaskProblem
from pipelens.runner.supported import bash
from pipelens.runner.task_code import code_of
from pipelens.runner.task_plan import TaskNotReady, task_plan
from pipelens.runner.whole_file import write_whole

_LONGEST_TAIL = 8_000


class Script:
    """A script on its way: its text, the file that bash reads, and what it complained of last."""

    def __init__(self, task: Task, path: str) -> None:
        self.task = task
        self.path = path
        self.text = ""
        self.status: int | None = None
        self._tail = ""

    def write(self, project: Project, called: Mapping[str, object]) -> TaskNotReady | None:
        """Make the script of the task's template; why not, where that fails."""
        source = self.task.source
        assert isinstance(source, TemplateSource)
        made = code_of(project, self.task, called)
        if isinstance(made, TemplateFault):
            return TaskNotReady(made.message, source.path, made.span.start.line)
        self.text = made or ""
        write_whole(self.path, (self.text + "\n").encode("utf-8", "surrogateescape"), mode=0o600)
        return None

    def plan(self, project: Project, *, cwd: str, events: str) -> dict[str, object]:
        plan = task_plan(project, self.task, cwd=cwd, events=events)
        return {**plan, "kind": "shell", "code": self.text, "script": self.path, "bash": bash() or "bash"}

    def heard(self, text: str) -> None:
        """What the script wrote to stderr."""
        self._tail = (self._tail + text)[-_LONGEST_TAIL:]

    def remove(self) -> None:
        if os.path.exists(self.path):
            os.unlink(self.path)

    def problem(self) -> TaskProblem:
        """Why the script failed: its status, and the line that bash tells, in the source where the
        lines of the two are the same."""
        assert self.status is not None
        lines = self._tail.replace(self.path, "bash").strip().splitlines()
        told = None
        for match in re.finditer(rf"{re.escape(self.path)}: (?:line|Zeile|ligne) (\d+): (.*)", self._tail):
            told = match
        path, line = self.task.source_path, None
        if told is not None and self._same_lines():
            line = int(told[1]) - 1
        message = _in_words(self.status)
        if told is not None:
            message += f": {told[2].strip()}"
        elif lines:
            message += f": {lines[-1].strip()[:300]}"
        return TaskProblem(
            self.task.name,
            message,
            path=path,
            line=line,
            error=f"exit status {self.status}",
            traceback="\n".join(lines[-20:]),
        )

    def _same_lines(self) -> bool:
        source = self.task.source
        return isinstance(source, TemplateSource) and len(source.text.splitlines()) == len(
            self.text.splitlines()
        )


def _in_words(status: int) -> str:
    number = -status if status < 0 else status - 128 if status > 128 else 0
    if number:
        try:
            return f"its script was ended by {signal.Signals(number).name}"
        except ValueError:
            pass
    return f"its script ended with status {status}"
