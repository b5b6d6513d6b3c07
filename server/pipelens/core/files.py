"""What `core` may know of the disk: a reader that is handed in.

`core` opens nothing itself. The workspace hands in an implementation that lays open editors over
the disk, remembers what was asked (so that a change knows whom it touches) and refuses what a
file's say-so must not reach: devices, pipes, and before trust anything outside the root.
Tests hand in `DictFiles`.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from typing import Literal, Protocol

from pipelens.frozen import frozen

PathKind = Literal["file", "folder", "missing", "other"]


@frozen
class Unreadable:
    """Why a file gave no text, in words that follow the file's name ("is not UTF-8 …")."""

    reason: str
    missing: bool = False


@frozen
class Listed:
    """What of a folder was asked for, sorted. looked_at: how many names there were to look at."""

    names: tuple[str, ...]
    folders: tuple[str, ...]
    looked_at: int


class Files(Protocol):
    """Read access to a tree of files. All paths are absolute and native."""

    def read(self, path: str) -> str | Unreadable:
        """The file's text (UTF-8, line ends as they are, a byte order mark kept as U+FEFF)."""
        ...

    def kind(self, path: str) -> PathKind:
        """What is at `path`; symbolic links are followed."""
        ...

    def names(self, folder: str) -> tuple[str, ...]:
        """The names in `folder`, sorted; empty when it cannot be listed."""
        ...

    def listed(self, folder: str, wanted: Callable[[str], bool]) -> Listed:
        """The names in `folder` that are wanted, and the folders in it."""
        ...


class DictFiles:
    """Files held in a mapping of absolute POSIX paths to texts: for tests and virtual documents."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = dict(texts)

    def read(self, path: str) -> str | Unreadable:
        if path in self.texts:
            return self.texts[path]
        return Unreadable("does not exist", missing=True)

    def kind(self, path: str) -> PathKind:
        if path in self.texts:
            return "file"
        prefix = path.rstrip("/") + "/"
        return "folder" if any(name.startswith(prefix) for name in self.texts) else "missing"

    def names(self, folder: str) -> tuple[str, ...]:
        prefix = folder.rstrip("/") + "/"
        below = {n[len(prefix) :].split("/", 1)[0] for n in self.texts if n.startswith(prefix)}
        return tuple(sorted(posixpath.basename(n) for n in below))

    def listed(self, folder: str, wanted: Callable[[str], bool]) -> Listed:
        base, names = folder.rstrip("/"), self.names(folder)
        return Listed(
            tuple(filter(wanted, names)),
            tuple(name for name in names if self.kind(f"{base}/{name}") == "folder"),
            len(names),
        )
