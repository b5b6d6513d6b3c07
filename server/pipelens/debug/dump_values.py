"""Recorded values as lines of a variables view: text, type, and children page by page.

A value is a recorded one (`Reference`), a whole one that was rebuilt from its bytes (`Array`,
`Table`), or one that an expression made (`Plain`). Nothing is converted before it is looked at.
"""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Iterable
from typing import Final, Literal

from pipelens.debug.dump_members import DumpError
from pipelens.debug.recorded import Dump, Frame, Local, Node
from pipelens.debug.shown_text import shown
from pipelens.debug.whole_values import Array, Shown, Table, expected_lines, rebuilt
from pipelens.frozen import frozen

Part = Literal["all", "named", "indexed"]
_Labels = list[tuple[str, int]]

_SEQUENCES: Final = frozenset({"list", "tuple", "set", "frozenset", "deque", "ndarray"})
_NUMPY_SCALAR: Final = re.compile(r"(?:np|numpy)\.\w+\((.{1,400})\)\Z")
_NO_LITERALS: Final = ("nan", "inf", "-inf")
_BARE_TYPES: Final = (bool, int, float, complex, str, bytes)


@frozen
class EvaluationError:
    """Why an expression has no value here, for people; no full stop at its end."""

    message: str


@frozen
class Reference:
    """A recorded value, by the number of its node."""

    node: int


@frozen
class TypeName:
    """A type, of which only the name is known."""

    module: str
    name: str


@frozen
class Positions:
    """`.iloc` of a recorded series or frame."""

    owner: Reference


@frozen
class Plain:
    """A builtin value that an expression made; elements of containers may be values of any kind."""

    value: object


Value = Reference | Plain | Array | Table


@frozen
class Line:
    """One line of a variables view. value: None for a remark. path: an expression that gives the value
    again, where there is one. named, indexed: how many children there are of either kind."""

    name: str
    text: str
    type: str = ""
    value: Value | None = None
    path: str | None = None
    named: int = 0
    indexed: int = 0


