"""The types of messages as clients see them: which named types there are, in TypeScript and by example."""

from __future__ import annotations

import dataclasses
import re
import sys
import types
from collections.abc import Mapping
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

UNKNOWN: Final = "unknown"
"""What a client takes a word for that it does not know."""

_EXAMPLES: Mapping[str, object] = {
    "pipeline": "file:///project/pipeline.yaml",
    "uri": "file:///project/out/data.csv",
    "task": "load",
    "tasks": "load",
    "started_at": "2024-05-17T09:30:00+02:00",
    "client": "vscode",
    "client_commands": "pipelens.showGraph",
}


def wire_name(field: str) -> str:
    """A field's name in JSON: `started_at` is `startedAt`."""
    head, *rest = field.split("_")
    return head + "".join(part.capitalize() for part in rest)


def fields_of(type_: type) -> dict[str, tuple[Any, bool]]:
    """The fields of a dataclass: their types, and whether a sender may leave them out."""
    hints = get_type_hints(type_)
    return {
        field.name: (
            hints[field.name],
            field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING,
        )
        for field in dataclasses.fields(type_)
    }


def named_types(*roots: Any) -> list[type]:
    """The dataclasses that `roots` consist of, each once, by name."""
    found: dict[str, type] = {}

    def visit(one: Any) -> None:
        if dataclasses.is_dataclass(one) and isinstance(one, type):
            if one.__name__ not in found:
                found[one.__name__] = one
                for inner, _ in fields_of(one).values():
                    visit(inner)
        else:
            for inner in get_args(one):
                visit(inner)

    for root in roots:
        visit(root)
    return [found[name] for name in sorted(found)]


def words_of(type_: type) -> dict[str, tuple[str, ...]]:
    """The named sets of words (`Literal` aliases) of a type's module that its fields use."""
    used = {str(inner) for inner, _ in fields_of(type_).values() for inner in (inner, *get_args(inner))}
    module = vars(sys.modules[type_.__module__])
    return {
        name: get_args(value)
        for name, value in module.items()
        if get_origin(value) is Literal and str(value) in used
    }


# -- TypeScript


def interface(type_: type) -> str:
    """The declaration of a type."""
    text = re.sub(r"\bNone\b", "null", type_.__doc__ or "")
    for name in fields_of(type_):
        text = re.sub(rf"\b{name}\b(?=:)", wire_name(name), text)
    lines = [*_comment(text), f"export interface {type_.__name__} {{"]
    words = {value: name for name, value in words_of(type_).items()}
    for name, (inner, optional) in fields_of(type_).items():
        lines.append(f"  {wire_name(name)}{'?' if optional else ''}: {typescript(inner, words)};")
    return "\n".join([*lines, "}"])


def enumeration(name: str, words: tuple[str, ...]) -> str:
    """A set of words, and how a client reads one: as `unknown` when it does not know it."""
    known = ", ".join(f'"{word}"' for word in words)
    constant = re.sub(r"(?<!^)(?=[A-Z])", "_", name).upper()
    return (
        f"export const {constant} = [{known}] as const;\n"
        f'export type {name} = (typeof {constant})[number] | "{UNKNOWN}";\n'
        f"export function as{name}(word: unknown): {name} {{\n"
        f'  return (({constant} as readonly unknown[]).includes(word) ? word : "{UNKNOWN}") as {name};\n'
        "}"
    )


def typescript(type_: Any, words: Mapping[tuple[str, ...], str] = types.MappingProxyType({})) -> str:
    """A type's name in TypeScript."""
    origin, inner = get_origin(type_), get_args(type_)
    match type_, origin:
        case _, _ if type_ in (None, type(None)):
            return "null"
        case _, _ if type_ in _SCALARS:
            return _SCALARS[type_]
        case _, _ if origin is Literal:
            if len(inner) == 1:
                return f'"{inner[0]}"'  # what tells the types of a union apart
            return words.get(inner) or " | ".join(f'"{word}"' for word in (*inner, UNKNOWN))
        case _, _ if origin in (Union, types.UnionType):
            return " | ".join(typescript(one, words) for one in inner)
        case _, _ if origin in (tuple, frozenset, list):
            element = typescript(inner[0], words)
            return f"({element})[]" if " | " in element else f"{element}[]"
        case _, _ if isinstance(origin, type) and issubclass(origin, Mapping):
            return f"Record<string, {typescript(inner[1], words)}>"
        case _, _ if dataclasses.is_dataclass(type_) and isinstance(type_, type):
            return type_.__name__
        case _:
            raise TypeError(f"no TypeScript for {type_}")


_SCALARS: Mapping[Any, str] = {
    str: "string",
    int: "number",
    float: "number",
    bool: "boolean",
    Any: "unknown",
    object: "unknown",
}


def _comment(text: str) -> list[str]:
    lines = [line.strip() for line in text.strip().splitlines()]
    if len(lines) == 1:
        return [f"/** {lines[0]} */"]
    return ["/**", *(f" * {line}".rstrip() for line in lines), " */"]


# -- examples


def example(type_: Any, name: str = "", *, least: bool = False) -> Any:
    """A value of a type. least: without what a sender may leave out."""
    origin, inner = get_origin(type_), get_args(type_)
    if dataclasses.is_dataclass(type_) and isinstance(type_, type):
        fields = fields_of(type_).items()
        return type_(
            **{key: example(of, key, least=least) for key, (of, free) in fields if not (least and free)}
        )
    if origin is Literal:
        return inner[0]
    if origin in (Union, types.UnionType):
        return None if least and type(None) in inner else example(inner[0], name, least=least)
    if origin is tuple:
        return (example(inner[0], name, least=least),)
    if origin is frozenset:
        return frozenset({example(inner[0], name, least=least)})
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {}
    scalars: Mapping[Any, Any] = {str: name or "text", int: 1, float: 1.5, bool: True}
    if type_ is str:
        return _EXAMPLES.get(name, name or "text")
    return scalars.get(type_)


def as_json(value: Any) -> Any:
    """A value of a message's type as JSON has it."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {wire_name(name): as_json(getattr(value, name)) for name in fields_of(type(value))}
    if isinstance(value, (tuple, list, frozenset)):
        told = [as_json(one) for one in value]  # pyright: ignore[reportUnknownVariableType]
        return sorted(told) if isinstance(value, frozenset) else told
    if isinstance(value, Mapping):
        return {str(key): as_json(one) for key, one in value.items()}  # pyright: ignore
    return value
