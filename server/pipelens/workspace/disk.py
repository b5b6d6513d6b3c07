"""Files as the workspace sees them: open buffers over the disk, and a note of who asked for what.

Only regular files and folders are read; devices and pipes would block or never end. What lies on
the disk is read again when its size or time changed, checked at most once a round (`begin_round`).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from itertools import islice

from pipelens.core.files import Listed, PathKind, Unreadable
from pipelens.workspace.buffers import Buffer

MAX_SIZE = 64_000_000
MOST_NAMES = 200_000
"""Looked at in one folder when something is looked for in many."""

_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0)

_Signature = tuple[int, int, int]


class _Asking:
    """A `with` block in which the paths that are asked for are collected. A class of its own: one is made
    for each of thousands of sources."""

    __slots__ = ("_all",)

    def __init__(self, collecting: list[set[str]]) -> None:
        self._all = collecting

    def __enter__(self) -> set[str]:
        asked: set[str] = set()
        self._all.append(asked)
        return asked

    def __exit__(self, *_: object) -> None:
        asked = self._all.pop()
        for outer in self._all:
            outer.update(asked)


class WorkspaceFiles:
    """`core.files.Files` over the disk, with open editors' texts on top.

    roots: when given, nothing outside of them is touched (before a workspace is trusted).
    reads: how often a file's text was taken from the disk.
    """

    def __init__(self, roots: tuple[str, ...] | None = None) -> None:
        self.roots = roots
        self.reads = 0
        self._open: dict[str, Buffer] = {}
        self._texts: dict[str, tuple[_Signature | None, str | Unreadable]] = {}
        self._stats: dict[str, os.stat_result | None] = {}
        self._names: dict[str, tuple[str, ...]] = {}
        self._asked: list[set[str]] = []

    # -- what changes

    def open(self, path: str, shown: str | Buffer) -> None:
        """An editor shows this for `path`: a buffer, whose later edits count without another word, or
        a text."""
        if isinstance(shown, Buffer):
            self._open[path] = shown
        elif (buffer := self._open.get(path)) is not None:
            buffer.reset(shown)
        else:
            self._open[path] = Buffer("", shown)

    def close(self, path: str) -> None:
        self._open.pop(path, None)

    def is_open(self, path: str) -> bool:
        return path in self._open

    def buffer(self, path: str) -> Buffer | None:
        """What an editor shows for `path`, for who reads it line by line; None for what is not open."""
        self._note(path)
        return self._open.get(path)

    def begin_round(self) -> None:
        """Look at the disk anew from here on."""
        self._stats.clear()
        self._names.clear()

    def forget(self, path: str) -> None:
        """Look at `path` anew: a client said that it changed."""
        self._stats.pop(path, None)
        self._names.pop(os.path.dirname(path), None)
        self._texts.pop(path, None)

    def asking(self) -> _Asking:
        """Collect the paths that are asked for inside."""
        return _Asking(self._asked)

    def signature(self, path: str) -> object:
        """What changes whenever the answer for `path` may: for telling whether to read again."""
        buffer = self._open.get(path)
        if buffer is not None:
            return (buffer.serial, buffer.revision)
        return _signature(self._stat(path))

    def let_go(self, path: str) -> None:
        """The text of `path` will hardly be asked for again."""
        self._texts.pop(path, None)

    def stat(self, path: str) -> os.stat_result | None:
        """What the disk says of `path`, as it was when it was first asked in this round."""
        return self._stat(path)

    # -- core.files.Files

    def read(self, path: str) -> str | Unreadable:
        self._note(path)
        buffer = self._open.get(path)
        if buffer is not None:
            return buffer.text
        found = self._stat(path)
        known = self._texts.get(path)
        signature = _signature(found)
        if known is not None and known[0] == signature:
            return known[1]
        answer = self._from_disk(path, found)
        self._texts[path] = (signature, answer)
        return answer

    def kind(self, path: str) -> PathKind:
        self._note(path)
        if path in self._open:
            return "file"
        found = self._stat(path)
        if found is None:
            return "missing"
        if stat.S_ISREG(found.st_mode):
            return "file"
        return "folder" if stat.S_ISDIR(found.st_mode) else "other"

    def names(self, folder: str) -> tuple[str, ...]:
        self._note(folder)
        known = self._names.get(folder)
        if known is None:
            try:
                known = tuple(sorted(os.listdir(folder))) if self._allowed(folder) else ()
            except (OSError, ValueError):
                known = ()
            self._names[folder] = known
        return known

    def listed(self, folder: str, wanted: Callable[[str], bool]) -> Listed:
        """Told by the listing itself: among 100,000 files none is looked at, and no list of them is kept."""
        self._note(folder)
        names: list[str] = []
        folders: list[str] = []
        looked_at = 0
        try:
            if self._allowed(folder):
                with os.scandir(folder) as found:
                    for one in islice(found, MOST_NAMES):
                        looked_at += 1
                        if wanted(one.name):
                            names.append(one.name)
                        if _is_folder(one):
                            folders.append(one.name)
        except (OSError, ValueError):
            pass
        return Listed(tuple(sorted(names)), tuple(sorted(folders)), looked_at)

    # -- inside

    def _note(self, path: str) -> None:
        if self._asked:
            self._asked[-1].add(path)

    def _allowed(self, path: str) -> bool:
        if path.startswith(("\\\\", "//")):
            return False
        if self.roots is None:
            return True
        real = os.path.realpath(path)
        return any(real == root or real.startswith(root.rstrip(os.sep) + os.sep) for root in self.roots)

    def _stat(self, path: str) -> os.stat_result | None:
        if path in self._stats:
            return self._stats[path]
        try:
            found = os.stat(path) if self._allowed(path) else None
        except (OSError, ValueError):
            found = None
        self._stats[path] = found
        return found

    def _from_disk(self, path: str, found: os.stat_result | None) -> str | Unreadable:
        if found is None:
            return Unreadable("does not exist", missing=True)
        if stat.S_ISDIR(found.st_mode):
            return Unreadable("is a folder, not a file")
        if not stat.S_ISREG(found.st_mode):
            return Unreadable("is not a regular file, so it is not read")
        if found.st_size > MAX_SIZE:
            return Unreadable(
                f"has {found.st_size / 1e6:.0f} MB; files above {MAX_SIZE / 1e6:.0f} MB are not read"
            )
        self.reads += 1
        try:
            data = _content(path, found.st_size)
        except OSError as error:
            return Unreadable(f"cannot be read: {error.strerror or error}")
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            return Unreadable(f"is not UTF-8 (line {line}, byte 0x{data[error.start]:02x}); save it as UTF-8")


def _content(path: str, size: int) -> bytes:
    """What is in a file that had `size` bytes, and of one that grows `MAX_SIZE` at most. Without the buffers
    of a file object: they take longer than reading a small file does."""
    file = os.open(path, _READ)
    try:
        data = os.read(file, size + 1)
        if len(data) == size:
            return data
        parts = [data]
        while data and sum(map(len, parts)) <= MAX_SIZE:
            data = os.read(file, 1_000_000)
            parts.append(data)
        return b"".join(parts)
    finally:
        os.close(file)


def _signature(found: os.stat_result | None) -> _Signature | None:
    return (found.st_size, found.st_mtime_ns, found.st_ino) if found else None


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
