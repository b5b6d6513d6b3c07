"""State: what runs leave in `<root>/.pipelens/`.

The folder is made by the first run, never by opening, readable by its owner only, and ignored by
git through a file of its own. Every record in it carries a version.
"""

from __future__ import annotations

import functools
import os

from pipelens.runner.disk_room import in_words
from pipelens.runner.whole_file import write_whole

# Processes and locks as this system has them, for all of the runner.
if os.name == "nt":
    from pipelens.runner import process_windows as system
else:
    from pipelens.runner import process_posix as system  # noqa: F401

STATE_FOLDER = ".pipelens"
RUNS_KEPT = 50
_SAFE = " ()[],+=@"
_USUAL = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-~" + _SAFE)


class StateError(Exception):
    """The state folder cannot be used; the text says why."""


def state_path(root: str, *parts: str) -> str:
    return os.path.join(root, STATE_FOLDER, *parts)


def file_name(task: str) -> str:
    """A task's name as one file name: names may hold slashes, blanks and any letter."""
    name = str(task)
    if not _USUAL.issuperset(name):
        from urllib.parse import quote

        name = quote(name, safe=_SAFE)
    return name if len(name) <= 120 else f"{name[:100]}~{abs(hash_of(name)):x}"


def hash_of(text: str) -> int:
    """A number that is the same in every process (unlike `hash`)."""
    import zlib

    return zlib.crc32(text.encode("utf-8", "backslashreplace"))


@functools.lru_cache(16)
def pipeline_key(root: str, pipeline: str) -> str:
    """What tells the pipelines of one root apart in file names."""
    relative = os.path.relpath(pipeline, root) if os.path.isabs(pipeline) else pipeline
    return file_name(relative.replace(os.sep, "/"))


def make_state(root: str) -> None:
    """Create the folder and its parts. Raises `StateError`."""
    folder = state_path(root)
    try:
        if not os.path.isdir(folder):
            os.makedirs(folder, 0o700, exist_ok=True)
        ignore = os.path.join(folder, ".gitignore")
        if not os.path.exists(ignore):
            write_whole(ignore, b"*\n")
        for part in ("runs", "plans", "intents", "failures"):
            os.makedirs(os.path.join(folder, part), 0o700, exist_ok=True)
    except OSError as error:
        raise StateError(f"cannot keep the state of runs in {folder}: {in_words(error)}") from error


def trim_state(root: str) -> None:
    """Drop the event files of all but the latest runs."""
    files = _files(state_path(root, "runs"))
    if len(files) <= RUNS_KEPT:
        return
    files.sort(key=lambda entry: entry.stat(follow_symlinks=False).st_mtime_ns)
    for entry in files[:-RUNS_KEPT]:
        try:
            os.unlink(entry.path)
        except OSError:
            continue


def _files(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return [entry for entry in entries if entry.is_file(follow_symlinks=False)]
    except OSError:
        return []
