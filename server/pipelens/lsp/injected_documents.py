"""Where a client finds the text of an injected cell: in a document that the server makes up, where the
client takes such, else in a file of the user's cache, which nobody can edit by mistake."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from pipelens.protocol.injected import SCHEME

if TYPE_CHECKING:
    from pipelens.core.answers.injected import InjectedCell
    from pipelens.core.project import Project
    from pipelens.lsp.server import Server

EXTENSIONS = {"python": "py", "r": "R"}
_MOST_KEPT = 50


def takes_documents(server: Server) -> bool:
    """Whether the client shows documents that the server makes up, and lets that be told later."""
    return server.supports("workspace.text_document_content.dynamic_registration")


def cell_of(server: Server, pipeline: str, task: str) -> tuple[Project, InjectedCell] | None:
    """The cell of a task, by the URI of its pipeline's file; None where there is no such task."""
    from pipelens.core.answers.injected import injected_cell

    path = server.places.path(pipeline)
    project = server.host.project(path) if path is not None else None
    found = project.tasks.get(task) if project is not None else None
    if project is None or found is None:
        return None
    return project, injected_cell(project, found)


def document_uri(pipeline: str, task: str, cell: InjectedCell) -> str:
    """The URI of the made up document: it ends like a file, so that editors know its language."""
    return f"{SCHEME}:/{quote(pipeline, safe='')}/{quote(task, safe='')}%20(injected).{EXTENSIONS[cell.language]}"


def meant_by(uri: str) -> tuple[str, str] | None:
    """The pipeline and the task that such a URI names. Clients escape it anew, some not the slashes."""
    told = unquote(uri.removeprefix(f"{SCHEME}:"))
    match = re.fullmatch(r"/+(?P<pipeline>.+)/(?P<task>[^/]+) \(injected\)\.(?:py|R)", told)
    return (match["pipeline"], match["task"]) if match is not None else None


def written_file(project: Project, task: str, cell: InjectedCell) -> Path:
    """A read-only file with the text, in the user's cache. Raises OSError."""
    import hashlib
    import tempfile

    from pipelens.workspace.source_store import cache_folder

    folder = Path(cache_folder()) / "injected"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    mark = hashlib.sha256(project.path.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    name = re.sub(r"[^\w.-]+", "_", task)[:60]
    path = folder / f"{name}.{mark}.injected.{EXTENSIONS[cell.language]}"
    handle, part = tempfile.mkstemp(dir=folder, suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(cell.text)
        os.chmod(part, stat.S_IRUSR)
        if os.name == "nt" and path.exists():
            os.chmod(path, stat.S_IRUSR | stat.S_IWUSR)
        os.replace(part, path)
    except OSError:
        Path(part).unlink(missing_ok=True)
        raise
    _forget_old(folder, path)
    return path


def _forget_old(folder: Path, kept: Path) -> None:
    """Files of long ago go."""
    found = sorted(folder.glob("*.injected.*"), key=lambda one: one.stat().st_mtime, reverse=True)
    for one in found[_MOST_KEPT:]:
        if one != kept:
            one.unlink(missing_ok=True)
