"""What a worker tells and what its process prints, in the order in which it happened.

Three streams arrive side by side: the event file and two pipes. The worker writes a mark into both
pipes before an event that shares its number, so that what it and its children printed before is
told before. Without marks, things are told as they arrive.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from pipelens.frozen import frozen

Stream = Literal["stdout", "stderr"]
STUCK = 0.5
"""Seconds after which a mark is no longer waited for: a task can close any descriptor."""


@frozen
class Mark:
    """Where in a pipe the event of this number belongs."""

    number: int


class MarkSplitter:
    """Finds the marks in what a pipe delivers. token: None where there are none."""

    def __init__(self, token: str | None) -> None:
        self._start = b"\0" + token.encode("ascii") + b"." if token else b""
        self._rest = b""

    def split(self, data: bytes) -> Iterator[bytes | Mark]:
        """Bytes and marks; empty `data` is the end of the pipe."""
        if not self._start:
            yield data
            return
        is_end = not data
        data, self._rest = self._rest + data, b""
        while (at := _possible(data, self._start)) >= 0:
            if at:
                yield data[:at]
            found = data[at:]
            end = found.find(b"\0", len(self._start)) if found.startswith(self._start) else -1
            if end < 0:
                if is_end:
                    yield found
                self._rest = b"" if is_end else found
                return
            yield Mark(int(found[len(self._start) : end]))
            data = found[end + 1 :]
        yield data


def _possible(data: bytes, start: bytes) -> int:
    """Where a mark begins in `data`, also one whose end has not arrived; -1 without any."""
    at = data.find(start)
    if at >= 0:
        return at
    tail = data.rfind(b"\0", max(len(data) - len(start) + 1, 0))
    return tail if tail >= 0 and start.startswith(data[tail:]) else -1


@dataclass(slots=True)
class ReportOrder:
    """What has arrived and is not yet told. Events are mappings that may have a `mark`."""

    events: deque[dict[str, Any]] = field(default_factory=deque[dict[str, Any]])
    printed: dict[Stream, deque[str | Mark]] = field(
        default_factory=lambda: {"stdout": deque(), "stderr": deque()}
    )
    ended: set[Stream] = field(default_factory=set[Stream])
    _told: int = 0
    _since: float | None = None

    def ready(self, *, all: bool = False) -> Iterator[dict[str, Any] | tuple[Stream, str]]:
        """What can be told now, in order. all: what is left at the end, whatever is missing."""
        moved = False
        while True:
            for stream, waiting in self.printed.items():
                while waiting:
                    first = waiting[0]
                    if isinstance(first, Mark):
                        if first.number > self._told:
                            break
                        waiting.popleft()
                    else:
                        waiting.popleft()
                        moved = True
                        yield stream, first
            if self.events and (all or self._is_due(self.events[0])):
                event = self.events.popleft()
                self._told = max(self._told, event.get("mark") or 0)
                moved = True
                yield event
            elif all and any(self.printed.values()):
                self._told = 1 << 62
            else:
                break
        self._since = None if moved or not self.is_waiting else self._since or time.monotonic()
        if self._since is not None and time.monotonic() - self._since > STUCK:
            self._since = None
            yield from self.ready(all=True)

    @property
    def is_waiting(self) -> bool:
        return bool(self.events) or any(self.printed.values())

    def _is_due(self, event: dict[str, Any]) -> bool:
        number = event.get("mark")
        if not number or number <= self._told:
            return True
        return all(
            (bool(waiting) and isinstance(waiting[0], Mark) and waiting[0].number >= number)
            or (stream in self.ended and not waiting)
            for stream, waiting in self.printed.items()
        )
