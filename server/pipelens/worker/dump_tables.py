"""Arrays and data frames as nodes: shape, types, the first rows; and whole arrays of numbers as `.npy`.

Only the exact types of numpy, pandas and polars are looked into, and only what their own code does: a
column whose type somebody else defined is told by its length. Texts are never kept as whole columns:
the secrets in them could not be found.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional, Set, Tuple

from .dump_nodes import HIDE, Node, Part, Recorder
from .dump_objects import attribute, installed, module_name, mro, qualname
from .dump_secrets import is_secret_name

ROWS = 20
MOST_COLUMNS = 50
SAMPLED = 10_000
"""Rows from each end of a column that is too large to keep."""
_LARGEST = {"none": (0, 0), "small": (16 << 20, 32 << 20), "all": (512 << 20, 1800 << 20)}
_MOST_SCANNED = 100_000
"""Elements of which smallest and largest are looked for: that takes some hundredths of a millisecond."""
_NUMBERS = "biuf"
_KEPT = "biufcmM"
_SHAPE_ONLY: List[Part] = []


class Tables:
    """Describes tables for a `Recorder`. values: which whole arrays are kept (`none`, `small`, `all`)."""

    def __init__(self, archive: Any, recorder: Recorder, values: str) -> None:
        self.truncated: Set[str] = set()
        self._archive = archive
        self._each, self._left = _LARGEST[values]
        self._written = 0
        self._numpy = installed("numpy")
        self._pandas = installed("pandas")
        found: Dict[int, Callable[..., Optional[List[Part]]]] = recorder.tables
        numpy, pandas, polars = self._numpy, self._pandas, installed("polars")
        self._array_type = numpy.get("ndarray")
        if numpy:
            found[id(numpy["ndarray"])] = self.array
            for code in "?bBhHiIlLqQefdgFDGSUVOMm":
                found[id(type(numpy["dtype"](code)))] = _dtype
            generic = numpy["generic"]
            for scalar in set(numpy.get("sctypeDict", {}).values()):
                if type(scalar) is type and any(one is generic for one in mro(scalar)):
                    found[id(scalar)] = _numpy_scalar
            for name in ("bool_", "str_", "bytes_", "datetime64", "timedelta64"):
                if name in numpy:
                    found[id(numpy[name])] = _numpy_scalar
        if pandas and numpy:
            found[id(pandas["DataFrame"])] = self.frame
            found[id(pandas["Series"])] = self.series
            for name in _INDEXES:
                if name in pandas:
                    found[id(pandas[name])] = self.index
            for name in ("Timestamp", "Timedelta", "Period", "Interval"):
                found[id(pandas[name])] = _pandas_scalar
            for name in ("NaT", "NA"):
                if name in pandas:
                    found[id(type(pandas[name]))] = _pandas_scalar
        if polars:
            for name, describe in (("DataFrame", _polars_frame), ("Series", _polars_series)):
                if name in polars:
                    found[id(polars[name])] = describe

    # -- numpy

    def array(self, recorder: Recorder, array: Any, node: Node, keep: bool = True) -> List[Part]:
        """Shape, type, extremes and the first elements of an array."""
        shape, dtype = array.shape, array.dtype
        node["shape"] = list(shape)
        node["r"] = "array({}, {})".format(" × ".join(map(str, shape)) if shape else "scalar", dtype)
        parts: List[Part] = [("dtype", str(dtype))]
        if not shape:
            return [*parts, ("()", array.item())]
        if dtype.kind in _NUMBERS and 0 < array.size <= _MOST_SCANNED:
            parts += [("min", array.min().item()), ("max", array.max().item())]
        if keep and array.size > ROWS:
            self.keep(array, node)
        first = array[:ROWS]
        if len(shape) > 1:
            items: List[Any] = [_Row(one) for one in first]
            recorder.tables.setdefault(id(_Row), self._row)
        else:
            items = _items(first)
        _leave_out(node, shape[0] - ROWS)
        return [*parts, *((str(at), item) for at, item in enumerate(items))]

    def _row(self, recorder: Recorder, row: "_Row", node: Node) -> List[Part]:
        node.update(t="ndarray", m="numpy")
        return self.array(recorder, row.array, node, keep=False)

    def keep(self, array: Any, node: Node) -> None:
        """Put the numbers of an array into the dump: all of them, or those at both ends."""
        if array.dtype.kind not in _KEPT or array.dtype.hasobject or not self._each:
            return
        total = array.shape[0]
        if array.nbytes > min(self._each, self._left):
            self.truncated.add("values")
            rows = min(SAMPLED, total // 2)
            row_bytes = array.nbytes // total
            if not rows or not row_bytes or 2 * rows * row_bytes > min(self._each, self._left):
                return
            array = self._numpy["concatenate"]((array[:rows], array[-rows:]))
            node["part"] = [2 * rows, total]
        array = self._numpy["ascontiguousarray"](array)
        name = "values/{}.npy".format(self._written)
        head = "{{'descr': {!r}, 'fortran_order': False, 'shape': {!r}, }}".format(
            array.dtype.str, array.shape
        )
        padding = -(len(head) + 11) % 64
        raw = (head + " " * padding + "\n").encode("latin-1")
        data = memoryview(array.reshape(-1).view("u1"))
        self._archive.add(name, b"\x93NUMPY\1\0" + len(raw).to_bytes(2, "little") + raw, data)
        self._written += 1
        self._left -= len(data)
        node["val"] = name

    # -- pandas

    def frame(self, recorder: Recorder, frame: Any, node: Node) -> Optional[List[Part]]:
        """Columns, types, index, memory; the columns with their first values."""
        manager = attribute(frame, "_mgr") or attribute(frame, "_data")
        if manager is None:
            return None
        columns, index = manager.axes
        rows, width = _length(index), _length(columns)
        node["shape"] = [rows, width]
        node["r"] = "DataFrame({:,} rows × {:,} columns)".format(rows, width)
        labels = self._first(columns, MOST_COLUMNS)
        if labels is None:
            return _SHAPE_ONLY
        arrays = [manager.iget_values(at) for at in range(len(labels))]
        room = sum(_bytes(array) for array in arrays) <= min(self._each, self._left)
        names, types = [_label(label) for label in labels], [_type_name(array) for array in arrays]
        parts: List[Part] = [
            ("columns", labels),
            ("dtypes", _Named(list(zip(names, types)))),
            ("index", index),
            ("memory", _memory(manager)),
        ]
        recorder.tables.setdefault(id(_Named), _named)
        recorder.tables.setdefault(id(_Column), self._column)
        for name, array, told in zip(names, arrays, types):
            parts.append((name, _Column(array, told, room)))
        _leave_out(node, width - len(labels))
        return parts

    def _column(self, recorder: Recorder, column: "_Column", node: Node) -> List[Part]:
        node.update(t="Series", m="pandas")
        return self._values(column.array, column.type, node, column.is_whole)

    def series(self, recorder: Recorder, series: Any, node: Node) -> Optional[List[Part]]:
        manager = attribute(series, "_mgr") or attribute(series, "_data")
        name = attribute(series, "_name")
        if manager is None:
            return None
        array = manager.blocks[0].values
        if type(name) is str and is_secret_name(name):
            return [("name", name), ("values", HIDE)]
        return [
            ("name", name),
            ("index", manager.axes[0]),
            *self._values(array, _type_name(array), node, True),
        ]

    def _values(self, array: Any, told: str, node: Node, is_whole: bool) -> List[Part]:
        """A column: length, type, extremes, the first values. told: its `_type_name`."""
        if not self._is_known(array):
            node["r"] = "<{} of {}>".format(node["t"], told)
            return _SHAPE_ONLY
        total = len(array)
        node["shape"], node["n"] = [total], total
        node["r"] = "{}({:,}, {})".format(node["t"], total, told)
        parts: List[Part] = [("dtype", told)]
        if type(array) is self._array_type:
            if array.dtype.kind in _NUMBERS and 0 < total <= _MOST_SCANNED:
                parts += [("min", array.min().item()), ("max", array.max().item())]
            if total > ROWS:
                self._keep_column(array, node, is_whole)
            items = _items(array[:ROWS])
        else:
            items = self._numpy["asarray"](array[:ROWS], dtype=object).tolist()
        _leave_out(node, total - ROWS)
        return [*parts, *((str(at), item) for at, item in enumerate(items))]

    def _keep_column(self, array: Any, node: Node, is_whole: bool) -> None:
        if is_whole:
            self.keep(array, node)
            return
        each, self._each = self._each, min(self._each, 2 * SAMPLED * 16)
        try:
            self.keep(array, node)
        finally:
            self._each = each

    def index(self, recorder: Recorder, index: Any, node: Node) -> Optional[List[Part]]:
        total = _length(index)
        node["shape"], node["n"] = [total], total
        name = qualname(type(index))
        node["r"] = "{}({:,})".format(name, total)
        if name == "RangeIndex":
            parts: List[Part] = [(end, getattr(index, end)) for end in ("start", "stop", "step")]
            node["r"] = "RangeIndex({}, {}, {})".format(*(value for _, value in parts))
            return parts
        items = self._first(index, ROWS)
        if items is None:
            return _SHAPE_ONLY
        _leave_out(node, total - ROWS)
        return [(str(at), item) for at, item in enumerate(items)]

    def _first(self, index: Any, most: int) -> Optional[List[Any]]:
        """The first labels of an index; None for one whose type somebody else made."""
        name = qualname(type(index))
        if self._pandas.get(name) is not type(index):
            return None
        if name == "MultiIndex":
            if not all(type(one) in (str, int, type(None)) for one in index.names):
                return None
            return index[:most].tolist()
        values = index._data
        if name == "RangeIndex":
            return list(range(index.start, index.stop, index.step)[:most])
        if not self._is_known(values):
            return None
        if type(values) is self._array_type:
            return _items(values[:most])
        return self._numpy["asarray"](values[:most], dtype=object).tolist()

    def _is_known(self, array: Any) -> bool:
        """Whether an array is of numpy or pandas themselves, time zones and categories included."""
        cls = type(array)
        if cls is self._array_type:
            return True
        if module_name(cls).partition(".")[0] != "pandas" or "<locals>" in qualname(cls):
            return False
        zone = getattr(array.dtype, "tz", None)
        return zone is None or module_name(type(zone)).partition(".")[0] in _ZONES


_NUMBERED = ("Int64Index", "UInt64Index", "Float64Index")  # before pandas 2
_OF_TIME = ("DatetimeIndex", "TimedeltaIndex", "PeriodIndex")
_INDEXES = ("Index", "RangeIndex", "CategoricalIndex", "IntervalIndex", "MultiIndex", *_OF_TIME, *_NUMBERED)
_ZONES = ("datetime", "zoneinfo", "pytz", "dateutil")


class _Row:
    """A row of an array of several dimensions."""

    def __init__(self, array: Any) -> None:
        self.array = array


class _Column:
    """A column of a data frame. told: its `_type_name`. is_whole: whether there is room for all of it."""

    def __init__(self, array: Any, told: str, is_whole: bool) -> None:
        self.array = array
        self.type = told
        self.is_whole = is_whole


class _Named:
    """A mapping that is shown as its items, made here."""

    def __init__(self, items: List[Tuple[str, str]]) -> None:
        self.items = items


def _named(recorder: Recorder, named: _Named, node: Node) -> List[Part]:
    node.update(t="Series", m="pandas", n=len(named.items))
    node["r"] = "Series({:,})".format(len(named.items))
    # The types of columns are no secrets, whatever the columns are called.
    return [(label, _TypeName(told)) for label, told in named.items]


class _TypeName(str):
    pass


def _leave_out(node: Node, count: int) -> None:
    if count > 0:
        node["more"] = count


def _items(array: Any) -> List[Any]:
    """Elements as Python's own values where there are such; dates as numpy has them."""
    if array.dtype.kind in "mM":
        return [str(one) for one in array]
    return array.tolist()


