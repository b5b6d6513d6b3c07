"""Metadata: the record beside a product, as section 11.2 of the format describes it.

Ploomber reads and writes the same files, so both tools may alternate on one folder. One file that
cannot be read makes its own task outdated and no other (Q60, Q61).
"""

from __future__ import annotations

import errno
import json
import math
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from pipelens.frozen import frozen
from pipelens.runner.whole_file import write_whole

if TYPE_CHECKING:
    from pipelens.core.project import Task

RESOURCES = "resources_"
_LARGEST = 64 << 20


@frozen
class Metadata:
    """What a run left beside one product. params: None when none are stored (not compared)."""

    timestamp: float | None
    code: str | None
    params: Mapping[str, object] | None


@frozen
class UnreadableMetadata:
    """A metadata file that is there and says nothing: `reason` follows the product's name."""

    reason: str


def metadata_path(product: str) -> str:
    """`DIR/NAME` → `DIR/.NAME.metadata`."""
    folder, name = os.path.split(product)
    return os.path.join(folder, f".{name}.metadata")


def old_metadata_path(product: str) -> str:
    """Where releases of Ploomber before 0.10 kept it: `DIR/NAME.source`."""
    return product + ".source"


def read_metadata(path: str) -> Metadata | UnreadableMetadata | None:
    """The record at `path`; None when there is none, or an empty one."""
    try:
        raw = _content(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        return UnreadableMetadata(f"cannot be read: {error.strerror or error}")
    try:
        found: object = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        return UnreadableMetadata("is empty" if not raw.strip() else "is not JSON")
    if not found and (found is None or isinstance(found, dict)):
        return None
    if not isinstance(found, dict):
        return UnreadableMetadata("is not a mapping")
    return _understood(cast("dict[str, object]", found))


def _content(path: str) -> bytes:
    """The bytes of a small file: a third of the cost of `open`, which counts by the thousand. A pipe
    in the file's place does not block."""
    fd = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    try:
        if os.fstat(fd).st_size > _LARGEST:
            raise OSError(errno.EFBIG, "it is too large")
        parts = [os.read(fd, 1 << 16)]
        while len(parts[-1]) == 1 << 16:
            parts.append(os.read(fd, 1 << 16))
    finally:
        os.close(fd)
    return b"".join(parts)


def _understood(found: dict[str, object]) -> Metadata:
    stamp, code, params = found.get("timestamp"), found.get("stored_source_code"), found.get("params")
    valid = isinstance(stamp, (int, float)) and not isinstance(stamp, bool)
    return Metadata(
        float(cast("float", stamp)) if valid else None,
        code if isinstance(code, str) else None,
        cast("dict[str, object]", params) if isinstance(params, dict) else None,
    )


def write_metadata(product: str, timestamp: float, code: str, params: Mapping[str, object]) -> None:
    """Record a run beside `product`: one line of JSON without a line end, non-ASCII escaped."""
    record = {"timestamp": timestamp, "stored_source_code": code, "params": dict(params)}
    write_whole(metadata_path(product), json.dumps(record).encode("ascii"))
    _remove(old_metadata_path(product))


def remove_metadata(product: str) -> None:
    """Forget the last run of a product, so that its task runs again in either tool."""
    _remove(metadata_path(product))


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass


def called_params(task: Task) -> frozenset[str]:
    """The params that are the results of functions (section 6.6): only running tells their values."""
    return frozenset(task.spec.calls)


def known_results(task: Task, stored: Mapping[str, object] | None) -> dict[str, object]:
    """Of the params that are the results of functions, those that a run stored."""
    called = called_params(task)
    return {name: value for name, value in (stored or {}).items() if name in called}


def adopt_old_name(product: str) -> None:
    """Give the record of an old release the name that it has today."""
    try:
        os.replace(old_metadata_path(product), metadata_path(product))
    except OSError:
        return


def stored_params(params: Mapping[str, object], resources: Mapping[str, str]) -> dict[str, object]:
    """`params` as they are stored: files by the digest of their content, and without the values
    that JSON cannot hold. Raises `OSError` when a resource cannot be read."""
    stored: dict[str, object] = {}
    for name, value in params.items():
        if name == RESOURCES:
            continue
        if _is_storable(value):
            stored[name] = value
    if resources:
        stored[RESOURCES] = {key: digest(path) for key, path in resources.items()}
    return stored


def _is_storable(value: object) -> bool:
    try:
        json.dumps(value)
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def digest(path: str) -> str:
    """The MD5 of a file's content, as Ploomber stores it (a check for changes, not for safety).
    Raises `OSError`, also for what is no regular file."""
    if os.path.exists(path) and not os.path.isfile(path):
        raise OSError(errno.EINVAL, "it is not a file", path)
    import hashlib  # loads OpenSSL, which only tasks with resources need

    found = hashlib.md5(usedforsecurity=False)
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            found.update(block)
    return found.hexdigest()


def as_read_back(params: Mapping[str, object]) -> dict[str, object]:
    """`params` after a round through JSON, so that tuples and number keys compare (Q26)."""
    return cast("dict[str, object]", json.loads(json.dumps(params)))


def same_value(one: object, other: object) -> bool:
    """Equality of two JSON values, except that NaN equals itself (Q26)."""
    if one == other:
        return True
    if isinstance(one, float) and isinstance(other, float):
        return math.isnan(one) and math.isnan(other)
    if isinstance(one, list) and isinstance(other, list):
        left, right = cast("list[object]", one), cast("list[object]", other)
        return len(left) == len(right) and all(map(same_value, left, right))
    if isinstance(one, dict) and isinstance(other, dict):
        first, second = cast("dict[str, object]", one), cast("dict[str, object]", other)
        return first.keys() == second.keys() and all(same_value(first[key], second[key]) for key in first)
    return False


def changed_params(
    current: Mapping[str, object], stored: Mapping[str, object], unknown: frozenset[str]
) -> tuple[str, ...]:
    """The names that differ between two sets of params, those in `unknown` left out."""
    if current == stored:
        return ()
    now = as_read_back(current)
    names = [*now, *(name for name in stored if name not in now)]
    return tuple(
        name
        for name in names
        if name not in unknown
        and not (name in now and name in stored and same_value(now[name], stored[name]))
    )
