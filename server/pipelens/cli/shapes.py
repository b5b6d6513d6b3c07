"""The JSON that `check`, `graph` and `status` print: a contract that other programs read.

`root` is absolute, every other path is relative to it with forward slashes, positions are 0-based
and count code points. Values that JSON lacks (dates, sets, NaN) appear as `str()`.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipelens.core.problems import Place, Problem, Related
from pipelens.core.project import Project, Task
from pipelens.core.text import Position, Span

if TYPE_CHECKING:
    from pipelens.runner.freshness import Freshness

Object = dict[str, Any]
Locate = Callable[[Place], tuple[str, Span]]
_DEEPEST = 100


def graph_shape(project: Project, freshness: Mapping[str, Freshness]) -> Object:
    """What `graph --json` prints."""
    return {
        "root": project.root,
        "pipeline": relative_path(project.path, project.root),
        "tasks": [
            task_shape(task, project.root, freshness.get(task.name)) for task in project.tasks.values()
        ],
    }


def task_shape(task: Task, root: str, freshness: Freshness | None) -> Object:
    source = task.source_path
    return {
        "name": task.name,
        "kind": task.kind,
        "class": task.class_name,
        "source": None if source is None else relative_path(source, root),
        "line": task.source_line,
        "upstream": list(task.upstream),
        "products": products_shape(task, root),
        "params": plain(task.params),
        "freshness": {
            "state": freshness.state if freshness else "unknown",
            "reason": freshness.reason if freshness else "",
        },
    }


def products_shape(task: Task, root: str) -> dict[str, str]:
    """Product paths by key: `""` for a single product, `"0"`, `"1"` … for a list."""
    products = task.products
    if products is None:
        return {}
    if not products.are_files:
        return {item.key: item.path for item in products.items}
    return {item.key: relative_path(item.path, root) for item in products.items}


def check_shape(root: str, problems: Sequence[Problem], locate: Locate) -> Object:
    """What `check --json` prints."""
    return {"root": root, "problems": [problem_shape(found, root, locate) for found in problems]}


def problem_shape(found: Problem, root: str, locate: Locate) -> Object:
    path, span = locate(found.place)
    return {
        "code": found.code,
        "severity": found.severity,
        "message": found.message,
        "path": relative_path(path, root),
        "range": range_shape(span),
        "related": [_related_shape(related, root, locate) for related in found.related],
        "fixes": [fix.title for fix in found.fixes],
    }


def range_shape(span: Span) -> Object:
    return {"start": _position_shape(span.start), "end": _position_shape(span.end)}


def _related_shape(related: Related, root: str, locate: Locate) -> Object:
    path, span = locate(related.place)
    return {"message": related.message, "path": relative_path(path, root), "range": range_shape(span)}


def _position_shape(position: Position) -> Object:
    return {"line": position.line, "character": position.character}


def relative_path(path: str, root: str) -> str:
    """`path` below or beside `root` with forward slashes; unchanged on another drive."""
    try:
        told = os.path.relpath(path, root)
    except ValueError:
        told = path
    return told.replace(os.sep, "/")


def plain(value: object, depth: int = 0) -> Any:
    """`value` as JSON has it; what JSON lacks as text."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if depth < _DEEPEST:
        if isinstance(value, Mapping):
            return {
                key if isinstance(key, str) else str(key): plain(v, depth + 1) for key, v in value.items()
            }
        if isinstance(value, (list, tuple)):
            return [plain(item, depth + 1) for item in value]
    return str(value)


def dumped(shape: Object) -> str:
    """`shape` as text. ASCII only, so that no encoding of a terminal or a pipe can spoil it."""
    return json.dumps(shape, indent=2) + "\n"
