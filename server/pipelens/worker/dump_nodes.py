"""The values of a failed task as numbered nodes (docs/failures.md), breadth first and bounded.

Nothing of the user's runs here: see `dump_objects`. What a value looks like is decided by the exact
type of it; instances of other classes are their attributes.
"""

from __future__ import annotations

import sys
import time
from collections import deque
from typing import Any, Callable, Deque, Dict, Iterable, List, Optional, Set, Tuple

from . import dump_objects as objects
from .dump_objects import base_of, module_name, overrides, qualname
from .dump_scalars import CODE_TYPES, brief, parts_of, scalar, special
from .dump_secrets import HIDDEN, Secrets, is_key_name, is_secret_name, looks_random

Node = Dict[str, Any]
Part = Tuple[str, Any]
"""A label and the value it stands for."""

MOST_NODES = 20_000
MOST_CHILDREN = 200
DEEPEST = 8
LONGEST_SHOWN = 120
_LONGEST_PART = 60
_TEXT_LEVELS = 4
_CONTAINERS = (dict, list, tuple, set, frozenset)
_BRACKETS = {dict: "{}", list: "[]", tuple: "()", set: "{}", frozenset: "{}"}
_CODE_IDS = frozenset(map(id, CODE_TYPES))
_ENVIRONMENT = ("PATH", "HOME", "USERPROFILE", "SYSTEMROOT")


class Hidden:
    """Stands for a value that is not recorded."""


HIDE = Hidden()


