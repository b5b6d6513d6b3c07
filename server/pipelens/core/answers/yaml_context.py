"""Where in a pipeline's YAML does the caret stand, be the text ever so half-typed?

Read from the text around the caret alone, never from the last good reading: up to where the entry
(or section) begins and down to where it ends, both bounded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Final, Literal

from pipelens.core.answers.yaml_extent import LONGEST_LINE, read_on, start_of
from pipelens.core.answers.yaml_outline import (
    MARK,
    List_,
    Mapping_,
    Marked,
    Node,
    Outline,
    Path,
    Role,
    Scalar,
)
from pipelens.core.classes import SOURCE_EXTENSIONS, infer_class
from pipelens.core.files import DictFiles
from pipelens.core.keys import (
    CALLABLE_KEYS,
    CLASS_KEYS,
    CLIENT_KEYS,
    CONFIG_KEYS,
    DOTTED_PATH_KEYS,
    EXECUTORS,
    META_KEYS,
    PRODUCT_CLASS_KEYS,
    SOURCE_LOADER_KEYS,
    TASK_KEYS,
    TOP_KEYS,
    Key,
)
from pipelens.core.text import Lines, Position, Span
from pipelens.frozen import frozen

FileKind = Literal["spec", "env", "tasks"]
"""A pipeline file, its env file, or a list of tasks that is brought in by `import_tasks_from`."""

_NO_KEYS: Mapping[str, Key] = MappingProxyType({})
_NO_TEXTS: Mapping[str, str] = MappingProxyType({})
_NO_NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType({})
_REST_OF_NAME: Final = re.compile(r"[\w./-]*")
_NEXT: Final = re.compile(r"[\w./-]*\s*[,\]}]")
_NO_FILES: Final = DictFiles({})


@frozen
class InPlaceholder:
    """The caret is behind `{{`. expression: what stands between the braces and the caret.
    prefix, replace: the (dotted) name at the caret. closed: whether `}}` follows."""

    expression: str
    prefix: str
    replace: Span
    closed: bool


@frozen
class YamlContext:
    """A caret in YAML.

    keys: the way to it from the top: names of keys, and for an element of a list the line where that
    element begins, as in `("tasks", 12, "product", "nb")`. Of a key: the way to the mapping that
    holds it; of a value: up to and with its key; of an element: up to and with the list's key.
    at: what the caret's word is, or would be; `nothing` in comments and behind a finished value.
    prefix: the word up to the caret. word: all of it. replace: where it stands, quotes left out.
    quote: the quote that opens it, `""` for none; closed: whether that quote is closed.
    fresh: the word stands alone below a key without a value, so it may become a value, a key or,
    with a dash, an element. dashed: an element behind its dash (or in brackets). flow: in brackets.
    has_colon: a key that is followed by its colon.
    siblings: the other keys of the same mapping with their values as text (`""` for what is no text).
    items: the other elements of the same list that are text.
    entry: the keys of the entry of `tasks:` around the caret, likewise; nested: of those keys that
    hold a mapping its keys, and of those that hold a list its elements.
    """

    file: FileKind
    keys: Path
    at: Role
    prefix: str
    word: str
    replace: Span
    quote: str = ""
    closed: bool = True
    fresh: bool = False
    dashed: bool = False
    flow: bool = False
    has_colon: bool = False
    siblings: Mapping[str, str] = field(default_factory=lambda: _NO_TEXTS)
    items: tuple[str, ...] = ()
    entry: Mapping[str, str] = field(default_factory=lambda: _NO_TEXTS)
    nested: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _NO_NAMES)
    placeholder: InPlaceholder | None = None

    @property
    def place(self) -> tuple[str, ...]:
        """`keys` without the lines of elements: `("tasks", "product", "nb")`."""
        return tuple(key for key in self.keys if isinstance(key, str))

    @property
    def key(self) -> str | None:
        """The key that the caret's value belongs to, or the list that its element belongs to."""
        return self.place[-1] if self.at != "key" and self.place else None


