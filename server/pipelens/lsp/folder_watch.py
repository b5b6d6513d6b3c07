"""Watching a few folders, so that a run in any terminal is seen by a client that watches no files.

The system tells where it can (`folder_watch_posix`); else one look a second tells. Neither keeps a
thread, and the first costs nothing while nothing happens. `watchdog` would do the same with two
threads for each observer, and with compiled parts that a server bundled for every system cannot have.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Mapping
from typing import Final, Protocol

News = Mapping[str, frozenset[str]]
"""The names that came, went or were written to, by folder; no names: look at the whole folder."""

OnNews = Callable[[News], None]
GATHER: Final = 0.05
"""Seconds from the first sign of news until it is told: a build writes many files at once."""

_LOOK_EVERY: Final = 1.0


class FolderWatch(Protocol):
    """Tells what happens directly in some folders."""

    def watch(self, folders: Iterable[str]) -> bool:
        """Watch exactly these folders from now on; whether the system will tell of all of them."""
        ...

    def close(self) -> None: ...


def open_watch(on_news: OnNews) -> FolderWatch:
    """The best watch of this system. Call it inside the event loop."""
    if os.name == "nt":
        from pipelens.lsp.folder_watch_windows import system_watch
    else:
        from pipelens.lsp.folder_watch_posix import system_watch
    return system_watch(on_news) or PolledFolders(on_news)


_Face = dict[str, tuple[int, int]]


class PolledFolders:
    """One look a second at the files of each folder: for systems that do not tell."""

    def __init__(self, on_news: OnNews, every: float = _LOOK_EVERY) -> None:
        self._on_news = on_news
        self._every = every
        self._faces: dict[str, _Face] = {}
        self._timer: asyncio.TimerHandle | None = None

    def watch(self, folders: Iterable[str]) -> bool:
        self._faces = {folder: self._faces.get(folder) or _face(folder) for folder in folders}
        if self._timer is None and self._faces:
            self._timer = asyncio.get_running_loop().call_later(self._every, self._look)
        return False

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._every, self._look)
        news: dict[str, frozenset[str]] = {}
        for folder, before in self._faces.items():
            now = _face(folder)
            if now != before:
                self._faces[folder] = now
                names = now.keys() | before.keys()
                news[folder] = frozenset(name for name in names if now.get(name) != before.get(name))
        if news:
            self._on_news(news)


def _face(folder: str) -> _Face:
    found: _Face = {}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                stat = entry.stat(follow_symlinks=False)
                found[entry.name] = (stat.st_mtime_ns, stat.st_size)
    except OSError:
        pass
    return found
