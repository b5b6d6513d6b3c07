"""Where the files of a recorded failure are on this machine, and what they say.

Paths come from the dump and are not trusted: a file is opened only below the project's folder or the
interpreter's libraries, links followed first; only regular files, and none above 5 MB.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Sequence
from pathlib import PurePosixPath, PureWindowsPath
from typing import Final

from pipelens.debug.recorded import Dump, Frame
from pipelens.frozen import frozen

_MOST_BYTES: Final = 5_000_000
_WINDOWS: Final = re.compile(r"[A-Za-z]:[\\/]|\\\\")
_INSTALLED: Final = re.compile(r"[\\/](?:site|dist)-packages[\\/]")
_STANDARD: Final = re.compile(r"[\\/]lib[\\/](?:python3\.\d+[\\/])?", re.IGNORECASE)


@frozen
class LocalFile:
    """The file of a frame on this machine, whose text is as it was when the task failed."""

    path: str


@frozen
class OldText:
    """The text of a frame's file as it was: there is no such file here, or it has changed since.

    path: the local file, where there is one.
    """

    text: str
    path: str | None


@frozen
class NoText:
    """Nothing is known but the file's name."""


SourceText = LocalFile | OldText | NoText


class RecordedSources:
    """root: the project's folder here; None when there is none. libraries: the folders of the interpreter
    (standard library, site-packages)."""

    def __init__(self, dump: Dump, root: str | None, libraries: Sequence[str] = ()) -> None:
        self._dump = dump
        self._root = os.path.abspath(root) if root is not None else None
        self._libraries = tuple(os.path.abspath(folder) for folder in libraries)
        named = (*self._libraries, *([self._root] if self._root is not None else []))
        self._allowed = tuple(dict.fromkeys((*named, *map(os.path.realpath, named))))
        self._found: dict[tuple[str, str], SourceText] = {}

    def of(self, frame: Frame) -> SourceText:
        """The text that belongs to `frame`."""
        key = (frame.file, frame.text and f"{frame.line}:{frame.text}")
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._source(frame)
        return found

    def path(self, frame: Frame) -> str | None:
        """The local path of the frame's file, whether or not it has changed since."""
        found = self.of(frame)
        return None if isinstance(found, NoText) else found.path

    def local(self, frame: Frame) -> tuple[str, str] | None:
        """Path and text of the frame's file on this machine, whether or not it has changed since."""
        for path in self._candidates(frame):
            if (text := self._text(path)) is not None:
                return path, text
        return None

    def _source(self, frame: Frame) -> SourceText:
        recorded = self._dump.source(frame.file)
        for path in self._candidates(frame):
            text = self._text(path)
            if text is None:
                continue
            if recorded is not None:
                same = _lines(text) == _lines(recorded)
                return LocalFile(path) if same else OldText(recorded, path)
            lines = _lines(text)
            known = 0 < frame.line <= len(lines)
            if known and (not frame.text or lines[frame.line - 1].strip().startswith(frame.text.strip())):
                return LocalFile(path)
        return NoText() if recorded is None else OldText(recorded, None)

    def _candidates(self, frame: Frame) -> list[str]:
        """Where the file may be: in the project, where it was, or at the same place of our libraries."""
        file = frame.file
        if file.startswith("<") or not file:
            return []
        inside = file if frame.in_root else self._below_root(file)
        if inside is not None:
            parts = _parts(inside, windows=_is_windows(self._dump.root))
            return [os.path.join(self._root, *parts)] if parts and self._root is not None else []
        found = [file] if os.path.isabs(file) else []
        for mark in (_INSTALLED, _STANDARD):
            if (end := _end_of_last(mark, file)) is not None:
                parts = _parts(file[end:], windows=_is_windows(file))
                found.extend(os.path.join(folder, *parts) for folder in self._libraries if parts)
                break
        return found

    def _below_root(self, file: str) -> str | None:
        root = self._dump.root.rstrip("/\\")
        if not root or not file.startswith(root) or file[len(root) : len(root) + 1] not in ("/", "\\"):
            return None
        return file[len(root) + 1 :]

    def _text(self, path: str) -> str | None:
        """The text of a file that may be opened."""
        try:
            # By its name first: to look for a path on another machine's share would be to ask that machine.
            if not self._is_allowed(os.path.normpath(path)):
                return None
            real = os.path.realpath(path)
            if not self._is_allowed(real):
                return None
            found = os.stat(real)
            if not stat.S_ISREG(found.st_mode) or found.st_size > _MOST_BYTES:
                return None
            flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
            with os.fdopen(os.open(real, flags | getattr(os, "O_NOFOLLOW", 0)), "rb") as opened:
                if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
                    return None
                return opened.read(_MOST_BYTES).decode("utf-8", "replace").removeprefix("\ufeff")
        except (OSError, ValueError):
            return None

    def _is_allowed(self, path: str) -> bool:
        return any(_is_below(path, folder) for folder in self._allowed)


def _end_of_last(mark: re.Pattern[str], file: str) -> int | None:
    ends = [found.end() for found in mark.finditer(file)]
    return ends[-1] if ends else None


def _is_windows(path: str) -> bool:
    return _WINDOWS.match(path) is not None


def _parts(relative: str, *, windows: bool) -> list[str]:
    """The names in a relative path as the other machine wrote it; none when it leads out."""
    pure = PureWindowsPath(relative) if windows else PurePosixPath(relative)
    parts = list(pure.parts)
    odd = "/\\:\0" if os.name == "nt" else "/\0"
    if pure.is_absolute() or pure.drive or pure.root or ".." in parts:
        return []
    return [] if any(mark in part for part in parts for mark in odd) else parts


def _is_below(path: str, folder: str) -> bool:
    folded = os.path.normcase(folder).rstrip(os.sep) + os.sep
    return os.path.normcase(path).startswith(folded)


def _lines(text: str) -> list[str]:
    """The lines, line ends and those at the very end left out: neither moves a line."""
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")


def same_text(one: str, other: str) -> bool:
    """Whether two texts have the same lines."""
    return _lines(one) == _lines(other)


def library_folders(python: str) -> tuple[str, ...]:
    """The folders of modules that belong to the interpreter at `python`, found by their usual places:
    nothing is run."""
    prefix = os.path.dirname(os.path.dirname(os.path.abspath(python)))
    real = os.path.dirname(os.path.dirname(os.path.realpath(python)))
    found: list[str] = []
    for base in dict.fromkeys((prefix, real)):
        library = os.path.join(base, "lib")
        try:
            versions = sorted(name for name in os.listdir(library) if name.startswith("python3"))
        except OSError:
            versions = []
        for name in versions:
            folder = os.path.join(library, name)
            found += [os.path.join(folder, "site-packages"), os.path.join(folder, "dist-packages"), folder]
    windows = os.path.join(os.path.dirname(os.path.abspath(python)), "Lib")
    found += [os.path.join(windows, "site-packages"), windows, os.path.join(prefix, "Lib", "site-packages")]
    return tuple(folder for folder in found if os.path.isdir(folder))
