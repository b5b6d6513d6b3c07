"""The columns and the row count of a Parquet file, from its footer.

Read here rather than by pyarrow: that one is the user's, a server with none answers, too, and a
footer from anywhere goes through no native code. Parquet's footer is a Thrift structure in the
compact protocol: each field is a byte of type and distance, numbers are zigzag variable-length.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from pipelens.core.answers.describe_blocks import Block, Listing, cut, paragraph

if TYPE_CHECKING:
    from pipelens.workspace.product_preview import Product

COLUMNS: Final = 15
_NAME = 40
_DEEPEST = 20

_PHYSICAL: Final = ("bool", "int32", "int64", "timestamp", "float", "double", "binary", "fixed binary")
_CONVERTED: Final = (
    *("string", "map", "map", "list", "enum", "decimal", "date", "time", "time", "timestamp", "timestamp"),
    *("uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64", "json", "bson", "interval"),
)
_LOGICAL: Final = {
    1: "string",
    2: "map",
    3: "list",
    4: "enum",
    5: "decimal",
    6: "date",
    7: "time",
    8: "timestamp",
    11: "null",
    12: "json",
    13: "bson",
    14: "uuid",
    15: "float16",
}
_I32, _I64, _BINARY, _LIST, _STRUCT = 5, 6, 8, 9, 12
"""The types of the protocol that a schema is written with."""


class _NotParquet(Exception):
    pass


def schema(product: Product) -> tuple[Block, ...]:
    """How many rows, and the name and the type of each column."""
    tail = product.read(product.size - 8, 8)
    if tail[4:] == b"PARE":
        return (paragraph("Parquet, encrypted"),)
    if tail[4:] != b"PAR1" or product.head[:4] != b"PAR1":
        return (paragraph("It is called Parquet, but is cut short, or something else."),)
    length = int.from_bytes(tail[:4], "little")
    try:
        rows, columns = _footer(_Thrift(product.read(product.size - 8 - length, length)))
    except (_NotParquet, IndexError, RecursionError, UnicodeDecodeError):
        return (paragraph("Parquet, but its footer cannot be read."),)
    told = (
        f"{rows:,} row{'' if rows == 1 else 's'}, {len(columns):,} column{'' if len(columns) == 1 else 's'}"
    )
    shown = [(cut(name, _NAME), kind) for name, kind in columns[:COLUMNS]]
    width = max((len(name) for name, _ in shown), default=0)
    lines = [f"{name:{width}}  {kind}" for name, kind in shown]
    if len(columns) > COLUMNS:
        lines.append(f"… {len(columns) - COLUMNS:,} more")
    return (paragraph(told), Listing("\n".join(lines), "text")) if lines else (paragraph(told),)


def _footer(thrift: _Thrift) -> tuple[int, list[tuple[str, str]]]:
    elements: list[tuple[str, str, int]] = []
    for field, kind in thrift.fields():
        if field == 2 and kind == _LIST:
            elements = [_element(thrift) for _ in range(thrift.list_of(_STRUCT))]
        elif field == 3 and kind == _I64 and elements:
            return max(0, thrift.number()), _columns(elements)
        else:
            thrift.skip(kind)
    raise _NotParquet


def _columns(elements: list[tuple[str, str, int]]) -> list[tuple[str, str]]:
    """The children of the first element, which stands for the table; theirs are left out."""
    found: list[tuple[str, str]] = []
    at = 1
    while at < len(elements):
        name, kind, inner = elements[at]
        found.append((name, kind))
        at += 1
        while inner > 0 and at < len(elements):
            inner += elements[at][2] - 1
            at += 1
    return found


def _element(thrift: _Thrift) -> tuple[str, str, int]:
    """Name, type and number of children of one element of the schema."""
    name, physical, converted, logical, children = "", "", "", "", 0
    for field, kind in thrift.fields():
        if field == 4 and kind == _BINARY:
            name = thrift.text()
        elif field in (1, 5, 6) and kind == _I32:
            number = thrift.number()
            if field == 5:
                children = max(0, number)
            elif field == 1:
                physical = _word(_PHYSICAL, number)
            else:
                converted = _word(_CONVERTED, number)
        elif field == 10 and kind == _STRUCT:
            for which, inner in thrift.fields():
                logical = _LOGICAL.get(which, logical)
                thrift.skip(inner)
        else:
            thrift.skip(kind)
    return name, converted or logical or physical or "struct", children


def _word(words: tuple[str, ...], number: int) -> str:
    return words[number] if 0 <= number < len(words) else "unknown"


class _Thrift:
    """Reads forward only, so that time and memory are bounded by the bytes that there are."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._depth = 0

    def byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1]

    def unsigned(self) -> int:
        found = shift = 0
        while shift < 64:
            one = self.byte()
            found |= (one & 0x7F) << shift
            if one < 0x80:
                return found
            shift += 7
        raise _NotParquet

    def number(self) -> int:
        found = self.unsigned()
        return (found >> 1) ^ -(found & 1)

    def text(self) -> str:
        return self.taken(self.unsigned()).decode("utf-8", "replace")

    def taken(self, count: int) -> bytes:
        if count > len(self._data) - self._at:
            raise _NotParquet
        self._at += count
        return self._data[self._at - count : self._at]

    def list_of(self, wanted: int) -> int:
        """How many elements the list that begins here has."""
        count, kind = self._list()
        if kind != wanted:
            raise _NotParquet
        return count

    def _list(self) -> tuple[int, int]:
        head = self.byte()
        count = head >> 4 if head >> 4 < 15 else self.unsigned()
        if count > len(self._data):
            raise _NotParquet
        return count, head & 15

    def fields(self) -> Iterator[tuple[int, int]]:
        """The number and the type of each field of a structure; the reader takes its value."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _NotParquet
        field = 0
        while head := self.byte():
            field = field + (head >> 4) if head >> 4 else self.number()
            yield field, head & 15
        self._depth -= 1

    def skip(self, kind: int) -> None:
        match kind:
            case 1 | 2:
                return
            case 3:
                self.byte()
            case 4 | 5 | 6:
                self.unsigned()
            case 7:
                self.taken(8)
            case 8:
                self.taken(self.unsigned())
            case 9 | 10:
                count, inner = self._list()
                for _ in range(count):
                    self._skip_element(inner)
            case 12:
                for _, inner in self.fields():
                    self.skip(inner)
            case _:
                raise _NotParquet

    def _skip_element(self, kind: int) -> None:
        if kind in (1, 2):
            self.byte()
        else:
            self.skip(kind)
