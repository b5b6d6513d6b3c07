"""The header of a Python script as jupytext writes it: what comes before its first cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Literal, cast

import yaml

Format = Literal["percent", "hydrogen", "light"]

_CODING = re.compile(r"[ \t\f]*#.*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)")
_DASHES = re.compile(r"# ?---\s*$")
_HARMLESS = frozenset({"text_representation", "formats", "notebook_metadata_filter", "cell_metadata_filter"})


class Strange(Exception):
    """Something that is left to jupytext."""


def read_header(lines: list[str]) -> tuple[int, Mapping[str, Any], Format | None]:
    """How many lines come before the first cell, what they say, and the format they name."""
    at = 0
    if not lines or lines[0][:1] not in ("#", " ", "\t"):
        return 0, {}, None
    if lines[0].startswith("#!"):
        if "coding" in lines[0]:
            raise Strange
        at = 1
    if at < len(lines):
        coding = _CODING.match(lines[at]) if "coding" in lines[at] else None
        if coding is not None:
            if coding[1] != "utf-8":
                raise Strange
            at += 1
    if at >= len(lines) or not lines[at].startswith("#"):
        return at, {}, None
    if lines[at].strip() == "#":
        raise Strange
    if _DASHES.match(lines[at]) is None:
        if at == 0 and len(lines) > 1 and "coding" in lines[1]:
            return 0, {}, None
        return at, {}, None
    end = at + 1
    while end < len(lines) and lines[end].startswith("#") and not _DASHES.match(lines[end]):
        end += 1
    if end >= len(lines) or not lines[end].startswith("#"):
        raise Strange
    metadata, named = _said("\n".join(lines[at + 1 : end]))
    end += 1
    if end < len(lines) and not uncommented(lines[end]).strip():
        end += 1
    return end, metadata, named


@lru_cache(maxsize=64)
def _said(header: str) -> tuple[Mapping[str, Any], Format | None]:
    """What the header of a script says; the scripts of a project tend to share theirs."""
    lines = [uncommented(line) for line in header.split("\n")]
    if lines[0] != "jupyter:" or any(line and not line[0].isspace() for line in lines[1:]):
        raise Strange
    if any(mark in header for mark in "&*!"):
        raise Strange
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        found: object = yaml.load("\n".join(lines), loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Strange from error
    metadata: object = found.get("jupyter") if isinstance(found, dict) else None  # pyright: ignore
    if not isinstance(metadata, dict):
        raise Strange
    values = cast("dict[str, Any]", metadata)
    if not values.keys() <= {"jupytext", "kernelspec", "language_info"}:
        raise Strange
    kernel = values.get("kernelspec", {})
    if not isinstance(kernel, dict) or cast("dict[str, Any]", kernel).get("language", "python") != "python":
        raise Strange
    own = values.get("jupytext", {})
    if not isinstance(own, dict) or not cast("dict[str, Any]", own).keys() <= _HARMLESS:
        raise Strange
    options = cast("dict[str, Any]", own)
    form = options.get("text_representation")
    if form is None:
        if "formats" in options:
            raise Strange
        return values, None
    if not isinstance(form, dict):
        raise Strange
    match cast("dict[str, Any]", form):
        case {"extension": ".py", "format_name": "percent" | "hydrogen" | "light" as name, **rest}:
            if not rest.keys() <= {"format_version", "jupytext_version"}:
                raise Strange
            if not all(isinstance(each, str) for each in (*rest.values(), *_texts(options))):
                raise Strange
            return values, name
        case _:
            raise Strange


def _texts(options: Mapping[str, object]) -> Iterator[object]:
    for name in ("formats", "notebook_metadata_filter", "cell_metadata_filter"):
        yield options.get(name, "")


def uncommented(line: str) -> str:
    if line.startswith("# "):
        return line[2:]
    return line[1:] if line.startswith("#") else line
