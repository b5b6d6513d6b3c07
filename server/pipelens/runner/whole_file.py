"""Files that are whole or not there: written to a temporary sibling, flushed and renamed."""

from __future__ import annotations

import os


def write_whole(path: str, content: bytes, *, mode: int | None = None, durable: bool = False) -> None:
    """Put `content` at `path`; a reader sees the old file or the new one, never half of either.

    mode: permission bits of a new file, by default what the umask gives. durable: wait until the
    disk has it (for records that must survive a power cut). Raises `OSError`.
    """
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, f".{name[:60]}.{os.urandom(4).hex()}.tmp")
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode or 0o666)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        try:
            os.unlink(temporary)
        except FileNotFoundError:
            pass
        raise
