"""`lifeline_posix` for Windows, where nothing watches the runner yet."""

from __future__ import annotations


def prepare() -> None:
    """Nothing to load."""


def watch(fd: int) -> None:
    """The runner passes no pipe here."""
