"""What the worker of one task told and its process printed: gathered, and passed on to who listens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pipelens.core.project import Task
from pipelens.runner.events import CellChanged, OutputMade, TaskProblem
from pipelens.runner.notebook_output import ExecutedNotebook
from pipelens.runner.place import Place
from pipelens.runner.task_plan import Notebook
from pipelens.runner.task_problem import problem_of
from pipelens.runner.worker_reports import Printed, Report, Told

if TYPE_CHECKING:
    from pipelens.runner.shell_run import Script

MOST_OUTPUT = 4 << 20
"""Characters of printed text that are passed on per task; a notebook keeps all of its own."""


@dataclass(slots=True)
class TaskReports:
    """notebook, executed: the cells that run and what they show, for tasks with cells. script: that of a
    shell task. params: with the values that called ones had. code: that of a function, as it ran."""

    place: Place
    task: Task
    notebook: Notebook | None = None
    executed: ExecutedNotebook | None = None
    script: Script | None = None
    params: Mapping[str, object] = field(default_factory=dict[str, object])
    code: str | None = None
    problems: list[TaskProblem] = field(default_factory=list[TaskProblem])
    printed: int = 0

    def hear(self, report: Report) -> None:
        """One thing that the worker told."""
        if isinstance(report, Printed):
            current = self.executed.current if self.executed else None
            if self.executed is not None:
                self.executed.print(report.stream, report.text)
            if self.script is not None and report.stream == "stderr":
                self.script.heard(report.text)
            self.tell_output(report.stream, report.text, current)
            return
        match report:
            case Told(kind="params", fields=fields):
                self.params = fields["values"]
            case Told(kind="script", fields=fields) if self.script is not None:
                self.script.status = fields["status"]
            case Told(kind="imported", fields=fields):
                self.place.engines.learn(fields["names"])
            case Told(kind="code", fields=fields):
                self.code = fields["code"]
            case Told(kind="failure", fields=fields):
                self.hear_failure(fields)
            case Told(fields=fields) if self.executed is not None:
                self.hear_cell(report.kind, fields, self.executed)
            case _:
                pass

    def hear_cell(self, kind: str, fields: Mapping[str, Any], executed: ExecutedNotebook) -> None:
        index: int | None = fields.get("cell")
        match kind:
            case "injected":
                executed.inject(fields["text"])
            case "cell":
                if fields["state"] == "started":
                    executed.start(fields["index"], fields.get("execution_count"), fields["at"])
                else:
                    executed.end(fields["index"], fields["at"])
                self.tell_cell(fields)
            case "output":
                output = fields["output"]
                executed.add(index, output)
                if output["output_type"] == "stream":
                    self.tell_output(output["name"], output["text"], index)
            case "clear":
                executed.clear(index, bool(fields.get("wait")))
            case "update":
                executed.update(fields["display_id"], fields["data"], fields["metadata"])
            case _:
                pass

    def tell_output(self, stream: Literal["stdout", "stderr"], text: str, cell: int | None) -> None:
        """Pass on what was printed, up to a limit: the event file must not grow without end."""
        if self.printed > MOST_OUTPUT:
            return
        self.printed += len(text)
        if self.printed > MOST_OUTPUT:
            text = "\n(what the task prints from here on is not shown)\n"
        self.place.listener(OutputMade(self.task.name, stream, text, cell))

    def tell_cell(self, fields: Mapping[str, Any]) -> None:
        assert self.notebook is not None
        index = fields["index"]
        code = [cell for cell in self.notebook.cells if cell is not None and cell.kind == "code"]
        for number, cell in enumerate(code, 1):
            if cell.index == index:
                line = cell.lines[0][0] if cell.lines else 0
                path = self.notebook.path
                self.place.listener(
                    CellChanged(self.task.name, cell.index, number, len(code), fields["state"], path, line)
                )
                return

    def hear_failure(self, fields: Mapping[str, Any]) -> None:
        if fields.get("early_stop"):
            return
        self.problems.append(problem_of(fields, self.task, self.place, self.notebook))
