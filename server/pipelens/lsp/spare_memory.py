"""Memory that the interpreter let go of, and that the system has no use of yet."""

from __future__ import annotations

import sys

__all__ = ["give_back"]

if sys.platform == "win32":
    from pipelens.lsp.spare_memory_windows import give_back
else:
    from pipelens.lsp.spare_memory_posix import give_back
