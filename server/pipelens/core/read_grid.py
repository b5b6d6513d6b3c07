"""Reading `grid` (section 6.8): the combinations, and the names and products made from them."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Mapping
from typing import cast as typed

from yaml.nodes import MappingNode, Node, SequenceNode

from pipelens.core.env import EnvValue
from pipelens.core.problems import Place
from pipelens.core.reading import PieceReader
from pipelens.core.spec import DottedPath, Named
from pipelens.core.typed_nodes import items_of
from pipelens.core.values import mapping_of, sequence_of
from pipelens.frozen import frozen

MAX_ELEMENTS = 20_000
_HOLE = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
CALL = re.compile(r"[^\W\d][\w.]*::[^.:]*")
"""Text that Ploomber takes for a call (section 6.6): one `::`, no dot behind it."""


@frozen
class Grid:
    """elements: the params of each generated task, in order. places: of each key (the first one);
    repeats: the others.

    unknown: some values come from a function whose result only execution can tell.
    """

    elements: tuple[Mapping[str, object], ...]
    places: Mapping[str, Place]
    calls: Mapping[str, DottedPath]
    unknown: bool = False
    repeats: tuple[Named, ...] = ()


def read_grid(reader: PieceReader, node: Node) -> Grid | None:
    """The grid that `node` describes; None when it is not one (reported)."""
    if isinstance(node, MappingNode):
        blocks: list[Node] = [node]
    elif isinstance(node, SequenceNode):
        blocks = items_of(node)
    else:
        reader.wrong_type(node, "grid", "a mapping or a list of mappings")
        return None
    elements: list[Mapping[str, object]] = []
    places: dict[str, Place] = {}
    calls: dict[str, DottedPath] = {}
    repeats: list[Named] = []
    unknown = False
    for block in blocks:
        if not isinstance(block, MappingNode):
            reader.wrong_type(block, "an element of grid", "a mapping")
            return None
        names: list[str] = []
        values: list[list[object]] = []
        for key, value_node in reader.pairs(block):
            name = str(key.value)
            names.append(name)
            if name in places:
                repeats.append(Named(name, reader.place(key)))
            else:
                places[name] = reader.place(key)
            value = reader.value(value_node)
            call = call_of(reader, value_node, value)
            if call:
                calls[name] = call
                result = reader.constant_result(call, value_node)
                if result is None:
                    unknown = True
                    values.append([])
                else:
                    listed = sequence_of(result)
                    values.append([result] if listed is None else list(listed))
            else:
                values.append(_values(reader, value_node, name, value))
        count = 1
        for found in values:
            count *= len(found)
        if len(elements) + count > MAX_ELEMENTS:
            message = f"this grid makes {len(elements) + count:,} tasks; at most {MAX_ELEMENTS:,} are read"
            reader.report("grid-too-large", message, block)
            return None
        elements.extend(dict(zip(names, row, strict=True)) for row in itertools.product(*values))
    return Grid(tuple(elements), places, calls, unknown, tuple(repeats))


def _values(reader: PieceReader, node: Node, name: str, value: object) -> list[object]:
    mapping = mapping_of(value)
    if mapping is not None:
        message = f"a mapping under {name!r} stands for its keys here; write a list"
        reader.report("grid-mapping-value", message, node)
        return list(mapping)
    if isinstance(value, set):
        return list(typed("set[object]", value))
    listed = sequence_of(value)
    return [value] if listed is None else list(listed)


def call_of(reader: PieceReader, node: Node, value: object) -> DottedPath | None:
    """The function whose result a param's value is, when the value has the form of a call."""
    if isinstance(value, str) and CALL.fullmatch(value):
        return DottedPath(value.replace("::", "."), reader.place(node))
    given = mapping_of(value) or {}
    dotted = given.get("dotted_path")
    if isinstance(dotted, str) and CALL.fullmatch(dotted):
        arguments = {str(k): v for k, v in given.items() if k != "dotted_path"}
        return DottedPath(dotted.replace("::", "."), reader.place(node), arguments)
    return None


def fill_holes(text: str, element: Mapping[str, object]) -> str:
    """`text` with each `[[expression]]` replaced; what is undefined is empty."""
    if "[[" not in text:
        return text
    from pipelens.core.expansion import expand

    def fill(match: re.Match[str]) -> str:
        name = match[1].strip()
        if name in element:
            return str(element[name])
        values = {key: EnvValue(key, value, "file") for key, value in element.items()}
        for _ in range(8):
            expansion = expand("{{" + match[1] + "}}", values)
            error = expansion.error
            if error is None:
                return expansion.text
            if error.kind != "undefined" or not error.name or error.name in values:
                return ""
            values[error.name] = EnvValue(error.name, "", "file")
        return ""

    return _HOLE.sub(fill, text)


def numbered_path(template: str, element: Mapping[str, object], number: int) -> str:
    """A grid's file product: values filled in, `-number` before all suffixes of the template's name."""
    folder, name = os.path.split(template.rstrip("/"))
    dots = name.lstrip(".").split(".")[1:]
    suffixes = "".join("." + part for part in dots) if "." in name.lstrip(".") else ""
    stem = name.replace(suffixes, "") if suffixes else name
    filled = fill_holes(stem, element) + f"-{number}" + fill_holes(suffixes, element)
    return os.path.join(fill_holes(folder, element), filled)


def element_name(template: object, element: Mapping[str, object], number: int) -> str:
    """The name of a generated task."""
    text = str(template)
    return fill_holes(text, element) if "[[" in text else f"{text}{number}"
