"""YAML text into nodes with spans, or into the error that stands in the way; never raises on text."""

from __future__ import annotations

import gc
import re
from functools import lru_cache
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.resolver import Resolver

from pipelens.core.text import Document, Position, Span
from pipelens.core.typed_nodes import end_of, items_of, pairs_of, start_of
from pipelens.frozen import frozen

MAX_TEXT = 16_000_000
MAX_LINE = 2_000_000
FORBIDDEN = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no YAML text may hold, not even in a comment."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_yaml: Any = yaml  # its stubs leave types open
_TAG = "tag:yaml.org,2002:"
_WORDS = frozenset("yYnNtTfFoO")
"""What the words begin with that are no text; none of them is longer than `false`."""
_SIGNS = frozenset("-+.0123456789~<=!&*")


@lru_cache(maxsize=4096)
def _tag_of(text: str) -> str:
    """The tag of a plain scalar."""
    return _RESOLVER.resolve(ScalarNode, text, (True, False))


_RESOLVER: Any = Resolver()


class _Composer(_Loader):
    """Tells the tags of nodes as PyYAML does, most of them at a glance: half of the time of composing."""

    def resolve(self, kind: type[Node], value: str, implicit: tuple[bool, bool]) -> str:
        if kind is ScalarNode:
            if not implicit[0]:
                return _TAG + "str"
            first = value[:1]
            if first in _SIGNS or not first or (first in _WORDS and len(value) <= 5):
                return _tag_of(value)
            return _TAG + "str"
        return _TAG + ("seq" if kind is SequenceNode else "map")

    def descend_resolver(self, current_node: Node, current_index: object) -> None: ...

    def ascend_resolver(self) -> None: ...


@frozen
class YamlError:
    """Why a text is not YAML. Spans count from the piece's first line."""

    message: str
    span: Span
    context: str = ""
    context_span: Span | None = None
    at_end: bool = False


@frozen
class Marks:
    """From PyYAML's marks to spans: by offset, since YAML ends lines where LSP does not.

    first_line: subtracted, so that spans count from the piece.
    """

    document: Document
    first_line: int = 0
    offset: int = 0

    def position(self, mark: Any) -> Position:
        found = self.document.position(mark.index + self.offset)
        return Position(found.line - self.first_line, found.character)

    def span(self, node: Node) -> Span:
        """The node's text without the white space that block nodes drag along."""
        if self.document.plain and not self.offset and (found := self._told(node)) is not None:
            return found
        start = start_of(node) + self.offset
        end = end_of(node) + self.offset
        text = self.document.text
        if start == end:  # an absent value, for which the next thing's place is given
            while start > 0 and text[start - 1] in " \t\r\n":
                start -= 1
            end = start
        while end > start and text[end - 1] in " \t\r\n":
            end -= 1
        if isinstance(node, MappingNode | SequenceNode) and not node.flow_style and node.value:
            end = max(start, self._last(node))
        first, last = self.document.position(start), self.document.position(end)
        up = self.first_line
        return Span.of(first.line - up, first.character, last.line - up, last.character)

    def _told(self, node: Node) -> Span | None:
        """The span where the marks tell it alone: of what lies on one line, and of a block that ends
        with such."""
        last = node
        while isinstance(last, MappingNode | SequenceNode) and not last.flow_style:
            if not last.value:
                return None
            last = items_of(last)[-1] if isinstance(last, SequenceNode) else pairs_of(last)[-1][1]
        begin: Any = last.start_mark
        end: Any = last.end_mark
        line: int = end.line
        if begin.line != line or begin.index >= end.index:
            return None
        up = self.first_line
        if last is node:
            return Span.on_line(line - up, begin.column, end.column)
        begin = node.start_mark
        if begin.index >= end.index:  # an alias of what stands above
            return None
        return Span.shared(begin.line - up, begin.column, line - up, end.column)

    def _last(self, node: Node) -> int:
        """Where the last scalar of a block collection ends: comments behind it are not its own."""
        while isinstance(node, MappingNode | SequenceNode) and node.value and not node.flow_style:
            if isinstance(node, SequenceNode):
                node = items_of(node)[-1]
                continue
            key, node = pairs_of(node)[-1]
            if isinstance(node, ScalarNode) and start_of(node) == end_of(node):
                node = key  # an empty value has no place of its own
        end = end_of(node) + self.offset
        text = self.document.text
        while end > 0 and text[end - 1] in " \t\r\n":
            end -= 1
        return end


