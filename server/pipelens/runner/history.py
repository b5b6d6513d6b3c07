"""History: how each run of a task ended, one JSON line each in `.pipelens/history.jsonl`.

The metadata beside the products says when a task last ended well; what failed, and how long things
took, is only known here.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
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


def read_outcomes(root: str, pipeline: str) -> Mapping[str, Outcome]:
    """The last outcome of every task of `pipeline`, by name."""
    key = pipeline_key(root, pipeline)
    found: dict[str, Outcome] = {}
    for line in _lines(state_path(root, "history.jsonl")):
        try:
            record = json.loads(line)
            if record["version"] != HISTORY_VERSION or record["pipeline"] != key:
                continue
            outcome = Outcome(
                record["task"],
                float(record["at"]),
                record.get("seconds"),
                bool(record["ok"]),
                str(record.get("reason", "")),
                record.get("code"),
                str(record.get("run", "")),
            )
        except (ValueError, KeyError, TypeError):
            continue
        found[outcome.task] = outcome
    return found


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
