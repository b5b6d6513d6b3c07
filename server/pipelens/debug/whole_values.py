"""Whole arrays and columns of a dump, rebuilt from their bytes by numpy.

Only where the server's own environment has it, and only when the workspace is trusted. Nothing is
unpickled: arrays of objects are refused. What a header claims is compared with the bytes that are there,
and no memory is taken for it: the array lies over those bytes.
"""

from __future__ import annotations

import importlib
import importlib.util
import io
import math
from functools import cache
from typing import Any, Final

from pipelens.debug.dump_members import DumpError, Members
from pipelens.debug.recorded import Node, plain
from pipelens.frozen import frozen

_MOST_BYTES: Final = 1_000_000_000
_MOST_SORTED: Final = 100_000
_LONGEST: Final = 1_000


@frozen
class Shown:
    """An element of which only the text is known: a date, a record."""

    text: str
    type: str


@frozen
class Array:
    """An array of numpy's, or a column of a frame as one. total: the rows that there were: when more than
    `array` has, it has those of both ends."""

    array: Any
    type: str
    total: int

    def __len__(self) -> int:
        return self.total

    @property
    def is_whole(self) -> bool:
        return self.total == self.kept

    @property
    def kept(self) -> int:
        """The rows that were recorded."""
        return int(self.array.shape[0]) if self.array.ndim else 0

    def text(self) -> str:
        """Type, shape and the first values."""
        found = self.array
        shape = " × ".join(str(size) for size in (self.total, *found.shape[1:])) if found.ndim else "scalar"
        some = ", ".join(_one(found.flat[at]) for at in range(min(6, int(found.size))))
        more = ", …" if found.size > 6 else ""
        name = "array" if self.type == "ndarray" else self.type
        return plain(f"{name}({shape}, {found.dtype}) [{some}{more}]")[:_LONGEST]

    def position(self, row: int) -> int | None:
        """Where the row (from 0) stands in `array`; None for one that was not recorded."""
        half = self.kept // 2
        if self.is_whole or row < half:
            return row
        return row - (self.total - self.kept) if row >= self.total - half else None

    def lines(self) -> int:
        """How many lines show its rows, with one for those that are missing."""
        return self.kept if self.is_whole else self.kept + 1

    def line(self, at: int) -> tuple[str, object] | None:
        """The row number and the value of a line; None for the one that tells what is missing."""
        half = self.kept // 2
        if not self.is_whole and at >= half:
            if at == half:
                return None
            return str(self.total - self.kept + at - 1), _made(self.array[at - 1])
        return str(at), _made(self.array[at])

    def attribute(self, name: str) -> object:
        """`shape`, `size`, `ndim`, `dtype`; None for others."""
        match name:
            case "shape":
                return tuple(int(size) for size in (self.total, *self.array.shape[1:])[: self.array.ndim])
            case "size":
                return math.prod(int(size) for size in (self.total, *self.array.shape[1:]))
            case "ndim":
                return int(self.array.ndim)
            case "dtype":
                return str(self.array.dtype)
            case _:
                return None

    def item(self, key: Any) -> object:
        """By a number, a slice, or several of them. LookupError when there is none."""
        first, rest = (key[0], key[1:]) if isinstance(key, tuple) and key else (key, ())
        if type(first) is int:
            row = first + self.total if first < 0 else first
            at = self.position(row) if 0 <= row < self.total else -1
            if at is None or at < 0:
                raise IndexError(
                    f"row {first} was not recorded"
                    if at is None
                    else f"{first} is out of range ({self.total:,} rows)"
                )
            first = at
        elif not self.is_whole:
            raise IndexError(f"{self.kept:,} of its {self.total:,} rows were recorded: ask for head or tail")
        return _made(self.array[(first, *rest)], self.type)

    def head(self, count: int) -> object:
        return self._end(slice(0, count), count)

    def tail(self, count: int) -> object:
        return self._end(slice(self.kept - count if 0 <= count <= self.kept else 0, None), count)

    def _end(self, rows: slice, count: int) -> object:
        if not 0 <= count <= (self.kept if self.is_whole else self.kept // 2) and not self.is_whole:
            raise IndexError(f"{self.kept // 2:,} rows of each end were recorded")
        if count < 0:
            raise ValueError("the number of rows is not below 0 here")
        found = self.array[rows]
        return Array(found, self.type, len(found))

    def reduced(self, name: str) -> object:
        """What the builtin "sum", "min" or "max" gives; ValueError when that is not known."""
        if self.array.ndim != 1 or self.array.dtype.kind not in "biufc" or not self.is_whole:
            raise ValueError(
                f"{name} is for whole arrays of numbers with one dimension in a recorded failure"
            )
        found = _made(getattr(self.array, name)())
        if name != "sum" and found != found:
            raise ValueError(f"{name} of values among which is nan depends on their order: use .{name}()")
        return found

    def own(self, name: str) -> object:
        """What its method "sum", "min" or "max" gives: of all elements, in a series without nan."""
        if self.array.dtype.kind not in "biuf" or not self.is_whole:
            raise ValueError(f".{name}() is for whole arrays of numbers in a recorded failure")
        found = self.array[self.array == self.array] if self.type == "Series" else self.array
        if not found.size and name != "sum":
            return float("nan") if self.type == "Series" else _made(getattr(found, name)())
        return _made(getattr(found, name)())

    def sorted(self) -> object:
        if self.array.ndim != 1 or self.array.dtype.kind not in "biufSU" or self.total > _MOST_SORTED:
            raise ValueError(f"sorted is for arrays of at most {_MOST_SORTED:,} numbers or texts here")
        if not self.is_whole:
            raise ValueError("only some of its rows were recorded")
        found = self.array.copy()
        found.sort()
        return [_made(found[at]) for at in range(len(found))]


@frozen
class Table:
    """Some rows of a recorded data frame. names: of its columns. first: the number of the first row."""

    names: tuple[object, ...]
    first: int
    rows: tuple[tuple[object, ...], ...]
    type: str = "DataFrame"

    def __len__(self) -> int:
        return len(self.rows)

    def text(self) -> str:
        columns = ", ".join(map(repr, self.names))
        return plain(f"{self.type}({len(self)} rows × {len(self.names)} columns) [{columns}]")[:_LONGEST]

    def line(self, at: int) -> tuple[str, object]:
        """The number of a row, and the row as a dict."""
        return str(self.first + at), dict(zip(self.names, self.rows[at], strict=True))


def expected_lines(node: Node) -> int | None:
    """How many lines will show the rows of a value that can be rebuilt, without reading it."""
    if node.value is None or not node.shape or not has_numpy():
        return None
    return node.part[0] + 1 if node.part is not None else node.shape[0]


@cache
def has_numpy() -> bool:
    """Whether the server's environment has numpy; it is not imported for that."""
    try:
        return importlib.util.find_spec("numpy") is not None
    except (ImportError, ValueError):
        return False


def rebuilt(members: Members, node: Node) -> Array | DumpError:
    """The array that `node.value` names, or why the value is shown from its summary."""
    if node.value is None:
        return DumpError("its whole value was not recorded")
    content = members.read(node.value, _MOST_BYTES)
    if isinstance(content, DumpError):
        return content
    try:
        found = _array(content)
        rows = len(found) if found.ndim else 0
        total = rows if node.part is None else node.part[1]
        expected = (total, *(node.shape or (total,))[1:])
        if (node.part is not None and (node.part[0] != rows or rows % 2 or total <= rows)) or (
            node.shape is not None and (node.shape != expected or node.shape[1:] != found.shape[1:])
        ):
            return DumpError("its bytes are not those of a value of its shape")
        return Array(found, node.type or "ndarray", total)
    except ImportError:
        return DumpError("numpy is not in Pipelens's environment")
    except Exception as error:
        # Whatever numpy says of bytes that are not what they should be.
        return DumpError(plain(f"its bytes cannot be read ({error or type(error).__name__})"[:300]))


def _array(content: bytes) -> Any:
    numpy = importlib.import_module("numpy")
    head = io.BytesIO(content)
    version = numpy.lib.format.read_magic(head)
    readers = {
        (1, 0): numpy.lib.format.read_array_header_1_0,
        (2, 0): numpy.lib.format.read_array_header_2_0,
    }
    if version not in readers:
        raise ValueError(f"a version of the format that is not read, {version}")
    shape, by_columns, kind = readers[version](head)
    if kind.hasobject:
        raise ValueError("it holds Python objects, which are never unpickled")
    if not kind.itemsize or not 1 <= len(shape) <= 32 or any(size < 0 for size in shape):
        raise ValueError("an array of a kind that is not recorded")
    count = math.prod(shape)
    if count * kind.itemsize != len(content) - head.tell():
        raise ValueError("its header claims another size than it has")
    if count == 0:
        return numpy.frombuffer(b"", dtype=kind).reshape(shape)
    flat = numpy.frombuffer(content, dtype=kind, count=count, offset=head.tell())
    return flat.reshape(shape, order="F" if by_columns else "C")


def _made(found: Any, kind: str = "ndarray") -> object:
    """What an item of an array is: a smaller array, or a builtin value, or its text."""
    if getattr(found, "ndim", 0):
        return Array(found, kind, int(found.shape[0]))
    if found.dtype.kind in "biufcSU":
        made: object = found.item()
        return made
    return Shown(plain(str(found))[:_LONGEST], str(type(found).__name__))


def _one(found: Any) -> str:
    made = _made(found)
    return made.text[:80] if isinstance(made, Shown) else repr(made)[:80]
