"""The members of a dump's zip file, read in bounded amounts.

A dump comes from elsewhere (a colleague, a CI run, an attacker): what its headers claim is checked
before anything of that size is read or unpacked, and nothing is ever unpacked onto the disk.
"""

from __future__ import annotations

import os
import re
import stat
import struct
import threading
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from pipelens.frozen import frozen

DOCUMENT: Final = "dump.json"
SOURCE_NAME: Final = re.compile(r"sources/[0-9]{1,6}\Z")
VALUE_NAME: Final = re.compile(r"values/[0-9]{1,6}\.npy\Z")

_MOST_MEMBERS: Final = 10_000
_MOST_DIRECTORY: Final = 2_000_000
"""Bytes of the list of members: every member takes at least 46."""
_END: Final = struct.Struct("<4s4H2LH")
_LONGEST_COMMENT: Final = 65_535
_PACKINGS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The others (bzip2, LZMA) take memory that their input chooses; no writer of dumps uses them."""
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OverflowError,
    ValueError,
)


@frozen
class DumpError:
    """Why a dump, or a part of it, cannot be shown: a whole sentence for people."""

    message: str


@dataclass(slots=True)
class Members:
    """What is in the dump at `path`. The file stays closed between reads, so that the store may remove it
    meanwhile on every system."""

    path: str
    names: frozenset[str]
    _file: tuple[int, int, int]
    """Device, number and size of the file that was opened: another one in its place is not read."""
    _kept: dict[str, bytes] | None = None
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def read(self, name: str, most: int) -> bytes | DumpError:
        """The bytes of member `name`, at most `most` of them; more are refused."""
        opened = self._open()
        if isinstance(opened, DumpError):
            return opened
        with opened:
            return _content(opened, name, most)

    def read_all(self, names: Iterable[str], most: int, most_together: int) -> Mapping[str, bytes]:
        """The bytes of those members that can be read, of at most `most` bytes each, and of as many as
        have `most_together` bytes. Read once and remembered: the dump may be removed meanwhile."""
        with self._turn:
            if self._kept is None:
                self._kept = {}
                opened = self._open()
                if isinstance(opened, DumpError):
                    return self._kept
                with opened, suppress(*_BROKEN, OSError), zipfile.ZipFile(opened) as archive:
                    for name in names:
                        found = _member(archive, name, min(most, most_together))
                        if isinstance(found, bytes):
                            self._kept[name] = found
                            most_together -= len(found)
            return self._kept

    def _open(self) -> BinaryIO | DumpError:
        opened = _opened(self.path)
        if isinstance(opened, DumpError) or _identity(opened) == self._file:
            return opened
        opened.close()
        return DumpError(f"{self.path} has been replaced since it was opened; open it again.")


def open_members(path: str) -> Members | DumpError:
    """The members of the dump at `path`; nothing is unpacked yet."""
    opened = _opened(path)
    if isinstance(opened, DumpError):
        return opened
    with opened:
        try:
            refusal = _wrong_directory(opened)
            if refusal is not None:
                return DumpError(f"{path} cannot be opened: {refusal}")
            with zipfile.ZipFile(opened) as found:
                infos = found.infolist()
            identity = _identity(opened)
        except (*_BROKEN, OSError) as error:
            return DumpError(f"{path} cannot be opened: it is damaged ({_words(error)}).")
    names: set[str] = set()
    for info in infos:
        refusal = _wrong_member(info, names)
        if refusal is not None:
            return DumpError(f"{path} cannot be opened: {refusal}")
        names.add(info.filename)
    if DOCUMENT not in names:
        return DumpError(f"{path} is not a recorded failure: it has no {DOCUMENT}.")
    return Members(path, frozenset(names), identity)


def _opened(path: str) -> BinaryIO | DumpError:
    """The regular file at `path`. A device or a pipe is told by its kind, before it is opened."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return DumpError(f"{path} is not a file.")
        flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
        opened = os.open(path, flags | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOINHERIT", 0))
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            os.close(opened)
            return DumpError(f"{path} is not a file.")
        return os.fdopen(opened, "rb")
    except FileNotFoundError:
        return DumpError(f"{path} does not exist.")
    except (OSError, ValueError) as error:
        return DumpError(f"{path} cannot be read: {_words(error)}.")


def _identity(opened: BinaryIO) -> tuple[int, int, int]:
    found = os.fstat(opened.fileno())
    return (found.st_dev, found.st_ino, found.st_size)


def _wrong_directory(opened: BinaryIO) -> str | None:
    """What is wrong with the size that the zip's list of members claims, before it is read whole."""
    size = os.fstat(opened.fileno()).st_size
    opened.seek(max(0, size - _LONGEST_COMMENT - _END.size - 20))
    tail = opened.read()
    at = tail.rfind(b"PK\x05\x06")
    plain = len(tail) - _END.size
    if plain >= 0 and tail[plain : plain + 4] == b"PK\x05\x06" and tail.endswith(b"\0\0"):
        at = plain  # as the zip reader looks for it
    if at < 0 or at + _END.size > len(tail):
        return "it is not a zip file, or its end is missing."
    if tail[max(0, at - 20) : at].startswith(b"PK\x06\x07"):
        return "it is a zip file of a kind that dumps never are (ZIP64)."
    members, directory = _END.unpack_from(tail, at)[4:6]
    if members > _MOST_MEMBERS or directory > _MOST_DIRECTORY:
        return f"it claims to have {members} members."
    return None


def _wrong_member(info: zipfile.ZipInfo, before: set[str]) -> str | None:
    name = info.filename
    shown = ascii(name[:80])
    if name != info.orig_filename or name.startswith(("/", "\\")) or ":" in name or "\\" in name:
        return f"it has a member with an unsafe name, {shown}."
    if ".." in name.split("/"):
        return f"it has a member with an unsafe name, {shown}."
    if name in before:
        return f"it has two members named {shown}."
    if info.flag_bits & 0x1:
        return f"its member {shown} is encrypted."
    if info.compress_type not in _PACKINGS:
        return f"its member {shown} is packed in a way that dumps never are."
    kind = stat.S_IFMT(info.external_attr >> 16)
    if info.create_system == 3 and kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return f"its member {shown} is not a plain file."
    return None


def _content(opened: BinaryIO, name: str, most: int) -> bytes | DumpError:
    try:
        with zipfile.ZipFile(opened) as archive:
            return _member(archive, name, most)
    except (*_BROKEN, OSError) as error:
        return DumpError(f"{name} in the dump is damaged ({_words(error)}).")


def _member(archive: zipfile.ZipFile, name: str, most: int) -> bytes | DumpError:
    try:
        info = archive.getinfo(name)
        if info.file_size > most:
            return DumpError(f"{name} in the dump has {info.file_size:,} bytes; {most:,} are read at most.")
        with archive.open(info) as member:
            # What is unpacked is counted, whatever the header says.
            content = member.read(most + 1)
            if len(content) > most:
                return DumpError(f"{name} in the dump has more than {most:,} bytes.")
            return content
    except KeyError:
        return DumpError(f"The dump has no {name}.")
    except (*_BROKEN, OSError) as error:
        return DumpError(f"{name} in the dump is damaged ({_words(error)}).")


def _words(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
