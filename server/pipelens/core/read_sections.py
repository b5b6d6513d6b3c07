"""Reading the values of single sections: `executor`, and the mappings inside `meta` (5.2, 5.4)."""

from __future__ import annotations

import os
from dataclasses import replace

from yaml.nodes import MappingNode, Node

from pipelens.core.keys import EXECUTORS, PRODUCT_CLASSES, SOURCE_LOADER_KEYS, TASK_CLASSES
from pipelens.core.problems import Place
from pipelens.core.reading import PieceReader
from pipelens.core.source_paths import module_folders
from pipelens.core.spec import Executor, Meta
from pipelens.core.suggestions import nearest
from pipelens.core.values import sequence_of


def read_default_classes(reader: PieceReader, node: Node, classes: dict[str, str]) -> None:
    for key, value in reader.mapping(node, "product_default_class") or ():
        name = str(key.value)
        if name not in TASK_CLASSES:
            near = nearest(name, TASK_CLASSES)
            hint = f"; did you mean {near!r}?" if near else ""
            fixes = [reader.replacement(key, near)] if near else []
            reader.report("unknown-class", f"there is no task class {name!r}{hint}", key, fixes=fixes)
        chosen = reader.choice(value, f"the product class of {name}", PRODUCT_CLASSES)
        if chosen:
            classes[name] = chosen


def read_source_loader(reader: PieceReader, node: Node, meta: Meta) -> Meta:
    pairs = reader.mapping(node, "source_loader")
    if pairs is None:
        return meta
    paths: tuple[str, ...] = ()
    module: str | None = None
    reader.check_keys(pairs, SOURCE_LOADER_KEYS, "source_loader")
    for key, value_node in pairs:
        value = reader.value(value_node)
        listed = sequence_of(value) or ()
        match key.value, value:
            case "path", str():
                paths = (value,)
            case "path", list() if all(isinstance(item, str) for item in listed):
                paths = tuple(map(str, listed))
            case "module", str():
                module = value
                _check_module(reader, module, value_node)
            case (("path" | "module"), _):
                reader.wrong_type(value_node, str(key.value), "text")
            case _:
                pass
    if not pairs or not (paths or module):
        reader.report("missing-key", "source_loader needs 'path' or 'module'", node)
    return replace(meta, source_loader_paths=paths, source_loader_module=module)


def _check_module(reader: PieceReader, module: str, node: Node) -> None:
    context = reader.context
    libraries = (os.path.join(folder, *module.split(".")) for folder in context.library_folders)
    for found in (*module_folders(context, module), *libraries):
        if context.files.kind(found) == "folder" or context.files.kind(found + ".py") == "file":
            return
    reader.report("module-not-found", f"there is no package {module!r} beside the pipeline", node)


def read_executor(reader: PieceReader, node: Node) -> Executor:
    place = reader.place(node)
    if isinstance(node, MappingNode):
        found = reader.dotted_path(node, "executor")
        if found is None:
            return Executor(place=place)
        known = EXECUTORS.get(found.path)
        if known is None:
            if found.path.startswith("ploomber."):
                _unknown_executor(reader, found.path, found.place)
            return Executor("other", found.arguments, found.path, place)
        for key, value in reader.pairs(node):
            if key.value == "dotted_path":
                continue
            if key.value not in known:
                reader.unknown_key(key, known, found.path)
            elif known[key.value].choices:
                reader.choice(value, str(key.value), known[key.value].choices)
        kind = "serial" if found.path.endswith("Serial") else "parallel"
        return Executor(kind, found.arguments, found.path, place)
    value = reader.value(node)
    if value in ("serial", "parallel"):
        return Executor("serial" if value == "serial" else "parallel", place=place)
    if isinstance(value, str) and value in EXECUTORS:
        reader.report(
            "executor-as-text",
            f"Ploomber takes a dotted path only in a mapping: executor: {{dotted_path: {value}}}",
            node,
        )
        return Executor("serial" if value.endswith("Serial") else "parallel", dotted_path=value, place=place)
    if isinstance(value, str) and "." in value:
        if value.startswith("ploomber."):
            _unknown_executor(reader, value, place)
        return Executor("other", dotted_path=value, place=place)
    reader.choice(node, "executor", ("serial", "parallel"))
    return Executor(place=place)


def _unknown_executor(reader: PieceReader, path: str, place: Place) -> None:
    near = nearest(path, EXECUTORS)
    hint = f"; did you mean {near!r}?" if near else f"; known are {', '.join(EXECUTORS)}"
    reader.report("unknown-executor", f"there is no executor {path!r}{hint}", place)
