"""The plan of one task, as the worker reads it (section 3.1 of the debugging design)."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import cast

from pipelens.core.cells import Cell, Cells, CellsError, read_cells_quickly
from pipelens.core.project import Project, Task
from pipelens.core.spec import Hooks, Products
from pipelens.frozen import frozen
from pipelens.runner.metadata import RESOURCES
from pipelens.runner.place import Place
from pipelens.runner.plan_file import PLAN_VERSION
from pipelens.runner.preload import ALLOWED
from pipelens.runner.state import file_name, state_path
from pipelens.runner.values import encode_callable, encode_params

RECORDED_KINDS = ("notebook", "script", "function")
"""Kinds of plans whose failures have frames to record."""


@frozen
class TaskNotReady:
    """Why no plan can be made: what is wrong with the source, and where."""

    message: str
    path: str | None = None
    line: int | None = None


@frozen
class Notebook:
    """The cells of a source as they run: those of the user with the injected one after the
    parameters cell, where `cells` holds None. found: the cells as read."""

    cells: tuple[Cell | None, ...]
    found: Cells
    is_json: bool
    path: str


def task_plan(project: Project, task: Task, *, cwd: str, events: str) -> dict[str, object]:
    """What every kind of plan holds: the task's values and where it runs."""
    spec = task.spec
    params = dict(task.params)
    if spec.resources:
        params[RESOURCES] = dict(spec.resources)
    return {
        "version": PLAN_VERSION,
        "task": task.name,
        "kind": task.kind,
        "source": task.source_path,
        "code": task.code,
        "cwd": cwd,
        "sys_path": sys_path_of(project, task, cwd),
        "sys_path_last": list(project.import_folders),
        "user_roots": list(dict.fromkeys([project.root, project.spec.folder, cwd])),
        "product": product_value(task.products),
        "upstream": upstream_value(project, task),
        "params": encode_params(params, spec.calls),
        "client": encode_callable(spec.client or project.spec.clients.get(task.class_name)),
        "outputs": {"events": events},
        "notice": list(ALLOWED),
    }


def sys_path_of(project: Project, task: Task | None, cwd: str) -> list[str]:
    """What goes in front of the import path: a script's own folder, as for `python FILE`; a
    notebook finds modules where it runs; dotted paths are looked up beside the pipeline first.

    Behind everything installed come the other folders that the project is read from (a `src` layout
    whose package is not installed), so that what is found when checking is found when running."""
    folder = project.spec.folder
    if task is not None and task.kind == "notebook":
        found = [cwd, folder]
    elif task is not None and task.kind == "script" and task.source_path:
        found = [os.path.dirname(task.source_path), folder]
    else:
        found = [folder, cwd]
    return list(dict.fromkeys(found))


def function_plan(project: Project, task: Task, *, cwd: str, events: str) -> dict[str, object]:
    """The plan of a function task. `serializer: null` in it switches the pipeline's off."""
    spec, own = project.spec, task.spec
    serializer = own.serializer or (None if "serializer" in own.options else spec.serializer)
    unserializer = own.unserializer or (None if "unserializer" in own.options else spec.unserializer)
    return {
        **task_plan(project, task, cwd=cwd, events=events),
        "callable": task.spec.source,
        "serializer": encode_callable(serializer),
        "unserializer": encode_callable(unserializer),
        "hooks": hooks_value(task.spec.hooks),
    }


def notebook_plan(
    project: Project, task: Task, notebook: Notebook, *, cwd: str, events: str
) -> dict[str, object]:
    """The plan of a notebook or script task."""
    return {
        **task_plan(project, task, cwd=cwd, events=events),
        "cells": [_cell(cell, notebook, task.name) for cell in notebook.cells],
    }


def kernel_plan(plan: Mapping[str, object], kernel: str, injected: str, task: Task) -> dict[str, object]:
    """The plan of a notebook for a kernel, which gets all cells as text. injected: the text of that cell."""
    cells = [dict(cell) for cell in cast("list[dict[str, object]]", plan["cells"])]
    for cell in cells:
        if cell.get("injected"):
            cell["source"] = injected
    given: dict[str, object] = {}
    for name in ("papermill_params", "executor_params"):
        found = task.spec.options.get(name)
        given.update(cast("Mapping[str, object]", found) if isinstance(found, Mapping) else {})
    times = {"timeout": given.get("execution_timeout"), "startup_timeout": given.get("start_timeout")}
    return {**plan, **times, "cells": cells, "kernel": kernel}


