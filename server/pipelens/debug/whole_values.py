"""Whole arrays and data frames of a dump, rebuilt from their bytes by numpy and pyarrow.

Only where the server's own environment has them, and only when the workspace is trusted: these are
large libraries that read what may come from anywhere. Nothing is unpickled: object arrays are refused,
Arrow is read by versions that do not unpickle extension types (14.0.1 and later), and no extension
type is accepted. What the headers claim is compared with the bytes that are there before any memory is
taken for it.
"""

from __future__ import annotations

import importlib
import io
import math
from dataclasses import dataclass
from typing import Any, Final

from pipelens.debug.dump_members import DumpError, Members
from pipelens.debug.recorded import Node, plain

_MOST_BYTES: Final = 1_000_000_000
_MOST_SORTED: Final = 100_000
_LONGEST: Final = 1_000
_OLDEST_ARROW: Final = (14, 0, 1)


@dataclass(frozen=True, slots=True)
class Array:
    """An array, or a column of a frame as one."""

    array: Any
    type: str = "ndarray"

    def __len__(self) -> int:
        return int(self.array.shape[0]) if self.array.ndim else 0

    def text(self) -> str:
        """Shape, type and the first values."""
        found = self.array
        shape = " x ".join(str(size) for size in found.shape) or "scalar"
        some = ", ".join(_one(found.flat[at]) for at in range(min(6, int(found.size))))
        more = ", …" if found.size > 6 else ""
        return plain(f"{self.type}({shape}, {found.dtype}) [{some}{more}]")[:_LONGEST]

    def row(self, at: int) -> tuple[str, object]:
        return str(at), _made(self.array[at])

    def attribute(self, name: str) -> object:
        """`shape`, `size`, `ndim`, `dtype` or `T`; None for others."""
        match name:
            case "shape":
                return tuple(int(size) for size in self.array.shape)
            case "size" | "ndim":
                return int(getattr(self.array, name))
            case "dtype":
                return str(self.array.dtype)
            case "T":
                return Array(self.array.T)
            case _:
                return None

    def item(self, key: Any) -> object:
        """By a number, a slice, or several of them; a field by its name. LookupError when there is none."""
        return _made(self.array[key])

    def head(self, count: int) -> object:
        return Array(self.array[:count], self.type)

    def tail(self, count: int) -> object:
        return Array(self.array[max(0, len(self) - count) if count >= 0 else -count :], self.type)

    def reduced(self, name: str) -> object:
        """Its "sum", "min" or "max"; ValueError when it is not numbers in one row."""
        if self.array.ndim != 1 or self.array.dtype.kind not in "biufc":
            raise ValueError(f"{name} is for arrays of numbers with one dimension in a recorded failure")
        return _made(getattr(self.array, name)())

    def sorted(self) -> object:
        if self.array.ndim != 1 or self.array.dtype.kind not in "biufSUmM" or len(self) > _MOST_SORTED:
            raise ValueError(f"sorted is for arrays of at most {_MOST_SORTED:,} numbers or texts here")
        found = self.array.copy()
        found.sort()
        return [_made(found[at]) for at in range(len(found))]


@dataclass(frozen=True, slots=True)
class Table:
    """A data frame, as an Arrow table. names: its columns, without those that hold its index."""

    table: Any
    names: tuple[str, ...]
    type: str = "DataFrame"

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def text(self) -> str:
        columns = ", ".join(self.names[:20]) + (", …" if len(self.names) > 20 else "")
        return plain(f"{self.type}({len(self):,} rows x {len(self.names)} columns) [{columns}]")[:_LONGEST]

    def row(self, at: int) -> tuple[str, object]:
        """A row as a dict."""
        return str(at), {name: _cell(self.table.column(name)[at]) for name in self.names[:200]}

    def attribute(self, name: str) -> object:
        """`shape`, `size`, `ndim`, `columns`, `dtypes`, or a column; None for others."""
        match name:
            case "shape":
                return (len(self), len(self.names))
            case "size":
                return len(self) * len(self.names)
            case "ndim":
                return 2
            case "columns":
                return list(self.names)
            case "dtypes":
                return {column: str(self.table.column(column).type) for column in self.names}
            case _:
                return self.item(name) if name in self.names else None

    def item(self, key: Any) -> object:
        """A column by its name, rows by a slice. LookupError or ValueError when there is none."""
        if isinstance(key, str):
            if key not in self.names:
                raise KeyError(key)
            return Column(self.table.column(key))
        if isinstance(key, slice) and key.step in (None, 1):
            start, stop, _ = key.indices(len(self))
            return Table(self.table.slice(start, max(0, stop - start)), self.names, self.type)
        raise ValueError("items of a recorded frame are its columns, and slices of its rows")

    def head(self, count: int) -> object:
        return self.item(slice(None, count))

    def tail(self, count: int) -> object:
        return self.item(slice(max(0, len(self) - count) if count >= 0 else -count, None))


