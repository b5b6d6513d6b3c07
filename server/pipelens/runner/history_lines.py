"""The history as earlier versions kept it: one JSON line for each run of a task, in
`.pipelens/history.jsonl`. It is shown until the next build takes it over; nobody writes it any more."""

from __future__ import annotations

import json
import os
from typing import Final

from pipelens.core.sources import code_mark
from pipelens.runner.outcome import Outcome
from pipelens.runner.state import state_path

_VERSION: Final = 1
_READ_AT_MOST: Final = 4 << 20


def lines_path(root: str) -> str:
    return state_path(root, "history.jsonl")


def read_lines(root: str) -> dict[str, dict[str, Outcome]]:
    """The last outcome of every task, by the pipeline's key and the task's name."""
    try:
        with open(lines_path(root), "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > _READ_AT_MOST:
                file.seek(size - _READ_AT_MOST)
                file.readline()
            lines = file.read().split(b"\n")
    except OSError:
        return {}
    found: dict[str, dict[str, Outcome]] = {}
    for line in lines:
        if (understood := _understood(line)) is not None:
            key, outcome = understood
            found.setdefault(key, {})[outcome.task] = outcome
    return found


def _understood(line: bytes) -> tuple[str, Outcome] | None:
    try:
        record = json.loads(line)
        if record["version"] != _VERSION:
            return None
        seconds, code = record.get("seconds"), record.get("code")
        return str(record["pipeline"]), Outcome(
            str(record["task"]),
            float(record["at"]),
            None if seconds is None else float(seconds),
            bool(record["ok"]),
            str(record.get("reason", "")),
            code_mark(code) if isinstance(code, str) else None,
            str(record.get("run", "")),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
