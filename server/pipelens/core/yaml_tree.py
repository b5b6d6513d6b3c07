"""Tolerant YAML with spans: entry by entry where that is sound, else the whole; never raises on text.

`tasks:` is cut where an entry begins and each entry is composed alone, so that a keystroke costs
one entry and a mistake darkens one entry. Where entries cannot be told apart by their indentation
(flow style, anchors that cross entries, several documents, quotes that run over entries) the whole
text is composed; both ways give the same tree wherever the text is sound.
"""

from __future__ import annotations

import gc
import re
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from pipelens.core.text import Document, Position, Span
from pipelens.core.yaml_layout import Layout, lay_out
from pipelens.core.yaml_nodes import end_of, items_of, pairs_of, start_of

MAX_TEXT = 16_000_000
MAX_LINE = 2_000_000
_MANY = 30

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class YamlError:
    """Why a text is not YAML. Spans count from the piece's first line."""

    message: str
    span: Span
    context: str = ""
    context_span: Span | None = None
    at_end: bool = False


@dataclass(frozen=True, slots=True)
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
        if isinstance(node, ScalarNode) and self.document.plain and not self.offset:
            begin: Any = node.start_mark
            end_mark: Any = node.end_mark
            if begin.line == end_mark.line:
                line = begin.line - self.first_line
                return Span(Position(line, begin.column), Position(line, end_mark.column))
        start = start_of(node) + self.offset
        end = end_of(node) + self.offset
        text = self.document.text
        while end > start and text[end - 1] in " \t\r\n":
            end -= 1
        if isinstance(node, MappingNode | SequenceNode) and not node.flow_style and node.value:
            end = max(start, self._last(node))
        first, last = self.document.position(start), self.document.position(end)
        return Span(
            Position(first.line - self.first_line, first.character),
            Position(last.line - self.first_line, last.character),
        )

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


@dataclass(frozen=True, slots=True)
class Piece:
    """A top-level section (`key` is its name, `key_node` its key) or an entry of `tasks:`.

    node: its value, None when it could not be composed. first_line: of a section, in the file; an
    entry's stands in `Tree.entry_lines`, so that the piece stays the same when lines come before it.
    text: its lines.
    """

    first_line: int
    text: str
    node: Node | None
    marks: Marks
    error: YamlError | None = None
    key: str | None = None
    key_node: Node | None = None


class PieceCache:
    """Entries by their text, so that what did not change is not composed again. read: how many were."""

    def __init__(self) -> None:
        self.pieces: dict[str, Piece] = {}
        self.read = 0

    def entry(self, text: str) -> Piece | None:
        piece = self.pieces.get(text)
        if piece is None:
            self.read += 1
            piece = entry_piece(text)
            if piece is not None:
                self.pieces[text] = piece
        return piece

    def fill(self, layout: Layout) -> None:
        """Read all entries of a text that is new at once: composing one by one costs twice as much.

        Only a text without anchors, whose entries cannot depend on each other; when it is not sound,
        or not as its layout says, nothing is kept.
        """
        text = "".join(layout.lines)
        if "&" in text or "*" in text:
            return
        root = compose(text)
        items = root
        if isinstance(root, MappingNode):
            items = next((value for key, value in root.value if key.value == "tasks"), None)
        if not isinstance(items, SequenceNode) or len(items.value) != len(layout.entries):
            return
        document = Document(text)
        if not document.plain:
            return
        for node, (first, last) in zip(items.value, layout.entries, strict=True):
            mark: Any = node.start_mark
            if not first <= mark.line < last:
                self.pieces.clear()
                return
            piece = Piece(0, layout.text(first, last), node, Marks(document, first))
            if self.pieces.setdefault(piece.text, piece) is piece:
                self.read += 1

    def keep(self, pieces: tuple[Piece, ...]) -> None:
        """Forget what is no longer written, once there is much of it."""
        if len(self.pieces) > 2 * len(pieces) + 200:
            self.pieces = {piece.text: piece for piece in pieces}


@dataclass(frozen=True, slots=True)
class Tree:
    """A pipeline file. root: how the file begins (`mapping`, `sequence`, `scalar`, `empty`).

    tasks: the section's own piece (its node's items are in `entries`). whole: read in one.
    """

    root: str
    sections: tuple[Piece, ...] = ()
    entries: tuple[Piece, ...] = ()
    entry_lines: tuple[int, ...] = ()
    tasks: Piece | None = None
    errors: tuple[YamlError, ...] = ()
    whole: bool = False
    root_span: Span = field(default_factory=lambda: Span.of(0, 0, 0, 0))


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
        return yaml.compose(text, _Loader)
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


def read_tree(text: str, known: PieceCache | None = None) -> Tree:
    """The tree of a pipeline file's text (no byte order mark). known: entries read before."""
    layout = lay_out(text)
    if layout is not None:
        tree = _by_pieces(layout, known or PieceCache())
        if tree is not None:
            return tree
    return _whole(text, layout)


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


def _by_pieces(layout: Layout, known: PieceCache) -> Tree | None:
    """The tree made piece by piece, or None where only the whole can tell."""
    sections: list[Piece] = []
    tasks: Piece | None = None
    for first, last in layout.sections:
        piece = section_piece(layout.text(first, last), first)
        if piece is None or (piece.error and runs_on(layout, first, piece.error)):
            return None
        if piece.key == "tasks" and first == layout.tasks_line:
            tasks = piece
        sections.append(piece)
    entries: list[Piece] = []
    if not known.pieces and len(layout.entries) > _MANY:
        known.fill(layout)
    for first, last in layout.entries:
        piece = known.entry(layout.text(first, last))
        if piece is None or (piece.error and runs_on(layout, first, piece.error)):
            return None
        entries.append(piece)
    root = "sequence" if layout.bare_list else "mapping" if sections else "empty"
    known.keep(tuple(entries))
    return Tree(root, tuple(sections), tuple(entries), tuple(first for first, _ in layout.entries), tasks)