def context_at(lines: Lines, position: Position, file: FileKind = "spec") -> YamlContext | None:
    """Where the caret stands; None on a line that is too long to be read, or beyond the text."""
    if position.line > len(lines) or len(lines.line(position.line)) > LONGEST_LINE:
        return None
    first, path = start_of(lines, position.line, in_tasks=file != "env")
    outline = Outline(path)
    for number in range(first, position.line):
        outline.line(number, lines.line(number)[:LONGEST_LINE])
    text = lines.line(position.line)
    column = min(position.character, len(text))
    outline.line(position.line, text[:column] + MARK + text[column:])
    marked = outline.marked or Marked("nothing", path, None)
    read_on(outline, lines, position.line)
    return _context(outline, marked, file, position.line, column, text)


def key_at(lines: Lines, position: Position, file: FileKind = "spec") -> tuple[Key, Span] | None:
    """The key of the format that the caret touches, with its place; None for keys of the user's own."""
    context = context_at(lines, position, file)
    if context is None or context.at != "key" or not context.has_colon:
        return None
    found = known_keys(context).get(context.word)
    return (found, context.replace) if found is not None else None


def known_keys(context: YamlContext) -> Mapping[str, Key]:
    """The keys that the format knows in the mapping where the caret's key stands.

    Where the task's class cannot be told, the keys of every class are among them.
    """
    if context.file == "env":
        return _NO_KEYS
    keys, place = context.keys, context.place
    if place[:1] == ("tasks",):
        if len(place) == 1:
            return _NO_KEYS if len(keys) == 1 and context.at != "item" else _task_keys(class_of(context))
        return _callable_keys(place[1:]) if len(place) == 2 else _NO_KEYS
    match place:
        case ():
            return TOP_KEYS
        case ("meta",):
            return META_KEYS
        case ("meta", "source_loader"):
            return SOURCE_LOADER_KEYS
        case ("meta", "product_default_class"):
            return PRODUCT_CLASS_KEYS
        case ("config",):
            return CONFIG_KEYS
        case ("clients",):
            return CLIENT_KEYS
        case ("executor",):
            arguments = EXECUTORS.get(context.siblings.get("dotted_path", ""))
            return {**CALLABLE_KEYS, **(_all_arguments() if arguments is None else arguments)}
        case ("clients", _):
            return CALLABLE_KEYS
        case _:
            return _callable_keys(place)


def class_of(context: YamlContext) -> str | None:
    """The class of the task around the caret, told from what its entry says; None for unknown."""
    entry = context.entry
    named = entry.get("class", "")
    if named in CLASS_KEYS:
        return named
    source = entry.get("source", "")
    if not source or named:
        return None
    if "." in source and "/" not in source and not source.endswith(SOURCE_EXTENSIONS):
        return "PythonCallable"
    product: object = None if "product" in context.nested else entry.get("product")
    return infer_class(source, product, _NO_FILES, "").class_name


def _task_keys(class_name: str | None) -> Mapping[str, Key]:
    if class_name is not None:
        return {**TASK_KEYS, **CLASS_KEYS.get(class_name, _NO_KEYS)}
    found = dict(TASK_KEYS)
    for keys in CLASS_KEYS.values():
        for name, key in keys.items():
            found.setdefault(name, key)
    return found


def _all_arguments() -> dict[str, Key]:
    return {name: key for arguments in EXECUTORS.values() for name, key in arguments.items()}


def _callable_keys(place: tuple[str, ...]) -> Mapping[str, Key]:
    return CALLABLE_KEYS if len(place) == 1 and place[0] in DOTTED_PATH_KEYS else _NO_KEYS


# -- what was found


def _context(
    outline: Outline, marked: Marked, file: FileKind, line: int, column: int, text: str
) -> YamlContext:
    word = marked.word
    path = _from_top(marked.path, file)
    placeholder = _placeholder(text, line, column) if marked.role != "nothing" or marked.in_text else None
    if word is None:
        return YamlContext(
            file, path, marked.role, "", "", Span.on_line(line, column, column), placeholder=placeholder
        )
    start, end = word.start, word.end - 1
    closed = word.closed
    if word.quote and (not closed or (marked.flow and _NEXT.match(text, column, end))):
        # The quote that would end the word is missing: what follows belongs to others.
        closed = False
        end = _REST_OF_NAME.match(text, column, end).end()  # pyright: ignore[reportOptionalMemberAccess]
    whole = text[start:end]
    stop = end
    if marked.role == "key" and not word.quote:
        # Half a key before other words: only the word itself is meant.
        space = whole.find(" ", column - start)
        behind = text[end:].lstrip()
        if space >= 0 and not behind.startswith(":"):
            stop = start + space
            whole = text[start:stop]
    has_colon = marked.role == "key" and text[stop + (closed and bool(word.quote)) :].lstrip()[:1] == ":"
    entry, nested = _entry(outline, marked, file)
    container = _begun(marked) or marked.container
    return YamlContext(
        file,
        path,
        marked.role,
        text[start:column],
        whole,
        Span.on_line(line, start, stop),
        word.quote,
        closed,
        marked.fresh,
        marked.dashed,
        marked.flow,
        has_colon,
        _texts(container) if isinstance(container, Mapping_) else _NO_TEXTS,
        _items(container) if isinstance(container, List_) else (),
        entry,
        nested,
        placeholder,
    )