def read_notebook(task: Task, text: str) -> Notebook | TaskNotReady:
    """The cells of the task's source `text`, the injected one in its place."""
    path = task.source_path or task.spec.source
    found = read_cells_quickly(path, text)
    if isinstance(found, CellsError):
        return TaskNotReady(f"{os.path.basename(path)} {found.message}", path, found.span.start.line)
    return Notebook(_with_injected(found), found, path.endswith(".ipynb"), path)


def _with_injected(found: Cells) -> tuple[Cell | None, ...]:
    parameters = found.parameters
    cells: list[Cell | None] = []
    if parameters is None:
        cells.append(None)
    for cell in found.kept:
        cells.append(cell)
        if cell is parameters:
            cells.append(None)
    return tuple(cells)


def injected_name(task: str) -> str:
    """The file name that the injected cell's code has in tracebacks and debuggers."""
    return f"<parameters of {task}>"


def cell_name(path: str, index: int) -> str:
    """The file name that the code of an `.ipynb` cell has: the notebook, and which cell."""
    return f"{path} cell {index + 1}"


CELLS_FOLDER = "cells"
"""In the state folder: files of cells, so that a debugger can stop in them."""


def cell_file(root: str, task: str, index: int, id: str) -> str:
    """The file that stands for a cell of an `.ipynb` under a debugger."""
    return state_path(root, CELLS_FOLDER, file_name(task), _cell_file_name(index, id))


def is_cell_file(path: str, index: int, id: str) -> bool:
    """Whether a file in a state folder stands for this cell of the notebook that runs."""
    folder, name = os.path.split(path)
    in_cells = os.path.basename(os.path.dirname(folder)) == CELLS_FOLDER
    return in_cells and name == _cell_file_name(index, id)


def _cell_file_name(index: int, id: str) -> str:
    return f"{index + 1}-{re.sub(r'[^0-9A-Za-z_-]', '_', id)[:64]}.py"


def _cell(cell: Cell | None, notebook: Notebook, task: str) -> dict[str, object]:
    if cell is None:
        return {
            "kind": "code",
            "index": None,
            "filename": injected_name(task),
            "line": 1,
            "injected": True,
            "source": "",
        }
    shown: dict[str, object] = {"kind": cell.kind, "index": cell.index, "source": cell.source}
    if "raises-exception" in cell.tags or "skip-execution" in cell.tags:
        shown["tags"] = list(cell.tags)
    if notebook.is_json:
        return {**shown, "filename": cell_name(notebook.path, cell.index), "line": 1, "pseudo": True}
    lines = [line + 1 for line, _ in cell.lines] or [1]
    shown.update(filename=notebook.path, line=lines[0])
    if lines != list(range(lines[0], lines[0] + len(lines))):
        shown["lines"] = lines
    return shown


def hooks_value(hooks: Hooks) -> dict[str, object]:
    found = {"on_finish": encode_callable(hooks.on_finish), "on_failure": encode_callable(hooks.on_failure)}
    return {name: value for name, value in found.items() if value is not None}


def product_value(products: Products | None) -> object:
    """A path for a single product, else a mapping of them."""
    if products is None:
        return {}
    if products.form == "single":
        return products.items[0].path
    return {item.key: item.path for item in products.items}


def upstream_value(project: Project, task: Task) -> dict[str, object]:
    """What the task's code finds in `upstream`: name → product, or pattern → group."""
    found: dict[str, object] = {}
    for name, matched in task.needs.items():
        products = {
            one: product_value(project.tasks[one].products) for one in matched if one in project.tasks
        }
        if "*" in name:
            if products:
                found[name] = {"$group": products}
        elif name in products:
            found[name] = products[name]
    return found


def with_dump(plan: Mapping[str, object], place: Place, path: str) -> dict[str, object]:
    """The plan of a task that records its failure at `path`, where that is wanted."""
    if place.dumps is None:
        return dict(plan)
    root = place.project.root
    outputs = cast("Mapping[str, object]", plan["outputs"])
    pipeline = os.path.relpath(place.project.path, root).replace(os.sep, "/")
    recording = {"run": place.run, "root": root, "pipeline": pipeline, "values": place.dumps}
    return {**plan, "outputs": {**outputs, "dump": path}, "recording": recording}
