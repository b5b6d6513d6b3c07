"""What was read of sources, kept on the disk for the next start.

One file for each pipeline in the user's cache folder, a line for each source; lines that begin with a
tab say what many have in common. A line counts as long
as the source has the size, times and number that it had when it was read, and our reading of it is
the same. A file that is damaged, or that another version wrote, is as good as none.
"""

from __future__ import annotations

import json
import os
import sys
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from typing import Any, cast

from pipelens import __version__
from pipelens.core.sources import NotebookSource
from pipelens.workspace.source_record import (
    CommonWriter,
    Names,
    Stamp,
    Stored,
    StoredLines,
    line_of,
    record_of,
)

FORMAT = 3
"""Raised when the file is written another way. A file of a higher one is left alone."""

UNCERTAIN_NS = 2_000_000_000
"""A file that changed this shortly before it was read may change again without its times telling."""

MAX_BYTES = 64_000_000
"""Of one file; more is not written."""

MAX_FILES = 40
"""Pipelines that are remembered; of more the ones that were not used for longest are forgotten."""

_AT_ONCE = 100


def is_settled(stamp: Stamp, now: int) -> bool:
    """Whether a file with this stamp, read at `now` (nanoseconds), cannot have changed unseen."""
    return max(stamp[1], stamp[2] if os.name != "nt" else 0) < now - UNCERTAIN_NS


class SourceStore:
    """The stored sources of one pipeline. folder: where the files lie, made when one is written."""

    def __init__(self, folder: str, pipeline: str, reading: tuple[object, ...]) -> None:
        self.folder = folder
        self.pipeline = pipeline
        name = _number(pipeline) + "".join(char if char.isalnum() else "-" for char in pipeline[-48:])
        self.path = os.path.join(folder, f"{name}.sources")
        self._header = [FORMAT, __version__, _reader(), list(sys.version_info[:3]), pipeline, list(reading)]
        self._lines: StoredLines | None = None
        self._is_newer = False

    def get(self, path: str, stamp: Stamp, kernel: str | None, whole: Any) -> Stored | None:
        """What was stored of the source at `path`, if it is the same file still."""
        return self._loaded.get(path, stamp, kernel, whole)

    def lacks(self, paths: Iterable[str]) -> int:
        """Of how many of these nothing was stored."""
        lines = self._loaded.lines
        return sum(path not in lines for path in paths)

    def forget(self) -> None:
        """Let go of what was loaded: the first reading is over."""
        self._lines = StoredLines()

    @property
    def _loaded(self) -> StoredLines:
        if self._lines is None:
            self._lines = self._load()
        return self._lines

    def _load(self) -> StoredLines:
        found = StoredLines()
        try:
            if os.stat(self.path).st_size > MAX_BYTES:
                return found
            with open(self.path, encoding="utf-8", errors="surrogatepass", newline="\n") as file:
                header: Any = json.loads(file.readline())
                if header != self._header:
                    self._is_newer = isinstance(header, list) and _is_newer(cast("list[object]", header))
                    return found
                with suppress(OSError):
                    os.utime(self.path)
                found.add(file.read().split("\n"))
                return found
        except (OSError, ValueError, RecursionError):
            return StoredLines()

    def writing(
        self, sources: Iterable[tuple[NotebookSource, Stamp, str | None, tuple[Names, ...]]]
    ) -> Iterator[None]:
        """Write the file anew, a little at each step; the old one stays until the last."""
        if self._lines is None:
            self._lines = self._load()  # tells whether a newer version wrote it
        if self._is_newer:
            return
        import tempfile

        temporary = None
        try:
            os.makedirs(self.folder, mode=0o700, exist_ok=True)
            # A temporary file is nobody else's to read.
            number, temporary = tempfile.mkstemp(dir=self.folder, prefix=".sources-")
            size = 0
            common = CommonWriter()
            with os.fdopen(number, "w", encoding="utf-8", errors="surrogatepass", newline="\n") as file:
                file.write(json.dumps(self._header) + "\n")
                for count, (source, stamp, kernel, names) in enumerate(sources, 1):
                    record = record_of(source, kernel, names, common)
                    size += sum(map(file.write, common.take()))
                    if record is not None:
                        size += file.write(line_of(source.path, stamp, record))
                    if size > MAX_BYTES // 4:
                        return  # characters: some take four bytes
                    if count % _AT_ONCE == 0:
                        yield
            os.replace(temporary, self.path)
            temporary = None
            self._forget_old()
        except (OSError, ValueError):
            return
        finally:
            if temporary is not None:
                with suppress(OSError):
                    os.unlink(temporary)

    def _forget_old(self) -> None:
        with os.scandir(self.folder) as entries:
            files = [entry for entry in entries if entry.name.endswith(".sources")]
            leftovers = [entry for entry in entries if entry.name.startswith(".sources-")]
        for entry in sorted(files, key=lambda entry: entry.stat().st_mtime_ns)[:-MAX_FILES]:
            os.unlink(entry.path)
        for entry in leftovers:
            if entry.stat().st_mtime < time.time() - 86_400:
                os.unlink(entry.path)


def _is_newer(header: list[object]) -> bool:
    return bool(header) and isinstance(header[0], int) and header[0] > FORMAT


@cache
def _reader() -> str:
    """What our own reading is: the files that do it, so that a change of ours forgets what older code read."""
    import pipelens.core

    found: list[str] = []
    for folder in pipelens.core.__path__:
        for part in (folder, os.path.join(folder, "checks")):
            with suppress(OSError), os.scandir(part) as entries:
                for entry in entries:
                    if entry.name.endswith(".py"):
                        stat = entry.stat()
                        found.append(f"{entry.name}:{stat.st_size}:{stat.st_mtime_ns}")
    return _number("\n".join(sorted(found)))


def _number(text: str) -> str:
    """Of a text, so that texts can be told apart; those that must not be mistaken are compared as well.
    Cryptographic ones load OpenSSL, which takes longer than all else here."""
    return f"{zlib.crc32(text.encode('utf-8', 'surrogatepass')):08x}"


def cache_folder() -> str:
    """Where stored sources lie, for the current user."""
    import platformdirs

    return platformdirs.user_cache_dir("pipelens", appauthor=False)