def _from_top(path: Path, file: FileKind) -> Path:
    """A file that is a bare list of tasks reads as if `tasks:` stood above it."""
    if file != "env" and path and isinstance(path[0], int):
        return ("tasks", *path)
    if file == "tasks" and not path:
        return ("tasks",)
    return path


def _placeholder(text: str, line: int, column: int) -> InPlaceholder | None:
    opened = text.rfind("{{", 0, column)
    if opened < 0 or "}}" in text[opened + 2 : column]:
        return None
    start = column
    while start > opened + 2 and (text[start - 1].isalnum() or text[start - 1] in "_."):
        start -= 1
    end = column
    while end < len(text) and (text[end].isalnum() or text[end] == "_"):
        end += 1
    closed = text[end:].lstrip().startswith("}")
    rest = text.find("}}", end)
    closed = closed or (rest >= 0 and "{{" not in text[end:rest])
    return InPlaceholder(
        text[opened + 2 : column], text[start:column], Span.on_line(line, start, end), closed
    )


def _entry(
    outline: Outline, marked: Marked, file: FileKind
) -> tuple[Mapping[str, str], Mapping[str, tuple[str, ...]]]:
    """What the entry around the mark says: its keys with their texts, and what they hold."""
    path = _from_top(marked.path, file)
    begun = _begun(marked)
    if path == ("tasks",) and begun is not None:
        return _texts(begun), _nested(begun)
    if len(path) < 2 or path[0] != "tasks" or not isinstance(path[1], int):
        return _NO_TEXTS, _NO_NAMES
    holder = _holder(outline.root, marked.path[: len(marked.path) - len(path) + 2])
    for frame in (holder, *outline.stack, *outline.flow):
        if isinstance(frame, Mapping_) and _from_top(frame.path, file) == path[:2]:
            return _texts(frame), _nested(frame)
    return _NO_TEXTS, _NO_NAMES


def _begun(marked: Marked) -> Mapping_ | None:
    """The mapping that begins with the caret's word behind a dash, told by the lines below."""
    container = marked.container
    if marked.slot is None or not isinstance(container, List_):
        return None
    item = container.items[marked.slot]
    return item if isinstance(item, Mapping_) else None


def _holder(node: Node, path: Path) -> Node:
    """The mapping at `path` of what was read."""
    match node:
        case Mapping_() if node.path == path:
            return node
        case Mapping_(pairs=pairs):
            below = [value for _, value in pairs]
        case List_(items=items):
            below = items
        case _:
            return None
    for each in below:
        if isinstance(each, Mapping_ | List_) and (found := _holder(each, path)) is not None:
            return found
    return None


def _texts(mapping: Mapping_) -> Mapping[str, str]:
    return {
        key: value.text if isinstance(value, Scalar) and MARK not in value.text else ""
        for key, value in _plain(mapping)
    }


def _nested(mapping: Mapping_) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for key, value in _plain(mapping):
        if isinstance(value, Mapping_):
            found[key] = tuple(name for name, _ in _plain(value))
        elif isinstance(value, List_):
            found[key] = _items(value)
    return found


def _plain(mapping: Mapping_) -> list[tuple[str, Node]]:
    return [(key, value) for key, value in mapping.pairs if key and MARK not in key]


def _items(container: List_) -> tuple[str, ...]:
    return tuple(
        item.text
        for item in container.items
        if isinstance(item, Scalar) and MARK not in item.text and item.text
    )