def entry_piece(text: str) -> Piece | None:
    """An entry's lines as a piece; None where they are not one entry alone."""
    node = compose_entry(text)
    marks = Marks(Document(text))
    match node:
        case None:
            return None
        case YamlError():
            return None if _needs_whole(node) else Piece(0, text, None, marks, node)
        case _:
            return Piece(0, text, node, marks)


def section_piece(text: str, first_line: int) -> Piece | None:
    """A section's lines as a piece; None where they are not one section alone."""
    pair = compose_section(text)
    marks = Marks(Document(text), -first_line)
    match pair:
        case None:
            return None
        case YamlError():
            if _needs_whole(pair):
                return None
            key = re.match(r"[\w.-]+", text)
            return Piece(first_line, text, None, marks, pair, key[0] if key else None)
        case (key_node, value):
            name = key_node.value if isinstance(key_node, ScalarNode) else None
            return Piece(first_line, text, value, marks, None, name, key_node)


def _needs_whole(error: YamlError) -> bool:
    return "undefined alias" in error.message


def runs_on(layout: Layout, first: int, error: YamlError) -> bool:
    """Whether the piece is unclosed only because its quotes or brackets end in a later piece."""
    if not error.at_end:
        return False
    lines = layout.lines[first : first + 4000]
    tail = compose("".join(lines))
    return not isinstance(tail, YamlError)


def _whole(text: str, layout: Layout | None) -> Tree:
    document = Document(text)
    root = compose(text)
    errors: tuple[YamlError, ...] = ()
    if isinstance(root, YamlError):
        errors = (root,)
        if layout is not None:
            return _pieces_despite(layout)
        from pipelens.core.yaml_recovery import compose_until_error

        root = compose_until_error(text)
    marks = Marks(document)
    if root is None:
        return Tree("empty", errors=errors, whole=True)
    span = marks.span(root)
    match root:
        case SequenceNode():
            entries, lines = _items(root, document, text, bool(errors))
            return Tree("sequence", (), entries, lines, None, errors, True, span)
        case MappingNode():
            return _sections(root, document, text, errors, span)
        case _:
            return Tree("scalar", errors=errors, whole=True, root_span=span)


def _pieces_despite(layout: Layout) -> Tree:
    """Every piece that can be had from a broken text whose layout is plain."""
    sections = [
        section_piece(text, first) or _lost(text, first)
        for text, first in ((layout.text(first, last), first) for first, last in layout.sections)
    ]
    entries = [
        entry_piece(text) or _lost(text, 0)
        for text in (layout.text(first, last) for first, last in layout.entries)
    ]
    tasks = next((piece for piece in sections if piece.first_line == layout.tasks_line), None)
    root = "sequence" if layout.bare_list else "mapping"
    return Tree(root, tuple(sections), tuple(entries), tuple(first for first, _ in layout.entries), tasks)


def _lost(text: str, first_line: int) -> Piece:
    """A piece that refers to what is outside of it, in a text that cannot be read as a whole."""
    found = compose(text)
    alone = YamlError(
        "this cannot be read on its own", Span.of(0, 0, 0, len(text.split("\n")[0].rstrip("\r")))
    )
    error = found if isinstance(found, YamlError) else alone
    return Piece(first_line, text, None, Marks(Document(text), -first_line), error)


def _sections(
    root: MappingNode, document: Document, text: str, errors: tuple[YamlError, ...], span: Span
) -> Tree:
    sections: list[Piece] = []
    entries: tuple[Piece, ...] = ()
    lines: tuple[int, ...] = ()
    tasks: Piece | None = None
    marks = Marks(document)
    for key, value in pairs_of(root):
        name = key.value if isinstance(key, ScalarNode) else None
        piece = Piece(0, text, value, marks, None, name, key)
        sections.append(piece)
        if name == "tasks":
            tasks, entries, lines = piece, (), ()
            if isinstance(value, SequenceNode):
                last = bool(errors) and value is root.value[-1][1]
                entries, lines = _items(value, document, text, last)
    return Tree("mapping", tuple(sections), entries, lines, tasks, errors, True, span)


def _items(
    sequence: SequenceNode, document: Document, text: str, unfinished: bool
) -> tuple[tuple[Piece, ...], tuple[int, ...]]:
    """The elements of `sequence` and their first lines; in an unfinished text the last is in doubt."""
    pieces: list[Piece] = []
    lines: list[int] = []
    for number, node in enumerate(items_of(sequence)):
        start = start_of(node)
        first = document.position(start).line
        dash = text.rfind("-", 0, start)
        if not sequence.flow_style and dash >= 0 and not text[dash + 1 : start].strip():
            first = document.position(dash).line
        end = end_of(node)
        own = text[start:end]
        doubt = unfinished and number == len(sequence.value) - 1 and end >= len(text.rstrip())
        error = YamlError("", Span.of(0, 0, 0, 0)) if doubt else None
        pieces.append(Piece(0, own, None if error else node, Marks(document, first), error))
        lines.append(first)
    return tuple(pieces), tuple(lines)
