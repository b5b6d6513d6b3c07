"""A debuggee ends with the adapter, however that ended: debugpy passes no pipes on, so it is a named one.

The debuggee opens it to watch it, and removes the name.
"""

from __future__ import annotations

import os


class NamedLifeline:
    """Made at `path`; held open for writing until `close`."""

    def __init__(self, path: str) -> None:
        self.path: str | None = path
        os.mkfifo(path, 0o600)
        self._fd = os.open(path, os.O_RDWR)

    def close(self) -> None:
        os.close(self._fd)
        try:
            os.unlink(self.path or "")
        except OSError:
            return
