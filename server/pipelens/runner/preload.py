"""Which libraries a warm parent imports before it forks: those that tasks of the project imported in
its last runs or in this one, from a list of ones that start no threads of Python and read nothing of the project."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable
from typing import cast

from pipelens.core.project import Project
from pipelens.runner.state import state_path
from pipelens.runner.whole_file import write_whole

_STANDARD = (
    *("argparse", "collections", "copy", "csv", "dataclasses", "datetime", "decimal", "enum", "fractions"),
    *("functools", "glob", "gzip", "hashlib", "inspect", "itertools", "logging", "math", "operator"),
    *("pathlib", "pickle", "pprint", "random", "shutil", "sqlite3", "statistics", "string", "subprocess"),
    *("tempfile", "textwrap", "time", "typing", "uuid", "zipfile"),
)
"""Of the standard library. Half of what a small task takes would otherwise go into `import pathlib`."""
ALLOWED = ("numpy", "pandas", "pyarrow", "matplotlib", "scipy", "sklearn", "ploomber", *_STANDARD)
_FORGOTTEN_AFTER = 7 * 24 * 3600.0
"""Seconds. A library that is imported beforehand is imported by every task, so that only a run without
it tells whether it is still wanted."""


def preloaded(project: Project, interpreter: str) -> tuple[str, ...]:
    """The libraries to import beforehand, none that a folder of the project hides."""
    seen = _read(project.root).get(interpreter, {})
    now = time.time()
    fresh = [name for name in ALLOWED if 0 <= now - seen.get(name, 0.0) < _FORGOTTEN_AFTER]
    return unhidden(project, fresh)


def unhidden(project: Project, names: Iterable[str]) -> tuple[str, ...]:
    """Those of the names that may be imported beforehand: allowed, and not of a module of the project's."""
    wanted = [name for name in ALLOWED if name in set(names)]
    if not wanted:
        return ()
    folders = {project.root, project.spec.folder, *project.import_folders}
    folders.update(os.path.dirname(task.source_path) for task in project.tasks.values() if task.source_path)
    return tuple(name for name in wanted if not any(_is_in(folder, name) for folder in folders))


def _is_in(folder: str, name: str) -> bool:
    return os.path.exists(os.path.join(folder, name)) or os.path.exists(os.path.join(folder, f"{name}.py"))


def remember(root: str, interpreter: str, names: Iterable[str]) -> None:
    """Note that runs imported these by themselves."""
    found = sorted(set(names).intersection(ALLOWED))
    if not found:
        return
    kept = _read(root)
    kept[interpreter] = {**kept.get(interpreter, {}), **dict.fromkeys(found, time.time())}
    try:
        write_whole(_path(root), json.dumps({"version": 1, "imports": kept}).encode("utf-8"), mode=0o600)
    except OSError:
        return


def _path(root: str) -> str:
    return state_path(root, "imports.json")


def _read(root: str) -> dict[str, dict[str, float]]:
    try:
        with open(_path(root), encoding="utf-8") as file:
            told = json.load(file)
    except (OSError, ValueError):
        return {}
    if not isinstance(told, dict) or told.get("version") != 1:
        return {}
    found = cast("dict[str, object]", told).get("imports")
    kept: dict[str, dict[str, float]] = {}
    for interpreter, names in found.items() if isinstance(found, dict) else ():
        if isinstance(names, dict):
            pairs = cast("dict[str, object]", names).items()
            kept[str(interpreter)] = {name: float(at) for name, at in pairs if isinstance(at, (int, float))}
    return kept
