"""What a dump says of a failed task: errors, frames and recorded values, as typed values.

All texts except those of sources have their control characters made visible: they end up in
terminals and pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Final, Literal, overload

from pipelens.debug.dump_members import Members
from pipelens.frozen import frozen

_MOST_SOURCE: Final = 5_000_000
_MOST_SOURCES: Final = 50_000_000

_CONTROLS: Final = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)

Link = Literal["cause", "context", "member"]
"""How an error belongs to another: that was raised `from` it, or while it was handled; or it is one of
the errors of a group."""


@frozen
class Child:
    """One part of a recorded value. label: an attribute's bare name (`shape`), or what stands between the
    brackets of an item (`0`, `'key'`). node: its number in the dump's nodes."""

    label: str
    node: int


@frozen
class Node:
    """One recorded value. `unreadable`: the dump's entry is malformed and nothing else is known."""

    type: str
    module: str
    """The module of its type; empty for the builtin ones."""
    shown: str
    """Its text, one line where the writer made it, at most a few thousand characters."""
    literal: bool = False
    """Whether `ast.literal_eval(shown)` gives the value back."""
    length: int | None = None
    shape: tuple[int, ...] | None = None
    children: tuple[Child, ...] = ()
    more: int = 0
    """Children that were not recorded."""
    cut: bool = False
    """Its children were not recorded at all, for it lies too deep or a limit was reached."""
    value: str | None = None
    """The member of the dump that holds the whole value, or the rows in `part`."""
    part: tuple[int, int] | None = None
    """Rows that the member holds, and rows there were; None when it holds all."""
    hidden: bool = False
    """Not recorded because its name looks like a secret's."""
    unreadable: bool = False


UNREADABLE: Final = Node("", "", "(unreadable)", unreadable=True)


@frozen
class Local:
    """A name in a frame and the number of its node."""

    name: str
    node: int


@frozen
class Frame:
    """One frame of an error's traceback. Lines are 1-based, columns 0-based."""

    file: str
    """Relative to the dump's root when `in_root`, else as the interpreter named it."""
    in_root: bool
    name: str
    qualname: str
    line: int
    end_line: int | None
    column: int | None
    end_column: int | None
    first: int | None
    """The first line of the function, or of the statement of a cell."""
    user: bool
    """Whether it is the user's code, as opposed to a library's."""
    locals: tuple[Local, ...]
    globals: tuple[Local, ...]
    """The module's names that the frame's code uses."""
    more: int = 0
    """Locals that were not recorded."""
    text: str = ""
    """The line, of a library's frame: its file is not in the dump."""


@frozen
class RecordedError:
    """One error of the chain; frames from the outermost to the one that raised."""

    type: str
    module: str
    message: str
    notes: tuple[str, ...]
    frames: tuple[Frame, ...]
    link: Link | None = None
    """How it belongs to the error before it, or to the group `of`; None for the first."""
    of: int | None = None
    """The number of the group that it is a member of."""
    missing: tuple[int, int] | None = None
    """After how many frames some are missing, and how many."""


class Nodes(Sequence[Node]):
    """The recorded values; each is checked when it is first looked at. A number out of range gives
    `UNREADABLE`: numbers come from the same file."""

    __slots__ = ("_check", "_checked", "_raw")

    def __init__(self, raw: list[object], check: Callable[[object], Node]) -> None:
        self._raw = raw
        self._check = check
        self._checked: dict[int, Node] = {}

    def __len__(self) -> int:
        return len(self._raw)

    @overload
    def __getitem__(self, index: int) -> Node: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Node]: ...
    def __getitem__(self, index: int | slice) -> Node | Sequence[Node]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self._raw)))]
        found = self._checked.get(index)
        if found is None:
            known = 0 <= index < len(self._raw)
            found = self._check(self._raw[index]) if known else UNREADABLE
            self._checked[index] = found
        return found

    def __iter__(self) -> Iterator[Node]:
        return (self[at] for at in range(len(self._raw)))


@frozen
class Dump:
    """One failed task as it was recorded. `errors[0]` is the raised error, then its causes."""

    path: str
    task: str
    run: str
    pipeline: str
    root: str
    """The project's folder on the machine where the task failed."""
    created: float
    """Seconds since 1970, UTC."""
    python: str
    packages: Mapping[str, str]
    """Versions of the packages that were imported, by name."""
    errors: tuple[RecordedError, ...]
    nodes: Nodes
    truncated: tuple[str, ...]
    """The limits that cut the recording short: "time", "nodes", "size", …"""
    sources: Mapping[str, str]
    """Members that hold the files' texts, by the frames' `file`."""
    members: Members = field(repr=False)

    def source(self, file: str) -> str | None:
        """The text of a frame's `file` as it was when the task failed; None when it was not recorded.
        Line ends are as they were; control characters too."""
        member = self.sources.get(file)
        if member is None:
            return None
        found = self.members.read_all(self.sources.values(), _MOST_SOURCE, _MOST_SOURCES).get(member)
        return None if found is None else found.decode("utf-8", "replace").removeprefix("\ufeff")


def plain(text: str) -> str:
    """`text` with its control characters (terminal sequences, reversed writing, lone surrogates) as
    escapes; tabs and line feeds stay."""
    if text.isascii() and text.isprintable():
        return text
    return _CONTROLS.sub(lambda found: ascii(found[0])[1:-1], text.replace("\r\n", "\n"))
