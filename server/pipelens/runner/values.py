"""Values on their way to the worker: JSON, with a tag where a value is of a type JSON lacks.

`worker/values.py` reads them back.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from pathlib import PurePath
from typing import cast

from pipelens.core.spec import DottedPath

TAG = "$"


def encode_params(params: Mapping[str, object], calls: Mapping[str, DottedPath]) -> dict[str, object]:
    """The params of a task; those in `calls` are results of functions that the worker calls."""
    return {name: _call(calls[name]) if name in calls else encode(value) for name, value in params.items()}


def _call(dotted: DottedPath) -> dict[str, object]:
    given = {name: encode(value) for name, value in dotted.arguments.items()}
    return {TAG: "call", "path": dotted.path.strip(), "arguments": given}


def encode_callable(dotted: DottedPath | None) -> dict[str, object] | None:
    """A hook, client or serializer with the arguments that the YAML gives it."""
    if dotted is None:
        return None
    return {
        "path": dotted.path,
        "arguments": {name: encode(value) for name, value in dotted.arguments.items()},
    }


def encode(value: object) -> object:
    """JSON for `value`. What has no form of its own is handed on as its text."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {TAG: "float", "text": str(value)}
    if isinstance(value, list):
        return [encode(item) for item in cast("list[object]", value)]
    if isinstance(value, Mapping):
        items = cast("Mapping[object, object]", value)
        if all(isinstance(key, str) and key != TAG for key in items):
            return {cast("str", key): encode(item) for key, item in items.items()}
        return {TAG: "mapping", "items": [[encode(key), encode(item)] for key, item in items.items()]}
    return _tagged(value)


def _tagged(value: object) -> object:
    match value:
        case tuple():
            return {TAG: "tuple", "items": [encode(item) for item in cast("tuple[object, ...]", value)]}
        case set() | frozenset():
            return {TAG: "set", "items": [encode(item) for item in cast("set[object]", value)]}
        case bytes():
            return {TAG: "bytes", "items": list(value)}
        case complex():
            return {TAG: "complex", "items": [value.real, value.imag]}
        case datetime.datetime() | datetime.date() | datetime.time():
            kind = next(k for k in (datetime.datetime, datetime.date, datetime.time) if isinstance(value, k))
            return {TAG: "time", "type": kind.__name__, "text": value.isoformat()}
        case PurePath():
            return {TAG: "path", "text": str(value)}
        case _ if value is ...:
            return {TAG: "ellipsis"}
        case _:
            return str(value)
