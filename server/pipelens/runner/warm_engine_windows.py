"""There is no fork on this system, so no warm engine either."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipelens.runner.worker_reports import Order, Running, WorkerNotStarted

AVAILABLE = False


class WarmEngine:
    """Stands in for the one of POSIX systems; never made here."""

    name = "warm"

    def __init__(
        self, interpreter: str, kind: str, environ: Mapping[str, str], preload: Sequence[str] = ()
    ) -> None:
        raise RuntimeError("the warm engine needs fork")

    def prepare(self) -> None:
        return

    def start(self, order: Order) -> Running:
        raise WorkerNotStarted("the warm engine needs fork")

    def close(self) -> None:
        return
