"""The way back to the runner: one JSON line per event, appended to a file that the runner follows.

A file rather than a pipe: what was written is there however the process ends. While the disk has no
room, what is told waits in memory; a task that could not tell all has not ended well.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any, Dict, Optional

_MOST_WAITING = 64 << 20
UNTOLD = 74
"""The exit code of a worker that could not write down what it told (EX_IOERR of sysexits)."""

_IN_ORDER = frozenset({"cell", "output", "clear"})
"""What is told in order with what the process prints past us."""


class Channel:
    """The event file of this worker. A forked child of the task writes nothing into it."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._pid = os.getpid()
        self._waiting = b""
        self.marks: Any = None
        self.cell: Optional[int] = None
        self.phase = ""
        self.message: Optional[str] = None
        """The text of the failure that was told last."""

    def send(self, kind: str, **fields: Any) -> None:
        if os.getpid() != self._pid:
            return
        record: Dict[str, Any] = {"kind": kind}
        record.update(fields)
        if kind == "cell":
            record["at"] = time.time()
        if self.marks is not None and kind in _IN_ORDER:
            with self.marks.lock:
                record["mark"] = self.marks.next(record)
                self._write(record)
        else:
            self._write(record)

    def _write(self, record: Dict[str, Any]) -> None:
        line = json.dumps(record, default=str) + "\n"
        self._waiting += line.encode("ascii")
        try:
            while self._waiting:
                self._waiting = self._waiting[os.write(self._fd, self._waiting) :]
        except OSError as error:
            # The task is not to blame, and must not be able to catch this and go on as if all was told.
            if record["kind"] == "end" or len(self._waiting) > _MOST_WAITING:
                self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        told = "what the task tells cannot be written to {}: {}\n".format(self._path, error.strerror)
        try:
            sys.stdout.flush()
            os.write(2, told.encode("utf-8", "backslashreplace"))
        except Exception:
            pass
        os._exit(UNTOLD)

    def enter(self, phase: str) -> None:
        """Say what is being done now, so that a failure can name it."""
        self.phase = phase
        self.send("phase", phase=phase)

    def output(self, output: Dict[str, Any]) -> None:
        """An output in the notebook format, made by the running cell."""
        self.send("output", cell=self.cell, output=output)
