"""History: how each run of a task ended, one JSON line each in `.pipelens/history.jsonl`.

The metadata beside the products says when a task last ended well; what failed, and how long things
took, is only known here.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass

from pipelens.runner.state import pipeline_key, state_path
from pipelens.runner.whole_file import write_whole

HISTORY_VERSION = 1
_READ_AT_MOST = 4 << 20
_TRIM_ABOVE = 8 << 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run of a task ended. at: seconds since the epoch. code: the source it ran."""

    task: str
    at: float
    seconds: float | None
    ok: bool
    reason: str = ""
    code: str | None = None
    run: str = ""


class Outcomes:
    """The last outcome of every task of `pipeline`; `update` reads what was added since."""

    def __init__(self, root: str, pipeline: str) -> None:
        self.latest: dict[str, Outcome] = {}
        self.has_failures = False
        self._path = state_path(root, "history.jsonl")
        self._key = pipeline_key(root, pipeline)
        self._inode = 0
        self._offset = 0

    def update(self) -> set[str]:
        """Read what is new; the tasks whose last outcome is another one now."""
        try:
            with open(self._path, "rb") as file:
                found = os.fstat(file.fileno())
                if (found.st_ino, found.st_size) == (self._inode, self._offset):
                    return set()
                anew = found.st_ino != self._inode or found.st_size < self._offset
                start = 0 if anew else self._offset
                if found.st_size - start > _READ_AT_MOST:
                    file.seek(found.st_size - _READ_AT_MOST)
                    file.readline()
                else:
                    file.seek(start)
                whole, _, rest = file.read().rpartition(b"\n")
                self._inode, self._offset = found.st_ino, file.tell() - len(rest)
        except OSError:
            whole, anew = b"", True
            self._inode = self._offset = 0
        before = self.latest
        latest = {} if anew else dict(before)
        for line in whole.split(b"\n"):
            if (outcome := self._understood(line)) is not None:
                latest[outcome.task] = outcome
        self.latest = latest
        self.has_failures = any(not outcome.ok for outcome in latest.values())
        return {name for name in latest.keys() | before.keys() if latest.get(name) != before.get(name)}

    def _understood(self, line: bytes) -> Outcome | None:
        try:
            record = json.loads(line)
            if record["version"] != HISTORY_VERSION or record["pipeline"] != self._key:
                return None
            return Outcome(
                record["task"],
                float(record["at"]),
                record.get("seconds"),
                bool(record["ok"]),
                str(record.get("reason", "")),
                record.get("code"),
                str(record.get("run", "")),
            )
        except (ValueError, KeyError, TypeError):
            return None


def add_outcome(root: str, pipeline: str, outcome: Outcome) -> None:
    """Append one outcome. A failed run keeps its code, so that a changed source clears the mark."""
    record = {
        "version": HISTORY_VERSION,
        "pipeline": pipeline_key(root, pipeline),
        "task": outcome.task,
        "at": outcome.at,
        "seconds": outcome.seconds,
        "ok": outcome.ok,
        "reason": outcome.reason,
        "run": outcome.run,
    }
    if not outcome.ok:
        record["code"] = outcome.code
    line = json.dumps(record) + "\n"
    fd = os.open(state_path(root, "history.jsonl"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(fd, line.encode("ascii"))
    finally:
        os.close(fd)


def trim_history(root: str) -> None:
    """Keep the file's younger half once it has grown large."""
    path = state_path(root, "history.jsonl")
    try:
        if os.path.getsize(path) > _TRIM_ABOVE:
            write_whole(path, b"".join(_lines(path)), mode=0o600)
    except OSError:
        return


def _lines(path: str) -> list[bytes]:
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > _READ_AT_MOST:
                file.seek(size - _READ_AT_MOST)
                file.readline()
            return file.readlines()
    except OSError:
        return []
