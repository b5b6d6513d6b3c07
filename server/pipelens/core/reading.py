"""Reading one piece of a pipeline file: nodes to values, with their places and problems.

Values come out expanded (section 3.4) and cast (section 4). A piece is an entry of `tasks:` or a
top-level section; a `PieceReader` collects what is wrong with it and which placeholders it uses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from typing import cast as cast_type

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from pipelens.core.constants import constant_result
from pipelens.core.keys import Key
from pipelens.core.problems import Edit, Fix, Place, Places, Problem, Related, problem
from pipelens.core.sources import UnresolvedFunction
from pipelens.core.spec import NO_PLACES, DottedPath, Named
from pipelens.core.spec_context import SpecContext
from pipelens.core.suggestions import nearest
from pipelens.core.text import Position, Span
from pipelens.core.typed_nodes import end_of, items_of, pairs_of, shape_of, start_of, text_of
from pipelens.core.values import cast, cast_tree
from pipelens.core.yaml_nodes import Marks
from pipelens.core.yaml_values import STR, Construction, Fault

_PLACEHOLDER = re.compile(r"\{[{%#]")
_QUOTED = re.compile(r"""\s*(?:"[^"]*"|'[^']*')\s*(?:#.*)?""")

Pair = tuple[ScalarNode, Node]

_shared: dict[tuple[str | int, ...], dict[str, Span]] = {}
_MOST_SHARED = 20_000
_on_line = Span.on_line
_place: Callable[[type[Place], tuple[str, Span, int | None]], Place] = cast_type(Any, tuple).__new__


