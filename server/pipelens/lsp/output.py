"""The server's end of the pipe to the client."""

from __future__ import annotations

from pygls.io_ import StdoutWriter


class Output(StdoutWriter):
    """Once the client has said goodbye, what is still told goes nowhere."""

    def write(self, data: bytes) -> None:
        if not self._stdout.closed:
            super().write(data)
