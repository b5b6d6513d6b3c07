"""What a client is asked to watch on the disk: files of the kinds that pipelines consist of, the folders
of products, and the folders themselves (whose removal is told as one event)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from lsprotocol import types

from pipelens.frozen import frozen
from pipelens.lsp.convert import uri_of
from pipelens.workspace.root import is_in

if TYPE_CHECKING:
    from pipelens.core.project import Project

KINDS: Final = (
    "**/*.{yaml,yml,py,ipynb,R,r,Rmd,sql,sh}",
    "**/{pyproject.toml,pipelens.toml,setup.cfg,setup.py}",
    "**/{.*.metadata,*.metadata}",
)
MOST_FOLDERS: Final = 100
"""Of products, and of sources, of one pipeline."""

_SPECIAL = re.compile(r"[*?\[\]{}!,\\]")
_COME_AND_GO = types.WatchKind.Create | types.WatchKind.Delete


@frozen
class Watch:
    """A glob pattern below a folder. come_and_go: changes of what matches are no news."""

    folder: str
    pattern: str
    come_and_go: bool = False


def watches_of(folders: Iterable[str], projects: Iterable[Project]) -> tuple[Watch, ...]:
    """What is to be watched for the workspace's `folders` and the shown pipelines."""
    found: dict[Watch, None] = {}
    roots = list(folders)
    shown = list(projects)
    for project in shown:
        if not any(is_in(project.root, folder) for folder in roots):
            roots.append(project.root)
    for root in roots:
        found.update(dict.fromkeys(Watch(root, pattern) for pattern in KINDS))
    for project in shown:
        found.update(dict.fromkeys(_of_products(project)))
        found.update(dict.fromkeys(_of_source_folders(project)))
    return tuple(found)


def watcher(watch: Watch, *, relative: bool) -> types.FileSystemWatcher:
    """For a client that takes a folder with a pattern, or (not `relative`) patterns alone."""
    kind = int(_COME_AND_GO) if watch.come_and_go else None
    if relative:
        return types.FileSystemWatcher(types.RelativePattern(uri_of(watch.folder), watch.pattern), kind)
    anywhere = watch.pattern if watch.pattern.startswith("**/") else f"**/{watch.pattern}"
    return types.FileSystemWatcher(anywhere, kind)


def _of_products(project: Project) -> Iterator[Watch]:
    for folder in _folders(project, project.index.by_product):
        yield Watch(project.root, f"{folder}/*" if folder != "." else "*", come_and_go=False)


def _of_source_folders(project: Project) -> Iterator[Watch]:
    for folder in _folders(project, project.index.by_file):
        if folder != ".":
            yield Watch(project.root, folder, come_and_go=True)


def _folders(project: Project, paths: Iterable[str]) -> list[str]:
    """The folders of `paths` below the root, as patterns; those that a pattern cannot name are left out."""
    found: dict[str, None] = {}
    for path in paths:
        found[path.rpartition(os.sep)[0]] = None
        if len(found) >= MOST_FOLDERS:
            break
    below = (one for one in found if os.path.isabs(one) and is_in(one, project.root))
    shown = (os.path.relpath(one, project.root).replace(os.sep, "/") for one in below)
    return [folder for folder in shown if not _SPECIAL.search(folder)]
