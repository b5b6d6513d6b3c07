"""Keepers over texts, and pictures of what they answer that can be compared.

Ids of entries depend on what was edited before, and places count from their entry. In a picture
entries are numbered from the top and places are absolute, so that two keepers that understand the
same give equal pictures.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from pipelens.core.problems import Place
from pipelens.core.project import Project
from pipelens.core.text import Document, Span
from pipelens.workspace.discovery import located
from pipelens.workspace.disk import WorkspaceFiles
from pipelens.workspace.keeper import ProjectKeeper

PIPELINE = "pipeline.yaml"


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write `files` by their relative paths, byte for byte; returns `folder`."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    return folder


def keeper_in(
    folder: Path | str, name: str = PIPELINE, *, trusted: bool = True, **more: Any
) -> ProjectKeeper:
    """A keeper of the pipeline file `name` in `folder`, nothing read yet."""
    root = os.path.realpath(folder)
    files = WorkspaceFiles((root,) if not trusted else None)
    return _keeper(root, name, files, trusted=trusted, **more)


def keeper_of(folder: Path | str, texts: Mapping[str, str]) -> ProjectKeeper:
    """A keeper of `texts`, which editors show in `folder`; nothing of them is on the disk."""
    root = os.path.realpath(folder)
    files = WorkspaceFiles()
    for name, text in texts.items():
        files.open(os.path.join(root, name), text)
    return _keeper(root, PIPELINE, files)


def _keeper(root: str, name: str, files: WorkspaceFiles, **more: Any) -> ProjectKeeper:
    more.setdefault("environ", {})
    location = located(os.path.join(root, name), root, more["environ"], files)
    return ProjectKeeper(location, files, cwd=root, **more)


def picture(project: Project) -> dict[str, Any]:
    """All that a project says, without what depends on how it came about."""
    numbers = {id: number for number, id in enumerate(project.entries)}

    def plain(value: Any) -> Any:
        if isinstance(value, Place):
            path, span = project.locate(value)
            return path, _shown(span)
        if isinstance(value, Span):
            return _shown(value)
        if is_dataclass(value) and not isinstance(value, type):
            found = {
                field.name: plain(getattr(value, field.name)) for field in fields(value) if field.compare
            }
            if isinstance(found.get("entry"), int):
                found["entry"] = numbers.get(found["entry"], found["entry"])
            return type(value).__name__, found
        if isinstance(value, Mapping):
            return {plain(key) if is_dataclass(key) else key: plain(one) for key, one in value.items()}
        if isinstance(value, (tuple, list)):
            return [plain(one) for one in value]
        if isinstance(value, float):
            return repr(value)  # not-a-number equals nothing
        return value

    return {
        "tasks": list(project.tasks),
        "entries": [
            (entry.label, entry.broken, plain(project.tasks_by_entry[id]), project.first_lines[id])
            for id, entry in project.entries.items()
        ],
        "upstream": {name: task.upstream for name, task in project.tasks.items()},
        "order": project.order,
        "cycles": sorted(sorted(members) for members in project.cycles),
        "downstream": {name: sorted(found) for name, found in project.downstream.items()},
        "index": plain(project.index),
        "uses": dict(project.placeholder_uses),
        "callables": sorted(project.callables),
        "problems": sorted(repr(plain(problem)) for problem in project.found),
        "shown": sorted(repr(plain(problem)) for problem in project.problems),
    }


def _shown(span: Span) -> str:
    start, end = span.start, span.end
    return f"{start.line}:{start.character}-{end.line}:{end.character}"


def codes(project: Project) -> list[str]:
    """The codes of all problems, sorted."""
    return sorted(problem.code for problem in project.problems)


def drawn(project: Project, text: str, code: str | None = None, name: str = PIPELINE) -> str:
    """`text` with `[[` and `]]` around what the problems (of one code) in the file `name` point at."""
    document = Document(text)
    marks: list[tuple[int, int, str]] = []
    for problem in project.problems:
        path, span = project.locate(problem.place)
        if os.path.basename(path) != name or (code is not None and problem.code != code):
            continue
        start, end = document.offset(span.start), document.offset(span.end)
        marks += [(start, 1, "[["), (end, 0 if end > start else 2, "]]")]
    for offset, _, mark in sorted(set(marks), reverse=True):
        text = text[:offset] + mark + text[offset:]
    return text
