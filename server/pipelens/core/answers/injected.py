"""What does a task's source receive? The text of the cell that is put behind the parameters cell.

Section 9.1 of the format. Only running could tell some of it (a param that a function makes), and a
pipeline that is being written may lack some: comments say so, and the rest is told.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Literal

from pipelens.core.answers import injected_values
from pipelens.core.graph import is_pattern
from pipelens.core.project import Project, Task
from pipelens.core.sources import NotebookSource
from pipelens.core.spec import Products
from pipelens.frozen import frozen

RESOURCES = "resources_"

Language = Literal["python", "r"]


@frozen
class InjectedCell:
    """text: assignments, one a line. language: whose they are. complete: nothing had to be left out."""

    text: str
    language: Language
    complete: bool


def injected_cell(project: Project, task: Task) -> InjectedCell:
    """What `task` receives. A function's arguments and a template's variables are told in the same form."""
    language = _language(task)
    literal = injected_values.r_literal if language == "r" else injected_values.python_literal
    missing = list(_missing(project, task))
    lines: list[str] = []
    for name, value in _params(task).items():
        if (call := task.spec.calls.get(name)) is not None:
            missing.append(f"{name}: what {call.path.strip()} returns when the task runs")
            continue
        try:
            lines.append(f"{_name(name, language)} = {literal(value)}")
        except RecursionError:
            missing.append(f"{name}: a value that is nested too deeply to be shown")
    if upstream := _upstream(project, task):
        lines.append(f"upstream = {literal(upstream)}")
    if task.products is not None:
        lines.append(f"product = {literal(_product(task.products))}")
    told = (
        ["# Not known, or not yet:", *(f"# - {line}" for line in map(_one_line, missing))] if missing else []
    )
    return InjectedCell("\n".join([_title(task), *lines, *told]) + "\n", language, not missing)


def _language(task: Task) -> Language:
    match task.source:
        case NotebookSource(language="r"):
            return "r"
        case NotebookSource():
            return "python"
        case _:
            extension = os.path.splitext(task.spec.source_path or "")[1].lower()
            return "r" if extension in (".r", ".rmd") else "python"


def _title(task: Task) -> str:
    match task.kind:
        case "notebook" | "script":
            return "# Parameters"
        case "function":
            return f"# Arguments of {_one_line(task.spec.source)}"
        case _:
            return f"# What {_one_line(task.spec.source)} is given"


def _name(name: str, language: Language) -> str:
    return name.lstrip("_") if language == "r" else name


def _params(task: Task) -> dict[str, object]:
    params: dict[str, object] = {str(name): value for name, value in task.params.items()}
    if task.spec.resources:
        params[RESOURCES] = dict(task.spec.resources)
    return params


def _missing(project: Project, task: Task) -> Iterator[str]:
    entry = project.entries.get(task.spec.entry)
    if entry is not None and entry.broken:
        yield "the entry cannot be read as it is now: this is what it last said"
    for name, found in task.needs.items():
        if not found:
            what = "matches no task" if is_pattern(name) else "is no task"
            yield f"upstream: '{name}' {what}"
        for one in found:
            made = project.tasks.get(one)
            if made is None or made.products is None:
                yield f"upstream: the products of '{one}' are not known"
    if task.products is None:
        yield "product: the task names none"


def _upstream(project: Project, task: Task) -> dict[str, object]:
    """Name → product, or pattern → names of tasks → products."""
    found: dict[str, object] = {}
    for name, matched in task.needs.items():
        products: dict[str, object] = {}
        for one in matched:
            made = project.tasks.get(one)
            if made is not None and made.products is not None:
                products[one] = _product(made.products)
        if is_pattern(name):
            if products:
                found[name] = products
        elif name in products:
            found[name] = products[name]
    return found


def _product(products: Products) -> object:
    """A path for a single product, else a mapping of them."""
    if products.form == "single":
        return products.items[0].path
    return {item.key: item.path for item in products.items}


def _one_line(text: str) -> str:
    return " ".join(text.split())
