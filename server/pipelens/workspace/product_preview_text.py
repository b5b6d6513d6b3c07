"""Products that are text: the encoding, the first lines, the title of a page."""

from __future__ import annotations

import codecs
import html
import re
from typing import TYPE_CHECKING, Final

from pipelens.core.answers.describe_blocks import Block, Listing, Strong, cut, paragraph

if TYPE_CHECKING:
    from pipelens.workspace.product_preview import Product

LINES: Final = 10
WIDTH: Final = 100
"""Lines that are shown, and characters of each."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
_FORMATS = (
    (b"SQLite format 3\0", "An SQLite database"),
    (b"PK\x03\x04", "A ZIP archive (or a format made of one, such as .xlsx)"),
    (b"\x1f\x8b", "Compressed with gzip"),
    (b"%PDF-", "A PDF document"),
    (b"\x89HDF\r\n\x1a\n", "An HDF5 file"),
    (b"ARROW1", "An Arrow (Feather) file"),
    (b"PAR1", "A Parquet file"),
    (b"\x93NUMPY", "A NumPy array"),
)
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,400})", re.IGNORECASE)


def decoded(product: Product) -> tuple[str, str] | None:
    """The text of the product's head without its byte order mark, and the encoding; None where it is
    binary. A character that the end of the head cuts is left out."""
    data = product.head
    for mark, encoding, name in _MARKS:
        if data.startswith(mark):
            text = codecs.getincrementaldecoder(encoding)("replace").decode(data[len(mark) :])
            return None if "\0" in text else (text, name)
    if b"\0" in data:
        return None
    try:
        decoder = codecs.getincrementaldecoder("utf-8")("strict")
        return decoder.decode(data, final=product.is_whole), "UTF-8"
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    if sum(one < 32 and one not in b"\t\n\r\f\x1b" for one in data) * 50 > len(data):
        return None
    return text, "Windows-1252"


def first_lines(product: Product) -> tuple[Block, ...]:
    """The beginning of a text; of anything else, what kind of file it seems to be."""
    read = decoded(product)
    if read is None:
        return (_binary(product.head),)
    text, _ = read
    lines = re.split(r"\r\n|\n|\r", text.rstrip() if product.is_whole else text, maxsplit=LINES)
    shown = [cut(line.expandtabs(4), WIDTH) for line in lines[:LINES]]
    if len(lines) > LINES or (not product.is_whole and len(lines) < LINES):
        shown.append("…")
    return (Listing("\n".join(shown), "text"),) if text.strip() else ()


def _binary(head: bytes) -> Block:
    for start, told in _FORMATS:
        if head.startswith(start):
            return paragraph(f"{told}: what is in it is not shown.")
    return paragraph("Binary: what is in it is not shown.")


def page(product: Product) -> tuple[Block, ...]:
    """An HTML page: its title says more than its first lines."""
    read = decoded(product)
    if read is None:
        return ()
    found = _TITLE.search(read[0])
    title = " ".join(html.unescape(found[1]).split()) if found else ""
    # What nbconvert writes into every page says nothing.
    return (
        (paragraph("HTML page ", Strong(title)),)
        if title not in ("", "Notebook")
        else (paragraph("HTML page"),)
    )
