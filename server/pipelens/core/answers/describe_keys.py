"""Keys of the format in words: what they are for, what they take, where the format says so."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from pipelens.core.answers.describe_blocks import (
    Block,
    Code,
    Facts,
    Paragraph,
    Phrase,
    Strong,
    joined,
    marked,
    paragraph,
)
from pipelens.core.answers.yaml_context import YamlContext, class_of
from pipelens.core.keys import CLASS_KEYS, TASK_KEYS, Key

_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {"names": "names of tasks", "any": "", "choice": "", "boolean": "boolean: true or false"}
)
_TASK_SECTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "name": "6.3",
        "product": "6.4",
        "product_class": "6.4",
        "upstream": "6.5",
        "params": "6.6",
        "on_render": "6.7",
        "on_finish": "6.7",
        "on_failure": "6.7",
        "grid": "6.8",
        "class": "6.2",
    }
)


def describe_key(key: Key, context: YamlContext) -> tuple[Block, ...]:
    """A key at its place."""
    where, section = _where(key, context)
    rows: list[tuple[str, Phrase]] = []
    if key.choices:
        rows.append(("one of", joined([(Code(choice),) for choice in key.choices])))
    elif kind := _TYPES.get(key.type, key.type):
        rows.append(("takes", (kind,)))
    rows.append(("see", (f"section {section} of the format",)))
    return (paragraph(Strong(key.name), f" · {where}"), Paragraph(marked(key.doc)), Facts(tuple(rows)))


def _where(key: Key, context: YamlContext) -> tuple[str, str]:
    place = context.place
    if place[:1] == ("tasks",):
        if len(place) > 1:
            return f"key of {place[1]}", "5.8"
        if key.name in TASK_KEYS:
            return "key of a task", _TASK_SECTIONS.get(key.name, "6.1")
        found = class_of(context)
        classes = (
            [found] if found is not None else [one for one, keys in CLASS_KEYS.items() if key.name in keys]
        )
        return f"key of a task of class {' or '.join(classes)}", "7"
    match place:
        case ():
            return "section of the pipeline", "5"
        case ("clients" | "executor" | "meta" | "config", *_) if key.name != "dotted_path":
            return f"key of {'.'.join(place)}", "5"
        case _:
            return f"key of {'.'.join(place)}", "5.8"
