"""Index: who names what, so that an edit re-checks only those it touches.

Each mapping goes from a key to the tasks that mention it, in YAML order. Checks that look beyond
their own task do it through the index (and `Project.tasks`), never by walking all tasks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType

from pipelens.frozen import frozen


@frozen
class Mention:
    """A task of an entry, and the product key where one is meant. `task` counts within the entry."""

    entry: int
    task: int
    key: str = ""


Mentions = Mapping[str, tuple[Mention, ...]]
_NONE: Mentions = MappingProxyType({})


@frozen
class Index:
    """by_name: task name → tasks so called (more than one: duplicates). by_product: product path or
    relation → products declared there. by_source: source file or dotted path → tasks that run it.
    needed_by: name or wildcard pattern as declared → tasks that declare it. by_file: file → tasks whose
    code it holds (a module with functions, too)."""

    by_name: Mentions = field(default_factory=lambda: _NONE)
    by_product: Mentions = field(default_factory=lambda: _NONE)
    by_source: Mentions = field(default_factory=lambda: _NONE)
    needed_by: Mentions = field(default_factory=lambda: _NONE)
    by_file: Mentions = field(default_factory=lambda: _NONE)
