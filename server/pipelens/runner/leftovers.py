"""Leftovers: files that killed runs left in the state folder and beside products."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable

from pipelens.runner.build_lock import lock_holders
from pipelens.runner.state import pipeline_key, state_path
from pipelens.runner.whole_file import is_temporary_of

_RUN = re.compile(r"\d{8}-\d{6}-[0-9a-f]{4,16}")
_ABANDONED = 3600.0
"""Seconds after which nobody writes a temporary file of the state any more."""


def clear_leftovers(root: str, pipeline: str) -> None:
    """Remove what lies about in the state. Call with the lock of `pipeline` held."""
    _clear_plans(root)
    _clear_temporaries(root, f"{pipeline_key(root, pipeline)}~")


def _clear_plans(root: str) -> None:
    """Remove the plans, scripts and events of runs that hold no lock any more; those of a pipeline that
    somebody else builds now stay."""
    folder = state_path(root, "plans")
    names = _listed(folder)
    if not names:
        return
    # Who holds a lock said so before any of these files was made.
    holders = lock_holders(root)
    living = {holder.run for holder in holders if holder is not None}
    for name in names:
        runs = _RUN.findall(name)
        if runs and runs[-1] not in living and None not in holders:
            _removed(os.path.join(folder, name))


def _clear_temporaries(root: str, intents_prefix: str) -> None:
    """Remove what was never renamed: intents of this pipeline (whose lock is held, so nobody writes one
    now), and what has lain about in the state for long."""
    now = time.time()
    for part in ("", "intents", "plans", "failures"):
        folder = state_path(root, part)
        for name in _listed(folder):
            if not (name.startswith(".") and name.endswith(".tmp")):
                continue
            path = os.path.join(folder, name)
            ours = part == "intents" and is_temporary_of(name, intents_prefix)
            try:
                if ours or now - os.stat(path).st_mtime > _ABANDONED:
                    os.unlink(path)
            except OSError:
                continue


def clear_beside(paths: Iterable[str]) -> None:
    """Remove the temporary files of these files, which nobody writes now."""
    wanted: dict[str, list[str]] = {}
    for path in paths:
        folder, name = os.path.split(path)
        wanted.setdefault(folder, []).append(name)
    for folder, names in wanted.items():
        for found in _listed(folder):
            if found.endswith(".tmp") and any(is_temporary_of(found, name, whole=True) for name in names):
                _removed(os.path.join(folder, found))


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _removed(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return
