"""Our settings: `pipelens.toml` beside the pipeline, or `[tool.pipelens]` in `pyproject.toml`.

They never live in the pipeline file, which Ploomber would refuse then. The first file that has any,
from the pipeline's folder up to the root, is the one that counts. A value that is not understood is
told at its place and left out; the others hold.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Any, Literal, cast

from pipelens.core.files import Files, Unreadable
from pipelens.core.problems import SEVERITIES, Edit, Fix, Place, Problem, problem, rules
from pipelens.core.suggestions import nearest
from pipelens.core.suppression import SeverityChoice
from pipelens.core.text import NOWHERE, Position, Span, split_lines
from pipelens.frozen import frozen

_NAMES = ("severity", "interpreter", "engine", "failures")
_VALUES = ("none", "small", "all")
_ENGINES = ("warm", "process", "kernel")
_CHOICES = (*SEVERITIES, "off")
_LARGEST = 1_000_000
FailureValues = Literal["none", "small", "all"]
_LONGEST_WAY_UP = 32
_TABLE = re.compile(r"\s*\[\s*(?P<name>[^\[\]]+?)\s*\]\s*(?:#.*)?$")
_KEY = re.compile(r"\s*(?P<key>[\w.\"'-]+)\s*=\s*(?P<value>\"[^\"\r\n]*\"|'[^'\r\n]*'|[^\s#]+)?")
_ERROR_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")
_NOTHING: Mapping[str, SeverityChoice] = MappingProxyType({})


@frozen
class Settings:
    """What the project's own settings say.

    path: the file that they come from, None when there is none. severity: by problem code.
    interpreter: the Python for tasks, absolute or a name; it names a program, so it must not be used
    before the workspace is trusted. engine: how tasks are run, None for the usual. failure_values: which
    whole arrays a recorded failure holds. problems: of the settings file itself.
    """

    path: str | None = None
    severity: Mapping[str, SeverityChoice] = field(default_factory=lambda: _NOTHING)
    interpreter: str | None = None
    engine: str | None = None
    problems: tuple[Problem, ...] = ()
    failure_values: FailureValues = "small"


def read_settings(files: Files, folder: str, root: str) -> Settings:
    """The settings for a pipeline in `folder`, whose root is `root` (both absolute)."""
    for place in _folders(folder, root):
        for name, inner in (("pipelens.toml", ()), ("pyproject.toml", ("tool", "pipelens"))):
            path = os.path.join(place, name)
            if files.kind(path) != "file":
                continue
            text = files.read(path)
            if isinstance(text, Unreadable):
                if inner:
                    continue
                message = f"'{name}' {text.reason}, so its settings have no effect"
                return Settings(path, problems=(problem("bad-setting", message, Place(path)),))
            found = parse_settings(path, text, inner)
            if found is not None:
                return found
    return Settings()


def _folders(folder: str, root: str) -> Iterator[str]:
    """`folder` and those above it up to `root`; only `folder` when it is not below `root`."""
    yield folder
    up = folder
    for _ in range(_LONGEST_WAY_UP):
        if up == root or len(up) <= len(root):
            return
        up = os.path.dirname(up)
        if not (up == root or up.startswith(root.rstrip("/\\") + os.sep)):
            return
        yield up


def parse_settings(path: str, text: str, table: tuple[str, ...]) -> Settings | None:
    """The settings in a TOML text under `table`; None when it has no such table."""
    if table and table[-1] not in text:
        return None
    places = _Places(path, text)
    if len(text) > _LARGEST:
        return Settings(path, problems=(_bad("the file is too large for settings", Place(path)),))
    try:
        values = _loads(text)
    except (ValueError, RecursionError) as error:  # TOMLDecodeError is a ValueError
        if table and places.table(table) is None:
            return None  # another tool's file as well: told only where our table can be seen
        return Settings(
            path, problems=(_bad(f"not valid TOML: {_reason(error)}", _error_place(path, error)),)
        )
    found: object = values
    for name in table:
        found = cast("dict[str, object]", found).get(name) if isinstance(found, dict) else None
    if found is None:
        return None
    if not isinstance(found, dict):
        return Settings(path, problems=(_bad("settings are a table", places.of(table[:-1], table[-1])),))
    return _Reader(path, table, places).read(cast("dict[str, object]", found))


def _loads(text: str) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib

        return tomllib.loads(text.removeprefix("\ufeff"))
    import tomli  # pyright: ignore[reportMissingImports]

    return tomli.loads(text.removeprefix("\ufeff"))


class _Reader:
    def __init__(self, path: str, table: tuple[str, ...], places: _Places) -> None:
        self.path = path
        self.table = table
        self.places = places
        self.problems: list[Problem] = []

    def read(self, values: dict[str, object]) -> Settings:
        severity: dict[str, SeverityChoice] = {}
        interpreter: str | None = None
        engine: str | None = None
        failure_values: FailureValues = "small"
        for name, value in values.items():
            match name, value:
                case "severity", dict():
                    severity = dict(self._severities(cast("dict[str, object]", value)))
                case "severity", _:
                    self._tell("'severity' is a table of problem codes", name)
                case "interpreter", str() if value.strip():
                    interpreter = value
                case "interpreter", _:
                    self._tell("'interpreter' is the path or the name of a Python, as text", name)
                case "engine", str() if value in _ENGINES:
                    engine = value
                case "engine", _:
                    self._tell(f"'engine' is one of {', '.join(map(repr, _ENGINES))}", name)
                case "failures", dict():
                    failure_values = self._failure_values(cast("dict[str, object]", value))
                case "failures", _:
                    self._tell("'failures' is a table with the key 'values'", name)
                case _:
                    known = f"there is no setting '{name}' (there are {', '.join(_NAMES)})"
                    self._tell(known, name, nearest(name, _NAMES))
        shown = MappingProxyType(severity)
        return Settings(self.path, shown, interpreter, engine, tuple(self.problems), failure_values)

    def _failure_values(self, values: dict[str, object]) -> FailureValues:
        found: FailureValues = "small"
        for name, value in values.items():
            if name != "values":
                self._tell(
                    f"there is no setting 'failures.{name}'", name, nearest(name, ["values"]), "failures"
                )
            elif isinstance(value, str) and value in _VALUES:
                found = cast("FailureValues", value)
            else:
                self._tell(
                    f"'failures.values' is one of {', '.join(map(repr, _VALUES))}", name, None, "failures"
                )
        return found

    def _severities(self, values: dict[str, object]) -> Iterator[tuple[str, SeverityChoice]]:
        known = rules()
        for code, value in values.items():
            if code not in known:
                near = nearest(code, known)
                self._tell(f"there is no problem code '{code}'", code, near, "severity")
            elif value in _CHOICES:
                yield code, cast("SeverityChoice", value)
            else:
                place = self.places.value((*self.table, "severity"), code)
                is_own = self.places.has((*self.table, "severity"), code)
                near = nearest(value, _CHOICES) if isinstance(value, str) and is_own else None
                choices = ", ".join(f"'{choice}'" for choice in _CHOICES)
                self.problems.append(
                    _bad(f"a severity is one of {choices}", place, f'"{near}"' if near else None)
                )

    def _tell(self, message: str, key: str, near: str | None = None, *inner: str) -> None:
        place = self.places.of((*self.table, *inner), key)
        if near is not None:
            message += f"; did you mean '{near}'?"
        is_own = self.places.has((*self.table, *inner), key)
        self.problems.append(_bad(message, place, near if is_own else None))


def _bad(message: str, place: Place, replacement: str | None = None) -> Problem:
    fixes = [Fix(f"Change to {replacement}", (Edit(place, replacement),))] if replacement else []
    return problem("bad-setting", message, place, fixes=fixes if place.span != NOWHERE else ())


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return _ERROR_PLACE.sub("", str(error)).strip().rstrip(".")


def _error_place(path: str, error: Exception) -> Place:
    found = _ERROR_PLACE.search(str(error))
    if found is None:
        return Place(path)
    line, character = int(found[1]) - 1, int(found[2]) - 1
    return Place(path, Span(Position(line, character), Position(line, character + 1)))


class _Places:
    """Where keys are written. The TOML parser tells no places, so the lines are read once more for
    tables and keys; a key in a form that this does not know is told at its table or at the top."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.keys: dict[tuple[str, ...], tuple[Span, Span | None]] = {}
        self.tables: dict[tuple[str, ...], Span] = {}
        current: tuple[str, ...] = ()
        for number, line in enumerate(split_lines(text)):
            header = _TABLE.match(line)
            if header is not None:
                current = _dotted(header["name"])
                self.tables.setdefault(current, Span.on_line(number, *header.span("name")))
                continue
            key = _KEY.match(line)
            if key is not None:
                value = Span.on_line(number, *key.span("value")) if key["value"] else None
                named = (*current, *_dotted(key["key"]))
                self.keys.setdefault(named, (Span.on_line(number, *key.span("key")), value))

    def table(self, table: tuple[str, ...]) -> Span | None:
        inner = (span for name, span in self.tables.items() if name[: len(table)] == table)
        return next(inner, None)

    def of(self, table: tuple[str, ...], key: str) -> Place:
        """The place of a key: its own, that of the table it makes, or that of what holds it."""
        name = (*table, key)
        while name:
            if name in self.keys:
                return Place(self.path, self.keys[name][0])
            span = self.table(name)
            if span is not None:
                return Place(self.path, span)
            name = name[:-1]
        return Place(self.path)

    def has(self, table: tuple[str, ...], key: str) -> bool:
        """Whether the key stands on a line of its own, and not in the braces of another's value."""
        return (*table, key) in self.keys

    def value(self, table: tuple[str, ...], key: str) -> Place:
        found = self.keys.get((*table, key))
        if found is not None and found[1] is not None:
            return Place(self.path, found[1])
        return self.of(table, key)


def _dotted(text: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in text.split("."))