class Values:
    """The values of one dump. trusted: whole values may be rebuilt (numpy and pyarrow read their bytes);
    otherwise they are shown from their summaries."""

    def __init__(self, dump: Dump, *, trusted: bool) -> None:
        self.dump = dump
        self.trusted = trusted
        self.bare: dict[int, object] = {}
        """What `bare` has found, by the numbers of nodes."""
        self._whole: dict[int, Array | DumpError] = {}
        self._parts: dict[int, tuple[_Labels, _Labels]] = {}

    def node(self, reference: Reference) -> Node:
        return self.dump.nodes[reference.node]

    def whole(self, reference: Reference) -> Array | None:
        """The whole array or column, or the rows of both its ends, when the dump holds it and it can be rebuilt here."""
        found = self._rebuilt(reference)
        return None if found is None or isinstance(found, DumpError) else found

    def _rebuilt(self, reference: Reference) -> Array | DumpError | None:
        node = self.node(reference)
        if node.value is None or not self.trusted:
            return None
        found = self._whole.get(reference.node)
        if found is None:
            found = rebuilt(self.dump.members, node)
            self._whole[reference.node] = found
        return found

    def _lines(self, reference: Reference) -> int | None:
        """How many lines show the rows of a whole value; None where it is shown from its summary. A value
        is read when it is opened, not when it is listed: it may be large."""
        if not self.trusted:
            return None
        found = self._whole.get(reference.node)
        if found is None:
            return expected_lines(self.node(reference))
        return found.lines() if isinstance(found, Array) else None

    def is_free(self, name: str, frame: Frame | None) -> bool:
        """Whether `name` means nothing of the user's in `frame`."""
        return frame is None or all(local.name != name for local in (*frame.locals, *frame.globals))

    def named(self, name: str, frame: Frame | None) -> Reference | EvaluationError:
        """What `name` means in `frame`: a local, a name of the module that the frame's code uses, or any
        of the module's where a frame below ran its statements."""
        if frame is None:
            return EvaluationError(f"{name!r}: choose a frame of the call stack first")
        for local in (*frame.locals, *frame.globals, *self._of_module(frame)):
            if local.name == name:
                return Reference(local.node)
        told = f"{name!r} was not recorded: a failure keeps a frame's locals and the module's names it uses"
        if self.dump.truncated:
            told += f"; this recording was cut short ({', '.join(self.dump.truncated)})"
        return EvaluationError(told)

    def _of_module(self, frame: Frame) -> tuple[Local, ...]:
        """The names of the module in which `frame` stands, where its own frame was recorded."""
        for error in self.dump.errors:
            if frame in error.frames:
                below = (one for one in error.frames if one.name == "<module>" and one.file == frame.file)
                return next((one.locals for one in below), ())
        return ()

    def names(self, frame: Frame) -> tuple[str, ...]:
        """All names that `named` knows in `frame`, locals first."""
        return tuple(dict.fromkeys(local.name for local in (*frame.locals, *frame.globals)))

    def line(self, name: str, value: Value, path: str | None = None) -> Line:
        """How `value` is shown under `name`."""
        named, indexed = self._counts(value)
        return Line(name, self.text(value), self.type(value), value, path, named, indexed)

    def text(self, value: Value) -> str:
        """The value's text on one line, at most a few thousand characters."""
        match value:
            case Reference():
                node = self.node(value)
                return node.shown or f"<{self.type(value) or 'unknown'}>"
            case Plain(value=plain):
                return shown(plain, self._element)
            case _:
                return value.text()

    def _element(self, value: object) -> str | None:
        """The text of what `shown` does not know itself."""
        if isinstance(value, TypeName):
            return f"<class {full_name(value)!r}>"
        if isinstance(value, Positions):
            return "<rows by their positions>"
        if isinstance(value, Shown):
            return value.text
        return self.text(value) if isinstance(value, (Reference, Array, Table)) else None

    def type(self, value: Value) -> str:
        match value:
            case Reference():
                return self.node(value).type
            case Plain(value=TypeName()):
                return "type"
            case Plain(value=Shown(type=kind)):
                return kind
            case Plain(value=plain):
                return type(plain).__name__
            case _:
                return value.type

    def children(
        self, value: Value, path: str | None = None, *, part: Part = "all", start: int = 0, count: int = 0
    ) -> tuple[Line, ...]:
        """The lines below `value`, named ones first, from the `start`-th on; count 0 means all.

        The last one tells what was not recorded, if anything. A million rows may lie below a whole
        value: without a count at most 1000 of them are given, and the last line says so.
        """
        if part != "named" and isinstance(value, Reference):
            self.whole(value)
        named, indexed = self._counts(value)
        begin = 0 if part != "indexed" else named
        end = named if part == "named" else named + indexed
        first = begin + max(0, start)
        last = end if count <= 0 else min(end, first + count)
        lines = [self._child(value, at, path) for at in range(first, min(last, first + _MOST_LINES))]
        if last > first + _MOST_LINES:
            lines.append(Line("…", f"{last - first - _MOST_LINES:,} more"))
        return tuple(lines)

    def _counts(self, value: Value) -> tuple[int, int]:
        match value:
            case Reference():
                node = self.node(value)
                named = len(self._parts_of(value)[0])
                lines = self._lines(value)
                if lines is not None:
                    return named, lines
                indexed = len(node.children) - named
                if self._remark(value) is None:
                    return named, indexed
                return (named, indexed + 1) if indexed else (named + 1, 0)
            case Plain(value=plain):
                match plain:
                    case dict():
                        return len(plain), 0
                    case list() | tuple() | set() | frozenset():
                        return 0, len(plain)
                    case _:
                        return 0, 0
            case Array():
                return 0, value.lines()
            case Table():
                return 0, len(value)

    def _child(self, value: Value, at: int, path: str | None) -> Line:
        match value:
            case Reference():
                return self._recorded_child(value, at, path)
            case Plain(value=dict() as plain):
                key = list(plain)[at]
                label = shown(key, self._element)
                return self.line(label, as_value(plain[key]), _item_path(path, label))
            case Plain(value=plain):
                if isinstance(plain, (list, tuple)):
                    return self.line(str(at), as_value(plain[at]), _item_path(path, str(at)))
                parts: list[object] = list(plain) if isinstance(plain, Iterable) else []
                return self.line(str(at), as_value(parts[at]))
            case Array():
                return self._array_child(value, at, path)
            case Table():
                label, inner = value.line(at)
                return self.line(label, as_value(inner))

    def _array_child(self, value: Array, at: int, path: str | None) -> Line:
        found = value.line(at)
        if found is None:
            return Line("…", f"{value.total - value.kept:,} more were not recorded")
        label, inner = found
        return self.line(label, as_value(inner), _row_path(path, label, value.type))

    def _recorded_child(self, value: Reference, at: int, path: str | None) -> Line:
        node = self.node(value)
        named, indexed = self._parts_of(value)
        if at >= len(named) and (whole := self.whole(value)) is not None:
            return self._array_child(whole, at - len(named), path)
        children = named if at < len(named) else indexed
        number = at if at < len(named) else at - len(named)
        if number >= len(children):
            return Line("…", self._remark(value) or "")
        label, number = children[number]
        return self.line(label, Reference(number), child_path(path, label, node))

    def _parts_of(self, value: Reference) -> tuple[_Labels, _Labels]:
        """The children that have names, and those that have numbers."""
        found = self._parts.get(value.node)
        if found is None:
            node = self.node(value)
            found = self._parts[value.node] = (_named(node), _indexed(node))
        return found

    def _remark(self, value: Reference) -> str | None:
        """What the last line below a recorded value says of what is not there."""
        node = self.node(value)
        if node.hidden:
            return None
        if node.more:
            return f"{node.more:,} more were not recorded"
        if node.cut:
            return "its parts were not recorded: it lies too deep, or a limit was reached"
        found = self._whole.get(value.node)
        return f"shown from its summary: {found.message}" if isinstance(found, DumpError) else None