class PieceReader:
    """Reads one piece. Problems and placeholders are collected in `problems` and `placeholders`."""

    def __init__(
        self,
        context: SpecContext,
        marks: Marks,
        entry: int | None,
        *,
        flat: bool = False,
        literal: bool = False,
    ) -> None:
        """flat: the piece has no aliases and cannot be deep, so its values need not be measured. literal:
        nothing in it can be a placeholder."""
        self.context = context
        self.marks = marks
        self.entry = entry
        self.problems: list[Problem] = []
        self.placeholders: list[Named] = []
        self.task: str | None = None
        self._construction = Construction(flat=flat)
        self.literal = literal
        self._path = context.path
        self._first_line = marks.first_line if marks.document.plain and not marks.offset else None

    # -- places and problems

    def place(self, node: Node) -> Place:
        return _place(Place, (self._path, self.span(node), self.entry))

    def span(self, node: Node) -> Span:
        """The stretch of `place`."""
        first = self._first_line
        if first is not None and isinstance(node, ScalarNode):  # as `Marks.span`, without the way there
            begin: Any = node.start_mark
            end: Any = node.end_mark
            line: int = begin.line
            if line == end.line and (start := begin.column) < (stop := end.column):
                return _on_line(line - first, start, stop)
        return self.marks.span(node)

    def places(self, spans: dict[str, Span]) -> Mapping[str, Place]:
        """The places of these stretches, by name. The entries of a pipeline look alike, so that most have
        theirs from others."""
        if not spans:
            return NO_PLACES
        key = (*spans, *map(id, spans.values()))  # which live as long as the mapping does
        known = _shared.get(key)
        if known is None:
            if len(_shared) > _MOST_SHARED:
                _shared.clear()
            known = _shared[key] = spans
        return Places(self._path, self.entry, known)

    def at(self, span: Span) -> Place:
        return Place(self.context.path, span, self.entry)

    def report(
        self,
        code: str,
        message: str,
        where: Node | Place,
        *,
        fixes: Iterable[Fix] = (),
        related: Iterable[Related] = (),
        unnecessary: bool = False,
    ) -> None:
        place = where if isinstance(where, Place) else self.place(where)
        self.problems.append(
            problem(
                code, message, place, fixes=fixes, related=related, task=self.task, unnecessary=unnecessary
            )
        )

    def replacement(self, node: Node, text: str, title: str | None = None) -> Fix:
        """The fix that writes `text` instead of the scalar, in its quotes where it has some."""
        place = self.place(node)
        quote = node.style if isinstance(node, ScalarNode) and node.style in ("'", '"') else ""
        return Fix(title or f"Change to {text!r}", (Edit(place, f"{quote}{text}{quote}"),), preferred=True)

    # -- values

    def raw(self, node: Node) -> object:
        """The value as written, neither expanded nor cast; None where it has none."""
        made = self._construction.value(node)
        if isinstance(made, Fault):
            self._fault(made, node)
            return None
        return made

    def value(self, node: Node) -> object:
        """The value, expanded and cast."""
        if isinstance(node, ScalarNode) and node.tag == STR:  # most are, and have no placeholders
            text = text_of(node)
            return cast(text) if "{" not in text else self._text(node, text)
        made = self._construction.value(node)
        match made:
            case Fault():
                self._fault(made, node)
                return None
            case str():
                return self._text(node, made)
            case list() | dict() if not self.literal and self._has_placeholder(node):
                return self._expanded(node)
            case bool() | int() | float() | None:
                return made
            case _:
                return cast_tree(made)

    def text(self, node: Node) -> str | None:
        """The expanded text of a scalar that must be text (a path, a name); None when it is not."""
        value = self.value(node)
        return value if isinstance(value, str) else None

    def _text(self, node: Node, written: str) -> object:
        if not _PLACEHOLDER.search(written):
            return cast(written)
        expanded = self.expand(node, written)
        return cast(expanded)

    def expand(self, node: Node, written: str) -> str:
        """`written` with its placeholders filled in; left as it is where they cannot be."""
        from pipelens.core.env import problems_of_expansion
        from pipelens.core.expansion import expand

        expansion = expand(written, self.context.env.values)
        place_at = self._place_inside(node, written)
        for used in expansion.names:
            self.placeholders.append(Named(used.name, place_at(used.start, used.end)))
        self.problems.extend(problems_of_expansion(expansion, place_at, self.context.env))
        return expansion.text

    def _place_inside(self, node: Node, written: str) -> Callable[[int, int], Place]:
        """From offsets in the scalar's value to places: exact where the value stands as written."""
        start = start_of(node) + self.marks.offset
        document = self.marks.document
        shift = 1 if isinstance(node, ScalarNode) and node.style in ("'", '"') else 0
        exact = document.text.startswith(written, start + shift)

        def place_at(first: int, last: int) -> Place:
            if not exact:
                return self.place(node)
            begin, end = document.position(start + shift + first), document.position(start + shift + last)
            up = self.marks.first_line
            return self.at(
                Span(Position(begin.line - up, begin.character), Position(end.line - up, end.character))
            )

        return place_at

    def _has_placeholder(self, node: Node) -> bool:
        match node:
            case ScalarNode():
                return bool(_PLACEHOLDER.search(text_of(node)))
            case SequenceNode():
                return any(self._has_placeholder(item) for item in items_of(node))
            case MappingNode():
                return any(self._has_placeholder(value) for _, value in pairs_of(node))
            case _:
                return False

    def _expanded(self, node: Node) -> object:
        match node:
            case SequenceNode():
                return [self._expanded(item) for item in items_of(node)]
            case MappingNode():
                pairs = self._construction.pairs(node)
                if isinstance(pairs, Fault):
                    return None
                return {self.raw(key): self._expanded(value) for key, value in pairs}
            case _:
                return self.value(node)

    def _fault(self, fault: Fault, node: Node) -> None:
        document = self.marks.document
        begin = document.position(fault.start + self.marks.offset)
        end = document.position(fault.end + self.marks.offset)
        up = self.marks.first_line
        span = Span(Position(begin.line - up, begin.character), Position(end.line - up, end.character))
        text = document.text[fault.start + self.marks.offset : fault.end + self.marks.offset]
        if "cannot be a key" in fault.message and text.startswith("{"):
            self.unquoted_placeholder(self.place(node), self._written(node))
            return
        self.report("yaml-value", f"this value {fault.message}", self.at(span))

    def _written(self, node: Node) -> str:
        """The node's text in the file."""
        offset = self.marks.offset
        return self.marks.document.text[start_of(node) + offset : end_of(node) + offset]

    def unquoted_placeholder(self, place: Place, text: str) -> None:
        text = text.strip()
        fix = Fix(
            "Put the value in quotes", (Edit(place, "'" + text.replace("'", "''") + "'"),), preferred=True
        )
        self.report(
            "unquoted-placeholder",
            f"YAML reads {text} as a mapping; a value that begins with a placeholder needs quotes",
            place,
            fixes=[fix],
        )

    # -- mappings

    def pairs(self, node: MappingNode) -> list[Pair]:
        """The pairs of a mapping, merges resolved, the last of equal keys alone; others are reported."""
        found = self._construction.pairs(node)
        if isinstance(found, Fault):
            self._fault(found, node)
            return []
        if len(found) == 1 and isinstance(found[0][0], MappingNode) and self._written(node).startswith("{{"):
            self.unquoted_placeholder(self.place(node), self._written(node))
            return []
        last: dict[str, Pair] = {}
        for key, value in found:
            if isinstance(key, ScalarNode):
                last[key.value] = (key, value)
        if len(last) == len(found):
            return list(last.values())
        last.clear()
        own: set[int] | None = None
        for key, value in found:
            if not isinstance(key, ScalarNode):
                text = self._written(key).strip()[:40]
                self.report("wrong-type", f"a key must be a plain word, not {shape_of(key)} ({text})", key)
                continue
            if key.value in last:
                first = last[key.value][0]
                own = {id(each) for each, _ in pairs_of(node)} if own is None else own
                if id(first) in own:
                    self.report(
                        "duplicate-key",
                        f"{key.value!r} is written twice; the last one counts",
                        first,
                        related=[Related(self.place(key), "this one counts")],
                    )
            last[key.value] = (key, value)
        return list(last.values())

    def check_keys(self, pairs: Iterable[Pair], known: Mapping[str, Key], what: str) -> None:
        """Report the keys that `known` lacks."""
        for key, _ in pairs:
            if key.value not in known:
                self.unknown_key(key, tuple(known), what)

    def unknown_key(self, key: ScalarNode, known: Iterable[str], what: str) -> None:
        names = sorted(known)
        near = nearest(str(key.value), names)
        hint = f"; did you mean {near!r}?" if near else f"; known are {', '.join(names)}"
        fixes = [self.replacement(key, near)] if near else []
        self.report("unknown-key", f"{what} has no key {key.value!r}{hint}", key, fixes=fixes)

    def mapping(self, node: Node, what: str, key: Node | None = None) -> list[Pair] | None:
        """The pairs of a node that must be a mapping; reports and gives None when it is not.

        key: what to blame instead of a value of several lines.
        """
        if isinstance(node, MappingNode):
            return self.pairs(node)
        several = not isinstance(node, ScalarNode) and key is not None
        message = f"{what} must be a mapping, not {shape_of(node)}"
        self.report("wrong-type", message, key if several and key is not None else node)
        return None

    def constant_result(self, call: DottedPath, node: Node) -> object:
        """What a function returns where that can be read without running it, else None.

        A function that is surely not there is reported.
        """
        resolve = self.context.resolve_callable
        source = resolve(call.path) if resolve else None
        if isinstance(source, UnresolvedFunction) and source.certain:
            part = call.path.split(".")[source.part]
            message = f"{part!r} of {call.path!r} is not found: {source.reason}"
            self.report("dotted-path-not-found", message, node)
        return constant_result(source) if source is not None and not call.arguments else None

    def wrong_type(self, node: Node, what: str, expected: str) -> None:
        self.report("wrong-type", f"{what} must be {expected}, not {shape_of(node)}", node)

    def is_null(self, node: Node) -> bool:
        return isinstance(node, ScalarNode) and node.tag == "tag:yaml.org,2002:null"

    def boolean(self, node: Node, what: str) -> bool:
        """The truth of a switch: any non-empty value is yes, as in Ploomber; others are warned of."""
        value = self.value(node)
        if not isinstance(value, bool):
            self.report(
                "not-a-boolean",
                f"{what} is a switch; {value!r} counts as {'true' if value else 'false'}",
                node,
                fixes=[self.replacement(node, "true" if value else "false")]
                if isinstance(node, ScalarNode)
                else (),
            )
        return bool(value)

    def choice(self, node: Node, what: str, choices: tuple[str, ...]) -> str | None:
        """A word out of `choices`; reports and gives None for any other."""
        value = self.value(node)
        if isinstance(value, str) and value in choices:
            return value
        near = nearest(value, choices) if isinstance(value, str) else None
        hint = f"; did you mean {near!r}?" if near else f"; it takes {', '.join(choices)}"
        shown = repr(value) if isinstance(node, ScalarNode) else shape_of(node)
        fixes = [self.replacement(node, near)] if near else []
        self.report("invalid-choice", f"{what} cannot be {shown}{hint}", node, fixes=fixes)
        return None

    def dotted_path(self, node: Node, what: str) -> DottedPath | None:
        """A dotted path spec (section 5.8); reports and gives None for anything else."""
        arguments: dict[str, object] = {}
        target = node
        if isinstance(node, MappingNode):
            named: Node | None = None
            for key, value in self.pairs(node):
                if key.value == "dotted_path":
                    named = value
                else:
                    arguments[str(key.value)] = self.value(value)
            if named is None:
                self.report("missing-key", f"{what} lacks the key 'dotted_path'", node)
                return None
            target = named
        text = self.value(target)
        if not isinstance(text, str):
            self.wrong_type(target, what, "the dotted path of a function, such as 'module.function'")
            return None
        if "::" in text:
            right = text.replace("::", ".")
            self.report(
                "invalid-dotted-path",
                f"{what} is written {right!r}; `::` is only for values of params and grid",
                target,
                fixes=[self.replacement(target, right)],
            )
            return None
        parts = text.split(".")
        if len(parts) < 2 or not all(part.isidentifier() for part in parts):
            self.report(
                "invalid-dotted-path",
                f"{what} must be a dotted path of at least two parts, such as 'module.function'; got {text!r}",
                target,
            )
            return None
        return DottedPath(text, self.place(target), arguments)
