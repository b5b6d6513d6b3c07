"""Records: what is on disk about each task, its products and the metadata beside them.

The cost is one listing per folder of products and one small file per product; looking again costs
one `stat` per product while nothing changed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace

from pipelens.core.project import Project, Task
from pipelens.core.rendering import TemplateFault
from pipelens.frozen import frozen
from pipelens.runner.metadata import (
    Metadata,
    UnreadableMetadata,
    adopt_old_name,
    known_results,
    metadata_path,
    old_metadata_path,
    read_metadata,
    write_metadata,
)
from pipelens.runner.task_code import code_of, is_moved


@frozen
class Record:
    """What is on disk about one task. timestamp: the smallest of its products'; code None: the
    products' records disagree, or hold none. was_run: whether metadata of a product lies about,
    be the product gone or not."""

    missing: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    unreadable: str | None = None
    disagree: bool = False
    timestamp: float | None = None
    code: str | None = None
    params: Mapping[str, object] | None = None
    was_run: bool = False


class Folders:
    """The names in each folder of products, listed once."""

    def __init__(self) -> None:
        self._names: dict[str, set[str]] = {}

    def exists(self, path: str) -> bool:
        folder, _, name = path.rpartition(os.sep)
        if name not in self.names(folder or os.sep):
            # A file system that ignores case may know the file by another spelling.
            return os.name == "nt" and os.path.exists(path)
        return True

    def names(self, folder: str) -> set[str]:
        names = self._names.get(folder)
        if names is None:
            names = self._names[folder] = _listed(folder)
        return names

    def look_again(self, path: str) -> None:
        """A product, or the record beside it, may have come or gone: the folder need not be listed."""
        names = self._names.get(os.path.dirname(path))
        if names is None:
            return
        for one in (path, metadata_path(path), old_metadata_path(path)):
            (names.add if os.path.exists(one) else names.discard)(os.path.basename(one))


def _listed(folder: str) -> set[str]:
    try:
        with os.scandir(folder) as entries:
            # A link that leads nowhere is no product.
            return {e.name for e in entries if not e.is_symlink() or os.path.exists(e.path)}
    except OSError:
        return set()


_Look = tuple[tuple[bool, str | None, tuple[int, int, int] | None], ...]
"""Of each product: whether it is there, its metadata file, and what that looks like."""


@frozen
class _Known:
    paths: tuple[str, ...]
    look: _Look
    record: Record


class Records:
    """The records of a pipeline's tasks, each read again when its files look different."""

    def __init__(self) -> None:
        self.folders = Folders()
        self._known: dict[str, _Known] = {}
        self._unsure: set[str] | None = None
        self._last: tuple[Record, Record] | None = None

    def disk_changed(self) -> None:
        """Any file may have changed."""
        self.folders = Folders()
        self._unsure = set(self._known)

    def touched(self, tasks: Iterable[Task]) -> None:
        """Files of these tasks may have changed."""
        for task in tasks:
            for path in _paths(task):
                self.folders.look_again(path)
            if self._unsure is None:
                self._unsure = set()
            self._unsure.add(task.name)

    def of(self, task: Task) -> Record:
        """What is on disk about `task`, without code and params; the same object as before where
        nothing changed. Those are many, and seldom asked for twice: see `whole`."""
        paths = _paths(task)
        known = self._known.get(task.name)
        if known is not None and known.paths == paths and not (self._unsure and task.name in self._unsure):
            return known.record
        look = _look(paths, self.folders)
        if known is None or known.paths != paths or known.look != look:
            whole = _read(paths, look)
            record = replace(whole, code=None, params=None)
            known = self._known[task.name] = _Known(paths, look, record)
            self._last = (record, whole)
        if self._unsure is not None:
            self._unsure.discard(task.name)
        return known.record

    def whole(self, task: Task) -> Record:
        """The same with code and params."""
        record = self.of(task)
        if self._last is None or self._last[0] is not record:
            known = self._known[task.name]
            self._last = (record, _read(known.paths, known.look))
        return self._last[1]

    def drop(self, name: str) -> None:
        self._known.pop(name, None)


def _paths(task: Task) -> tuple[str, ...]:
    if task.products is None or not task.products.are_files:
        return ()
    return tuple(product.path for product in task.products.items)


def _look(paths: tuple[str, ...], folders: Folders) -> _Look:
    found: list[tuple[bool, str | None, tuple[int, int, int] | None]] = []
    for path in paths:
        folder, _, name = path.rpartition(os.sep)
        names = folders.names(folder or os.sep)
        metadata: str | None = None
        if f".{name}.metadata" in names:
            metadata = f"{folder}{os.sep}.{name}.metadata"
        elif f"{name}.source" in names:
            metadata = old_metadata_path(path)
        found.append((folders.exists(path), metadata, _signature(metadata) if metadata else None))
    return tuple(found)


def _signature(path: str) -> tuple[int, int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns, found.st_ino


def _read(paths: tuple[str, ...], look: _Look) -> Record:
    missing: list[str] = []
    absent: list[str] = []
    found: list[Metadata] = []
    was_run = False
    for path, (exists, metadata, _) in zip(paths, look, strict=True):
        was_run = was_run or (metadata is not None and metadata != old_metadata_path(path))
        if not exists:
            missing.append(path)
            continue
        match read_metadata(metadata) if metadata else None:
            case UnreadableMetadata(reason=reason):
                return Record(unreadable=f"{metadata_path(path)} {reason}", was_run=True)
            case None:
                absent.append(path)
            case Metadata() as read:
                found.append(read)
    return _joined(tuple(missing), tuple(absent), found, was_run)


def _joined(
    missing: tuple[str, ...], absent: tuple[str, ...], found: list[Metadata], was_run: bool
) -> Record:
    if not found:
        return Record(missing, absent, was_run=was_run)
    first = found[0]
    stamps = [metadata.timestamp for metadata in found if metadata.timestamp is not None]
    disagree = any(other.code != first.code or other.params != first.params for other in found[1:])
    return Record(
        missing,
        absent,
        disagree=disagree,
        timestamp=min(stamps) if len(stamps) == len(found) else None,
        code=None if disagree else first.code,
        params=first.params,
        was_run=was_run,
    )


def adopt_old_records(project: Project) -> None:
    """Rename the metadata that releases of Ploomber before 0.10 left (section 11.2)."""
    folders = Folders()
    for task in project.tasks.values():
        for path in _paths(task):
            old, new = old_metadata_path(path), metadata_path(path)
            if folders.exists(old) and not folders.exists(new):
                adopt_old_name(path)


def adopt_moved_records(project: Project, names: Iterable[str]) -> None:
    """Write down today's folder in the records of these shell tasks, which were made where the project
    lay before (Q24): nothing ran, so the time stays, and Ploomber finds them up to date."""
    for name in names:
        task = project.tasks[name]
        for path in _paths(task):
            found = read_metadata(metadata_path(path))
            if not isinstance(found, Metadata) or found.timestamp is None or found.code is None:
                continue
            called = known_results(task, found.params)
            code = code_of(project, task, called)
            if code is None or isinstance(code, TemplateFault) or code == found.code:
                continue
            if is_moved(project, task, found.code, called):
                with suppress(OSError):  # then Ploomber runs the task again; here it stays up to date
                    write_metadata(path, found.timestamp, code, found.params or {})
