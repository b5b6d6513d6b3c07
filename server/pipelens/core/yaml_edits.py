"""The tree of a pipeline file while it is edited: an edit inside entries composes those alone.

`EditedTree.edit` gives what `read_tree` would give for the whole text, or None where the lines that
changed do not tell: then the whole is read. So long as every piece can be read alone, what an edit
may change is: the entries whose lines it touched, an entry above that is open at its end (a quote or
a bracket that closes further down), and where those behind begin.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import replace

from pipelens.core.yaml_layout import (
    Rows,
    entries_in,
    has_task,
    indent_of,
    lay_out,
    tells_no_layout,
)
from pipelens.core.yaml_nodes import FORBIDDEN, without_mark
from pipelens.core.yaml_pieces import Piece, PieceCache, section_piece
from pipelens.core.yaml_tree import (
    LONGEST_RUN,
    Taker,
    Tree,
    holds_others,
    parts_of,
    read_with_layout,
)
from pipelens.frozen import frozen


@frozen
class Splice:
    """What an edit did to a tree: its entries from `first` up to `last` became `added` ones, those
    behind them moved down by `more` lines. header: whether the sections were read anew."""

    first: int
    last: int
    added: int
    more: int
    header: bool = False


class EditedTree:
    """The tree of one file. cache: its entries by their text."""

    def __init__(self) -> None:
        self.cache = PieceCache()
        self.tree = Tree("empty")
        self._rows: Rows | None = None  # None: the text is not read piece by piece
        self._indent = 0
        self._heads: tuple[Piece, ...] = ()  # the sections above the entries
        self._tails: tuple[Piece, ...] = ()  # and behind them
        self._open: list[int] = []  # first lines of the entries that are open at their end

    def read(self, text: str, taker: Taker | None = None, lines: list[str] | None = None) -> Tree:
        """Read the whole (without a byte order mark). taker, lines: see `read_with_layout`."""
        self.tree, layout = read_with_layout(text, self.cache, taker, lines)
        self._rows = None
        if layout is not None and layout.entries:
            tree, rows = self.tree, layout.rows
            self._rows = rows
            self._indent = indent_of(rows.lines[rows.starts[0]])
            self._heads = tuple(piece for piece in tree.sections if piece.first_line < rows.stop)
            self._tails = tree.sections[len(self._heads) :]
            self._open = [
                line for line, piece in zip(tree.entry_lines, tree.entries, strict=True) if _is_open(piece)
            ]
        return self.tree

    def share(self, lines: list[str]) -> None:
        """Keep these lines, an editor's, instead of the same ones that were read."""
        if self._rows is not None and len(lines) - (lines[-1] == "") == self._rows.end:
            self._rows.lines = lines

    def edit(self, lines: list[str], first: int, last: int, end: int) -> Splice | None:
        """Follow an edit that made the lines from `first` up to `last` those up to `end` of `lines`;
        None when the whole must be read."""
        rows, self._rows = self._rows, None
        added = "".join(lines[first:end])
        if rows is None or tells_no_layout(added) or FORBIDDEN.search(added):
            return None
        top, more = rows.starts[0], end - last
        if not top and lines[0].startswith("\ufeff"):
            return None
        rows.lines = lines
        rows.end = len(lines) - (lines[-1] == "")
        if first < top:
            splice = self._edit_heads(rows, more) if last <= top else None
        elif self._tails and first >= rows.stop:
            splice = self._edit_tails(rows)
        elif self._tails and last > rows.stop:
            splice = None
        else:
            splice = self._edit_entries(rows, first, last, more)
        if splice is not None:
            self._rows = rows
        return splice

    # -- the three parts of a file

    def _edit_heads(self, rows: Rows, more: int) -> Splice | None:
        top = rows.starts[0] + more
        probe = rows.text(0, top) + " " * self._indent + "- x\n"
        layout = lay_out(without_mark(probe))
        if layout is None or layout.bare_list != (self.tree.root == "sequence"):
            return None
        if [first for first, _ in layout.entries] != [top]:
            return None
        heads = _sections(rows, layout.sections, 0)
        if heads is None:
            return None
        self._heads = heads
        tasks = next((piece for piece in heads if piece.first_line == layout.tasks_line), None)
        if not layout.bare_list and (tasks is None or tasks.key != "tasks"):
            return None
        self.tree = replace(self.tree, tasks=tasks)
        rows.starts = [line + more for line in rows.starts] if more else rows.starts
        rows.stop += more
        return self._done(rows, Splice(0, 0, 0, more, header=True), [])

    def _edit_tails(self, rows: Rows) -> Splice | None:
        if has_task(rows.lines[rows.stop :]):
            return None
        layout = lay_out(rows.text(rows.stop, len(rows.lines)))
        if layout is None or layout.entries or not layout.sections or layout.sections[0][0]:
            return None
        tails = _sections(rows, layout.sections, rows.stop)
        if tails is None:
            return None
        self._tails = tails
        return self._done(rows, Splice(0, 0, 0, 0, header=True), [])

    def _edit_entries(self, rows: Rows, first: int, last: int, more: int) -> Splice | None:
        tree, starts = self.tree, rows.starts
        begin = bisect_right(starts, first) - 1
        behind = max(bisect_left(starts, last), begin + 1)
        at_end = behind >= len(starts) and not self._tails
        stop = rows.end if at_end else more + (starts[behind] if behind < len(starts) else rows.stop)
        new = entries_in(rows.lines[starts[begin] : stop], self._indent)
        if new is None and begin:
            begin -= 1  # what was an entry's first line is one no longer
            new = entries_in(rows.lines[starts[begin] : stop], self._indent)
        if new is None:
            return None
        part = bisect_right(tree.entry_lines, starts[begin]) - 1
        for line in self._open:
            if starts[begin] - LONGEST_RUN <= line < tree.entry_lines[part]:
                part = bisect_left(tree.entry_lines, line)
        rows.stop = rows.end if not self._tails else rows.stop + more
        shifted = [line + more for line in starts[behind:]] if more else starts[behind:]
        rows.starts = [*starts[:begin], *(starts[begin] + line for line in new), *shifted]
        return self._compose(rows, part, stop, more)

    def _compose(self, rows: Rows, part: int, stop: int, more: int) -> Splice | None:
        """Read the parts from `part` on, beyond the line `stop`, until one begins as it did before."""
        lines = self.tree.entry_lines
        found: list[tuple[int, Piece]] = []
        rest = len(lines)
        number = bisect_left(rows.starts, lines[part])
        for first, last, piece in parts_of(rows, self.cache, number):
            if piece is None or last > rows.stop:
                return None
            if piece.error and first == rows.starts[0] and holds_others(rows):
                return None
            if piece.error and self._tails and has_task(rows.lines[rows.stop : rows.end]):
                return None
            found.append((first, piece))
            if stop <= last < rows.stop:
                rest = bisect_left(lines, last - more)
                if rest < len(lines) and lines[rest] == last - more:
                    break
                rest = len(lines)
        return self._done(rows, Splice(part, rest, len(found), more), found)

    # -- inside

    def _done(self, rows: Rows, splice: Splice, found: list[tuple[int, Piece]]) -> Splice | None:
        tree, more = self.tree, splice.more
        lines, sections = tree.entry_lines, tree.sections
        begin = lines[splice.first]
        end = lines[splice.last] if splice.last < len(lines) else max(begin, lines[-1] + 1)
        above = lines[: splice.first]
        below = tuple([line + more for line in lines[splice.last :]]) if more else lines[splice.last :]
        opened = [line for line, piece in found if _is_open(piece)]
        self._open = [
            *(line for line in self._open if line < begin),
            *opened,
            *(line + more for line in self._open if line >= end),
        ]
        if more and self._tails:
            tails = tuple(section_piece(piece.text, piece.first_line + more) for piece in self._tails)
            if any(piece is None for piece in tails):
                return None
            self._tails = tuple(piece for piece in tails if piece is not None)
            splice = replace(splice, header=True)
        if splice.header:
            sections = (*self._heads, *self._tails)
        self.tree = replace(
            tree,
            sections=sections,
            entries=(
                *tree.entries[: splice.first],
                *(piece for _, piece in found),
                *tree.entries[splice.last :],
            ),
            entry_lines=(*above, *(line for line, _ in found), *below),
        )
        self.cache.keep(self.tree.entries)
        return splice


def _sections(rows: Rows, ranges: tuple[tuple[int, int], ...], shift: int) -> tuple[Piece, ...] | None:
    """The sections in these lines, None unless each is sound alone. The mark at the beginning of a file
    belongs to none."""
    found: list[Piece] = []
    for first, last in ranges:
        text = rows.text(first + shift, last + shift)
        piece = section_piece(without_mark(text) if not first + shift else text, first + shift)
        if piece is None or piece.error:
            return None
        found.append(piece)
    return tuple(found)


def _is_open(piece: Piece) -> bool:
    return piece.error is not None and piece.error.at_end
