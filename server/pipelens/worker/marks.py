"""Order between what is told and what the process prints past us.

What C code and child processes print reaches the runner through two pipes, everything else through
the event file. A mark in both pipes and its number in an event say which of the text came before
the event; without marks a cell would show text that the one before it printed.
"""

from __future__ import annotations

import os
import threading
import time
from typing import Any, Dict, Optional, Tuple

_PAUSE = 0.001
"""Seconds. Lines that are printed faster than this, one after another, are not marked one by one."""


class Marks:
    """token: what the runner looks for in the pipes. They are marked through copies of their
    descriptors: the task may point its own elsewhere."""

    def __init__(self, token: str) -> None:
        self._start = b"\0" + token.encode("ascii") + b"."
        self._fds: Tuple[int, ...] = (os.dup(1), os.dup(2))
        self._number = 0
        self._last = 0.0
        self.lock = threading.RLock()

    def next(self, record: Dict[str, Any]) -> Optional[int]:
        """Mark the pipes before the event `record`; the mark's number, None where it needs none."""
        if not self._fds:
            return None
        now = time.monotonic()
        if not _is_text(record):
            self._last = 0.0
        elif now - self._last < _PAUSE:
            return None
        else:
            self._last = now
        self._number += 1
        mark = self._start + str(self._number).encode("ascii") + b"\0"
        try:
            for fd in self._fds:
                os.write(fd, mark)
        except OSError:
            self._fds = ()
            return None
        return self._number


def _is_text(record: Dict[str, Any]) -> bool:
    return record["kind"] == "output" and record["output"]["output_type"] == "stream"
