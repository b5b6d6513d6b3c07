"""The server's end of the pipe to the client. A pipe holds little: a large answer is written by a thread of its own, so that
a client that reads it slowly keeps nobody waiting."""

from __future__ import annotations

import threading
from collections import deque
from typing import Any, BinaryIO, Final

_LARGE: Final = 1 << 15
"""Bytes; a pipe mostly has room for twice as much."""


_LAST_WORDS: Final = 2.0
"""Seconds that the client has at the end to read what was written."""


class Output:
    """Writes to `stream`, in the order in which `write` is called. Once the client has said goodbye, what
    is still told goes nowhere."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._raw: Any = getattr(stream, "raw", stream)  # a buffer has a lock that outlives its threads
        self._queue: deque[bytes] = deque()
        self._change = threading.Condition()
        self._thread: threading.Thread | None = None
        self._error: OSError | ValueError | None = None

    def write(self, data: bytes) -> None:
        """Send a message. Raises OSError where this or one before could not be sent."""
        with self._change:
            if self._stream.closed:
                return
            if self._error is not None:
                raise self._error
            if not self._queue and len(data) < _LARGE:
                self._send(data)
                return
            self._queue.append(data)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="outlet", daemon=True)
                self._thread.start()
            self._change.notify_all()

    def drain(self, seconds: float) -> None:
        """Wait until all was sent, but no longer than this."""
        with self._change:
            self._change.wait_for(lambda: not self._queue, seconds)

    def close(self) -> None:
        """Say goodbye."""
        self.drain(_LAST_WORDS)
        self._stream.close()

    def _send(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[self._raw.write(rest) or 0 :]
        self._raw.flush()

    def _run(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: self._queue)
                data = self._queue[0]
            error: OSError | ValueError | None = None
            try:
                self._send(data)
            except (OSError, ValueError) as reason:  # the client is gone, or the stream closed
                error = reason
            del data  # it may be large, and the next one may never come
            with self._change:
                self._queue.popleft()
                if error is not None:
                    self._error = error
                    self._queue.clear()
                self._change.notify_all()
            if error is not None:
                return
