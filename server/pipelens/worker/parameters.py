"""The text of the injected cell (section 9.1 of the format)."""

from __future__ import annotations

import math
from typing import Any, Mapping, Optional


def injected_text(params: Mapping[str, Any], upstream: Optional[Mapping[str, Any]], product: Any) -> str:
    """One assignment a line: params, upstream if there is any, product."""
    lines = ["# Parameters"]
    lines += ["{} = {}".format(name, literal(value)) for name, value in params.items()]
    if upstream:
        lines.append("upstream = " + literal(upstream))
    lines.append("product = " + literal(product))
    return "\n".join(lines) + "\n"


def literal(value: Any) -> str:
    """The Python text of a value; what is not plain data becomes the text of it."""
    if value is None or isinstance(value, bool):
        return repr(value)
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else "float('{}')".format(value)
    if isinstance(value, dict):
        return "{" + ", ".join(_quoted(str(key)) + ": " + literal(item) for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    return _quoted(str(value))


def _quoted(text: str) -> str:
    escaped = text.encode("unicode_escape").decode("ascii").replace('"', '\\"')
    return '"' + escaped + '"'
