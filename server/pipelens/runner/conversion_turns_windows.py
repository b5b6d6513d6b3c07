"""Requests one after another: this system has no fork."""

from __future__ import annotations

import os
from collections.abc import Callable


def take(answered: Callable[[bytes], bytes], tell: Callable[[bytes], object]) -> None:
    """Answer the lines of standard input until it ends."""
    received = b""
    while data := os.read(0, 1 << 16):
        *lines, received = (received + data).split(b"\n")
        for line in lines:
            tell(answered(line))
