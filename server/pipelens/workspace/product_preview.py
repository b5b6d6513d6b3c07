"""What a product holds, in a few lines: read from its first bytes (or its last), never executed.

A product may be anything: a disk image called `.csv`, a pipe, a link to a secret. So only regular
files are opened, without waiting for anybody; at most `MOST` bytes of text and `MOST_OTHER` of other
formats are read; pickles and their like are not looked into, because loading one runs what it says.
"""

from __future__ import annotations

import os
import stat
import zlib
from collections.abc import Callable
from typing import BinaryIO, Final, Literal

from pipelens.core.answers.describe_blocks import Block, paragraph
from pipelens.frozen import frozen

MOST: Final = 64_000
MOST_OTHER: Final = 1_000_000
_MOST_NAMES = 1_000

_LOADING_RUNS_CODE = frozenset(
    (".pickle", ".pkl", ".pck", ".p", ".dill", ".cloudpickle", ".joblib", ".pt", ".pth", ".ckpt", ".rds")
)
_PICTURES = frozenset((".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg"))
_TABLES = frozenset((".csv", ".tsv", ".tab"))
_JSON_LINES = frozenset((".jsonl", ".ndjson"))
_UNPACKED = _TABLES | _JSON_LINES | {".json", ".geojson", ".txt", ".log"}
"""What is looked into where gzip has packed it: text, of which the beginning tells enough."""

_NONBLOCK: int = getattr(os, "O_NONBLOCK", 0)
"""A pipe that takes a file's place between two looks must not make us wait."""


@frozen
class Preview:
    """state: what is at the path; `refused`: nothing was looked at. size: bytes of a file. modified:
    seconds since the epoch. blocks: what it holds, or why that is not shown."""

    state: Literal["missing", "file", "folder", "refused"]
    size: int | None = None
    modified: float | None = None
    blocks: tuple[Block, ...] = ()


class Product:
    """An open file of `size` bytes. `head`: its first `MOST` bytes."""

    def __init__(self, file: BinaryIO, path: str, size: int) -> None:
        self._file = file
        self.path = path
        self.size = size
        self.is_packed = False
        self.head = self.read(0, MOST)
        self.is_whole = len(self.head) == size

    def read(self, offset: int, count: int) -> bytes:
        """`count` bytes from `offset`, fewer at the end; at most `MOST_OTHER`."""
        self._file.seek(max(0, offset))
        return self._file.read(min(count, MOST_OTHER)) or b""

    def unpack(self) -> bool:
        """Make `head` what the first bytes hold, unpacked: whether that is gzip."""
        unpacking = zlib.decompressobj(wbits=31)
        try:
            head = unpacking.decompress(self.head, MOST)
        except zlib.error:
            return False
        self.is_packed = True
        self.is_whole = self.is_whole and unpacking.eof and not unpacking.unused_data
        self.head = head
        return True


def preview(path: str, roots: tuple[str, ...] | None = None) -> Preview:
    """What is at `path` (absolute). roots: when given, nothing that really lies outside of them is
    touched (before a workspace is trusted)."""
    if not is_allowed(path, roots):
        return Preview(
            "refused", blocks=(paragraph("It lies outside of the workspace, which is not trusted."),)
        )
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return Preview("missing")
    except (OSError, ValueError) as error:
        return Preview("refused", blocks=(_cannot_be_read(error),))
    if stat.S_ISDIR(found.st_mode):
        return Preview("folder", modified=found.st_mtime, blocks=_folder(path))
    if not stat.S_ISREG(found.st_mode):
        return Preview("refused", blocks=(paragraph("It is no regular file, so it is not opened."),))
    return Preview("file", found.st_size, found.st_mtime, _file(path, found))


def is_allowed(path: str, roots: tuple[str, ...] | None) -> bool:
    """Whether `path` may be touched: no share of another machine, and nothing outside of `roots`."""
    if path.startswith(("\\\\", "//")):
        return False
    if roots is None:
        return True
    real = os.path.realpath(path)
    return any(real == root or real.startswith(root.rstrip(os.sep) + os.sep) for root in roots)


def _folder(path: str) -> tuple[Block, ...]:
    try:
        with os.scandir(path) as entries:
            count = sum(1 for _, _ in zip(range(_MOST_NAMES + 1), entries, strict=False))
    except OSError as error:
        return (_cannot_be_read(error),)
    if count > _MOST_NAMES:
        return (paragraph(f"A folder with more than {_MOST_NAMES:,} entries."),)
    return (paragraph(f"A folder with {count} {'entry' if count == 1 else 'entries'}."),)


def _file(path: str, found: os.stat_result) -> tuple[Block, ...]:
    name, extension = os.path.splitext(path.lower())
    packed = extension == ".gz"
    if packed:
        extension = os.path.splitext(name)[1]
    if not found.st_size:
        return ()
    if extension in _LOADING_RUNS_CODE:
        return (paragraph("Not opened: loading such a file runs whatever it says."),)
    try:
        with open(path, "rb", opener=_opened, buffering=0) as file:
            now = os.fstat(file.fileno())
            if not stat.S_ISREG(now.st_mode):
                return (paragraph("It is no regular file, so it is not opened."),)
            product = Product(file, path, now.st_size)  # pyright: ignore[reportArgumentType]
            if packed and (extension not in _UNPACKED or not product.unpack()):
                return _unknown(product)
            return _inside(extension)(product) or _unknown(product)
    except OSError as error:
        return (_cannot_be_read(error),)


def _opened(path: str, flags: int) -> int:
    return os.open(path, flags | _NONBLOCK)


def _cannot_be_read(error: OSError | ValueError) -> Block:
    reason = error.strerror if isinstance(error, OSError) else ""
    return paragraph(f"It cannot be read: {reason or error}.")


Look = Callable[[Product], tuple[Block, ...]]
"""Reads a product; nothing when it is not what its name says."""


def _inside(extension: str) -> Look:
    if extension in _PICTURES:
        from pipelens.workspace.product_preview_pictures import picture

        return picture
    if extension in _TABLES or extension in _JSON_LINES:
        from pipelens.workspace import product_preview_tables as tables

        return tables.json_lines if extension in _JSON_LINES else tables.table
    if extension in (".json", ".geojson", ".ipynb"):
        from pipelens.workspace import product_preview_json as json

        return json.notebook if extension == ".ipynb" else json.values
    if extension in (".parquet", ".pq"):
        from pipelens.workspace.product_preview_parquet import schema

        return schema
    if extension in (".html", ".htm"):
        from pipelens.workspace.product_preview_text import page

        return page
    return _unknown


def _unknown(product: Product) -> tuple[Block, ...]:
    from pipelens.workspace.product_preview_text import first_lines

    return first_lines(product)
