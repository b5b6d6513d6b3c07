"""Env: the values of `env.yaml`, the default placeholders and the command line, and their places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from pipelens.core.problems import Place, Problem

Origin = Literal["default", "file", "imported", "command line"]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that must not be found out yet (`{{git}}` before trust): text that uses it is shown
    with the placeholder left in, and nothing is reported about it."""

    reason: str


class ProcessVariables(dict[str, str]):
    """The value of `env`: the process's variables, an unset one empty (section 3.2).

    It prints no values, so that no secret lands in a product's name by a slip.
    """

    def __missing__(self, key: str) -> str:
        return ""

    def __repr__(self) -> str:
        return "<environment>"


@dataclass(frozen=True, slots=True)
class EnvValue:
    """One top-level name. `place`: its key in the env file, None for a default."""

    name: str
    value: object
    origin: Origin
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Env:
    """All names that a placeholder may use.

    path: the env file, None when there is none. values: by name, nested mappings as they are.
    used: top-level names that the file's own values refer to. folders: those to create at build
    (section 3.2, `path`).
    """

    path: str | None = None
    values: Mapping[str, EnvValue] = field(default_factory=lambda: MappingProxyType({}))
    used: frozenset[str] = frozenset()
    folders: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
