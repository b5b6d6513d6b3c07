"""Full disks: what they look like, and what a person is told about them."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from typing import Final

_FULL: Final[tuple[int, ...]] = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
"""There is no space left, or none of what somebody may use; also where there are no files left."""
_SIGNS: Final = tuple(map(os.strerror, _FULL))
_REMEDY: Final = "make room there and build again, what is done is not repeated"
_LITTLE: Final = 64 << 10
"""Bytes below which a disk counts as full: what failed on it may have been removed since."""


def is_full(error: OSError) -> bool:
    """Whether a disk, or what somebody may use of it, is used up."""
    return error.errno in _FULL


def in_words(error: OSError) -> str:
    """What is wrong; with what to do where a disk is full."""
    if not is_full(error):
        return error.strerror or str(error)
    return f"its disk is full; {_REMEDY}"


def advice(told: str, folders: Iterable[str]) -> str:
    """What to do about a failure that was told so, where a full disk is to blame; else empty. folders:
    where the task writes."""
    rooms = {folder: _room(folder) for folder in folders}
    if not rooms:
        return ""
    least = min(rooms, key=lambda folder: (rooms[folder], folder not in told))
    if rooms[least] >= _LITTLE and not any(sign in told for sign in _SIGNS):
        return ""
    return f"The disk that holds {least} is full: {_REMEDY}."


def _room(folder: str) -> int:
    """How many bytes can be written there; none where no file can be made."""
    from pipelens.runner.state import system

    while folder and not os.path.isdir(folder) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
    try:
        return system.room(folder)
    except OSError:
        return _LITTLE