def without_mark(text: str) -> str:
    """`text` without a byte order mark, as editors show it."""
    return text[1:] if text.startswith("\ufeff") else text


def too_large(text: str) -> str | None:
    """Why `text` is not read at all, or None."""
    if len(text) > MAX_TEXT:
        return f"the file has {len(text):,} characters; at most {MAX_TEXT:,} are read"
    if len(text) > MAX_LINE and max(map(len, text.split("\n"))) > MAX_LINE:
        return f"a line has more than {MAX_LINE:,} characters"
    return None


def compose(text: str) -> Node | YamlError | None:
    """The one document in `text` as PyYAML's nodes; None when it is empty."""
    collecting = gc.isenabled()
    if collecting:
        gc.disable()
    try:
        return _yaml.compose(text, _Composer)
    except (yaml.YAMLError, UnicodeError, RecursionError) as error:
        return _error(error, text)
    finally:
        if collecting:
            gc.enable()


def _error(error: Exception, text: str) -> YamlError:
    document = Document(text)
    if isinstance(error, RecursionError):
        return YamlError("is nested too deeply", document.span(0, 0))
    if isinstance(error, UnicodeError):
        start = getattr(error, "start", 0)
        return YamlError("holds half of a character (a lone surrogate)", document.span(start, start + 1))
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        offset = getattr(error, "position", 0)
        shown = text[offset : offset + 1]
        name = f"U+{ord(shown):04X}" if shown else "a character"
        return YamlError(
            f"YAML allows no control characters, and here is {name}", document.span(offset, offset + 1)
        )
    context_mark = getattr(error, "context_mark", None)
    context = getattr(error, "context", None) or ""
    start = min(mark.index, len(text))
    at_end = not text[start:].strip()
    if at_end:
        start = len(text.rstrip())
        span = document.span(max(0, start - 1), start)
    else:
        line_end = text.find("\n", start)
        end = len(text) if line_end < 0 else line_end
        stop = next((i for i in range(start, end) if text[i] in " \t,:]}\r"), end)
        span = document.span(start, max(stop, start + 1))
    return YamlError(
        str(getattr(error, "problem", None) or "is not YAML"),
        span,
        context,
        document.span(context_mark.index, context_mark.index) if context_mark else None,
        at_end,
    )


def compose_entry(text: str) -> Node | YamlError | None:
    """The one element of the block sequence in `text`; None when it is not exactly one."""
    node = compose(text)
    if isinstance(node, YamlError):
        return node
    if not isinstance(node, SequenceNode) or len(node.value) != 1:
        return None
    return items_of(node)[0]


def compose_section(text: str) -> tuple[Node, Node] | YamlError | None:
    """Key and value of the one section in `text`; None when it is not exactly one."""
    node = compose(text)
    if isinstance(node, YamlError):
        return node
    if not isinstance(node, MappingNode) or len(node.value) != 1:
        return None
    return pairs_of(node)[0]


def _marks_of(event: Any) -> tuple[Any, Any]:
    """Where an event begins and ends: every event that is parsed has both marks."""
    return event.start_mark, event.end_mark


def lines_of_first(text: str) -> int | None:
    """How many lines the first element of the block sequence in `text` takes, its closing quotes and
    brackets included; None when a mistake comes before its end."""
    depth, last = 0, -1
    event: Any
    try:
        for event in _yaml.parse(text, _Loader):
            if depth == 1 and last >= 0:
                return last + 1  # the event behind the element, so nothing is wrong with its end
            match event:
                case MappingStartEvent() | SequenceStartEvent():
                    depth += 1
                case MappingEndEvent() | SequenceEndEvent():
                    depth -= 1
                    begin, end = _marks_of(event)
                    if begin.index < end.index:
                        last = max(last, end.line)
                case ScalarEvent() | AliasEvent():
                    _, end = _marks_of(event)
                    last = max(last, end.line - (1 if end.column == 0 else 0))
                case _:
                    pass
    except (yaml.YAMLError, UnicodeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        if depth == 1 and last >= 0 and mark is not None and mark.line > last:
            return last + 1  # only what stands behind it is no element
    return None
