"""Reading a pipeline file's top level (section 5): what kind of file it is and its sections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from types import MappingProxyType
from typing import Any

from yaml.nodes import Node, ScalarNode, SequenceNode

from pipelens.core.keys import (
    CLASS_KEYS,
    CONFIG_KEYS,
    DEFAULT_PRODUCT_CLASS,
    META_KEYS,
    OTHER_TOOLS,
    PRODUCT_CLASSES,
    TOP_KEYS,
)
from pipelens.core.problems import Place, Problem
from pipelens.core.read_sections import read_default_classes, read_executor, read_source_loader
from pipelens.core.reading import PieceReader
from pipelens.core.spec import DottedPath, Executor, Hooks, Meta, Named, PipelineForm
from pipelens.core.spec_context import SpecContext
from pipelens.core.suggestions import nearest
from pipelens.core.text import Span
from pipelens.core.yaml_messages import yaml_problem
from pipelens.core.yaml_nodes import Marks
from pipelens.core.yaml_pieces import Piece
from pipelens.core.yaml_tree import Tree
from pipelens.frozen import frozen

_HOOKS = ("on_render", "on_finish", "on_failure")


@frozen
class Header:
    """All of a spec but its entries. `meta` and `clients` go into the context of the entries."""

    form: PipelineForm = "tasks"
    meta: Meta = field(default_factory=lambda: Meta(product_default_class=DEFAULT_PRODUCT_CLASS))
    config: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))
    executor: Executor = field(default_factory=Executor)
    clients: Mapping[str, DottedPath] = field(default_factory=lambda: MappingProxyType({}))
    client_key_places: Mapping[str, Place] = field(default_factory=lambda: MappingProxyType({}))
    serializer: DottedPath | None = None
    unserializer: DottedPath | None = None
    hooks: Hooks = field(default_factory=Hooks)
    location: DottedPath | None = None
    problems: tuple[Problem, ...] = ()
    placeholders: tuple[Named, ...] = ()
    section_places: Mapping[str, Place] = field(default_factory=lambda: MappingProxyType({}))


def read_header(tree: Tree, context: SpecContext, text: str) -> Header:
    """The top level of the pipeline file in `tree`, which was read from `text`."""
    return _HeaderReading(tree, context, text).read()


class _HeaderReading:
    def __init__(self, tree: Tree, context: SpecContext, text: str) -> None:
        self.text = text
        self.tree = tree
        self.context = context
        self.problems: list[Problem] = []
        self.placeholders: list[Named] = []
        self.pieces: dict[str, Piece] = {}
        self.places: dict[str, Place] = {}

    def read(self) -> Header:
        tree = self.tree
        for error in tree.errors:
            if error.message:
                self.problems.append(yaml_problem(error, self.text, self.context, None))
        match tree.root:
            case "empty":
                if not tree.errors:
                    self._report_file(
                        "empty-pipeline", "this pipeline file is empty; it needs a list of `tasks`"
                    )
                return self._done(Header())
            case "scalar":
                self._report_file(
                    "empty-pipeline",
                    "this is one plain value; a pipeline file is a mapping with `tasks`",
                    tree.root_span,
                )
                return self._done(Header())
            case "sequence":
                return self._done(Header())
            case _:
                return self._done(self._sections())

    def _done(self, header: Header) -> Header:
        return replace(
            header,
            problems=tuple(self.problems),
            placeholders=tuple(self.placeholders),
            section_places=MappingProxyType(self.places),
        )

    def _report_file(self, code: str, message: str, span: Span | None = None) -> None:
        reader = self._reader(None)
        reader.report(code, message, Place(self.context.path, span or Span.of(0, 0, 0, 0)))
        self.problems.extend(reader.problems)

    def _reader(self, piece: Piece | None) -> PieceReader:
        from pipelens.core.text import Document

        return PieceReader(self.context, piece.marks if piece else Marks(Document("")), None)

    # -- which sections there are

    def _sections(self) -> Header:
        for piece in self.tree.sections:
            if piece.error and piece.error.message:
                self.problems.append(
                    yaml_problem(piece.error, piece.text, self.context, None, piece.first_line)
                )
            if piece.key is None:
                if piece.key_node is not None:
                    reader = self._reader(piece)
                    reader.report("wrong-type", "a section's name must be a plain word", piece.key_node)
                    self.problems.extend(reader.problems)
                continue
            if piece.key in self.pieces and piece.key_node is not None:
                self._duplicate(self.pieces[piece.key], piece)
            self.pieces[piece.key] = piece
            if piece.key_node is not None:
                self.places[piece.key] = self._reader(piece).place(piece.key_node)
        names = set(self.pieces)
        sound = not self.tree.errors and not any(p.error for p in self.tree.sections)
        if sound and "tasks" not in names and "location" not in names:
            if self._other_tool(names):
                return Header(form="foreign")
            self._no_tasks(names)
        for name, piece in self.pieces.items():
            if name not in TOP_KEYS and isinstance(piece.key_node, ScalarNode):
                self._unknown(name, piece.key_node, piece)
        if "location" in names:
            return self._location(names)
        self._tasks()
        return self._read_sections()

    def _no_tasks(self, names: set[str]) -> None:
        """Blame a section that may be meant for `tasks`, else what the file begins with."""
        near = next((name for name in sorted(names) if nearest(name, ["tasks"])), None)
        key = self.pieces[near].key_node if near else None
        if near and isinstance(key, ScalarNode):
            self._unknown(near, key, self.pieces.pop(near))
            return
        first = next(iter(self.tree.sections), None)  # none in `{}`
        reader = self._reader(first)
        place = first.key_node if first and first.key_node else Place(self.context.path)
        reader.report("missing-key", "this pipeline has no 'tasks'", place)
        self.problems.extend(reader.problems)

    def _unknown(self, name: str, key: ScalarNode, piece: Piece) -> None:
        reader = self._reader(piece)
        reader.unknown_key(key, TOP_KEYS, "a pipeline")
        self.problems.extend(reader.problems)

    def _duplicate(self, first: Piece, second: Piece) -> None:
        reader = self._reader(first)
        if first.key_node is not None:
            reader.report(
                "duplicate-key", f"{first.key!r} is written twice; the last one counts", first.key_node
            )
            self.problems.extend(reader.problems)

    def _other_tool(self, names: set[str]) -> bool:
        for keys, what in OTHER_TOOLS:
            if keys <= names and not names & {"clients", "executor", "serializer", "unserializer"}:
                first = self.tree.sections[0]
                reader = self._reader(first)
                reader.report(
                    "other-tool",
                    f"this looks like {what}, not like a pipeline of this format: it is left alone",
                    first.key_node or Place(self.context.path),
                )
                self.problems.extend(reader.problems)
                return True
        return False

    def _location(self, names: set[str]) -> Header:
        piece = self.pieces["location"]
        reader = self._reader(piece)
        if len(names) > 1:
            reader.report(
                "location-not-alone",
                "a pipeline with 'location' has no other sections",
                piece.key_node or Place(self.context.path),
            )
        location = reader.dotted_path(piece.node, "location") if piece.node is not None else None
        if location:
            reader.report(
                "python-api",
                "this pipeline is built by Python code; what is in it only running that code can tell",
                location.place,
            )
        self._take(reader)
        return Header(form="location", location=location)

    def _tasks(self) -> None:
        piece = self.pieces.get("tasks")
        if piece is None or (piece is self.tree.tasks and self.tree.entries):
            return
        reader = self._reader(piece)
        node = piece.node
        if node is None:
            return
        if reader.is_null(node):
            reader.report(
                "wrong-type",
                "'tasks' is empty; list at least one task, or write `tasks: []`",
                piece.key_node or node,
            )
        elif not isinstance(node, SequenceNode):
            reader.wrong_type(node, "tasks", "a list of tasks, each beginning with '- source: …'")
        self.problems.extend(reader.problems)

    # -- the sections

    def _take(self, reader: PieceReader) -> None:
        self.problems.extend(reader.problems)
        self.placeholders.extend(reader.placeholders)

    def _section(self, name: str) -> tuple[PieceReader, Node] | None:
        piece = self.pieces.get(name)
        if piece is None or piece.node is None:
            return None
        reader = self._reader(piece)
        key = TOP_KEYS[name]
        if reader.is_null(piece.node):
            if not key.nullable:
                reader.report(
                    "wrong-type",
                    f"'{name}' is empty; give it a value or leave it out",
                    piece.key_node or piece.node,
                )
                self._take(reader)
            return None
        return reader, piece.node

    def _read_sections(self) -> Header:
        clients, places = self._clients()
        hooks = {name: self._dotted(name) for name in _HOOKS}
        return Header(
            meta=self._meta(),
            config=self._config(),
            executor=self._executor(),
            clients=MappingProxyType(clients),
            client_key_places=MappingProxyType(places),
            serializer=self._dotted("serializer"),
            unserializer=self._dotted("unserializer"),
            hooks=Hooks(hooks["on_render"], hooks["on_finish"], hooks["on_failure"]),
        )

    def _dotted(self, name: str) -> DottedPath | None:
        section = self._section(name)
        if section is None:
            return None
        reader, node = section
        found = reader.dotted_path(node, name)
        self._take(reader)
        return found

    def _meta(self) -> Meta:
        section = self._section("meta")
        classes = dict(DEFAULT_PRODUCT_CLASS)
        meta = Meta(product_default_class=MappingProxyType(classes))
        if section is None:
            return meta
        reader, node = section
        for key, value in reader.mapping(node, "meta", self.pieces["meta"].key_node) or ():
            name = str(key.value)
            if name not in META_KEYS:
                reader.unknown_key(key, META_KEYS, "meta")
                continue
            if reader.is_null(value):
                continue
            match name:
                case "product_default_class":
                    read_default_classes(reader, value, classes)
                case "source_loader":
                    meta = read_source_loader(reader, value, meta)
                case "import_tasks_from":
                    path = reader.text(value)
                    if path is None:
                        reader.wrong_type(value, name, "the path of a YAML file")
                    meta = replace(meta, import_tasks_from=path, import_tasks_from_place=reader.place(value))
                case _:
                    switch: dict[str, Any] = {name: reader.boolean(value, name)}
                    meta = replace(meta, **switch)
        self._take(reader)
        return replace(meta, product_default_class=MappingProxyType(classes))

    def _config(self) -> Mapping[str, bool]:
        section = self._section("config")
        values: dict[str, bool] = {}
        if section is None:
            return MappingProxyType(values)
        reader, node = section
        for key, value_node in reader.mapping(node, "config", self.pieces["config"].key_node) or ():
            name = str(key.value)
            if name not in CONFIG_KEYS:
                reader.unknown_key(key, CONFIG_KEYS, "config")
                continue
            value = reader.value(value_node)
            if isinstance(value, bool):
                values[name] = value
            else:
                reader.wrong_type(value_node, name, "true or false")
        self._take(reader)
        return MappingProxyType(values)

    def _executor(self) -> Executor:
        section = self._section("executor")
        if section is None:
            return Executor()
        reader, node = section
        executor = read_executor(reader, node)
        self._take(reader)
        return executor

    def _clients(self) -> tuple[dict[str, DottedPath], dict[str, Place]]:
        section = self._section("clients")
        clients: dict[str, DottedPath] = {}
        places: dict[str, Place] = {}
        if section is None:
            return clients, places
        reader, node = section
        known = (*CLASS_KEYS, *PRODUCT_CLASSES)
        for key, value in reader.mapping(node, "clients", self.pieces["clients"].key_node) or ():
            name = str(key.value)
            places[name] = reader.place(key)
            if name not in known:
                near = nearest(name, known)
                hint = f"; did you mean {near!r}?" if near else ""
                fixes = [reader.replacement(key, near)] if near else []
                reader.report(
                    "unknown-class", f"there is no task or product class {name!r}{hint}", key, fixes=fixes
                )
            if reader.is_null(value):
                continue
            found = reader.dotted_path(value, f"the client of {name}")
            if found:
                clients[name] = found
        self._take(reader)
        return clients, places
