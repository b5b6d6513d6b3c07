"""The `__main__` of the user's code. A warm parent has made it, and what belongs to it, before it forks."""

from __future__ import annotations

import builtins
import sys
from types import ModuleType
from typing import List, Optional

_DOC = "Automatically created module for IPython interactive environment"
_BUILT: List[ModuleType] = []
"""The one whose shell a warm parent has built."""


def main_module(file: Optional[str]) -> ModuleType:
    """A fresh `__main__` for the user's code; ours stays alive behind the scenes."""
    module = _BUILT[0] if _BUILT else ModuleType("__main__", _DOC if file is None else None)
    module.__dict__["__builtins__"] = builtins
    if file is not None:
        module.__dict__["__file__"] = file
    sys.modules["__pipelens_main__"] = sys.modules["__main__"]
    sys.modules["__main__"] = module
    return module


def build_shell() -> None:
    """Build IPython's shell around the `__main__` to come, and do once what every cell does first: what
    that makes (compiled expressions, formatters) is then there for all. Needs IPython."""
    import asyncio

    from . import shell

    module = ModuleType("__main__", _DOC)
    before = sys.modules["__main__"]
    built = shell.build(module)
    built.transform_cell("0\n")
    built.display_formatter.format(0)
    assert built.logger is not None  # made when it is first asked for, which every value that is shown does
    asyncio.new_event_loop().close()
    sys.modules["__main__"] = before
    _BUILT[:] = [module]
