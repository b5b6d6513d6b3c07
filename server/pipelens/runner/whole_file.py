"""Files that are whole or not there: written to a temporary sibling and renamed.

Nothing waits for the disk: what is whole is so for every process, also after any of them was killed,
and not after a loss of power. A record that survives while the product beside it, which is not ours to
flush, does not would help nobody.
"""

from __future__ import annotations

import os
import re

_NAMED = 60
"""How many characters of the name a temporary file carries."""
_END = re.compile(r"\.[0-9a-f]{8}\.tmp")


def write_whole(path: str, content: bytes, *, mode: int | None = None) -> None:
    """Put `content` at `path`; a reader sees the old file or the new one, never half of either.

    mode: permission bits of a new file, by default what the umask gives. Raises `OSError`, which names
    `path`.
    """
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, f".{name[:_NAMED]}.{os.urandom(4).hex()}.tmp")
    try:
        fd = os.open(
            temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode or 0o666
        )
        try:
            try:
                left = memoryview(content)
                while left:
                    left = left[os.write(fd, left) :]
            finally:
                os.close(fd)
            os.replace(temporary, path)
        except BaseException:
            try:
                os.unlink(temporary)
            except FileNotFoundError:
                pass
            raise
    except OSError as error:
        # A write names no file at all, and a temporary one says nothing.
        raise type(error)(error.errno, error.strerror, path) from error


def is_temporary_of(found: str, name: str, *, whole: bool = False) -> bool:
    """Whether `found` is the name of a temporary file of the file `name`, or (not `whole`) of one whose
    name begins so."""
    start = f".{name[:_NAMED]}"
    if not found.startswith(start):
        return False
    return _END.fullmatch(found, len(start)) is not None if whole else found.endswith(".tmp")
