"""The few modules of ploomber that projects import when they run (section 18 of the format), only where
the real package is not installed: the finder stands last in the line."""

from __future__ import annotations

import os
import sys
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from typing import Any, Optional

_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "ploomber_shim")
_MODULES = {
    "ploomber": "__init__.py",
    "ploomber.exceptions": "exceptions.py",
    "ploomber.io": "io.py",
    "ploomber.executors": "executors.py",
    "ploomber.clients": "clients.py",
    "ploomber.testing": os.path.join("testing", "__init__.py"),
    "ploomber.testing.sql": os.path.join("testing", "sql.py"),
}


class ShimFinder:
    """Answers for the few modules above."""

    @classmethod
    def find_spec(cls, name: str, path: Any = None, target: Any = None) -> Optional[ModuleSpec]:
        file = _MODULES.get(name)
        if file is None or (name != "ploomber" and not _is_shim()):
            return None
        path = os.path.join(_FOLDER, file)
        found = [os.path.dirname(path)] if os.path.basename(path) == "__init__.py" else None
        return spec_from_file_location(name, path, submodule_search_locations=found)


def _is_shim() -> bool:
    """A real package that lacks a module keeps lacking it."""
    return getattr(sys.modules.get("ploomber"), "__file__", None) == os.path.join(_FOLDER, "__init__.py")


def offer() -> None:
    """Let the user's code import the stand-in when nothing else answers."""
    sys.meta_path.append(ShimFinder)
