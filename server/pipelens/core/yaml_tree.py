"""Tolerant YAML with spans: entry by entry where that is sound, else the whole; never raises on text.

`tasks:` is cut where an entry begins and each entry is composed alone, so that a keystroke costs
one entry and a mistake darkens one entry. Where entries cannot be told apart by their indentation
(flow style, anchors that cross entries, several documents) the whole text is composed; both ways
give the same tree wherever the text is sound.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import field, replace

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from pipelens.core.text import Document, Span
from pipelens.core.typed_nodes import end_of, items_of, pairs_of, start_of
from pipelens.core.yaml_layout import Layout, Rows, has_task, is_key, lay_out
from pipelens.core.yaml_nodes import (
    FORBIDDEN,
    Marks,
    YamlError,
    compose,
    lines_of_first,
)
from pipelens.core.yaml_pieces import AT_ONCE, Piece, PieceCache, Take, names_source, section_piece
from pipelens.frozen import frozen

_MANY = 30
_MOST_LEFT_OUT = 20
"""So many entries of a broken text are left out to read the others, which refer to each other."""

LONGEST_RUN = 4000
"""A quote that is open at an entry's end is looked for in so many lines."""


_Part = tuple[int, int, Piece | None]
"""First line, the line behind the last, and the piece, where these lines are one by themselves."""


@frozen
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


def read_tree(text: str, known: PieceCache | None = None) -> Tree:
    """The tree of a pipeline file's text (no byte order mark). known: entries read before."""
    return read_with_layout(text, known or PieceCache())[0]


Taker = Callable[[Tree], Take | None]
"""Is given a tree of many entries when only its sections are read, and tells who takes the entries."""


def read_with_layout(
    text: str, known: PieceCache, taker: Taker | None = None, lines: list[str] | None = None
) -> tuple[Tree, Layout | None]:
    """The tree of `text`, and its layout where each piece was read alone as the lines tell.

    taker: who reads the entries of a large text as soon as they are composed. lines: of `text`, where
    they are there."""
    layout = lay_out(text, lines=lines)
    tree = by_pieces(layout, known, taker) if layout is not None else None
    if tree is not None and layout is not None:
        if not has_error(tree):
            error = compose(text) if FORBIDDEN.search(text) else None
            if isinstance(error, YamlError):
                return replace(tree, errors=(error,)), None
            return tree, layout
        if not may_stray(layout.rows, tree):
            return tree, layout if FORBIDDEN.search(text) is None else None
    else:
        tree = read_whole(text, layout, known)
    if not tree.errors and not has_error(tree):
        return tree, None
    forgiving = lay_out(text, forgiving=True)
    if forgiving is not None and (layout is None or forgiving.entries != layout.entries):
        other = _despite(forgiving, known)
        return (max(tree, other, key=_readable) if has_error(other) else tree), None
    if tree.errors and layout is None:
        from pipelens.core.yaml_flow import flow_entries

        entries, begins = flow_entries(text)
        other = replace(tree, root="mapping", entries=entries, entry_lines=begins)
        return max(other, tree, key=lambda one: _readable(one)[0]), None
    return tree, None


def may_stray(rows: Rows, tree: Tree) -> bool:
    """Whether a broken text may be better understood when a line that stands too far to the left counts
    as its entry's own (`lay_out`, forgiving), though its lines tell a layout as they are.

    Such a line looks like a section's key, with entries behind it; or the first dash is the odd one,
    and what it begins holds the others.
    """
    if any(piece.error for piece in tree.sections) or not tree.entries:
        return True
    return bool(tree.entries[0].error and holds_others(rows)) or has_task(rows.lines[rows.stop : rows.end])


def holds_others(rows: Rows) -> bool:
    """Whether the first entry holds what looks like others."""
    return has_task(rows.lines[rows.starts[0] + 1 : rows.behind(0)])


def has_error(tree: Tree) -> bool:
    return any(piece.error for piece in (*tree.sections, *tree.entries))


def _readable(tree: Tree) -> tuple[int, int]:
    """How much of `tree` can be used: entries that name a source, then any."""
    return sum(
        piece.error is None and (piece.named or names_source(piece.node)) for piece in tree.entries
    ), len(tree.entries)


def by_pieces(layout: Layout, known: PieceCache, taker: Taker | None = None) -> Tree | None:
    """The tree made piece by piece, or None where only the whole can tell."""
    sections: list[Piece] = []
    for first, last in layout.sections:
        piece = section_piece(layout.text(first, last), first)
        if piece is None or (piece.error and piece.error.at_end and _end_of_run(layout.rows, first)):
            return None
        sections.append(piece)
    if not known.pieces and len(layout.entries) > _MANY:
        asked = taker if len(layout.entries) > AT_ONCE else None
        known.fill(layout, asked(_tree(layout, sections, [], [])) if asked else None)
    entries: list[Piece] = []
    lines: list[int] = []
    rows = layout.rows
    for first, last, piece in parts_of(rows, known):
        if piece is None or last > rows.stop:
            return None
        entries.append(piece)
        lines.append(first)
    known.keep(tuple(entries))
    return _tree(layout, sections, entries, lines)


