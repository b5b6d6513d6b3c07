"""Where this program's modules come from: its own environment, and no folder that was lent to it.

`PYTHONPATH` and the working folder belong to what the user runs. A `json.py` that lies there must
neither break a command of ours nor be run by it. What is started for the user gets `PYTHONPATH` in its
environment as ever. Nothing of the standard library that may lie there is imported before.
"""

from __future__ import annotations

import os
import sys

WITHDRAWN: list[str] = []
"""What `withdraw_lent` took away, in the order it had."""


def withdraw_lent() -> None:
    """Take away what is lent; of no effect on what is imported already."""
    try:
        working = [os.getcwd()]
    except OSError:  # the working folder is gone
        working = []
    lent = [*working, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    kept = safe_path(sys.path, lent, _own_folders())
    WITHDRAWN.extend(entry for entry in sys.path if entry not in kept)
    sys.path[:] = kept


def safe_path(path: list[str], lent: list[str], kept: tuple[str, ...]) -> list[str]:
    """`path` without relative entries and without what is `lent`: a working folder or a `PYTHONPATH`
    must not give us the modules of a workspace. `kept`: folders that are ours wherever they lie;
    what the user cannot write to (a package store) is nobody's workspace."""
    refused = tuple(os.path.realpath(one) for one in lent if os.access(one, os.W_OK))
    return [
        entry
        for entry in path
        if os.path.isabs(entry) and (_is_below(entry, kept) or not _is_below(entry, refused))
    ]


def _own_folders() -> tuple[str, ...]:
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    # Below the home folder, where one may work.
    user_site = getattr(sys.modules.get("site"), "USER_SITE", None)
    return tuple(map(os.path.realpath, filter(None, (sys.prefix, sys.base_prefix, package, user_site))))


def _is_below(path: str, folders: tuple[str, ...]) -> bool:
    real = os.path.realpath(path)
    return any(real == folder or real.startswith(folder.rstrip(os.sep) + os.sep) for folder in folders)
