"""The entries of a large file that is new, read while the file is composed.

The nodes of ten thousand entries take more room than all that is made of them: so they are read some
hundred at a time, and the nodes are let go of before the next are composed.
"""

from __future__ import annotations

from collections.abc import Callable

from pipelens.core.spec import TaskEntry
from pipelens.core.spec_context import SpecContext
from pipelens.core.yaml_pieces import Piece, Take
from pipelens.core.yaml_tree import Tree


class EarlyEntries:
    """What was read, to be used if it turns out that each entry has the id that was expected, and the
    context that the sections told.

    context_of: what entries depend on, by the sections alone, None when they are not to be read.
    first: the id of the first entry.
    """

    def __init__(
        self,
        context_of: Callable[[Tree], SpecContext | None],
        read: Callable[[Piece, SpecContext, int], TaskEntry],
        first: int,
    ) -> None:
        self.context_of = context_of
        self.read = read
        self.first = first
        self._context: SpecContext | None = None
        self._found: dict[int, tuple[Piece, TaskEntry]] = {}

    def taker(self, sections: Tree) -> Take | None:
        """Who reads the entries below these sections."""
        context = self._context = self.context_of(sections)
        if context is None:
            return None
        first, read, found = self.first, self.read, self._found

        def take(number: int, piece: Piece) -> None:
            id = first + number
            found[id] = (piece, read(piece, context, id))
            piece.lighten()

        return take

    def pop(self, id: int, piece: Piece, context: SpecContext) -> TaskEntry | None:
        """The entry of this id, if it was read from `piece` in the same context."""
        found = self._found.pop(id, None)
        if found is None or found[0] is not piece or self._context != context:
            return None
        return found[1]
