"""One env file as it is written: its keys in their order, checked, nothing expanded (section 3.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from types import MappingProxyType

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from pipelens.core.files import Files, Unreadable
from pipelens.core.problems import Place, Problem, problem
from pipelens.core.text import Document, Position, Span
from pipelens.core.typed_nodes import NodePair, pairs_of, start_of, text_of
from pipelens.core.yaml_nodes import Marks, YamlError, compose, too_large, without_mark
from pipelens.core.yaml_values import Construction, Fault
from pipelens.frozen import frozen


@frozen
class Written:
    """One file's text, and the way from its nodes to places."""

    path: str
    marks: Marks

    def place(self, node: Node) -> Place:
        return Place(self.path, self.marks.span(node))

    def inside(self, node: Node, text: str) -> Callable[[int, int], Place]:
        """From offsets in a scalar's value to places: exact where the value stands as written."""
        start = start_of(node)
        document = self.marks.document
        quoted = isinstance(node, ScalarNode) and node.style in ("'", '"')
        start += 1 if quoted else 0
        exact = document.text.startswith(text, start)

        def place_at(first: int, last: int) -> Place:
            return Place(self.path, document.span(start + first, start + last)) if exact else self.place(node)

        return place_at


@frozen
class EnvFile:
    """A file's keys before anything is expanded. written: None when there is nothing to read.

    keys: name → key node and value node, the last of two equal keys; meta: those of `meta`.
    """

    path: str
    written: Written | None
    keys: Mapping[str, NodePair] = field(default_factory=lambda: MappingProxyType({}))
    meta: NodePair | None = None
    problems: tuple[Problem, ...] = ()


def read_env_file(path: str, files: Files) -> EnvFile:
    """The keys of the env file at `path`; an empty file has none (Ploomber's command line refuses it)."""
    start = Place(path)
    text = files.read(path)
    if isinstance(text, Unreadable):
        return EnvFile(
            path, None, problems=(problem("env-unreadable", f"The env file {text.reason}", start),)
        )
    text = without_mark(text)
    large = too_large(text)
    if large is not None:
        return EnvFile(
            path, None, problems=(problem("env-unreadable", f"The env file is not read: {large}", start),)
        )
    marks = Marks(Document(text))
    root = compose(text)
    if isinstance(root, YamlError):
        message = f"The env file is not valid YAML: {root.message}"
        return EnvFile(path, None, problems=(problem("env-syntax", message, Place(path, root.span)),))
    if root is None or (isinstance(root, ScalarNode) and root.tag.endswith(":null")):
        return EnvFile(path, Written(path, marks))
    written = Written(path, marks)
    if not isinstance(root, MappingNode):
        kind = "a list" if isinstance(root, SequenceNode) else "text"
        message = f"The env file must hold keys and values (`name: value`), and this is {kind}"
        return EnvFile(
            path, None, problems=(problem("env-not-a-mapping", message, _first_line(written, root)),)
        )
    pairs = Construction().pairs(root)
    if isinstance(pairs, Fault):
        return EnvFile(path, None, problems=(faulty(pairs, written),))
    keys: dict[str, NodePair] = {}
    found: list[Problem] = []
    for key, value in pairs:
        wrong = _wrong_key(key, top=True)
        if wrong is None and isinstance(key, ScalarNode):
            keys.pop(key.value, None)
            keys[key.value] = (key, value)
        else:
            found.append(problem("env-key-reserved", wrong or "", written.place(key)))
        for inner in _keys_below(value):
            wrong = _wrong_key(inner, top=False)
            if wrong is not None:
                found.append(problem("env-key-reserved", wrong, written.place(inner)))
    meta = keys.pop("meta", None)
    return EnvFile(path, written, keys, meta, tuple(found))


def nodes_by_key(node: MappingNode) -> dict[object, Node]:
    pairs = Construction().pairs(node)
    if isinstance(pairs, Fault):
        return {}
    return {key.value: value for key, value in pairs if isinstance(key, ScalarNode)}


def _keys_below(root: Node) -> Iterator[Node]:
    """The keys of mappings in mappings, each node once."""
    seen: set[int] = set()
    stack = [root]
    while stack:
        node = stack.pop()
        if not isinstance(node, MappingNode) or id(node) in seen:
            continue
        seen.add(id(node))
        for key, value in pairs_of(node):
            if not key.tag.endswith(":merge"):
                yield key
            stack.append(value)


def _wrong_key(key: Node, *, top: bool) -> str | None:
    if not isinstance(key, ScalarNode) or not key.tag.endswith((":str", ":merge", ":value")):
        return "Keys of the env must be text; put this one in quotes and let it begin with a letter"
    name = text_of(key)
    if "__" in name:
        return f"'{name}' has two underscores in a row, which keys of the env cannot have"
    if top and name.startswith("_") and name != "_module":
        return f"'{name}' begins with an underscore, which top-level keys of the env cannot do"
    return None


def faulty(fault: Fault, written: Written) -> Problem:
    span = written.marks.document.span(fault.start, fault.end)
    return problem("env-syntax", f"The value {fault.message}", Place(written.path, span))


def _first_line(written: Written, node: Node) -> Place:
    span = written.marks.span(node)
    if span.start.line == span.end.line:
        return Place(written.path, span)
    lines = written.marks.document.lines
    return Place(written.path, Span(span.start, Position(span.start.line, len(lines[span.start.line]))))
