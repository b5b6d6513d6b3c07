"""Values of the plan: JSON, with a tag where a value is of a type that JSON lacks."""

from __future__ import annotations

import importlib
from typing import Any, Dict, Mapping

TAG = "$"


def decode(value: Any) -> Any:
    """The Python value that the runner encoded. `call` runs the user's function."""
    if isinstance(value, list):
        return [decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    if TAG not in value:
        return {key: decode(item) for key, item in value.items()}
    return _DECODERS[value[TAG]](value)


def decode_params(params: Mapping[str, Any]) -> Dict[str, Any]:
    return {name: decode(value) for name, value in params.items()}


def _call(value: Mapping[str, Any]) -> Any:
    function = locate(value["path"].replace("::", "."))
    result = function(**decode_params(value.get("arguments", {})))
    if result is None:
        raise ValueError("the function of a param must return a value: " + value["path"] + " returned None")
    return result


def _datetime(value: Mapping[str, Any]) -> Any:
    import datetime

    return getattr(datetime, value["type"]).fromisoformat(value["text"])


def _path(value: Mapping[str, Any]) -> Any:
    from pathlib import Path

    return Path(value["text"])


def _bytes(value: Mapping[str, Any]) -> bytes:
    return bytes(value["items"])


_DECODERS = {
    "tuple": lambda value: tuple(decode(item) for item in value["items"]),
    "set": lambda value: {decode(item) for item in value["items"]},
    "mapping": lambda value: {decode(key): decode(item) for key, item in value["items"]},
    "bytes": _bytes,
    "complex": lambda value: complex(*value["items"]),
    "float": lambda value: float(value["text"]),
    "ellipsis": lambda value: ...,
    "time": _datetime,
    "path": _path,
    "call": _call,
}


def storable(params: Mapping[str, Any]) -> Dict[str, Any]:
    """The params that JSON can hold: what the runner stores beside the products."""
    import json

    kept = {}
    for name, value in params.items():
        try:
            json.dumps(value)
        except (TypeError, ValueError, RecursionError):
            continue
        kept[name] = value
    return kept


def locate(dotted_path: str) -> Any:
    """The object behind `package.module.name`, imported as the user's code would."""
    module_name, _, name = dotted_path.rpartition(".")
    module = importlib.import_module(module_name)
    try:
        return getattr(module, name)
    except AttributeError:
        where = getattr(module, "__file__", None) or module_name
        message = "module {} has no attribute {} (it was loaded from {})".format(module_name, name, where)
        raise AttributeError(message) from None


class Callable:
    """A dotted path with the arguments that the YAML gives it."""

    def __init__(self, spec: Mapping[str, Any]) -> None:
        self.path = spec["path"]
        self.arguments = decode_params(spec.get("arguments", {}))
        self.function = locate(self.path)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        merged = dict(self.arguments)
        merged.update(kwargs)
        return self.function(*args, **merged)
