"""A dump's zip file, written piece by piece with nothing but `zlib`.

`zipfile` would cost more to import than all the rest of a small dump, and a project may have loaded a
module of that name of its own.
"""

from __future__ import annotations

import os
import sys
from typing import Any, Callable, List, Optional, Tuple

MOST_PACKED = 8 << 20
"""Bytes of a member that is compressed; larger ones are stored as they are."""


def _packer() -> Tuple[Optional[Callable[[Any], int]], Any]:
    """`crc32` and `compressobj`, only of the real `zlib`."""
    path, finders = sys.path, sys.meta_path
    if "zlib" not in sys.modules:
        from importlib.machinery import BuiltinImporter, FrozenImporter, PathFinder

        folders = [folder for folder in (os.path.dirname(os.__file__), *path) if _is_standard(folder)]
        sys.path, sys.meta_path = folders, [BuiltinImporter, FrozenImporter, PathFinder]
    try:
        import zlib
    except ImportError:
        return None, None
    finally:
        sys.path, sys.meta_path = path, finders
    crc = getattr(zlib, "crc32", None)
    return (crc, zlib.compressobj) if type(crc) is type(len) else (None, None)


def _is_standard(folder: str) -> bool:
    home = os.path.dirname(os.path.abspath(os.__file__))
    return folder.startswith(home) or os.path.basename(folder) == "DLLs"


class Archive:
    """A zip file under a temporary name that `close` gives its own; `abandon` removes it.

    At most 2 GB and some thousand members: no ZIP64. Readable by its owner only.
    """

    def __init__(self, path: str) -> None:
        crc, self._compress = _packer()
        if crc is None:
            raise OSError("this Python has no zlib")
        self._crc: Any = crc
        self._path = path
        folder, name = os.path.split(path)
        self._temporary = os.path.join(folder, ".{}.{}.tmp".format(name[:60], os.urandom(4).hex()))
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        self._fd = os.open(self._temporary, flags, 0o600)
        self._at = 0
        self._entries: List[bytes] = []

    def add(self, name: str, *parts: Any, packed: bool = False) -> None:
        """A member made of `parts` (buffers of bytes), compressed where that is asked for and cheap."""
        crc = size = 0
        for part in parts:
            crc = self._crc(part, crc)
            size += len(part)
        method = 0
        if packed and size <= MOST_PACKED:
            method, packer = 8, self._compress(1, 8, -15)
            parts = (*[packer.compress(part) for part in parts], packer.flush())
        length = sum(len(part) for part in parts)
        raw = name.encode("ascii")
        # Version 2.0, no flags, 1980-01-01: the time is in the document.
        head = b"".join(
            (
                _number(20, 2) + _number(0, 2) + _number(method, 2) + _number(0, 2) + _number(0x21, 2),
                _number(crc, 4)
                + _number(length, 4)
                + _number(size, 4)
                + _number(len(raw), 2)
                + _number(0, 2),
            )
        )
        attributes = _number(0o100600 << 16, 4)
        self._entries.append(b"PK\1\2\x14\3" + head + bytes(8 - 2) + attributes + _number(self._at, 4) + raw)
        self._write(b"PK\3\4" + head + raw)
        for part in parts:
            self._write(part)

    def close(self) -> None:
        """Write the list of members and put the file in its place."""
        directory, at = b"".join(self._entries), self._at
        count = _number(len(self._entries), 2)
        self._write(directory)
        self._write(
            b"PK\5\6" + bytes(4) + count + count + _number(len(directory), 4) + _number(at, 4) + bytes(2)
        )
        os.close(self._fd)
        self._fd = -1
        os.replace(self._temporary, self._path)

    def abandon(self) -> None:
        """Remove what was written so far."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
        try:
            os.unlink(self._temporary)
        except OSError:
            pass

    def _write(self, data: Any) -> None:
        view = memoryview(data)
        self._at += len(view)
        while len(view):
            view = view[os.write(self._fd, view) :]


def _number(value: int, size: int) -> bytes:
    return value.to_bytes(size, "little")