_MOST_LINES: Final = 1_000


def as_value(found: object) -> Value:
    """What an evaluation gave, or an element of it, as a value."""
    return found if isinstance(found, (Reference, Plain, Array, Table)) else Plain(found)


def bare(value: object, values: Values) -> object:
    """The Python value of a recorded number, text or None; everything else as it is."""
    if isinstance(value, Plain):
        return value.value
    if not isinstance(value, Reference):
        return value
    known = values.bare.get(value.node, values)
    if known is values:
        known = values.bare[value.node] = _bare(value, values.node(value))
    return known


def _bare(value: Reference, node: Node) -> object:
    text = node.shown
    if not node.literal:
        scalar = _NUMPY_SCALAR.match(text) if node.module == "numpy" else None
        text = scalar[1] if scalar is not None else text
        if text in _NO_LITERALS and (scalar is not None or (node.type == "float" and not node.module)):
            return float(text)
        if scalar is None:
            return value
    try:
        found: object = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return value
    return found if found is None or isinstance(found, _BARE_TYPES) else value


def full_name(name: TypeName) -> str:
    return f"{name.module}.{name.name}" if name.module else name.name


def is_attribute(label: str) -> bool:
    """Whether a child's label is an attribute's name, rather than what stands between brackets."""
    return label.isidentifier() and not keyword.iskeyword(label)


def child_path(path: str | None, label: str, node: Node) -> str | None:
    """An expression for a child of what `path` gives."""
    if path is None or node.type in ("set", "frozenset"):
        return None
    if _has_rows(node) and node.type == "Series" and label.isdecimal():
        return _row_path(path, label, node.type)
    if is_attribute(label):
        call = "()" if node.type in ("Series", "ndarray") and label in ("min", "max") else ""
        return None if label.startswith("__") else f"{path}.{label}{call}"
    return _item_path(path, label)


def _row_path(path: str | None, label: str, kind: str) -> str | None:
    # The brackets of a series take the labels of its index, which are others than its positions.
    return _item_path(f"{path}.iloc" if path is not None and kind == "Series" else path, label)


def _item_path(path: str | None, label: str) -> str | None:
    if path is None or len(label) > 200:
        return None
    try:
        ast.literal_eval(label)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return None
    return f"{path}[{label}]"


def _has_rows(node: Node) -> bool:
    """Whether its items are numbered, rather than named. The types of a frame's columns are a series with
    their names, which has no shape."""
    if node.type == "Series":
        return node.shape is not None
    return node.type in _SEQUENCES or (node.module.startswith("pandas") and node.type.endswith("Index"))


def _named(node: Node) -> _Labels:
    if not _has_rows(node):
        return [(child.label, child.node) for child in node.children]
    return [(child.label, child.node) for child in node.children if not child.label.isdecimal()]


def _indexed(node: Node) -> _Labels:
    if len(_named(node)) == len(node.children):
        return []
    return [(child.label, child.node) for child in node.children if child.label.isdecimal()]
