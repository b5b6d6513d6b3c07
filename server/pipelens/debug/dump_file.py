"""Recorded failures (`.plpm` files) as typed values: docs/failures.md describes the format.

Reading a dump runs nothing that is in it: it is JSON and plain text in a zip file, nothing is ever
unpickled, and every size is checked before that much is read. The parts that the call stack needs
(errors and frames) are checked when the dump is opened, and a mistake there refuses the dump; nodes
are checked one by one when they are looked at, and a malformed one is shown as "(unreadable)", so
that one odd value does not hide the rest and opening does not grow with the number of values.
"""

from __future__ import annotations

import gc
import json
import math
import re
import sys
from functools import partial
from typing import Final, NoReturn, TypeGuard

from pipelens.debug.dump_members import DOCUMENT, SOURCE_NAME, VALUE_NAME, DumpError, Members, open_members
from pipelens.debug.recorded import (
    UNREADABLE,
    Child,
    Dump,
    Frame,
    Local,
    Node,
    Nodes,
    RecordedError,
    plain,
)

FORMAT: Final = "pipelens-postmortem"
VERSION: Final = 1

_MOST_JSON: Final = 64_000_000
_MOST_PARTS: Final = 6_000_000
"""Values and keys in the JSON: 64 MB of `[],[],…` would take more than a gigabyte of memory."""
_MOST_ERRORS: Final = 50
_MOST_FRAMES: Final = 300
_MOST_NAMES: Final = 5_000
"""Of a frame, and parts of a value: looked through one by one for each name of an expression."""
_MOST_SOURCES: Final = 1_000
_MOST_NUMBER: Final = 2**53
_LONGEST_TEXT: Final = 1_000_000


def read_dump(path: str) -> Dump | DumpError:
    """The dump at `path`, or a sentence that says why it cannot be opened. Runs nothing of it."""
    members = open_members(path)
    if isinstance(members, DumpError):
        return members
    content = members.read(DOCUMENT, _MOST_JSON)
    if isinstance(content, DumpError):
        return DumpError(f"{path} cannot be opened: {content.message}")
    try:
        return _dump(path, _document(content), members)
    except _Malformed as error:
        return DumpError(f"{path} cannot be opened: {error}")


class _Malformed(Exception):
    """The document is not what docs/failures.md describes; the text says where."""


def _fail(where: str, what: str) -> NoReturn:
    raise _Malformed(f"{where} {what}.")


def _document(content: bytes) -> dict[str, object]:
    if sum(content.count(mark) for mark in (b",", b"[", b"{")) > _MOST_PARTS:
        _fail("it", "holds more values than a recorded failure can")
    if not hasattr(sys, "set_int_max_str_digits") and re.search(rb"[0-9]{5000}", content):
        _fail("it", "holds a number of more than 5000 digits")
    collecting = gc.isenabled()
    gc.disable()  # it would look through the growing document again and again: half of the time
    try:
        found: object = json.loads(content)
    except RecursionError:
        _fail("its values", "are nested too deeply")
    except (ValueError, UnicodeError) as error:
        _fail("its document", f"is not JSON ({error})")
    except MemoryError:
        _fail("it", "needs more memory than there is")
    finally:
        if collecting:
            gc.enable()
    if not _is_map(found) or found.get("format") != FORMAT:
        _fail("it", "is not a recorded failure of a task")
    version = found.get("version")
    if type(version) is not int:
        _fail("its version", "is not a number")
    if version > VERSION:
        _fail("it", f"was written by a newer Pipelens (format {version}, this one reads {VERSION}): update")
    if version != VERSION:
        _fail("it", f"has format {version}, which was never written")
    return found


def _dump(path: str, raw: dict[str, object], members: Members) -> Dump:
    created = raw.get("created", 0)
    if isinstance(created, bool) or not isinstance(created, (int, float)) or not math.isfinite(created):
        _fail("`created`", "is not a time")
    errors = _list(raw.get("errors"), "`errors`", _MOST_ERRORS)
    if not errors:
        _fail("`errors`", "is empty")
    nodes = raw.get("nodes")
    if not _is_list(nodes):
        _fail("`nodes`", "is not a list")
    return Dump(
        path=path,
        task=_text(raw.get("task"), "`task`"),
        run=_text(raw.get("run", ""), "`run`"),
        pipeline=_text(raw.get("pipeline", ""), "`pipeline`"),
        root=_text(raw.get("root", ""), "`root`"),
        created=max(0.0, min(float(created), 1e11)),
        python=_text(raw.get("python", ""), "`python`"),
        packages=_texts_by_name(raw.get("packages", {}), "`packages`"),
        errors=tuple(_error(found, f"errors[{at}]") for at, found in enumerate(errors)),
        nodes=Nodes(nodes, partial(_node, members=members.names)),
        truncated=tuple(
            _text(found, "`truncated`") for found in _list(raw.get("truncated", []), "`truncated`", 100)
        ),
        sources={
            file: member
            for file, member in list(_texts_by_name(raw.get("sources", {}), "`sources`").items())[
                :_MOST_SOURCES
            ]
            if SOURCE_NAME.match(member) and member in members.names
        },
        members=members,
    )


