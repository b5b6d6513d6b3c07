"""Folders as Linux tells of them (inotify), through the C library and the event loop."""

from __future__ import annotations

import asyncio
import ctypes
import errno
import os
import struct
import sys
from collections.abc import Iterable
from typing import Any, Final

from pipelens.lsp.folder_watch import GATHER, FolderWatch, OnNews

_MODIFY: Final = 0x2
_MOVED: Final = 0x40 | 0x80
_CREATE: Final = 0x100
_DELETE: Final = 0x200
_GONE: Final = 0x400 | 0x800 | 0x2000  # the folder itself: deleted, moved, unmounted
_OVERFLOW: Final = 0x4000
_IGNORED: Final = 0x8000
_ONLY_FOLDERS: Final = 0x01000000
_NO_BLOCK_NO_INHERIT: Final = os.O_NONBLOCK | os.O_CLOEXEC
# Not "closed after writing": who asks whether somebody builds opens a lock file, and must not wake itself.
_MASK: Final = _MODIFY | _MOVED | _CREATE | _DELETE | _GONE | _ONLY_FOLDERS
_HEAD: Final = struct.Struct("iIII")


def system_watch(on_news: OnNews) -> FolderWatch | None:
    """A watch by inotify; None where the system has none."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        return Inotify(on_news)
    except (OSError, AttributeError):
        return None


class Inotify:
    """Raises `OSError` where no more watches are to be had."""

    def __init__(self, on_news: OnNews) -> None:
        self._on_news = on_news
        self._libc: Any = ctypes.CDLL(None, use_errno=True)
        self._fd: int = self._libc.inotify_init1(_NO_BLOCK_NO_INHERIT)
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), "inotify_init1")
        self._folders: dict[int, str] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._fd, self._gather)

    def watch(self, folders: Iterable[str]) -> bool:
        wanted = set(folders)
        known = {folder: number for number, folder in self._folders.items()}
        for folder in known.keys() - wanted:
            self._libc.inotify_rm_watch(self._fd, known[folder])
            del self._folders[known[folder]]
        for folder in wanted - known.keys():
            number = self._libc.inotify_add_watch(self._fd, os.fsencode(folder), _MASK)
            if number >= 0:
                self._folders[number] = folder
            elif ctypes.get_errno() == errno.ENOSPC:
                break  # the user's limit of watches: what is watched so far must do
        return wanted <= set(self._folders.values())

    def close(self) -> None:
        self._loop.remove_reader(self._fd)
        if self._timer is not None:
            self._timer.cancel()
        os.close(self._fd)

    def _gather(self) -> None:
        """Something happened: leave it with the system for an instant, it joins what repeats."""
        self._loop.remove_reader(self._fd)
        self._timer = self._loop.call_later(GATHER, self._tell)

    def _tell(self) -> None:
        self._timer = None
        self._loop.add_reader(self._fd, self._gather)
        found: dict[str, set[str]] = {}
        whole: set[str] = set()
        for number, mask, name in self._events():
            if mask & _OVERFLOW:
                whole.update(self._folders.values())
            folder = self._folders.get(number)
            if folder is None:
                continue
            if mask & (_GONE | _IGNORED):
                whole.add(folder)
                if mask & _IGNORED:
                    del self._folders[number]
            else:
                found.setdefault(folder, set()).add(name)
        news = {folder: frozenset(names) for folder, names in found.items() if folder not in whole}
        news.update((folder, frozenset()) for folder in whole)
        if news:
            self._on_news(news)

    def _events(self) -> Iterable[tuple[int, int, str]]:
        while True:
            try:
                data = os.read(self._fd, 1 << 16)
            except BlockingIOError:
                return
            at = 0
            while at < len(data):
                number, mask, _, length = _HEAD.unpack_from(data, at)
                at += _HEAD.size
                name = data[at : at + length].rstrip(b"\0")
                at += length
                yield number, mask, os.fsdecode(name)
