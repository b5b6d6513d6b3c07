"""A light reading of a stretch of YAML around a caret, for text that is still being typed.

The spec's own reader (`yaml_tree`) wants YAML; here half of a line is enough. A mark stands in the
text where the caret is, so that the caret always lies in a word, be it an empty one, and the
reading tells what that word would be: a key, a value, or an element of a list. Quotes that are not
closed end with their line, brackets that are not closed end where a line is indented like the key
they belong to, and a line that is indented wrongly belongs to the mapping before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, Literal

from pipelens.frozen import frozen

MARK: Final = "\ue000"
"""Stands for the caret: a character of the private use area, which no pipeline contains."""

Role = Literal["key", "value", "item", "nothing"]
Path = tuple[str | int, ...]

_KEY = re.compile(
    r"""(?P<key>"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'
        |(?:[^\s\-?:,\[\]{}#&*!|>'"%@`]|[-?](?=\S))
         (?:[^\s:#]|:(?=\S)|(?<=\S)\#|[ \t]+(?=[^\s:#]|:\S))*)
        [ \t]*:(?=\s|$)""",
    re.VERBOSE,
)
_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*\s+)*")
_BLOCK_SCALAR = re.compile(r"[|>][-+0-9]*\s*(?:#.*)?$")
_COMMENT = re.compile(r"(?:^|\s)#")
_QUOTED = {
    '"': re.compile(r'"((?:[^"\\]|\\.)*)(")?'),
    "'": re.compile(r"'((?:[^']|'')*)(')?"),
}
_FLOW_PLAIN = re.compile(r"(?:\{\{(?:(?!\}\}).)*(?:\}\})?|[^,\[\]{}:#]|:(?![\s,\[\]{}]|$)|(?<=\S)\#)+")
_ITEM = re.compile(r"-(?=\s|$)\s*")


@dataclass(slots=True)
class Scalar:
    """A word or a text. start, end: of what the quotes hold, in the marked line. closed: whether the
    quote that opens it is closed; True for plain text."""

    text: str
    line: int
    start: int
    end: int
    quote: str = ""
    closed: bool = True


@dataclass(slots=True)
class Mapping_:
    """Keys (the caret's own with its mark) and values as far as they are written; `indent` is -1 in
    brackets."""

    indent: int
    path: Path
    pairs: list[tuple[str, Node]] = field(default_factory=list[tuple[str, "Node"]])


@dataclass(slots=True)
class List_:
    indent: int
    path: Path
    items: list[Node] = field(default_factory=list["Node"])


Node = Scalar | Mapping_ | List_ | None


@frozen
class Marked:
    """Where the mark was found. path: of the mapping (`key`), of the value, or of the list (`item`).
    fresh: it stands alone where a value is still missing, so it may become anything. dashed: an
    element that stands behind its dash. slot: which element of the list, where one begins here.
    in_text: inside a text of many lines, not in a comment."""

    role: Role
    path: Path
    word: Scalar | None
    container: Mapping_ | List_ | None = None
    fresh: bool = False
    dashed: bool = False
    flow: bool = False
    slot: int | None = None
    in_text: bool = False


class Outline:
    """Reads lines one after the other. start: path of what the lines belong to."""

    def __init__(self, start: Path = ()) -> None:
        self.start = start
        self.stack: list[Mapping_ | List_] = []
        self.flow: list[Mapping_ | List_] = []
        self.marked: Marked | None = None
        self.root: Node = None
        self._flow_key: list[str | None] = []
        self._flow_indent = 0
        self._block: tuple[int, Path] | None = None

    # -- lines

    def line(self, number: int, text: str) -> None:
        """Read one line, which may hold the mark."""
        stripped = text.strip()
        indent = len(text) - len(text.lstrip())
        if self._block is not None:
            if not stripped.replace(MARK, "") or indent > self._block[0]:
                if MARK in text:
                    self.marked = Marked("nothing", self._block[1], None, in_text=True)
                return
            self._block = None
        if self.flow:
            first = stripped[:1]
            if not stripped or indent > self._flow_indent or first in ("]", "}", ","):
                self._flow_line(number, text, 0)
                return
            self.flow.clear()
            self._flow_key.clear()
        if not stripped or stripped[0] == "#":
            if MARK in text:
                self.marked = Marked("nothing", self._path_here(), None)
            return
        if stripped in ("---", "..."):
            self.stack.clear()
            return
        self._block_line(number, text, indent)

    def _block_line(self, number: int, text: str, at: int) -> None:
        dashed = False
        while (dash := _ITEM.match(text, at)) is not None:
            self._item(number, at)
            at, dashed = dash.end(), True
        if at >= len(text) or text[at] == "#":
            if MARK in text[at:]:
                self.marked = Marked("nothing", self._path_here(), None)
            return
        key = _KEY.match(text, at)
        if key is not None:
            self._pair(number, text, at, key)
            return
        if not dashed:
            self._settle(at)
        top = self.stack[-1] if self.stack else None
        if text[at] in "[{" and not text.startswith("{{", at):
            path = top.path if top is not None else self.start
            if isinstance(top, Mapping_) and top.pairs and top.pairs[-1][1] is None:
                path = (*path, _last_key(top))
            self._open_flow(number, text, at, max(0, at - 1), path)
            return
        word = self._scalar(number, text, at)
        if dashed and isinstance(top, List_):
            if top.items and top.items[-1] is None:
                top.items[-1] = word
            if self._holds_mark(word):
                self.marked = Marked("item", top.path[:-1], word, top, dashed=True, slot=len(top.items) - 1)
            return
        if self._holds_mark(word):
            self._mark_word(word, at)

    def _mark_word(self, word: Scalar, at: int) -> None:
        """A word that stands alone on its line: what it would become."""
        top = self.stack[-1] if self.stack else None
        match top:
            case None:
                # Left of what was read first: beside what holds that.
                root = Mapping_(at, self.start[:-1])
                self.stack.append(root)
                self.root = self.root or root
                self.marked = Marked("key", root.path, word, root)
            case List_():
                behind = at > top.indent and bool(top.items) and top.items[-1] is None
                self.marked = Marked("item", top.path[:-1], word, top, dashed=behind)
            case Mapping_(pairs=pairs) if at > top.indent and pairs and pairs[-1][1] is None:
                child = Mapping_(at, (*top.path, _last_key(top)))
                pairs[-1] = (pairs[-1][0], child)
                self.stack.append(child)
                self.marked = Marked("key", child.path, word, child, fresh=True)
            case Mapping_():
                self.marked = Marked("key", top.path, word, top)

    # -- blocks

    def _settle(self, at: int, *, dash: bool = False) -> None:
        """Leave what ends above a line that is indented by `at`."""
        while self.stack and self.stack[-1].indent > at:
            left = self.stack.pop()
            below = self.stack[-1] if self.stack else None
            deeper = isinstance(below, List_) and below.indent < at
            deeper = deeper or (isinstance(below, Mapping_) and below.indent < at)
            if deeper and isinstance(left, Mapping_) and not dash:
                # Indented less than the mapping above and more than what holds it: a slip.
                self.stack.append(left)
                return
        top = self.stack[-1] if self.stack else None
        if not dash and isinstance(top, List_) and top.indent == at:
            below = self.stack[-2] if len(self.stack) > 1 else None
            beside = isinstance(below, Mapping_) and below.indent == at
            if beside or (below is None and self.start and not at):
                self.stack.pop()

    def _item(self, number: int, at: int) -> None:
        self._settle(at, dash=True)
        top = self.stack[-1] if self.stack else None
        if not isinstance(top, List_) or top.indent != at:
            path = self.start
            made = List_(at, ())
            match top:
                case Mapping_(pairs=pairs) if pairs:
                    path = (*top.path, _last_key(top))
                    if isinstance(pairs[-1][1], List_ | None):
                        pairs[-1] = (pairs[-1][0], made)
                case List_(items=items):
                    path = top.path
                    if items:
                        items[-1] = made
                case _:
                    self.root = self.root or made
            made.path = (*path, number)
            self.stack.append(made)
            top = made
        top.path = (*top.path[:-1], number)
        top.items.append(None)

    def _pair(self, number: int, text: str, at: int, match: re.Match[str]) -> None:
        self._settle(at)
        top = self.stack[-1] if self.stack else None
        mapping: Mapping_
        match top:
            case Mapping_(pairs=pairs) if top.indent < at and pairs and pairs[-1][1] is None:
                mapping = Mapping_(at, (*top.path, _last_key(top)))
                pairs[-1] = (pairs[-1][0], mapping)
                self.stack.append(mapping)
            case Mapping_():
                mapping = top
            case List_(items=items):
                mapping = Mapping_(at, top.path)
                if items:
                    items[-1] = mapping
                self.stack.append(mapping)
            case None:
                mapping = Mapping_(at, self.start)
                self.root = self.root or mapping
                self.stack.append(mapping)
        key = self._scalar_of(number, text, *match.span("key"))
        if self._holds_mark(key):
            self.marked = Marked("key", mapping.path, key, mapping)
        mapping.pairs.append((key.text, None))
        self._value(number, text, match.end(), mapping)

    def _value(self, number: int, text: str, at: int, mapping: Mapping_) -> None:
        at += len(text[at:]) - len(text[at:].lstrip())
        properties = _PROPERTIES.match(text, at)
        at = properties.end() if properties else at
        name, path = mapping.pairs[-1][0], (*mapping.path, _last_key(mapping))
        rest = text[at:]
        if not rest or rest[0] == "#":
            if MARK in rest:
                self.marked = Marked("nothing", path, None)
            return
        if _BLOCK_SCALAR.match(rest.replace(MARK, "")) and rest[0] in "|>":
            self._block = (mapping.indent, path)
            mapping.pairs[-1] = (name, Scalar("", number, at, at))
            if MARK in rest:
                self.marked = Marked("nothing", path, None)
            return
        if rest[0] in "[{" and not rest.startswith("{{"):
            self._open_flow(number, text, at, mapping.indent, path)
            return
        word = self._scalar(number, text, at)
        if word.text != MARK:
            mapping.pairs[-1] = (name, word)
        if self._holds_mark(word):
            self.marked = Marked("value", path, word, mapping)

    # -- brackets

    def _open_flow(self, number: int, text: str, at: int, indent: int, path: Path) -> None:
        self._flow_indent = indent
        self._push_flow(text[at], path, number, at)
        self._flow_line(number, text, at + 1)

    def _push_flow(self, bracket: str, path: Path, number: int, at: int) -> None:
        made: Mapping_ | List_ = Mapping_(-1, path) if bracket == "{" else List_(-1, (*path, number))
        holder = self.flow[-1] if self.flow else self.stack[-1] if self.stack else None
        match holder:
            case None:
                self.root = self.root or made
            case Mapping_(pairs=pairs) if pairs:
                pairs[-1] = (pairs[-1][0], made)
            case List_(indent=-1, items=items):
                items.append(made)
            case List_(items=items) if items:
                items[-1] = made
            case _:
                pass
        self.flow.append(made)
        self._flow_key.append(None)

    def _flow_line(self, number: int, text: str, at: int) -> None:
        while self.flow and at < len(text):
            one = text[at]
            top, key = self.flow[-1], self._flow_key[-1]
            inner = (*top.path, key) if key is not None else top.path
            if one.isspace():
                at += 1
            elif one == "#" and (at == 0 or text[at - 1].isspace()):
                break
            elif one in "[{" and not text.startswith("{{", at):
                if isinstance(top, List_):
                    inner = (*top.path[:-1], number)
                self._push_flow(one, inner, number, at)
                at += 1
            elif one in "]}":
                self.flow.pop()
                self._flow_key.pop()
                at += 1
            elif one == ",":
                self._flow_key[-1] = None
                at += 1
            elif one == ":":
                if isinstance(top, Mapping_) and key is None and top.pairs:
                    self._flow_key[-1] = _last_key(top)
                at += 1
            else:
                at = self._flow_word(number, text, at)
        if MARK in text[at:]:
            path = self.flow[-1].path if self.flow else self._path_here()
            self.marked = Marked("nothing", path, None)

    def _flow_word(self, number: int, text: str, at: int) -> int:
        top, key = self.flow[-1], self._flow_key[-1]
        if text[at] in _QUOTED:
            word = self._quoted(number, text, at)
            end = word.end + word.closed
        else:
            plain = _FLOW_PLAIN.match(text, at)
            stop = plain.end() if plain else at + 1
            stop -= len(text[at:stop]) - len(text[at:stop].rstrip())
            word, end = Scalar(text[at:stop], number, at, stop), stop
        marked = self._holds_mark(word)
        match top:
            case List_(items=items):
                items.append(word)
                if marked:
                    self.marked = Marked("item", top.path[:-1], word, top, dashed=True, flow=True)
            case Mapping_(pairs=pairs) if key is None:
                pairs.append((word.text, None))
                if marked:
                    self.marked = Marked("key", top.path, word, top, flow=True)
            case Mapping_(pairs=pairs):
                pairs[-1] = (pairs[-1][0], word)
                if marked:
                    self.marked = Marked("value", (*top.path, key or ""), word, top, flow=True)
        return end

    # -- words

    def _scalar(self, number: int, text: str, at: int) -> Scalar:
        """The scalar that begins here and goes to the end of its line, or to a comment."""
        if text[at] in _QUOTED:
            word = self._quoted(number, text, at)
            if MARK in text[word.end + word.closed :]:
                self.marked = Marked("nothing", self._path_here(), None)
            return word
        comment = _COMMENT.search(text, at)
        end = comment.start() if comment else len(text)
        if MARK in text[end:]:
            self.marked = Marked("nothing", self._path_here(), None)
        return self._scalar_of(number, text, at, end)

    def _scalar_of(self, number: int, text: str, start: int, end: int) -> Scalar:
        if text[start] in _QUOTED:
            return self._quoted(number, text, start)
        kept = text[start:end].rstrip()
        return Scalar(kept, number, start, start + len(kept))

    def _quoted(self, number: int, text: str, at: int) -> Scalar:
        match = _QUOTED[text[at]].match(text, at)
        assert match is not None
        return Scalar(match[1], number, match.start(1), match.end(1), text[at], match[2] is not None)

    def _holds_mark(self, word: Scalar) -> bool:
        return MARK in word.text

    def _path_here(self) -> Path:
        return self.stack[-1].path if self.stack else self.start


def _last_key(mapping: Mapping_) -> str:
    return mapping.pairs[-1][0].replace(MARK, "")