def _error(raw: object, where: str) -> RecordedError:
    if not _is_map(raw):
        _fail(where, "is not an object")
    frames = _list(raw.get("frames", []), f"{where}.frames", _MOST_FRAMES)
    notes = _list(raw.get("notes", []), f"{where}.notes", 1_000)
    link = raw.get("link")
    missing = raw.get("missing")
    return RecordedError(
        type=_text(raw.get("type"), f"{where}.type"),
        module=_text(raw.get("module", ""), f"{where}.module"),
        message=_text(raw.get("message", ""), f"{where}.message"),
        notes=tuple(_text(note, f"{where}.notes") for note in notes),
        frames=tuple(_frame(found, f"{where}.frames[{at}]") for at, found in enumerate(frames)),
        link=link if link in ("cause", "context", "member") else None,
        of=_number(raw.get("of"), f"{where}.of"),
        missing=None if missing is None else _pair(missing),
    )


def _frame(raw: object, where: str) -> Frame:
    if not _is_map(raw):
        _fail(where, "is not an object")
    name = _text(raw.get("name"), f"{where}.name")
    return Frame(
        file=_text(raw.get("file"), f"{where}.file"),
        in_root=raw.get("root") is True,
        name=name,
        qualname=_text(raw.get("qualname", name), f"{where}.qualname"),
        line=_number(raw.get("line"), f"{where}.line") or 1,
        end_line=_number(raw.get("endLine"), f"{where}.endLine"),
        column=_number(raw.get("col"), f"{where}.col"),
        end_column=_number(raw.get("endCol"), f"{where}.endCol"),
        first=_number(raw.get("first"), f"{where}.first"),
        user=raw.get("user") is True,
        locals=_locals(raw.get("locals", []), f"{where}.locals"),
        globals=_locals(raw.get("globals", []), f"{where}.globals"),
        more=_number(raw.get("more"), f"{where}.more") or 0,
        text=_text(raw.get("text", ""), f"{where}.text"),
    )


def _locals(raw: object, where: str) -> tuple[Local, ...]:
    found: list[Local] = []
    for pair in _list(raw, where, _MOST_NAMES):
        if not _is_list(pair) or len(pair) != 2 or not isinstance(pair[0], str) or type(pair[1]) is not int:
            _fail(where, "is not a list of names with the numbers of their values")
        found.append(Local(_text(pair[0], where), pair[1]))
    return tuple(found)


def _node(raw: object, members: frozenset[str]) -> Node:
    try:
        if not _is_map(raw):
            return UNREADABLE
        value = raw.get("val")
        part = raw.get("part")
        shape = raw.get("shape")
        module = _text(raw.get("m", ""), "m")
        return Node(
            type=_text(raw.get("t"), "t"),
            module="" if module == "builtins" else module,
            shown=_text(raw.get("r", ""), "r"),
            literal=raw.get("v") in (1, True),
            length=_number(raw.get("n"), "n"),
            shape=None if shape is None else _numbers(shape, 64),
            children=_children(raw.get("c", [])),
            more=_number(raw.get("more"), "more") or 0,
            cut=raw.get("cut") in (1, True),
            value=value if isinstance(value, str) and VALUE_NAME.match(value) and value in members else None,
            part=None if part is None else _pair(part),
            hidden=raw.get("hidden") in (1, True),
        )
    except _Malformed:
        return UNREADABLE


def _children(raw: object) -> tuple[Child, ...]:
    found: list[Child] = []
    for pair in _list(raw, "c", _MOST_NAMES):
        if not _is_list(pair) or len(pair) != 2 or not isinstance(pair[0], str) or type(pair[1]) is not int:
            _fail("c", "is not a list of labels with the numbers of their values")
        found.append(Child(_text(pair[0], "c"), pair[1]))
    return tuple(found)


def _pair(raw: object) -> tuple[int, int]:
    numbers = _numbers(raw, 2)
    if len(numbers) != 2:
        _fail("part", "is not two numbers")
    return (numbers[0], numbers[1])


def _numbers(raw: object, most: int) -> tuple[int, ...]:
    found = [_number(item, "a list of numbers") for item in _list(raw, "a list of numbers", most)]
    return tuple(item for item in found if item is not None)


def _is_list(raw: object) -> TypeGuard[list[object]]:
    return isinstance(raw, list)


def _is_map(raw: object) -> TypeGuard[dict[str, object]]:
    return isinstance(raw, dict)  # the keys of JSON's objects are texts


def _list(raw: object, where: str, most: int) -> list[object]:
    if not _is_list(raw):
        _fail(where, "is not a list")
    if len(raw) > most:
        _fail(where, f"has more than {most} entries")
    return raw


def _text(raw: object, where: str) -> str:
    if not isinstance(raw, str):
        _fail(where, "is not a text")
    if len(raw) > _LONGEST_TEXT:
        return plain(raw[:_LONGEST_TEXT]) + "…"
    return plain(raw)


def _number(raw: object, where: str) -> int | None:
    """A whole number from 0 up; None when it is absent."""
    if raw is None:
        return None
    if type(raw) is not int or not 0 <= raw <= _MOST_NUMBER:
        _fail(where, "is not a whole number")
    return raw


def _texts_by_name(raw: object, where: str) -> dict[str, str]:
    if not _is_map(raw):
        _fail(where, "is not an object")
    return {plain(name): _text(text, where) for name, text in raw.items()}