class Recorder:
    """Gives values numbers, and describes them when `work_off` is called.

    deadline: of `time.monotonic`. largest: bytes of JSON, about. tables: the describers of data frames and
    arrays by the identity of the type, each `(recorder, value, node) -> parts`.
    """

    def __init__(self, secrets: Secrets, deadline: float, largest: int) -> None:
        self.nodes: List[Node] = []
        self.truncated: Set[str] = set()
        self.secrets = secrets
        self.tables: Dict[int, Callable[..., Optional[List[Part]]]] = {}
        self.deepest = DEEPEST
        self._deadline = deadline
        self._room = largest
        self._limit = MOST_NODES
        self._numbers: Dict[int, int] = {}
        # What has a number stays alive, so that no other object gets its identity.
        self._alive: List[Any] = []
        self._waiting: Deque[Tuple[int, Any, int]] = deque()
        self._shown: Dict[int, Tuple[str, str, bool, int]] = {}

    @property
    def is_full(self) -> bool:
        if len(self.nodes) >= self._limit:
            self.truncated.add("nodes")
        elif self._room <= 0:
            self.truncated.add("size")
        elif time.monotonic() > self._deadline:
            self.truncated.add("time")
        else:
            return False
        return True

    def limit(self, nodes: int, deepest: int) -> None:
        """From here on at most so many more nodes, and no deeper."""
        self._limit = min(MOST_NODES, len(self.nodes) + nodes)
        self.deepest = deepest

    def named(
        self, parts: Iterable[Part], depth: int = 0, most: int = MOST_CHILDREN
    ) -> Tuple[List[Any], int]:
        """`[label, number]` of each part, and how many were left out."""
        made: List[Any] = []
        more = 0
        for label, value in parts:
            number = None if len(made) >= most else self.number(value, depth, label)
            if number is None:
                more += 1
            else:
                if len(label) > 5:
                    label = self.secrets.taken_out(label[:LONGEST_SHOWN])
                    self._room -= _size(label)
                made.append([label, number])
                self._room -= 12
        return made, more

    def number(self, value: Any, depth: int = 0, label: str = "") -> Optional[int]:
        """The number of a value's node; None when there is no room for one."""
        if len(label) > 2 and self._is_secret(_name_in(label), value):
            value = HIDE
        number = self._numbers.get(id(value))
        if number is not None:
            return number
        number = len(self.nodes)
        # The clock is looked at for some of the nodes, and for each that is described.
        if (number >= self._limit or self._room <= 0 or not number % 16) and self.is_full:
            return None
        node = self._begun(value)
        self.nodes.append(node)
        self._numbers[id(value)] = number
        self._alive.append(value)
        if "r" not in node or node.pop("open", False):
            self._waiting.append((number, value, depth))
        self._room -= 48 + _size(node.get("r", ""))
        return number

    def work_off(self) -> None:
        """Describe what waits, what was met first first."""
        while self._waiting:
            number, value, depth = self._waiting.popleft()
            node = self.nodes[number]
            if depth >= self.deepest or self.is_full:
                node["cut"] = 1
                self._describe_cut(node, value)
                continue
            try:
                self._describe(number, node, value, depth)
            except Exception as error:
                node.setdefault(
                    "r", "<{} that could not be read: {}>".format(_title(type(value)), type(error).__name__)
                )

    def finish(self) -> List[Node]:
        """The nodes, with texts of containers made from those of their parts."""
        self._room = max(self._room, 1)
        for number in sorted(self._shown, reverse=True):
            self._text(number, _TEXT_LEVELS, set())
        for node in self.nodes:
            node.setdefault("r", "<{}>".format(node["t"]))
        return self.nodes

    # -- one value

    def _begun(self, value: Any) -> Node:
        cls = type(value)
        if value is HIDE:
            return {"t": "hidden", "r": HIDDEN, "hidden": 1}
        found = scalar(value)
        if found is not None:
            node: Node = {"t": cls.__name__}
        else:
            found = special(value)
            node = {"t": qualname(cls)}
            module = module_name(cls)
            if module != "builtins":
                node["m"] = module
        if found is not None:
            text, literal, length, is_open = found
            # Numbers have no forms, but may be known.
            take_out = self.secrets.known_taken_out if cls is float or cls is int else self.secrets.taken_out
            node["r"] = clean = take_out(text)
            if literal and clean == text:
                node["v"] = 1
            if length is not None:
                node["n"] = length
            if is_open:
                node["open"] = True
        return node

    def _describe(self, number: int, node: Node, value: Any, depth: int) -> None:
        cls = type(value)
        table = self.tables.get(id(cls))
        if table is not None:
            parts = table(self, value, node)
            if parts is not None:
                self._add(node, parts, depth)
                node.setdefault("r", "<{} object>".format(_title(cls)))
                return
        inner = _named_products(value)
        if inner is not None:
            self._shown[number] = (qualname(cls) + "({", "})", True, MOST_CHILDREN)
            self._describe_container(number, node, inner, dict, depth)
            return
        base = base_of(cls, _CONTAINERS)
        if base is not None and (base is cls or not overrides(cls, base, "__iter__")):
            self._describe_container(number, node, value, base, depth)
            return
        parts = parts_of(value)
        if parts is None:
            parts = list(objects.attributes(value))
            self._shown_object(number, node, cls)
        self._add(node, parts, depth)

    def _describe_cut(self, node: Node, value: Any) -> None:
        cls = type(value)
        brackets = _BRACKETS[cls] if any(cls is one for one in _CONTAINERS) else None
        if brackets is not None:
            node["n"] = len(value)
            node["r"] = ("…" if value else "").join(brackets)
        node.setdefault("r", "<{} object>".format(_title(cls)))

    def _add(self, node: Node, parts: Iterable[Part], depth: int, unseen: int = 0) -> None:
        made, more = self.named(parts, depth + 1)
        if made:
            node["c"] = made
        if more or unseen:
            node["more"] = node.get("more", 0) + more + unseen

    def _describe_container(self, number: int, node: Node, value: Any, base: type, depth: int) -> None:
        cls = type(value)
        length = base.__len__(value)  # type: ignore[attr-defined]
        node["n"] = length
        own = [] if cls is base else list(objects.attributes(value))[:MOST_CHILDREN]
        if base is dict:
            if _is_environment(value):
                node["r"], node["more"] = "<the environment: not recorded>", length
                return
            parts = [(brief(key), item) for key, item in objects.dict_items(value, MOST_CHILDREN)]
        elif base in (list, tuple):
            got = base.__getitem__(value, slice(0, MOST_CHILDREN))  # type: ignore[attr-defined]
            parts = _as_pairs([(str(at), item) for at, item in enumerate(got)])
            names = _field_names(cls) if base is tuple else None
            if names is not None and len(names) == len(parts):
                parts = [(name, item) for name, (_, item) in zip(names, parts)]
                self._shown[number] = (qualname(cls) + "(", ")", True, len(parts))
        else:
            parts = [(str(at), item) for at, item in enumerate(_some_of(base, value))]
        if number not in self._shown:
            opening, closing = _BRACKETS[base]
            if cls is not base or base is frozenset:
                opening, closing = qualname(cls) + "(" + opening, closing + ")"
            self._shown[number] = (opening, closing, base is dict, len(parts))
        self._add(node, [*parts, *own], depth, max(0, length - len(parts)))

    def _shown_object(self, number: int, node: Node, cls: type) -> None:
        if "r" in node:
            return
        if type(objects.namespace(cls).get("__dataclass_fields__")) is dict:
            self._shown[number] = (qualname(cls) + "(", ")", True, MOST_CHILDREN)
        else:
            node["r"] = "<{} object>".format(_title(cls))

    # -- secrets and texts

    def _is_secret(self, name: str, value: Any) -> bool:
        cls = type(value)
        if value is None or cls is bool or _is_code(cls):
            return False
        if is_secret_name(name):
            self.secrets.learn(value)
            return True
        if cls is str and is_key_name(name) and looks_random(value):
            self.secrets.learn(value)
            return True
        return False

    def _text(self, number: int, levels: int, above: Set[int]) -> str:
        node = self.nodes[number]
        if "r" in node:
            return node["r"]
        if number not in self._shown:
            return "<{}>".format(node["t"])
        opening, closing, is_named, shown = self._shown[number]
        if not levels or number in above:
            return opening + "…" + closing
        above.add(number)
        found: List[str] = []
        length = len(opening)
        is_whole = not node.get("more") and not node.get("cut")
        children = node.get("c", ())[:shown]
        for label, child in children:
            part = self._text(child, levels - 1, above)
            if len(part) > _LONGEST_PART:
                part = part[: _LONGEST_PART - 1] + "…"
            if is_named:
                part = label + (": " if opening.endswith("{") else "=") + part
            length += len(part) + 2
            if length > LONGEST_SHOWN:
                is_whole = False
                break
            found.append(part)
        above.discard(number)
        if not is_whole:
            found.append("…")
        inner = ", ".join(found)
        if opening == "(" and len(children) == 1 and is_whole:
            inner += ","
        text = opening + inner + closing
        if text == "{}" and node["t"] == "set":
            text = "set()"
        if levels == _TEXT_LEVELS:
            node["r"] = text
            self._room -= _size(text)
        return text


