"""What this version does not run, in words: told before anything runs."""

from __future__ import annotations

import os
import shutil

from pipelens.core.project import Project, Task
from pipelens.core.sources import NotebookSource
from pipelens.runner.kernel_engine import kernel_of, missing_kernel
from pipelens.runner.notebook_formats import missing_for

_SQL = "tasks that work in a database are not run by this version yet"


def unsupported(project: Project, task: Task, engine: str | None = None) -> str | None:
    """Why a task cannot be run here; None when it can be tried. engine: the one that was asked for by name."""
    if task.kind == "sql":
        return _SQL
    if task.kind not in ("notebook", "script", "function", "shell"):
        return f"{task.class_name} tasks are not run by this version"
    if isinstance(task.source, NotebookSource) and task.source.language != "python":
        return f"its source is written in {_language(task.source.language)}, and only Python is run by this version"
    if task.products is not None and not task.products.are_files:
        return f"its product is a {task.products.class_name}; only files are made by this version"
    if (client := _product_client(project, task)) is not None:
        return (
            f"its products are kept elsewhere as well (client {client}), which this version does not do yet"
        )
    if task.kind == "shell":
        return _shell(project, task)
    kernel = kernel_of(task, engine)
    return (missing_kernel(kernel) if kernel is not None else None) or missing_for(task)


def _language(name: str) -> str:
    return "R" if name == "r" else name


def _product_client(project: Project, task: Task) -> str | None:
    found = task.spec.product_client or project.spec.clients.get("File")
    return found.path if found is not None else None


def _shell(project: Project, task: Task) -> str | None:
    client = task.spec.client or project.spec.clients.get("ShellScript")
    if client is not None:
        return f"its client {client.path} changes how scripts are run, which this version does not do yet"
    if bash() is None:
        where = ", and none comes with Windows" if os.name == "nt" else ""
        return f"it needs bash, which is not on the PATH{where}"
    return None


def bash() -> str | None:
    """The path of the shell that runs scripts. Windows' own `bash` starts another system, which does
    not know the paths of this one."""
    found = shutil.which("bash")
    if found and os.name == "nt" and "system32" in found.lower():
        return None
    return found
