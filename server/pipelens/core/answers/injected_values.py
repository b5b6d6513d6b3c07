"""Values as the injected cell writes them: the literals of Python and of R (section 9.1 of the format).

The worker writes the cell that runs, in the user's interpreter, and cannot be imported here; a test
holds the two against each other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import cast

Literal = Callable[[object], str]
"""From a value to its text in one language."""


def python_literal(value: object) -> str:
    """A value in Python; what is not plain data becomes the text of it."""
    if value is None or isinstance(value, bool):
        return repr(value)
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else f"float('{value}')"
    if isinstance(value, Mapping):
        items = cast("Mapping[object, object]", value).items()
        return "{" + ", ".join(f"{quoted(str(key))}: {python_literal(item)}" for key, item in items) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(python_literal, cast("list[object]", value))) + "]"
    return _plain(value)


def r_literal(value: object) -> str:
    """A value in R, where lists and mappings are both lists."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(value)
    if isinstance(value, Mapping):
        items = cast("Mapping[object, object]", value).items()
        return "list(" + ", ".join(f"{quoted(str(key))} = {r_literal(item)}" for key, item in items) + ")"
    if isinstance(value, list):
        return "list(" + ", ".join(map(r_literal, cast("list[object]", value))) + ")"
    return _plain(value)


def _plain(value: object) -> str:
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, frozenset):
        return quoted(str(set(cast("frozenset[object]", value))))
    return quoted(str(value))


def quoted(text: str) -> str:
    """Text in double quotes, all but ASCII escaped."""
    escaped = text.encode("unicode_escape").decode("ascii").replace('"', '\\"')
    return f'"{escaped}"'
