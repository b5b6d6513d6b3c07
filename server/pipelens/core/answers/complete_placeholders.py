"""Placeholders inside `{{ }}`: names of the env with their values, and what needs no env (section 3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from pipelens.core.answers.complete_item import NOTHING, Completion, Completions, Question, matching
from pipelens.core.answers.yaml_context import InPlaceholder, YamlContext
from pipelens.core.env import EnvValue, ProcessVariables, Unknown
from pipelens.core.text import Position, Span
from pipelens.core.values import mapping_of

_LONGEST: Final = 60

_IN_GRID: Final = (("name",), ("product",))

BUILT_IN: Mapping[str, str] = MappingProxyType(
    {
        "root": "The pipeline's root: relative sources and products start there.",
        "here": "The folder of the pipeline file.",
        "cwd": "The folder in which the command is given.",
        "user": "The login name.",
        "now": "The local time, once per load. In a product's path it makes every run a full run.",
        "git": "The branch, else what `git_hash` gives.",
        "git_hash": "The tag or the short hash, with `-dirty` where files are changed.",
        "env": "Variables of the process: `env.NAME`. An unset one is empty.",
    }
)


def placeholders(question: Question, context: YamlContext, inside: InPlaceholder) -> Completions:
    """Names for the expression at the caret; none in its strings or behind a filter."""
    before = inside.expression[: len(inside.expression) - len(inside.prefix)]
    if before.count('"') % 2 or before.count("'") % 2 or before.rstrip().endswith(("|", "]")):
        return NOTHING
    head, dot, tail = inside.prefix.rpartition(".")
    end = "" if inside.closed else (" }}" if inside.expression[:1] == " " else "}}")
    start = inside.replace.start.character + len(head) + len(dot)
    replace = Span(Position(inside.replace.start.line, start), inside.replace.end)
    if not dot:
        return matching(_names(question, context, replace, end), tail)
    value = _follow(question.project.env.values, head.split("."))
    offers = [
        Completion(str(key), "placeholder", replace, str(key) + end, "" if secret else _shown(below))
        for held, secret in [(mapping_of(value) or {}, isinstance(value, ProcessVariables))]
        for key, below in held.items()
        if isinstance(key, str) and key.isidentifier()
    ]
    return matching(offers, tail)


def in_grid_template(context: YamlContext) -> Completions | None:
    """Keys of the grid inside `[[ ]]` of a name or product (section 6.8); None outside of it."""
    if context.at != "value" or context.place[:1] != ("tasks",) or context.place[1:2] not in _IN_GRID:
        return None
    before, opened, typed = context.prefix.rpartition("[[")
    if not opened or "]]" in typed:
        return None
    behind = context.word[len(context.prefix) :]
    name = re.match(r"\w*", behind)
    rest = behind[name.end() if name else 0 :]
    start = context.replace.start.character + len(before) + 2
    line = context.replace.start.line
    stop = context.replace.start.character + len(context.prefix) + (name.end() if name else 0)
    end = "" if rest.lstrip().startswith("]") else "]]"
    replace = Span.on_line(line, start, stop)
    keys = context.nested.get("grid", ())
    return matching([Completion(key, "param", replace, key + end, "of the grid") for key in keys], typed)


def _names(question: Question, context: YamlContext, replace: Span, end: str) -> list[Completion]:
    values = question.project.env.values
    own = [
        _offer(value, replace, end)
        for value in values.values()
        if value.origin != "default" and value.name.isidentifier() and _usable(question, context, value)
    ]
    built_in = [
        Completion(
            name, "placeholder", replace, name + end, _shown(values[name].value) if name in values else "", doc
        )
        for name, doc in BUILT_IN.items()
        if name not in values or values[name].origin == "default"
    ]  # fmt: skip
    return [*own, *built_in]


def _offer(value: EnvValue, replace: Span, end: str) -> Completion:
    origin = {"file": "env file", "imported": "imported env file"}.get(value.origin, value.origin)
    return Completion(
        value.name, "placeholder", replace, value.name + end, _shown(value.value), f"From the {origin}."
    )


def _usable(question: Question, context: YamlContext, value: EnvValue) -> bool:
    """In the env file itself only what stands above, and is no mapping, can be used."""
    if value.name == "_module":
        return False
    if context.file != "env":
        return True
    if value.place is None or value.place.path != question.path:
        return not isinstance(value.value, dict)
    return value.place.span.start.line < question.position.line and not isinstance(value.value, dict)


def _follow(values: Mapping[str, EnvValue], parts: list[str]) -> object:
    first = values.get(parts[0])
    value: object = first.value if first is not None else None
    for part in parts[1:]:
        value = (mapping_of(value) or {}).get(part)
    return value


def _shown(value: object) -> str:
    """A value in a few words; variables of the process are never shown."""
    match value:
        case ProcessVariables():
            return "variables of the process"
        case Unknown():
            return "not known yet"
        case dict():
            return "mapping"
        case list() | tuple():
            return "list"
        case _:
            text = str(value).replace("\n", " ")
            return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