def _tree(layout: Layout, sections: list[Piece], entries: list[Piece], lines: list[int]) -> Tree:
    tasks = next((p for p in sections if p.key == "tasks" and p.first_line == layout.tasks_line), None)
    root = "sequence" if layout.bare_list else "mapping" if sections else "empty"
    return Tree(root, tuple(sections), tuple(entries), tuple(lines), tasks)


def parts_of(rows: Rows, known: PieceCache, number: int = 0) -> Iterator[_Part]:
    """First line, end and piece of each entry from `number` on. One whose quotes or brackets end in a
    later one reaches as far as that."""
    while number < len(rows.starts):
        first, last = rows.starts[number], rows.behind(number)
        piece = known.entry(rows.text(first, last))
        if piece is not None and piece.error and piece.error.at_end:
            end = _end_of_run(rows, first)
            if end > last:
                piece, last = known.entry(rows.text(first, end)), end
        yield first, last, piece
        number = bisect_left(rows.starts, last, number + 1)


def _end_of_run(rows: Rows, first: int) -> int:
    """The end of the lines in which what begins in the line `first` ends; 0 when it never does."""
    taken = lines_of_first(rows.text(first, first + LONGEST_RUN))
    if taken is None:
        return 0
    end = rows.end_of_entry(first + taken)
    return rows.end if end is None else end


def read_whole(text: str, layout: Layout | None = None, known: PieceCache | None = None) -> Tree:
    """The tree of `text` composed in one. layout, known: for what can be had when it is broken."""
    document = Document(text)
    root = compose(text)
    errors: tuple[YamlError, ...] = ()
    if isinstance(root, YamlError):
        errors = (root,)
        if layout is not None:
            tree = _despite(layout, known or PieceCache())
            return tree if has_error(tree) else replace(tree, errors=errors)
        from pipelens.core.yaml_recovery import compose_until_error

        root = compose_until_error(text)
    marks = Marks(document)
    if root is None or start_of(root) == end_of(root):
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


def _despite(layout: Layout, known: PieceCache) -> Tree:
    """Every piece that can be had from a broken text whose layout is plain."""
    sections = [(first, last, _section(layout, first, last)) for first, last in layout.sections]
    entries = list(parts_of(layout.rows, known))
    if any(piece is None for _, _, piece in (*sections, *entries)):
        tree = _around(layout, sections, entries)
        if tree is not None:
            return tree
    return _tree(
        layout,
        [piece or _lost(layout.text(first, last), first) for first, last, piece in sections],
        [piece or _lost(layout.text(first, last), 0) for first, last, piece in entries],
        [first for first, _, _ in entries],
    )


def _section(layout: Layout, first: int, last: int) -> Piece | None:
    text = layout.text(first, last)
    if is_key(layout.lines[first]):
        return section_piece(text, first)
    error = YamlError("could not find expected ':'", Span.on_line(0, 0, len(layout.lines[first].rstrip())))
    return Piece(first, text, None, Marks(Document(text), -first), error)


def _around(layout: Layout, sections: list[_Part], entries: list[_Part]) -> Tree | None:
    """The pieces of a broken text that refer to each other: read as a whole, the broken ones left out."""
    out = {part[0]: part for part in (*sections, *entries) if part[2] is not None and part[2].error}
    heads = {first for first, _, _ in sections}
    lines = list(layout.lines)
    root: Node | YamlError | None = None
    for _ in range(_MOST_LEFT_OUT):
        for first, last, _ in out.values():
            lines[first:last] = ["#\n"] * (last - first)
        root = compose("".join(lines))
        if not isinstance(root, YamlError):
            break
        at = root.span.start.line
        part = next((p for p in (*sections, *entries) if p[0] <= at < p[1] and p[0] not in out), None)
        if part is None:
            return None
        first, last, _ = part
        error = replace(root, span=root.span.shifted(-first), context_span=None)
        lost = _lost(layout.text(first, last), first if first in heads else 0)
        out[first] = (first, last, replace(lost, error=error))
    if not isinstance(root, SequenceNode if layout.bare_list else MappingNode):
        return None
    rest = "".join(lines)
    if isinstance(root, SequenceNode):
        tree = Tree("sequence", (), *_items(root, Document(rest), rest, False), whole=True)
    else:
        tree = _sections(root, Document(rest), rest, (), Span.of(0, 0, 0, 0))
    left = {first: piece for first, _, piece in out.values() if piece is not None}
    found = dict(zip(tree.entry_lines, tree.entries, strict=True))
    found.update((first, piece) for first, piece in left.items() if first not in heads)
    placed = sorted(found)
    return replace(
        tree,
        sections=(*tree.sections, *(piece for first, piece in left.items() if first in heads)),
        entries=tuple(found[first] for first in placed),
        entry_lines=tuple(placed),
    )


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
