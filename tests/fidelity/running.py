"""The notebooks of the corpus, run by a kernel and by Pipelens, as what is compared: outputs, cell by
cell, and how it ended."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelens.core.cells import CellsError, read_cells
from pipelens.runner.build import run_build
from pipelens.runner.events import TaskProblem
from pipelens.runner.freshness import read_freshness
from pipelens.runner.interpreter import Interpreter
from pipelens.runner.plan import BuildOptions, Plan, make_plan
from pipelens.runner.task_plan import Notebook, read_notebook
from pipelens.runner.worker_reports import Engine
from tests.runner.making import Pipeline

NOTEBOOKS = Path(__file__).parent / "notebooks"
KERNEL = "python3"
_BESIDE = ("beside.py", "package")
SETTINGS = {"COLUMNS": "100", "PYTHONHASHSEED": "0", "JUPYTER_PLATFORM_DIRS": "1", "MPLCONFIGDIR": ""}


def names() -> list[str]:
    """The files of the corpus; what stands beside them for imports is none."""
    return sorted(
        one.name for one in NOTEBOOKS.iterdir() if one.suffix in (".py", ".ipynb") and one.name not in _BESIDE
    )


@dataclass(frozen=True)
class Ran:
    """cells: those of the user, as the notebook format has them. ended: `ok`, `died`, `interrupted`, or
    the name of the error."""

    cells: list[dict[str, Any]]
    ended: str
    problems: tuple[TaskProblem, ...] = ()


def prepare(name: str, root: Path) -> Path:
    """A folder with the notebook and what it imports."""
    root.mkdir(parents=True)
    for one in (name, *_BESIDE):
        source = NOTEBOOKS / one
        if source.is_dir():
            shutil.copytree(source, root / one, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, root / one)
    return root


def install_kernel(folder: Path) -> Mapping[str, str]:
    """A kernel of this Python; the variables that let Jupyter find it."""
    spec = folder / "kernels" / KERNEL
    spec.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    text = json.dumps({"argv": argv, "display_name": "Here", "language": "python"})
    (spec / "kernel.json").write_text(text)
    return {"JUPYTER_PATH": str(folder)}


def cells_of(name: str, root: Path) -> Notebook:
    pipeline = Pipeline(root)
    pipeline.task(name, "out/nb.ipynb")
    found = read_notebook(pipeline.project().tasks[Path(name).stem], (root / name).read_text("utf-8"))
    assert isinstance(found, Notebook)
    return found


def by_kernel(name: str, root: Path) -> Ran:
    """The notebook by nbclient and a kernel of its own."""
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, DeadKernelError

    prepare(name, root)
    (root / "out").mkdir()
    cells = []
    for cell in cells_of(name, root).cells:
        if cell is None:
            cells.append(
                nbformat.v4.new_code_cell(f"# Parameters\nproduct = {str(root / 'out/nb.ipynb')!r}\n")
            )
        elif cell.kind == "code":
            cells.append(nbformat.v4.new_code_cell(cell.source, metadata={"tags": list(cell.tags)}))
    node = nbformat.v4.new_notebook(cells=cells)
    client: Any = NotebookClient(
        node, kernel_name=KERNEL, timeout=60, startup_timeout=60, resources={"metadata": {"path": str(root)}}
    )
    ended = "ok"
    try:
        client.execute()
    except CellExecutionError as error:
        ended = error.ename
    except DeadKernelError:
        ended = "died"
    return Ran([dict(cell) for cell in node.cells], ended)


def by_pipelens(name: str, root: Path, engine: str | Engine, environ: Mapping[str, str]) -> Ran:
    """The notebook as a task of a pipeline of its own."""
    import nbformat

    prepare(name, root)
    pipeline = Pipeline(root)
    pipeline.task(name, "out/nb.ipynb", static_analysis="disable")
    project = pipeline.project()
    plan = make_plan(project, read_freshness(project), BuildOptions())
    assert isinstance(plan, Plan)
    result = run_build(
        project,
        plan,
        interpreter=Interpreter(sys.executable, "the test says so"),
        listener=lambda event: None,
        cwd=str(root),
        environ=environ,
        engine=engine,
    )
    assert result.refused is None, result.refused
    if result.ok:
        ended, path = "ok", root / "out/nb.ipynb"
    else:
        problem = result.problems[0]
        ended = problem.error or ("died" if "process of the task" in problem.message else problem.message)
        assert problem.notebook is not None, problem
        path = root / problem.notebook
    cells = nbformat.reads(path.read_text("utf-8"), 4).cells
    return Ran([dict(cell) for cell in cells if cell.cell_type == "code"], ended, result.problems)


def tags_of(name: str) -> list[tuple[str, ...]]:
    """The tags of the cells that run, the injected one in front."""
    found = read_cells(name, (NOTEBOOKS / name).read_text("utf-8"))
    assert not isinstance(found, CellsError)
    return [(), *(cell.tags for cell in found.kept if cell.kind == "code")]


def environment() -> dict[str, str]:
    """What both see. The tests' own width must not show in tables."""
    return {**os.environ, **SETTINGS}
