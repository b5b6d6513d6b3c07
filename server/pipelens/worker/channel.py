"""The way back to the runner: one JSON line per event, appended to a file that the runner follows.

A file rather than a pipe: what was written is there however the process ends.
"""

from __future__ import annotations

import json
import os
from typing import Any, Dict, Optional


class Channel:
    """The event file of this worker. A forked child of the task writes nothing into it."""

    def __init__(self, path: str) -> None:
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._pid = os.getpid()
        self.cell: Optional[int] = None
        self.phase = ""

    def send(self, kind: str, **fields: Any) -> None:
        if os.getpid() != self._pid:
            return
        record: Dict[str, Any] = {"kind": kind}
        record.update(fields)
        line = json.dumps(record, default=str) + "\n"
        data = line.encode("ascii")
        while data:
            data = data[os.write(self._fd, data) :]

    def enter(self, phase: str) -> None:
        """Say what is being done now, so that a failure can name it."""
        self.phase = phase
        self.send("phase", phase=phase)

    def output(self, output: Dict[str, Any]) -> None:
        """An output in the notebook format, made by the running cell."""
        self.send("output", cell=self.cell, output=output)
