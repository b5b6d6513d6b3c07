"""Values in words, those that look secret masked: a hover is shown on screens and in recordings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from reprlib import Repr
from typing import Final, cast

from pipelens.core.answers.describe_blocks import cut
from pipelens.core.env import ProcessVariables, Unknown

MASK: Final = "••••••"

_WORDS: Final = frozenset(
    (
        *("password", "passwords", "passwd", "pwd", "passphrase", "secret", "secrets", "token", "tokens"),
        *("key", "keys", "apikey", "credential", "credentials", "auth", "authorization", "dsn"),
    )
)
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_INSIDE = re.compile(r"password|passwd|secret|token|credential|apikey|accesskey|privatekey", re.IGNORECASE)
_IN_URL = re.compile(r"(?<=://)([^/@\s:]*):([^/@\s]+)@")


def is_secret(name: str) -> bool:
    """Whether what is called so had better not be shown."""
    return _INSIDE.search(name) is not None or any(part.lower() in _WORDS for part in _PARTS.findall(name))


def shown_value(name: str, value: object, most: int = 120) -> str:
    """A value as Python writes it, cut; passwords in it masked, by the names they go by."""
    if is_secret(name) and value is not None and not isinstance(value, bool):
        return MASK
    return cut(_short(most).repr(_masked(value)), most)


def _masked(value: object, depth: int = 0) -> object:
    match value:
        case ProcessVariables() | Unknown():
            return value
        case Mapping() if depth < 4:
            items = cast("Mapping[object, object]", value).items()
            return {
                key: MASK if is_secret(str(key)) and inner is not None else _masked(inner, depth + 1)
                for key, inner in list(items)[:50]
            }
        case list() if depth < 4:
            return [_masked(inner, depth + 1) for inner in cast("list[object]", value)[:50]]
        case str():
            return _IN_URL.sub(rf"\1:{MASK}@", value[:2_000])
        case _:
            return value


def _short(most: int) -> Repr:
    short = Repr()
    short.maxstring = short.maxother = short.maxlong = most
    short.maxdict = short.maxlist = short.maxtuple = 10
    return short
