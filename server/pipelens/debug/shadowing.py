"""Folders of `PYTHONPATH` whose modules would stand in for those that debugpy needs inside a task."""

from __future__ import annotations

import os
import sys


def shadows_library(python_path: str, cwd: str) -> bool:
    """Whether a module there is called like one of the standard library. cwd: of the task."""
    for folder in python_path.split(os.pathsep):
        try:
            names = os.listdir(os.path.join(cwd, folder))
        except OSError:
            continue
        if any(name.partition(".")[0] in sys.stdlib_module_names for name in names):
            return True
    return False
