"""What a worker told of an error, as a problem with the places that the user knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelens.core.project import Task
from pipelens.runner.events import TaskProblem
from pipelens.runner.interpreter import HOW_TO_CHANGE, Interpreter
from pipelens.runner.place import Place
from pipelens.runner.task_plan import Notebook, cell_name, injected_name, is_cell_file


def problem_of(
    fields: Mapping[str, Any], task: Task, place: Place, notebook: Notebook | None = None
) -> TaskProblem:
    """What the worker told of an error, with the places that the user knows."""
    path, line, cell, cell_line = (fields.get(name) for name in ("path", "line", "cell", "cell_line"))
    if notebook is not None and path is not None:
        path, line, found = _in_notebook(path, line, notebook)
        cell = found if found is not None and cell is None else cell
    if path == injected_name(task.name):
        path, line = task.source_path, None
    phase = fields.get("phase") or ""
    where = f" in {phase}" if phase.startswith("on_") else ""
    return TaskProblem(
        task.name,
        f"{fields['error']}{where}: {fields['message']}"
        if fields["message"]
        else f"{fields['error']}{where}",
        path=path,
        line=line,
        cell=cell,
        cell_line=cell_line,
        called=bool(fields.get("called")),
        error=fields["error"],
        traceback=fields["traceback"],
        advice=_advice(fields, place.interpreter),
    )


def _in_notebook(path: str, line: int | None, notebook: Notebook) -> tuple[str, int | None, int | None]:
    """The place in the file of a line of a notebook's cell."""
    if not notebook.is_json:
        return path, line, None
    for cell in notebook.cells:
        if cell is not None and (
            cell_name(notebook.path, cell.index) == path or is_cell_file(path, cell.index, cell.id)
        ):
            return notebook.path, cell.position(line or 0, 0).line, cell.index
    return path, line, None


def _advice(fields: Mapping[str, Any], interpreter: Interpreter) -> str:
    if "module" not in fields:
        return ""
    module = str(fields.get("module") or "").partition(".")[0]
    install = f" To install it there: {interpreter.path} -m pip install {module}." if module else ""
    return (
        f"The task ran with {interpreter.path}, because {interpreter.why}.{install} "
        f"To run it with another Python, {HOW_TO_CHANGE}."
    )