@dataclass(frozen=True, slots=True)
class Column(Array):
    """A column of a frame, as an Arrow array in pieces."""

    type: str = "Series"

    def __len__(self) -> int:
        return len(self.array)

    def text(self) -> str:
        some = ", ".join(_one(_cell(self.array[at])) for at in range(min(6, len(self))))
        more = ", …" if len(self) > 6 else ""
        return plain(f"Series({len(self)}, {self.array.type}) [{some}{more}]")[:_LONGEST]

    def row(self, at: int) -> tuple[str, object]:
        return str(at), _cell(self.array[at])

    def attribute(self, name: str) -> object:
        match name:
            case "shape":
                return (len(self),)
            case "size":
                return len(self)
            case "ndim":
                return 1
            case "dtype":
                return str(self.array.type)
            case _:
                return None

    def item(self, key: Any) -> object:
        if type(key) is int:
            if not -len(self) <= key < len(self):
                raise IndexError(f"{key} is out of range (it has {len(self):,} items)")
            return _cell(self.array[key])
        if isinstance(key, slice) and key.step in (None, 1):
            start, stop, _ = key.indices(len(self))
            return Column(self.array.slice(start, max(0, stop - start)))
        raise ValueError("items of a recorded column are given by numbers and slices")

    def head(self, count: int) -> object:
        return self.item(slice(None, count))

    def tail(self, count: int) -> object:
        return self.item(slice(max(0, len(self) - count) if count >= 0 else -count, None))

    def reduced(self, name: str) -> object:
        if not _is_number(self.array.type):
            raise ValueError(f"{name} is for columns of numbers in a recorded failure")
        found = _compute(name, self.array)
        return _cell(found)

    def sorted(self) -> object:
        if len(self) > _MOST_SORTED:
            raise ValueError(f"sorted is for columns of at most {_MOST_SORTED:,} values here")
        found = [_cell(self.array[at]) for at in range(len(self))]
        return sorted(found)  # type: ignore[type-var]


def rebuilt(members: Members, node: Node) -> Array | Table | DumpError:
    """The whole value that `node.value` names, or why it is shown from its summary."""
    name = node.value
    if name is None:
        return DumpError("its whole value was not recorded")
    if node.part is not None and node.part[0] < node.part[1]:
        return DumpError(f"{node.part[0]:,} of its {node.part[1]:,} rows were recorded")
    content = members.read(name, _MOST_BYTES, keep=False)
    if isinstance(content, DumpError):
        return content
    try:
        return _array(content) if name.endswith(".npy") else _table(content, node)
    except ImportError as error:
        return DumpError(f"{error.name or 'a library'} is not in Pipelens's environment")
    except Exception as error:
        # Whatever numpy and pyarrow say of bytes that are not what they should be.
        return DumpError(plain(f"its bytes cannot be read ({error or type(error).__name__})"[:300]))


def _array(content: bytes) -> Array:
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
    if kind.hasobject or not kind.itemsize:
        raise ValueError("it holds Python objects, which are never unpickled")
    count = math.prod(shape)
    if any(size < 0 for size in shape) or count * kind.itemsize != len(content) - head.tell():
        raise ValueError("its header claims another size than it has")
    if count == 0:
        return Array(numpy.zeros(shape, kind))
    flat = numpy.frombuffer(content, dtype=kind, count=count, offset=head.tell())
    return Array(flat.reshape(shape, order="F" if by_columns else "C"))


def _table(content: bytes, node: Node) -> Array | Table:
    arrow = importlib.import_module("pyarrow")
    if _version(arrow.__version__) < _OLDEST_ARROW:
        raise ValueError(f"pyarrow {arrow.__version__} is too old to read it safely")
    ipc = importlib.import_module("pyarrow.ipc")
    is_file = content.startswith(b"ARROW1")
    reader = (ipc.open_file if is_file else ipc.open_stream)(arrow.BufferReader(content))
    for kind in reader.schema.types:
        _check_type(arrow, kind, 0)
    found = reader.read_all()
    found.validate(full=True)
    if found.nbytes > _MOST_BYTES:
        raise ValueError("it is larger than it may be")
    names: list[str] = [name for name in found.column_names if not name.startswith("__index_level_")]
    if len(set(found.column_names)) != len(found.column_names):
        raise ValueError("two of its columns have one name")
    if node.type == "Series" and len(names) == 1:
        return Column(found.column(names[0]))
    return Table(found, tuple(names), node.type)


def _check_type(arrow: Any, kind: Any, depth: int) -> None:
    if isinstance(kind, arrow.BaseExtensionType) or depth > 20:
        raise ValueError(f"a type that is not read, {kind}")
    for at in range(kind.num_fields):
        _check_type(arrow, kind.field(at).type, depth + 1)
    if arrow.types.is_dictionary(kind):
        _check_type(arrow, kind.value_type, depth + 1)


def _version(text: str) -> tuple[int, ...]:
    parts = [*text.split("+")[0].split("."), "0", "0"][:3]
    return tuple(int("".join(filter(str.isdecimal, part)) or 0) for part in parts)


def _is_number(kind: Any) -> bool:
    types = importlib.import_module("pyarrow.types")
    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind))


def _compute(name: str, column: Any) -> Any:
    return getattr(importlib.import_module("pyarrow.compute"), name)(column)


def _cell(found: Any) -> object:
    """An Arrow scalar as a builtin value, or its text."""
    try:
        made = found.as_py()
    except Exception:
        return "(unreadable)"
    return made if _is_plain(made, 0) else plain(str(made))[:_LONGEST]


def _is_plain(made: object, depth: int) -> bool:
    if isinstance(made, (list, dict)):
        inner = made.values() if isinstance(made, dict) else made
        return depth < 5 and len(made) <= 1000 and all(_is_plain(item, depth + 1) for item in inner)
    return made is None or isinstance(made, (bool, int, float, str, bytes))


def _made(found: Any) -> object:
    """What an item of an array is: a smaller array, or a builtin value, or its text."""
    if getattr(found, "ndim", 0):
        return Array(found)
    kind = found.dtype.kind
    if kind in "biufcSU":
        made: object = found.item()
        return made
    return plain(str(found))[:_LONGEST]


def _one(found: Any) -> str:
    made = _made(found) if hasattr(found, "dtype") else found
    return repr(made)[:80] if isinstance(made, (str, bytes, bool, int, float, complex)) else str(made)[:80]
