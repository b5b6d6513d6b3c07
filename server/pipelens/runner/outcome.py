"""How a run of a task ended."""

from __future__ import annotations

from pipelens.frozen import frozen


@frozen
class Outcome:
    """at: seconds since the epoch. code: `code_mark` of the source that ran."""

    task: str
    at: float
    seconds: float | None
    ok: bool
    reason: str = ""
    code: str | None = None
    run: str = ""
