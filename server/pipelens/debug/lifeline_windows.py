"""`lifeline_posix` for Windows, where debugpy's launcher holds a job object that ends with it."""

from __future__ import annotations


class NamedLifeline:
    """Nothing to hold."""

    def __init__(self, path: str) -> None:
        self.path: str | None = None

    def close(self) -> None:
        return
