"""Products that are JSON: their shape, as far as the first bytes tell it; notebooks by their cells."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from pipelens.core.answers.describe_blocks import Block, Code, Facts, Phrase, cut, paragraph
from pipelens.frozen import frozen
from pipelens.workspace.product_preview_text import decoded

if TYPE_CHECKING:
    from pipelens.workspace.product_preview import Product

KEYS: Final = 12
VALUE: Final = 60
"""Keys of an object that are shown, and characters of a value."""

_PLURALS: Final = {"object": "objects", "list": "lists", "number": "numbers", "text": "texts"}
_BLANK = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()
_KERNEL = re.compile(r'"kernelspec"\s*:\s*(?=\{)')


@frozen
class _Opened:
    """A value that the end of what was read cuts: its first character tells what it is."""

    first: str


def values(product: Product) -> tuple[Block, ...]:
    """What the topmost value is, and the keys and values in it."""
    read = decoded(product)
    if read is None:
        return ()
    text = read[0]
    begin = _end_of_blank(text, 0)
    try:
        match text[begin : begin + 1]:
            case "{":
                return _object(text, begin, product.is_whole)
            case "[":
                return _list(text, begin, product.is_whole)
            case _:
                return (paragraph("JSON: ", *_told(_DECODER.decode(text))),) if product.is_whole else ()
    except RecursionError:
        return (paragraph("JSON, nested too deeply to be looked into."),)
    except ValueError:
        return (paragraph("It is called JSON, but its text is not."), *_as_text(product))


def _as_text(product: Product) -> tuple[Block, ...]:
    from pipelens.workspace.product_preview_text import first_lines

    return first_lines(product)


def _object(text: str, begin: int, whole: bool) -> tuple[Block, ...]:
    rows: list[tuple[str, Phrase]] = []
    count, cut_off = 0, False
    for key, value in _members(text, begin, whole):
        cut_off = cut_off or isinstance(value, _Opened)
        count += 1
        if len(rows) < KEYS:
            rows.append((cut(key, VALUE), _told(value)))
    many = f"{count:,} key{'' if count == 1 else 's'}"
    head = (
        f"JSON object with {many}"
        if whole
        else f"JSON object with {many} in its first {len(text):,} characters"
    )
    return (paragraph(head), Facts(tuple(rows))) if rows else (paragraph("JSON object without keys"),)


def _list(text: str, begin: int, whole: bool) -> tuple[Block, ...]:
    found = list(_items(text, begin, whole))
    complete = [item for item in found if not isinstance(item, _Opened)]
    count = f"{len(found):,}" if whole else f"at least {max(1, len(complete)):,}"
    items = "item" if count == "1" else "items"
    if not found:
        return (paragraph("JSON list without items"),)
    if complete and all(isinstance(item, dict) for item in complete):
        first = cast("dict[str, object]", complete[0])
        rows = tuple((cut(key, VALUE), _told(value)) for key, value in list(first.items())[:KEYS])
        return (paragraph(f"JSON list of {count} objects; the first:"), Facts(rows))
    kinds = sorted({_kind(item) for item in found})
    return (paragraph(f"JSON list of {count} {items} ({', '.join(kinds)})"), *_first_items(complete))


def _first_items(items: list[object]) -> tuple[Block, ...]:
    if not items:
        return ()
    shown: list[Any] = [piece for item in items[:5] for piece in (*_told(item), ", ")]
    return (paragraph(*shown[:-1], *([", …"] if len(items) > 5 else [])),)


def _members(text: str, begin: int, whole: bool) -> Iterator[tuple[str, object]]:
    """The keys and values of an object, as far as the text goes. Raises ValueError where it is wrong."""
    at = _end_of_blank(text, begin + 1)
    while at < len(text) and text[at] != "}":
        if text[at] != '"':
            raise ValueError("a key is missing")
        try:
            key, at = _DECODER.raw_decode(text, at)
        except ValueError:
            if whole:
                raise
            return
        at = _end_of_blank(text, at)
        if at >= len(text):
            return
        if text[at] != ":":
            raise ValueError("a colon is missing")
        value, at = _value(text, _end_of_blank(text, at + 1), whole)
        yield cast("str", key), value
        at = _behind_comma(text, at, "}")
    if whole and at >= len(text):
        raise ValueError("it does not end")


def _items(text: str, begin: int, whole: bool) -> Iterator[object]:
    at = _end_of_blank(text, begin + 1)
    while at < len(text) and text[at] != "]":
        value, at = _value(text, at, whole)
        yield value
        at = _behind_comma(text, at, "]")
    if whole and at >= len(text):
        raise ValueError("it does not end")


def _value(text: str, at: int, whole: bool) -> tuple[object, int]:
    try:
        value, end = _DECODER.raw_decode(text, at)
    except ValueError:
        if whole:
            raise
        return _Opened(text[at : at + 1]), len(text)
    # The end of what was read may have cut a number short.
    return (value, end) if whole or end < len(text) else (_Opened(text[at]), end)


def _behind_comma(text: str, at: int, closing: str) -> int:
    at = _end_of_blank(text, at)
    if at < len(text) and text[at] == ",":
        return _end_of_blank(text, at + 1)
    if at < len(text) and text[at] != closing:
        raise ValueError("a comma is missing")
    return at


def _end_of_blank(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _told(value: object) -> Phrase:
    match value:
        case dict():
            keys = list(cast("dict[str, object]", value))
            names = ", ".join(keys[:6]) + (", …" if len(keys) > 6 else "")
            return (f"object ({cut(names, VALUE)})",) if keys else ("empty object",)
        case list():
            items = cast("list[object]", value)
            kinds = {_kind(item) for item in items[:1000]}
            if not items:
                return ("empty list",)
            noun = _PLURALS.get(kinds.pop(), "items") if len(kinds) == 1 else "items"
            return (f"list of {len(items):,} {noun if len(items) > 1 else noun.removesuffix('s')}",)
        case _Opened():
            return (_kind(value),)
        case _:
            return (Code(cut(json.dumps(value, ensure_ascii=False), VALUE)),)


def _kind(value: object) -> str:
    match value:
        case _Opened("{") | dict():
            return "object"
        case _Opened("[") | list():
            return "list"
        case _Opened('"') | str():
            return "text"
        case None | bool():
            return "null" if value is None else "boolean"
        case int() | float():
            return "number"
        case _:
            return "value"


# -- notebooks


def notebook(product: Product) -> tuple[Block, ...]:
    """How many cells and outputs, with which kernel, and the error that stopped it."""
    from pipelens.workspace.product_preview import MOST_OTHER

    if product.size > MOST_OTHER:
        kernel = _kernel_in(product.read(product.size - MOST_OTHER // 10, MOST_OTHER // 10))
        told = "Notebook, too large to count its cells"
        return (paragraph(f"{told}; kernel {kernel}" if kernel else told),)
    try:
        found = json.loads(product.read(0, MOST_OTHER))
    except RecursionError:
        return (paragraph("Notebook, nested too deeply to be looked into."),)
    except ValueError:
        return ()
    cells = _dicts(found.get("cells")) if isinstance(found, dict) else []
    if not isinstance(found, dict) or not isinstance(found.get("cells"), list):
        return ()
    kinds = Counter(str(cell.get("cell_type")) for cell in cells)
    outputs = [output for cell in cells for output in _dicts(cell.get("outputs"))]
    parts = [f"{kinds['code']} code cell{'' if kinds['code'] == 1 else 's'}"]
    parts += [f"{kinds['markdown']} Markdown"] if kinds["markdown"] else []
    parts += [_outputs(outputs)]
    metadata = found.get("metadata")
    kernel = _kernel_name(metadata.get("kernelspec")) if isinstance(metadata, dict) else ""
    parts += [f"kernel {kernel}"] if kernel else []
    errors = [output for output in outputs if output.get("output_type") == "error"]
    told = paragraph("Notebook: " + ", ".join(parts))
    if not errors:
        return (told,)
    words = f"{errors[-1].get('ename')}: {errors[-1].get('evalue')}"
    return (told, paragraph("It ended with ", Code(cut(words.splitlines()[0], 120))))


def _outputs(outputs: list[dict[str, Any]]) -> str:
    pictures = sum(
        any(str(kind).startswith("image/") for kind in data)
        for output in outputs
        if isinstance(data := output.get("data"), dict)
    )
    told = f"{len(outputs)} output{'' if len(outputs) == 1 else 's'}"
    return f"{told} ({pictures} picture{'' if pictures == 1 else 's'})" if pictures else told


def _dicts(value: object) -> list[dict[str, Any]]:
    items = cast("list[object]", value) if isinstance(value, list) else []
    return [cast("dict[str, Any]", item) for item in items if isinstance(item, dict)]


def _kernel_in(tail: bytes) -> str:
    text = tail.decode("utf-8", "replace")
    for found in reversed(list(_KERNEL.finditer(text))):
        try:
            return _kernel_name(_DECODER.raw_decode(text, found.end())[0])
        except (ValueError, RecursionError):
            continue
    return ""


def _kernel_name(kernel: object) -> str:
    if not isinstance(kernel, Mapping):
        return ""
    told = cast("Mapping[str, object]", kernel)
    return cut(str(told.get("name") or told.get("display_name") or ""), VALUE)