def _length(index: Any) -> int:
    return len(index)


def _bytes(array: Any) -> int:
    found = array.nbytes if module_name(type(array)).partition(".")[0] in ("numpy", "pandas") else 0
    return found if type(found) is int else 0


def _memory(manager: Any) -> int:
    """Bytes of the arrays themselves, without the objects that they refer to."""
    return sum(_bytes(block.values) for block in manager.blocks)


def _label(label: Any) -> str:
    from .dump_scalars import brief

    return brief(label)


def _type_name(array: Any) -> str:
    cls = type(array)
    if module_name(cls).partition(".")[0] in ("numpy", "pandas"):
        zone = getattr(array.dtype, "tz", None)
        if zone is None or module_name(type(zone)).partition(".")[0] in _ZONES:
            return str(array.dtype)
    return module_name(cls) + "." + qualname(cls)


def _dtype(recorder: Recorder, dtype: Any, node: Node) -> List[Part]:
    node["r"] = str(dtype)
    return []


def _numpy_scalar(recorder: Recorder, value: Any, node: Node) -> List[Part]:
    node["r"] = repr(value)[:4000]
    return []


def _pandas_scalar(recorder: Recorder, value: Any, node: Node) -> List[Part]:
    zone = getattr(value, "tzinfo", None)
    if zone is None or module_name(type(zone)).partition(".")[0] in _ZONES:
        node["r"] = repr(value)[:4000]
    return []


def _polars_frame(recorder: Recorder, frame: Any, node: Node) -> List[Part]:
    rows, width = frame.shape
    node["shape"] = [rows, width]
    node["r"] = "DataFrame({:,} rows × {:,} columns)".format(rows, width)
    names = frame.columns[:MOST_COLUMNS]
    dtypes = [str(dtype) for dtype in frame.dtypes[:MOST_COLUMNS]]
    recorder.tables.setdefault(id(_Named), _named)
    parts: List[Part] = [
        ("columns", names),
        ("dtypes", _Named([(repr(name), dtype) for name, dtype in zip(names, dtypes)])),
        ("memory", int(frame.estimated_size())),
    ]
    _leave_out(node, width - len(names))
    return [*parts, *((repr(name), frame.to_series(at)) for at, name in enumerate(names))]


def _polars_series(recorder: Recorder, series: Any, node: Node) -> List[Part]:
    total = len(series)
    node["shape"], node["n"] = [total], total
    node["r"] = "Series({:,}, {})".format(total, series.dtype)
    _leave_out(node, total - ROWS)
    parts: List[Part] = [("name", series.name), ("dtype", str(series.dtype))]
    return [*parts, *((str(at), item) for at, item in enumerate(series.head(ROWS).to_list()))]
