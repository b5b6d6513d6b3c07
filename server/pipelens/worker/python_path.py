"""The folders of `PYTHONPATH`: the user's code finds its modules there first, the worker's finds them last.

So a `json.py` among the user's modules does not break what runs the task, and an IPython that is only
there is found.
"""

from __future__ import annotations

import os
import sys
from typing import List


def put_behind() -> None:
    """Before anything is imported that may be called like a module of the user's."""
    lent = _lent()
    sys.path[:] = [entry for entry in sys.path if entry not in lent] + lent


def put_in_front() -> None:
    """As Python had them, before the user's code is loaded."""
    lent = _lent()
    sys.path[:] = lent + [entry for entry in sys.path if entry not in lent]


def _lent() -> List[str]:
    """Those that Python took, in its order; the standard library stays where it is."""
    named = os.environ.get("PYTHONPATH")
    if not named:
        return []
    own = os.path.dirname(os.path.abspath(os.__file__))
    folders = dict.fromkeys(os.path.abspath(entry) for entry in named.split(os.pathsep))
    return [entry for entry in folders if entry in sys.path and entry != own]


def take(value: str) -> None:
    """Set `PYTHONPATH` where this process could not be started with it: a debugger's modules are first here."""
    os.environ["PYTHONPATH"] = value
    folders = dict.fromkeys(os.path.abspath(entry) for entry in value.split(os.pathsep))
    sys.path.extend(entry for entry in folders if entry not in sys.path)
