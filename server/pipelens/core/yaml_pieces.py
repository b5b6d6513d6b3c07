"""Pieces of a pipeline file that are read alone: its sections and the entries of `tasks:`."""

from __future__ import annotations

import re
from collections.abc import Callable

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from pipelens.core.text import Document
from pipelens.core.typed_nodes import items_of, pairs_of, start_of
from pipelens.core.yaml_layout import Layout
from pipelens.core.yaml_nodes import Marks, YamlError, compose, compose_entry, compose_section
from pipelens.frozen import frozen


@frozen
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
    named: bool = False

    def lighten(self) -> None:
        """Let go of the node of an entry that was read: nodes take most of the room that a large
        pipeline needs. `whole` has it again; `named` remembers whether it names a source."""
        if self.node is not None and self.error is None:
            object.__setattr__(self, "named", names_source(self.node))
            object.__setattr__(self, "node", None)
            object.__setattr__(self, "marks", _NO_MARKS)

    def whole(self) -> Piece:
        """The entry with its node, composed again where it was let go of."""
        if self.node is not None or self.error is not None:
            return self
        return entry_piece(self.text) or self


_NO_MARKS = Marks(Document(""))

AT_ONCE = 500
"""So many entries are composed together."""

Take = Callable[[int, Piece], None]
"""Is given the number of an entry among all, and the entry."""


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

    def fill(self, layout: Layout, take: Take | None = None) -> None:
        """Read all entries of a text that is new, many at once: composing one by one costs twice as much.

        Only a text without anchors, whose entries cannot depend on each other; of entries together that
        are not sound, or not as the layout says, nothing is kept. take: is given each entry as soon as
        it is composed, and what is above the last ones may be let go of then: the nodes of all entries
        of a large text take more room than anything that is made of them.
        """
        if any("&" in line or "*" in line for line in layout.lines):
            return
        for begin in range(0, len(layout.entries), AT_ONCE):
            ranges = layout.entries[begin : begin + AT_ONCE]
            for number, piece in enumerate(self._composed(layout, ranges), begin):
                known = self.pieces.setdefault(piece.text, piece)
                self.read += known is piece
                if take is not None:
                    take(number, known)

    def _composed(self, layout: Layout, ranges: tuple[tuple[int, int], ...]) -> list[Piece]:
        """The entries in these lines, composed together; none where they do not tell."""
        above = ranges[0][0]
        text = layout.text(above, ranges[-1][1])
        document = Document(text)
        root = compose(text)
        if not isinstance(root, SequenceNode) or len(root.value) != len(ranges) or not document.plain:
            return []
        found: list[Piece] = []
        for node, (first, last) in zip(items_of(root), ranges, strict=True):
            if not first <= document.position(start_of(node)).line + above < last:
                return []
            found.append(Piece(0, layout.text(first, last), node, Marks(document, first - above)))
        return found

    def keep(self, pieces: tuple[Piece, ...]) -> None:
        """Forget what is no longer written, once there is much of it."""
        if len(self.pieces) > 2 * len(pieces) + 200:
            self.pieces = {piece.text: piece for piece in pieces}


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


def names_source(node: Node | None) -> bool:
    if not isinstance(node, MappingNode):
        return isinstance(node, ScalarNode)
    return any(isinstance(key, ScalarNode) and key.value == "source" for key, _ in pairs_of(node))