def _is_code(cls: type) -> bool:
    """Functions and classes have names like `authenticate` or `Token`, and hide nothing."""
    return id(cls) in _CODE_IDS


def _title(cls: type) -> str:
    module = module_name(cls)
    return qualname(cls) if module == "builtins" else module + "." + qualname(cls)


def _name_in(label: str) -> str:
    """The name that a label means: keys are labelled as they are written."""
    return label[1:-1] if label[:1] in "'\"" else label[2:-1] if label[:2] in ("b'", 'b"') else label


def _as_pairs(parts: List[Part]) -> List[Part]:
    """The parts of a list or tuple; of `("password", "…")` the second goes by the first's name."""
    if len(parts) != 2 or type(parts[0][1]) is not str or type(parts[1][1]) not in (str, bytes):
        return parts
    return [parts[0], ("1", HIDE)] if is_secret_name(parts[0][1]) else parts


def _named_products(value: Any) -> Any:
    """What is in a mapping of ours that functions get as `product` or `upstream`; None for another."""
    own = sys.modules.get("{}.products".format(__package__))
    if own is None or not any(type(value) is cls for cls in own.NAMED):
        return None
    found = objects.attribute(value, "_items")
    return found if type(found) is dict else None


def _is_environment(value: Any) -> bool:
    import os

    if value is getattr(os.environ, "_data", None):
        return True
    if type(value) is not dict:
        return False
    found = [name for name, _ in objects.dict_items(value, MOST_CHILDREN) if type(name) is str]
    return sum(name in found for name in _ENVIRONMENT) >= 2


def _some_of(base: Any, value: Any) -> List[Any]:
    found: List[Any] = []
    for _ in range(3):
        found = []
        try:
            for item in base.__iter__(value):
                if len(found) >= MOST_CHILDREN:
                    break
                found.append(item)
            return found
        except RuntimeError:
            continue
    return found


def _field_names(cls: type) -> Optional[List[str]]:
    names = objects.namespace(cls).get("_fields")
    if type(names) is tuple and all(type(name) is str for name in names):
        return list(names)
    return None


def _size(text: str) -> int:
    return len(text) if text.isascii() else 6 * len(text)
