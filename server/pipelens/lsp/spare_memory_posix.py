"""Giving memory back to the system that the interpreter let go of."""

from __future__ import annotations

import ctypes
from typing import Any, Final

_LARGEST_KEPT: Final = -3  # M_MMAP_THRESHOLD of glibc's <malloc.h>
_LARGE: Final = 1 << 20


def give_back() -> None:
    """Give back what is free in the middle of the heap, and from now on whatever is large as soon as it is
    free: glibc would keep it once it has seen something as large. Does nothing with other C libraries."""
    library: Any = ctypes.CDLL(None)
    try:
        library.mallopt(_LARGEST_KEPT, _LARGE)
        library.malloc_trim(0)
    except AttributeError:
        pass
