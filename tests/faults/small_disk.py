"""A disk that is full at will: a small file system in memory, in a name space of its own."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_SIZE = 8 << 20
_FILES = 400


@cache
def wrapper() -> list[str] | None:
    """What a command is put behind so that it may mount; None where this system lets nobody."""
    if not sys.platform.startswith("linux") or shutil.which("unshare") is None:
        return None
    for words in (["unshare", "-rm"], ["unshare", "-m"]):
        script = "mount -t tmpfs -o size=1m none /mnt || mount -t tmpfs -o size=1m none /tmp"
        if subprocess.run([*words, "sh", "-c", script], capture_output=True, check=False).returncode == 0:
            return words
    return None


@dataclass
class Disk:
    """full_at: the bytes, or the files, that are left. at_once: from the start of the build on."""

    where: Path
    of_files: bool
    left: int
    at_once: bool

    @property
    def in_words(self) -> str:
        unit = "files" if self.of_files else "bytes"
        return f"{self.where.name}: {self.left} {unit} left {'at the start' if self.at_once else 'later'}"

    def fill(self) -> None:
        if self.of_files:
            _fill_files(self.where, self.left)
        else:
            _fill_bytes(self.where, self.left)

    def free(self) -> None:
        shutil.rmtree(self.where / "filler", ignore_errors=True)


def mounted(folder: Path, chance: random.Random) -> None:
    """Make the pipeline's folder, its products' or its state's a file system of its own."""
    part = chance.choice(("", "", "out", ".pipelens"))
    where = folder / part
    where.mkdir(parents=True)
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={_SIZE},nr_inodes={_FILES}", "none", str(where)], check=True
    )


def unmounted(folder: Path) -> None:
    for part in ("", "out", ".pipelens"):
        if os.path.ismount(folder / part):
            subprocess.run(["umount", "-l", str(folder / part)], check=False)


def drawn(folder: Path, chance: random.Random) -> Disk:
    where = next(folder / part for part in ("", "out", ".pipelens") if os.path.ismount(folder / part))
    of_files, at_once = chance.random() < 0.25, chance.random() < 0.6
    most = 15 if of_files else 250_000 if where.name != ".pipelens" else 50_000
    left = chance.choice((0, int(most * chance.random()), int(most * chance.random())))
    return Disk(where, of_files, left if at_once else chance.choice((0, 0, left)), at_once)


def _fill_bytes(where: Path, left: int) -> None:
    folder = where / "filler"
    try:
        folder.mkdir(exist_ok=True)
    except OSError:
        return
    with open(folder / "bytes", "ab", buffering=0) as file:
        free = os.statvfs(where)
        room = free.f_bavail * free.f_frsize - left
        block = b"x" * 4096
        for _ in range(max(0, room) // len(block)):
            with suppress(OSError):
                file.write(block)


def _fill_files(where: Path, left: int) -> None:
    folder = where / "filler"
    with suppress(OSError):
        folder.mkdir(exist_ok=True)
        for number in range(max(0, os.statvfs(where).f_favail - left)):
            (folder / str(number)).touch()
