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


def code_mark(code: str | None) -> str | None:
    """What tells one text of a source from another; None where nobody knows the text."""
    if code is None:
        return None
    from hashlib import blake2b  # loads OpenSSL, which only a failure needs

    return blake2b(code.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
