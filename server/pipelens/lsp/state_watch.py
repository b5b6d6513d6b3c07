"""A run from anywhere: the folders in which runs leave their traces are watched, for every pipeline
that is shown. What is seen there concerns single tasks, and only those are looked at again."""

from __future__ import annotations

import asyncio
import os
import time
from typing import TYPE_CHECKING, Final

from pipelens.frozen import frozen
from pipelens.lsp.folder_watch import FolderWatch, News, open_watch
from pipelens.runner.state import STATE_FOLDER

if TYPE_CHECKING:
    from pipelens.core.project import Project
    from pipelens.lsp.server import Server

MOST_PRODUCT_FOLDERS: Final = 200
"""Of one pipeline; what lies in others is seen by the client's own watching, and when files are saved."""

_SETTLE: Final = 0.5
"""Seconds without an edit until the folders to watch are counted anew."""

_PARTS: Final = ("runs", "intents")

_COARSE: Final = 2.0
"""Seconds by which the times of files may lag behind the clock."""

_MOST_FOLLOWED: Final = 20
"""After so many edits of a pipeline its product folders are counted anew, without those of before."""


@frozen
class _Seen:
    """The product folders of a snapshot; maybe some more of the last few edits, `followed` by now."""

    project: Project
    folders: frozenset[str]
    followed: int = 0


class StateWatch:
    """For one client."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._watch: FolderWatch | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.is_complete = False
        """Whether the system tells of all folders that matter, so that nobody need look."""
        self._seen: dict[str, _Seen] = {}
        self._watched: frozenset[str] = frozenset()
        self._since = time.time()

    def later(self) -> None:
        """The pipelines may have other products: watch their folders once typing has paused."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(_SETTLE, self.now)

    def now(self) -> None:
        """Watch what the shown pipelines need."""
        self._timer = None
        wanted: set[str] = set()
        is_complete = True
        for project in self._server.host.projects():
            if project.spec.form == "tasks":
                is_complete = is_complete and len(self._product_folders(project)) < MOST_PRODUCT_FOLDERS
                wanted |= _state_folders(project.root) | self._product_folders(project)
                self._server.runs.find(project)
                if self._server.states.look_for_failures(project):
                    self._server.later()
        if self._watch is None and wanted:
            self._watch = open_watch(self._told)
        if self._watch is not None:
            self.is_complete = self._watch.watch(wanted) and is_complete
            self._catch_up(frozenset(wanted))
        self._server.state_news.tell_status()

    def _catch_up(self, wanted: frozenset[str]) -> None:
        """What happened in a folder between the first look at tasks and the first at the folder."""
        since, self._since = self._since, time.time()
        new, self._watched = wanted - self._watched, wanted
        missed = {folder: frozenset[str]() for folder in new if _changed(folder) >= since - _COARSE}
        if missed:
            self._told(missed)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._watch is not None:
            self._watch.close()

    def _told(self, news: News) -> None:
        runs = self._server.runs
        for project in list(self._server.host.projects()):
            state = os.path.join(project.root, STATE_FOLDER)
            touched: set[str] = set()
            ran = everything = False
            for folder, names in news.items():
                if folder == state or os.path.dirname(folder) == state:
                    ran = True
                    everything = everything or not names
                elif not names:
                    everything = True
                else:
                    everything = everything or (folder == project.root and STATE_FOLDER in names)
                    touched |= _tasks_of(project, folder, names)
            if everything:
                self._server.states.may_have_changed(project.path)
                self.later()
            elif ran or touched:
                self._server.states.touched(project.path, touched)
            if everything or ran or touched:
                runs.find(project)
                runs.wake()
                self._server.state_news.later()
        if any(_may_be_folder(os.path.join(folder, name)) for folder in news for name in news[folder]):
            self.later()

    def _product_folders(self, project: Project) -> frozenset[str]:
        """Those that are there, and the nearest above those that are not."""
        known = self._seen.get(project.path)
        if known is None or known.project is not project:
            known = self._seen[project.path] = _folders(project, known)
        return frozenset(_nearest(folder, project.root) for folder in known.folders)


def _folders(project: Project, before: _Seen | None) -> _Seen:
    tasks = project.tasks
    if before is None or before.followed >= _MOST_FOLLOWED:
        before, changed = _Seen(project, frozenset()), iter(tasks.values())
    else:
        known = before.project.tasks
        changed = (task for name, task in tasks.items() if known.get(name) is not task)
    folders = set(before.folders)
    for task in changed:
        if len(folders) >= MOST_PRODUCT_FOLDERS:
            break
        if task.products is not None and task.products.are_files:
            folders.update(os.path.dirname(product.path) for product in task.products.items)
    return _Seen(project, frozenset(folders), before.followed + 1)


def _state_folders(root: str) -> set[str]:
    """The state folder's; the root itself until there is one."""
    state = os.path.join(root, STATE_FOLDER)
    if not os.path.isdir(state):
        return {root}
    return {state, *(os.path.join(state, part) for part in _PARTS)}


def _changed(folder: str) -> float:
    """When an entry of the folder was made, removed or renamed last; seconds since the epoch."""
    try:
        return os.stat(folder).st_mtime
    except OSError:
        return 0.0


def _nearest(folder: str, root: str) -> str:
    while not os.path.isdir(folder) and folder.startswith(root + os.sep):
        folder = os.path.dirname(folder)
    return folder


def _tasks_of(project: Project, folder: str, names: frozenset[str]) -> set[str]:
    """The tasks of which `names` in `folder` are products, or the records beside products."""
    found: set[str] = set()
    by_product, by_entry = project.index.by_product, project.tasks_by_entry
    for name in names:
        product = name
        if name.startswith(".") and name.endswith(".metadata"):
            product = name[1 : -len(".metadata")]
        elif name.endswith(".source"):
            product = name[: -len(".source")]
        for path in {os.path.join(folder, one) for one in (name, product)}:
            for mention in by_product.get(path, ()):
                tasks = by_entry.get(mention.entry, ())
                if mention.task < len(tasks):
                    found.add(tasks[mention.task].name)
    return found


def _may_be_folder(path: str) -> bool:
    """Whether a folder of products, or of state, may have come."""
    return os.path.isdir(path)
