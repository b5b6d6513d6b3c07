"""There is no fork on this system, so no warm engine either."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipelens.runner.worker_reports import Order, Running, WorkerNotStarted

AVAILABLE = False


class WarmEngine:
    """Stands in for the one of POSIX systems; never made here."""

    name = "warm"

    def __init__(self, interpreter: str, kind: str, environ: Mapping[str, str]) -> None:
        raise RuntimeError("the warm engine needs fork")

    def preload(self, names: Iterable[str]) -> None:
        return

    def prepare(self) -> None:
        return

    def start(self, order: Order) -> Running:
        raise WorkerNotStarted("the warm engine needs fork")

    def close(self) -> None:
        return
