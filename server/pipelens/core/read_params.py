"""Reading what an entry passes to its task: `params`, `resources_` and `upstream` (6.5, 6.6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from sys import intern
from types import MappingProxyType
from typing import cast

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from pipelens.core.problems import Place
from pipelens.core.read_grid import call_of
from pipelens.core.reading import PieceReader
from pipelens.core.source_paths import absolute
from pipelens.core.spec import NO_CALLS, NO_PLACES, NO_RESOURCES, NOTHING, DottedPath, Named
from pipelens.core.text import Span
from pipelens.core.typed_nodes import items_of, pairs_of
from pipelens.core.values import mapping_of, sequence_of
from pipelens.core.yaml_values import SEQ, STR
from pipelens.frozen import frozen

_PLAIN = frozenset({bool, int, float, type(None)})
_PLAIN_OR_TEXT = _PLAIN | {str}
_RESERVED = ("product", "upstream")
_NUMBER_TEXT = re.compile(r"[-+]?[\d_]+(?:\.\d*)?(?:[eE][-+]?\d+)?")


@frozen
class Params:
    """The values, where their names and values are written, and those that are results of functions."""

    values: Mapping[str, object]
    places: Mapping[str, Place]
    value_places: Mapping[str, Place]
    calls: Mapping[str, DottedPath]


def read_params(reader: PieceReader, node: Node | None, with_grid: bool, kind: str) -> Params:
    """What `params` passes. with_grid: then null is fine. kind: the task's."""
    if node is None or (with_grid and reader.is_null(node)):
        return Params(NOTHING, NO_PLACES, NO_PLACES, NO_CALLS)
    values: dict[str, object] = {}
    spans: dict[str, Span] = {}
    value_spans: dict[str, Span] = {}
    calls: dict[str, DottedPath] = {}
    pairs = reader.mapping(node, "params")
    for key, value_node in pairs or ():
        name = intern(key.value)  # thousands of entries have the same
        if key.tag != STR and not isinstance(reader.raw(key), str):
            reader.report("param-name", f"a param's name must be text, not {key.value}", key)
            continue
        if name in _RESERVED:
            reader.report("param-name", f"{name!r} is given to every task; a param needs another name", key)
            continue
        value = reader.value(value_node)
        _warn_of_typing(reader, value_node, name, value)
        if type(value) not in _PLAIN:
            call = call_of(reader, value_node, value)
            if call:
                calls[name] = call
            if kind == "notebook" and not call and name != "resources_":
                fault = None if _is_plain_list(value) else _not_json(value)
                if fault:
                    reader.report(
                        "param-not-storable", f"{name!r} {fault}, which cannot go into a notebook", value_node
                    )
        values[name], spans[name], value_spans[name] = value, reader.span(key), reader.span(value_node)
    return Params(values, reader.places(spans), reader.places(value_spans), calls or NO_CALLS)


def _warn_of_typing(reader: PieceReader, node: Node, name: str, value: object) -> None:
    """Quoted numbers and `1,000` lose the type their writer meant (quirk Q7)."""
    if not isinstance(node, ScalarNode):
        return
    if isinstance(value, int | float) and node.style in ("'", '"') and _NUMBER_TEXT.fullmatch(node.value):
        reader.report(
            "quoted-number",
            f"{name!r} becomes the number {value!r} in spite of its quotes; text needs quotes inside: {chr(34)}'{node.value}'{chr(34)}",
            node,
        )
    elif isinstance(value, tuple) and not node.value.lstrip().startswith("("):
        reader.report(
            "text-becomes-tuple",
            f"{name!r} becomes the tuple {value!r}; write it without commas, or as a list",
            node,
        )


def read_resources(
    reader: PieceReader, params_node: Node | None, params: Mapping[str, object]
) -> Mapping[str, str]:
    """`params.resources_`: name → absolute path of an existing file (section 6.6)."""
    value = params.get("resources_")
    if "resources_" not in params or not isinstance(params_node, MappingNode):
        return NO_RESOURCES
    node = next(v for k, v in reader.pairs(params_node) if k.value == "resources_")
    paths = mapping_of(value)
    if paths is None or not isinstance(node, MappingNode):
        reader.wrong_type(node, "resources_", "a mapping of names to files")
        return MappingProxyType({})
    found: dict[str, str] = {}
    for key, path_node in reader.pairs(node):
        path = paths.get(key.value)
        if not isinstance(path, str):
            reader.wrong_type(path_node, f"resource {key.value!r}", "the path of a file")
            continue
        found[str(key.value)] = full = absolute(reader.context.root, path)
        there = reader.context.files.kind(full)
        if there != "file":
            why = "is a folder; name a file" if there == "folder" else "does not exist"
            reader.report("resource-missing", f"resource {key.value!r}: {path} {why}", path_node)
    return MappingProxyType(found)


def read_upstream(reader: PieceReader, node: Node | None) -> tuple[Named, ...]:
    """The names under `upstream` (section 6.5), each once. node: None when the key is absent."""
    if node is None:
        return ()
    extracted = reader.context.meta.extract_upstream
    if (extracted or not _is_plain(reader, node)) and not reader.value(node):
        return ()
    if extracted:
        reader.report(
            "upstream-conflict",
            "upstream is taken from the sources (meta.extract_upstream is true); declare it there, or set extract_upstream: false",
            node,
        )
        return ()
    names: list[Named] = []
    for item in _name_nodes(node):
        name = reader.value(item)
        if isinstance(name, str):
            names.append(Named(intern(name), reader.place(item)))
        else:
            reader.wrong_type(item, "a name in upstream", "the name of a task")
    return tuple({named.name: named for named in names}.values())


def _is_plain(reader: PieceReader, node: Node) -> bool:
    """Whether it is a list of plain words, as nearly all are: its value need not be made to know it."""
    return (
        reader.literal
        and isinstance(node, SequenceNode)
        and node.tag == SEQ
        and len(node.value) > 0
        and all(map(_is_word, items_of(node)))
    )


def _is_word(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.tag == STR


def _name_nodes(node: Node) -> list[Node]:
    match node:
        case SequenceNode():
            return items_of(node)
        case MappingNode():
            return [key for key, _ in pairs_of(node)]
        case _:
            return [node]


def _is_plain_list(value: object) -> bool:
    return type(value) is str or (
        type(value) is list and _PLAIN_OR_TEXT.issuperset(map(type, cast("list[object]", value)))
    )


def _not_json(value: object) -> str | None:
    """Why a notebook cannot be given `value`, or None."""
    if value is None or isinstance(value, bool | int | float | str):
        return None
    mapping = mapping_of(value)
    if mapping is not None:
        texts = [isinstance(key, str) for key in mapping]
        if any(texts) and not all(texts):
            return "has keys of several types"
    items = mapping.values() if mapping is not None else sequence_of(value)
    if items is None:
        return f"holds a {type(value).__name__} ({value})"
    return next((fault for item in items if (fault := _not_json(item))), None)
