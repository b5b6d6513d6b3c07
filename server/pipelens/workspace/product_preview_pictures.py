"""The size of a picture, from its first bytes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from pipelens.core.answers.describe_blocks import Block, Picture, paragraph

if TYPE_CHECKING:
    from pipelens.workspace.product_preview import Product

WIDTH: Final = 320
"""Pixels, at most, in which a picture is shown."""

_SHOWN_UP_TO = 5_000_000
"""Bytes; above this a client would have to read too much for a glance."""

_NUMBER = re.compile(r"""\s(width|height)\s*=\s*["']\s*([0-9.]{1,12})\s*(px|pt|mm|cm|in)?\s*["']""")
_BOX = re.compile(r"""\sviewBox\s*=\s*["']\s*([-0-9.eE, ]{7,80})["']""")
_POINTS: Mapping[str, float] = MappingProxyType(
    {"px": 1, "pt": 4 / 3, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96}
)


def picture(product: Product) -> tuple[Block, ...]:
    """What kind of picture, how wide and high; and itself, for clients that show it."""
    found = measured(product)
    if found is None:
        return ()
    kind, width, height = found
    told = paragraph(f"{kind} picture, {width} × {height} pixels")
    if product.size > _SHOWN_UP_TO or not width:
        return (told,)
    return (told, Picture(product.path, f"{kind} picture", min(width, WIDTH)))


def measured(product: Product) -> tuple[str, int, int] | None:
    """Format, width and height; None when the file is none of the formats, or cut short."""
    head = product.head
    if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR" and len(head) >= 24:
        return "PNG", _big(head, 16, 4), _big(head, 20, 4)
    if head[:6] in (b"GIF87a", b"GIF89a") and len(head) >= 10:
        return "GIF", _little(head, 6, 2), _little(head, 8, 2)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return _webp(head)
    if head.startswith(b"\xff\xd8"):
        return _jpeg(product)
    return _svg(head)


def _big(data: bytes, at: int, count: int) -> int:
    return int.from_bytes(data[at : at + count], "big")


def _little(data: bytes, at: int, count: int) -> int:
    return int.from_bytes(data[at : at + count], "little")


def _webp(head: bytes) -> tuple[str, int, int] | None:
    if len(head) < 30:
        return None
    match head[12:16]:
        case b"VP8 ":
            return "WebP", _little(head, 26, 2) & 0x3FFF, _little(head, 28, 2) & 0x3FFF
        case b"VP8L":
            bits = _little(head, 21, 4)
            return "WebP", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8X":
            return "WebP", _little(head, 24, 3) + 1, _little(head, 27, 3) + 1
        case _:
            return None


def _jpeg(product: Product) -> tuple[str, int, int] | None:
    """The frame header comes behind any number of segments, previews of cameras among them."""
    at = 2
    for _ in range(200):
        start = product.head[at : at + 10] if at + 10 <= len(product.head) else product.read(at, 10)
        if len(start) < 10 or start[0] != 0xFF:
            return None
        marker = start[1]
        if marker == 0xFF or marker == 0x01 or 0xD0 <= marker <= 0xD8:
            at += 1 if marker == 0xFF else 2
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return "JPEG", _big(start, 7, 2), _big(start, 5, 2)
        elif marker in (0xD9, 0xDA):
            return None
        else:
            at += 2 + max(2, _big(start, 2, 2))
    return None


def _svg(head: bytes) -> tuple[str, int, int] | None:
    text = head.decode("utf-8", "replace")
    begin = text.find("<svg")
    if begin < 0:
        return None
    root = text[begin : min(len(text), begin + 4_000)].partition(">")[0]
    sizes = {
        name: float(number) * _POINTS[unit or "px"]
        for name, number, unit in _NUMBER.findall(root)
        if number.count(".") <= 1 and number != "."
    }
    if "width" in sizes and "height" in sizes:
        return "SVG", round(sizes["width"]), round(sizes["height"])
    box = _BOX.search(root)
    numbers = re.split(r"[\s,]+", box[1].strip()) if box else []
    try:
        return ("SVG", round(float(numbers[2])), round(float(numbers[3]))) if len(numbers) == 4 else None
    except (ValueError, OverflowError):
        return None
