"""Env: the values of `env.yaml`, the default placeholders and the command line, and their places."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from pipelens.core.problems import Edit, Fix, Place, Problem, Related, problem
from pipelens.core.spec import Named
from pipelens.frozen import frozen

if TYPE_CHECKING:
    from pipelens.core.expansion import Expansion

Origin = Literal["default", "file", "imported", "command line"]


@frozen
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


@frozen
class EnvValue:
    """One top-level name. `place`: its key in the env file, None for a default."""

    name: str
    value: object
    origin: Origin
    place: Place | None = None


@frozen
class Env:
    """All names that a placeholder may use.

    path: the env file, None when there is none. values: by name, nested mappings as they are.
    used: top-level names that the file's own values refer to, references: where. folders: those to create at build
    (section 3.2, `path`); relative ones count from the working folder. imported: files named in
    `meta.import_from`. broken: a file could not be read, so that nobody knows what it defines.
    """

    path: str | None = None
    values: Mapping[str, EnvValue] = field(default_factory=lambda: MappingProxyType({}))
    used: frozenset[str] = frozenset()
    folders: tuple[str, ...] = ()
    imported: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    broken: bool = False
    references: tuple[Named, ...] = ()
    imports: tuple[Named, ...] = ()


@frozen
class OverrideError:
    """Why an `--env--KEY` option cannot be taken: a mistake on the command line, not in a file."""

    message: str


_CODES: Mapping[str, str] = MappingProxyType(
    {
        "undefined": "undefined-placeholder",
        "missing-attribute": "missing-placeholder-key",
        "syntax": "template-syntax",
        "refused": "template-refused",
        "failed": "template-failure",
    }
)


def problems_of_expansion(
    expansion: Expansion, place_at: Callable[[int, int], Place], env: Env | None = None
) -> list[Problem]:
    """The problems of one expanded string; `place_at` turns two offsets in it into a place.

    A near name is offered as a fix where the place shows the name alone (in a YAML string with
    escapes it may show the whole string). env: shows where the name that is meant is defined; of a
    broken one nothing is reported as undefined.
    """
    found: list[Problem] = []
    for error in expansion.errors:
        if error.kind == "undefined" and env is not None and env.broken:
            continue
        place = place_at(error.start, error.end)
        fixes: list[Fix] = []
        related: list[Related] = []
        if error.suggestion is not None:
            if _shows(place, error.end - error.start):
                fixes.append(Fix(f"Change to '{error.suggestion}'", (Edit(place, error.suggestion),)))
            meant = env.values.get(error.suggestion) if env is not None else None
            if error.kind == "undefined" and meant is not None and meant.place is not None:
                related.append(Related(meant.place, f"'{error.suggestion}' is defined here"))
        found.append(problem(_CODES[error.kind], error.message, place, related=related, fixes=fixes))
    return found


def _shows(place: Place, length: int) -> bool:
    start, end = place.span.start, place.span.end
    return start.line == end.line and end.character - start.character == length


def unused_keys(env: Env, used_names: Container[str]) -> list[Problem]:
    """A warning for each key of the env file that neither the spec (`used_names`) nor the env uses."""
    return [
        problem(
            "unused-env-key",
            f"'{value.name}' is used neither in the pipeline nor in the env. Use it as "
            f"{{{{{value.name}}}}}, or take it out",
            value.place,
            unnecessary=True,
        )
        for value in env.values.values()
        if value.origin in ("file", "command line")
        and value.place is not None
        and value.name not in used_names
        and value.name not in env.used
        and value.name != "_module"
    ]
