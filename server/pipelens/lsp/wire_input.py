"""What comes from the client, byte by byte: headers in any case and spacing, lines that are no header
passed over, no more memory taken than there are bytes."""

from __future__ import annotations

import re
from typing import BinaryIO, Final

_LENGTH = re.compile(rb"(?i)content-length\s*:\s*(\d{1,10})\s*$")
_LONGEST_LINE: Final = 8_192
_PIECE: Final = 1_000_000


class WireInput:
    """`stream` as pygls reads it: lines, then as many bytes as one of them said."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readline(self) -> bytes:
        """The next line, `Content-Length` written as pygls knows it; empty at the end."""
        line = self._stream.readline(_LONGEST_LINE)
        found = _LENGTH.search(line)
        return b"Content-Length: %d\r\n" % int(found[1]) if found else line

    def read(self, size: int) -> bytes:
        """`size` bytes; fewer when the client has gone before it sent them."""
        pieces: list[bytes] = []
        while size > 0 and (piece := self._stream.read(min(size, _PIECE))):
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)
