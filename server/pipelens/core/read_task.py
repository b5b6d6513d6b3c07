"""Reading one entry of `tasks:` (section 6): its keys, its class, the task or tasks it makes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from sys import intern

from yaml.nodes import MappingNode, Node, ScalarNode

from pipelens.core.entry_text import default_name, entry_naming_its_task, is_flat, known_keys
from pipelens.core.keys import CLASS_KEYS, PRODUCT_CLASSES
from pipelens.core.problems import Place
from pipelens.core.read_class import read_class
from pipelens.core.read_grid import Grid, element_name, fill_holes, numbered_path, read_grid
from pipelens.core.read_options import check_older_names, check_options
from pipelens.core.read_params import read_params, read_resources, read_upstream
from pipelens.core.read_products import PathOf, check_notebook_products, check_product_class, read_products
from pipelens.core.reading import Pair, PieceReader
from pipelens.core.source_paths import absolute, source_path_of
from pipelens.core.spec import (
    KIND_OF_CLASS,
    NO_HOOKS,
    NO_PLACES,
    NOTHING,
    DottedPath,
    Hooks,
    Products,
    TaskEntry,
    TaskSpec,
)
from pipelens.core.spec_context import SpecContext
from pipelens.core.text import Document, split_lines
from pipelens.core.yaml_messages import yaml_problem
from pipelens.core.yaml_nodes import Marks
from pipelens.core.yaml_pieces import Piece
from pipelens.core.yaml_recovery import compose_until_error

_HOOKS = frozenset({"on_render", "on_finish", "on_failure"})


def read_entry(piece: Piece, context: SpecContext, entry: int) -> TaskEntry:
    """The entry in `piece`. A broken one keeps what stands before its mistake, if that names a task."""
    piece = piece.whole()
    if piece.error or piece.node is None:
        problems = (
            (yaml_problem(piece.error, piece.text, context, entry),)
            if piece.error and piece.error.message
            else ()
        )
        tasks, label = _salvage(piece, context, entry)
        return TaskEntry(entry, context.path, tasks, problems, True, label)
    text = piece.text
    literal = "{{" not in text and "{%" not in text and "{#" not in text and "\\" not in text
    reader = PieceReader(context, piece.marks, entry, flat=is_flat(text), literal=literal)
    reading = _EntryReading(reader, piece.node)
    tasks = reading.read()
    label = tasks[0].name if tasks else reading.label
    return TaskEntry(
        entry,
        context.path,
        tasks,
        tuple(reader.problems),
        False,
        label,
        tuple(reader.placeholders),
    )


def _salvage(piece: Piece, context: SpecContext, entry: int) -> tuple[tuple[TaskSpec, ...], str]:
    """What the part before the mistake says, so that its name does not vanish while one types."""
    node = entry_naming_its_task(compose_until_error(piece.text))
    if node is None and piece.error is not None:
        # The mistake may have swallowed the value in front of it.
        node = entry_naming_its_task(
            compose_until_error("".join(split_lines(piece.text)[: piece.error.span.start.line]))
        )
    if node is None:
        return (), ""
    reading = _EntryReading(PieceReader(context, Marks(Document(piece.text)), entry), node)
    tasks = reading.read()
    return tasks, tasks[0].name if tasks else reading.label


class _EntryReading:
    """One pass over an entry's node."""

    def __init__(self, reader: PieceReader, node: Node) -> None:
        self.reader = reader
        self.context = reader.context
        self.node = node
        self.nodes: dict[str, Node] = {}
        self.keys: dict[str, ScalarNode] = {}
        self.label = ""

    def read(self) -> tuple[TaskSpec, ...]:
        reader, node = self.reader, self.node
        match node:
            case ScalarNode() if not reader.is_null(node) and isinstance(reader.raw(node), str):
                if self.context.imported:
                    reader.wrong_type(node, "a task of an imported file", "a mapping with `source`")
                    return ()
                self.nodes["source"] = node
                pairs: list[Pair] = []
            case MappingNode():
                pairs = reader.pairs(node)
            case _:
                reader.wrong_type(node, "a task", "a mapping with `source` and `product`")
                return ()
        keys, nodes = self.keys, self.nodes
        for key, value in pairs:
            name = intern(key.value)  # kept for every entry
            keys[name], nodes[name] = key, value
        return self._read_keys()

    def _present(self, key: str) -> Node | None:
        """The value of a key that counts as absent when it is null."""
        node = self.nodes.get(key)
        return None if node is None or self.reader.is_null(node) else node

    def _start(self) -> Place:
        """Where to blame what the entry lacks: its first key, or all of it when it has none."""
        first = next(iter(self.keys.values()), None)
        return self.reader.place(first if first is not None else self.node)

    def _read_keys(self) -> tuple[TaskSpec, ...]:
        reader, nodes = self.reader, self.nodes
        name_value = self._name()
        source = self._source()
        reader.task = name = (
            intern(str(name_value)) if name_value is not None else source and default_name(source)
        )
        self.label = reader.task or ""
        class_node = self._present("class")
        class_name = read_class(reader, nodes, class_node, source)
        if source is None and name_value is None:
            self._check_unknown(class_name)
            return ()
        kind = KIND_OF_CLASS.get(class_name, "other")
        options = self._options(class_name)
        grid = self._grid(name_value)
        products_class = self._product_class(class_name)
        source_path = source_path_of(self.context, source or "", kind)
        params = read_params(reader, nodes.get("params"), grid is not None, kind)
        upstream = read_upstream(reader, self._present("upstream"))
        spec = TaskSpec(
            name=name or default_name(source or ""),
            kind=kind,
            class_name=class_name,
            source=source or "",
            source_path=source_path,
            source_place=reader.place(nodes["source"]) if "source" in nodes else self._start(),
            entry=reader.entry or 0,
            place=reader.place(self.node),
            name_place=reader.place(nodes["name"]) if name_value is not None else None,
            class_place=reader.place(class_node) if class_node is not None else None,
            products=None,
            params=params.values,
            param_places=params.places,
            param_value_places=params.value_places,
            upstream=upstream,
            upstream_place=reader.place(nodes["upstream"]) if "upstream" in nodes else None,
            hooks=self._hooks(),
            client=self._dotted("client"),
            product_client=self._dotted("product_client"),
            serializer=self._dotted("serializer") if kind == "function" else None,
            unserializer=self._dotted("unserializer") if kind == "function" else None,
            resources=read_resources(reader, nodes.get("params"), params.values),
            options=options,
            option_places=reader.places({k: reader.span(nodes[k]) for k in options})
            if options
            else NO_PLACES,
            key_places=reader.places({k: reader.span(n) for k, n in self.keys.items()}),
            calls=params.calls,
            named=name_value is not None,
            name_is_text=name_value is None or isinstance(name_value, str),
        )
        if spec.resources:
            merged = {**params.values, "resources_": dict(spec.resources)}
            spec = replace(spec, params=merged)
        if grid is not None:
            return self._grid_tasks(spec, grid, products_class, name_value)
        path_of = self._path_of(spec) if products_class == "File" else str
        products = self._products(spec, products_class, path_of)
        object.__setattr__(spec, "products", products)  # nobody has seen it yet, and a copy is dear
        return (spec,)

    # -- name, source, class

    def _name(self) -> object:
        node = self._present("name")
        if node is None:
            return None
        value = self.reader.value(node)
        if isinstance(value, list | dict | set):
            self.reader.wrong_type(node, "name", "a plain word")
            return None
        if not isinstance(value, str):
            self.reader.report(
                "name-not-text",
                f"this name is the {type(value).__name__} {value!r}, which no source can ask for in `upstream`",
                node,
            )
        return value

    def _source(self) -> str | None:
        node = self.nodes.get("source")
        if node is None:
            self.reader.report("missing-key", "this task has no 'source'", self._start())
            return None
        value = self.reader.value(node)
        if not isinstance(value, str) or not value:
            self.reader.wrong_type(node, "source", "a file or the dotted path of a function")
            return None
        return value

    # -- product

    def _product_class(self, class_name: str) -> str:
        reader = self.reader
        default = self.context.meta.product_default_class.get(class_name, "")
        node = self.nodes.get("product_class")
        if node is None:
            if not default and class_name in CLASS_KEYS and "product" in self.nodes:
                reader.report(
                    "product-class-missing",
                    f"{class_name} has no product class of its own; add product_class",
                    self.keys["class" if self._present("class") else "product"],
                )
                return "SQLiteRelation" if class_name.startswith(("SQL", "Postgres")) else "File"
            return default or "File"
        value = reader.choice(node, "product_class", PRODUCT_CLASSES)
        return value or default or "File"

    def _path_of(self, spec: TaskSpec) -> PathOf:
        start = self.context.root
        if self.context.meta.product_relative_to_source:
            if spec.kind == "function":
                self.reader.report(
                    "product-relative-to-source",
                    "meta.product_relative_to_source does not work with function tasks: Ploomber stops at them",
                    spec.source_place,
                )
            elif spec.source_path:
                start = os.path.dirname(spec.source_path)
        return lambda path: absolute(start, path)

    def _products(self, spec: TaskSpec, class_name: str, path_of: PathOf) -> Products | None:
        reader = self.reader
        node = self.nodes.get("product")
        if self.context.meta.extract_product:
            if node is not None and reader.raw(node):
                reader.report(
                    "product-conflict",
                    "meta.extract_product is true: the source declares `product`, so the entry must not",
                    node,
                )
                return read_products(reader, node, class_name, path_of)
            if spec.kind in ("function", "shell"):
                reader.report(
                    "product-conflict",
                    f"meta.extract_product does not work with {spec.kind} tasks",
                    spec.source_place,
                )
            return None
        if node is None:
            example = "out/report.ipynb" if spec.kind == "notebook" else "out/data.csv"
            reader.report(
                "missing-key",
                f"this task has no 'product'; write one, such as product: {example}",
                self._start(),
            )
            return None
        products = read_products(reader, node, class_name, path_of)
        if products is None:
            return None
        class_node = self.nodes.get("product_class")
        if class_node or self.context.meta.product_default_class.get(spec.class_name):
            check_product_class(reader, spec, products, class_node, node)
        if spec.class_name == "NotebookRunner" and products.are_files:
            check_notebook_products(reader, products, spec.options, node, self.keys.get("product"))
        return products

    # -- the rest

    def _dotted(self, key: str) -> DottedPath | None:
        node = self._present(key) if key in self.nodes else None
        return self.reader.dotted_path(node, key) if node is not None else None

    def _hooks(self) -> Hooks:
        if _HOOKS.isdisjoint(self.nodes):
            return NO_HOOKS
        return Hooks(self._dotted("on_render"), self._dotted("on_finish"), self._dotted("on_failure"))

    def _check_unknown(self, class_name: str) -> None:
        known = known_keys(class_name)
        if self.keys.keys() <= known.keys():
            return
        pairs = [(key, self.nodes[name]) for name, key in self.keys.items()]
        what = f"a {class_name} task" if class_name in CLASS_KEYS else "a task"
        if class_name in CLASS_KEYS or not class_name:
            self.reader.check_keys(pairs, known, what)

    def _options(self, class_name: str) -> Mapping[str, object]:
        self._check_unknown(class_name)
        own = CLASS_KEYS.get(class_name, {})
        if self.nodes.keys().isdisjoint(own):
            return NOTHING
        nodes = {name: node for name, node in self.nodes.items() if name in own}
        values = {
            name: self.reader.value(node)
            for name, node in nodes.items()
            if name not in ("serializer", "unserializer")
        }
        check_options(self.reader, class_name, nodes, values, own)
        if "papermill_params" in own:
            check_older_names(self.reader, self.keys)
        if "serializer" in nodes and self.reader.is_null(nodes["serializer"]):
            values["serializer"] = None
        if "unserializer" in nodes and self.reader.is_null(nodes["unserializer"]):
            values["unserializer"] = None
        return values

    # -- grid

    def _grid(self, name: object) -> Grid | None:
        node = self.nodes.get("grid")
        if node is None:
            return None
        if name is None:
            self.reader.report(
                "missing-key", "a task with 'grid' needs a 'name'", self.keys.get("name") or self._start()
            )
        return read_grid(self.reader, node) or Grid((), {}, {})

    def _grid_tasks(
        self, spec: TaskSpec, grid: Grid, product_class: str, name: object
    ) -> tuple[TaskSpec, ...]:
        reader = self.reader
        if "product_client" in self.nodes:
            reader.report(
                "unknown-key", "a task with 'grid' takes no 'product_client'", self.keys["product_client"]
            )
        if product_class == "GenericProduct":
            place = self.nodes.get("product_class") or self.nodes.get("product") or self.node
            reader.report("invalid-choice", "a task with 'grid' can only make files and relations", place)
        for key in grid.places:
            if key in spec.params:
                reader.report(
                    "grid-overlap", f"{key!r} is in grid and in params; keep one", spec.param_places[key]
                )
        if grid.unknown:
            reader.report(
                "grid-from-code",
                "the values come from a function, so that only running it can tell which tasks there are",
                self.nodes["grid"],
            )
        made: list[TaskSpec] = []
        node = self.nodes.get("product")
        before = kept = len(reader.problems)
        for number, element in enumerate(grid.elements):
            products = self._grid_products(spec, node, product_class, element, number)
            made.append(
                replace(
                    spec,
                    name=element_name(name if name is not None else spec.name, element, number),
                    params={**element, **spec.params},
                    param_places={**grid.places, **spec.param_places},
                    param_repeats=grid.repeats,
                    calls={**grid.calls, **spec.calls},
                    products=products,
                    grid_index=number,
                )
            )
            if number == 0:
                kept = len(reader.problems)
            else:
                del reader.problems[kept:]  # what is wrong with one is wrong with all: said once
        if not grid.elements and node is not None and before == len(reader.problems):
            self._products(spec, product_class, lambda path: path)
        return tuple(made)

    def _grid_products(
        self,
        spec: TaskSpec,
        node: Node | None,
        product_class: str,
        element: Mapping[str, object],
        number: int,
    ) -> Products | None:
        if product_class == "File":
            return self._products(
                spec,
                product_class,
                lambda path: absolute(self.context.root, numbered_path(path, element, number)),
            )
        return self._products(spec, product_class, lambda name: fill_holes(name, element) + f"-{number}")
