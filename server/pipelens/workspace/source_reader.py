"""The sources of a large pipeline, read by a second process while its entries are read by this one.

That process begins with the last source, this one asks for the first one first and reads by itself
what is not there yet: so nobody waits, and when both are busy they meet. What it tells counts as
long as the file is the one that it has read.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress

import yaml

import pipelens
from pipelens.core.source_paths import absolute
from pipelens.workspace.source_record import Stamp, Stored, StoredLines

_PROGRAM = "import sys; sys.path += sys.argv[1:]; from pipelens.workspace.source_child import main; main()"
_SOURCE = re.compile(r"""\bsource:[ ]+["']?([\w./-]+\.py)\b["']?[ ]*(?=[\n\r,}#]|\Z)""")
_AT_ONCE = 1 << 18


def plain_sources(text: str, base: str) -> list[str]:
    """The paths of scripts that the entries in `text` surely name, in their order: told at a glance, so
    that some may be missing, and some may be none."""
    return [absolute(base, source) for source in dict.fromkeys(_SOURCE.findall(text))]


def is_useful() -> bool:
    """Whether a second process can be started, and has a processor."""
    allowed: Callable[[int], set[int]] | None = getattr(os, "sched_getaffinity", None)
    processors = len(allowed(0)) if allowed is not None else os.cpu_count() or 1
    return processors > 1 and bool(sys.executable) and not getattr(sys, "frozen", False)


class SourceReader:
    """Begins to read `paths` at once. roots: when given, nothing outside of them is touched."""

    def __init__(
        self,
        paths: Iterable[str],
        roots: tuple[str, ...] | None,
        *,
        extract_upstream: bool,
        extract_product: bool,
    ) -> None:
        self._is_needed = True
        self._read = StoredLines()
        self._data: list[bytes] = []
        self._rest = b""
        backwards = list(paths)[::-1]
        self._request = json.dumps([roots, extract_upstream, extract_product, backwards]).encode()
        self._process = _start()
        self._collecting: threading.Thread | None = None
        if self._process is not None:
            self._collecting = threading.Thread(target=self._collect, args=(self._process,), daemon=True)
            self._collecting.start()

    def get(self, path: str, stamp: Stamp, whole: Callable[[], object]) -> Stored | None:
        """What was read of the source at `path`, if it was read already and is the same file still."""
        if self._data:
            self._take_in()
        if path not in self._read.lines:
            return None
        found = self._read.get(path, stamp, None, whole)
        if found is not None:
            if self._is_needed and self._process is not None:
                self._process.kill()  # all behind it is read, and all in front of it has been asked for
            self._is_needed = False
        del self._read.lines[path]
        return found

    def wait(self) -> None:
        """Until all is read, for who has nothing else to do."""
        if self._collecting is not None:
            self._collecting.join()

    def close(self) -> None:
        """End the process, and let go of what it told."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
        if self._collecting is not None:
            self._collecting.join(1)
        if process is not None and process.stdout is not None:
            process.stdout.close()
        self._data.clear()
        self._read = StoredLines()

    def _take_in(self) -> None:
        count = len(self._data)
        data = self._rest + b"".join(self._data[:count])
        del self._data[:count]
        whole, _, self._rest = data.rpartition(b"\n")
        with suppress(UnicodeDecodeError):
            self._read.add(whole.decode("utf-8", "surrogatepass").split("\n"))

    def _collect(self, process: subprocess.Popen[bytes]) -> None:
        """In a thread: a pipe that nobody empties would keep the other process waiting."""
        # Without the buffers of file objects, whose locks a thread may hold when the interpreter ends.
        assert process.stdin is not None
        assert process.stdout is not None
        out = process.stdout.fileno()
        with suppress(OSError, ValueError):
            rest = memoryview(self._request)
            while rest:
                rest = rest[os.write(process.stdin.fileno(), rest) :]
        with suppress(OSError):
            process.stdin.close()
        self._request = b""
        with suppress(OSError, ValueError):
            while data := os.read(out, _AT_ONCE):
                self._data.append(data)


def _start() -> subprocess.Popen[bytes] | None:
    """The process, isolated: only Python's own modules, ours and what ours need can be imported; None
    where none can be started."""
    package = os.path.dirname(pipelens.__path__[0])
    folders = dict.fromkeys(map(os.path.abspath, (package, os.path.dirname(yaml.__path__[0]))))
    options = ["-I", "-S", "-X", f"utf8={sys.flags.utf8_mode}"]
    try:
        return subprocess.Popen(
            [sys.executable, *options, "-c", _PROGRAM, *folders],
            bufsize=0,
            cwd=package,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except (OSError, ValueError):
        return None
