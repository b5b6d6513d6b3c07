"""Stopping a run: a request that is noticed between two breaths, never an exception in the middle
of writing a record."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class StopRequest:
    """Whether the run was asked to stop. A second request means: at once."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        self.times += 1

    @property
    def is_set(self) -> bool:
        return self.times > 0

    @property
    def is_urgent(self) -> bool:
        return self.times > 1


@contextmanager
def stopped_by_signals(stop: StopRequest) -> Iterator[None]:
    """While inside, Ctrl-C and a request to terminate set `stop`, and a terminal that is closed is
    none: the run goes on. Only the main thread can have handlers; in any other nothing changes."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(number: int, frame: FrameType | None) -> None:
        stop()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    if hang_up := getattr(signal, "SIGHUP", None):
        before[hang_up] = signal.signal(hang_up, signal.SIG_IGN)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
