"""A description as a tree of small blocks, and its two forms: Markdown and plain text.

What is described comes from files: a name, a cell of a table or a docstring may hold Markdown, HTML
or links that run commands. Only the blocks make markup; every text in them is shown as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence

from pipelens.frozen import frozen

LinkTo = Callable[[str, int | None], str]
"""The address of a file (absolute path, 0-based line) as a client opens it."""

LONGEST = 400
"""Characters of one piece of text that are shown."""


@frozen
class Strong:
    text: str


@frozen
class Code:
    """A name or a value, as it stands in a file."""

    text: str


@frozen
class Link:
    """A place that can be opened. line: 0-based."""

    text: str
    path: str
    line: int | None = None


Piece = str | Strong | Code | Link
Phrase = tuple[Piece, ...]


@frozen
class Paragraph:
    phrase: Phrase


@frozen
class Facts:
    """One line each: what it is, and its value."""

    rows: tuple[tuple[str, Phrase], ...]


@frozen
class Listing:
    """Text as it is, in a fixed pitch. language: for colours."""

    text: str
    language: str = ""


@frozen
class Table:
    """Rows that are shorter than the head are filled up."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@frozen
class Picture:
    """A picture in a file. width: in pixels, as it should be shown."""

    path: str
    alt: str
    width: int


@frozen
class Rule:
    """A line across, between what belongs to different things."""


Block = Paragraph | Facts | Listing | Table | Picture | Rule


def paragraph(*pieces: Piece) -> Paragraph:
    return Paragraph(pieces)


def marked(text: str) -> Phrase:
    """A message of ours, where names and values stand between backticks."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        return (text,)
    return tuple(Code(piece) if at % 2 else piece for at, piece in enumerate(pieces) if piece)


def joined(phrases: Iterable[Phrase], separator: str = ", ") -> Phrase:
    """One phrase of several."""
    found: list[Piece] = []
    for phrase in phrases:
        if found:
            found.append(separator)
        found.extend(phrase)
    return tuple(found)


def some(phrases: Sequence[Phrase], most: int, total: int | None = None) -> Phrase:
    """The first of them, and how many more there are (`total` in all)."""
    total = len(phrases) if total is None else total
    shown = joined(phrases[:most])
    more = total - min(most, len(phrases))
    return (*shown, f" and {more:,} more") if more > 0 else shown


def cut(text: str, most: int = LONGEST) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


# -- Markdown


def as_markdown(blocks: Iterable[Block], link: LinkTo, *, pictures: bool = False) -> str:
    """pictures: whether the client shows pictures of files where they are linked."""
    told = (_markdown(block, link, pictures) for block in blocks)
    return "\n\n".join(part for part in told if part)


def _markdown(block: Block, link: LinkTo, pictures: bool) -> str:
    match block:
        case Paragraph(phrase):
            return _at_line_start(_markdown_phrase(phrase, link))
        case Facts(rows):
            told = (f"{escaped(label)}: {_markdown_phrase(phrase, link)}" for label, phrase in rows)
            return "\n".join(f"- {_at_line_start(fact)}" for fact in told)
        case Listing(text, language):
            shown = visible(text, keep="\n\t")
            fence = "`" * max(3, _longest_run(shown) + 1)
            return f"{fence}{language}\n{shown}\n{fence}"
        case Table(head, rows):
            lines = _padded([[escaped(cell) for cell in row] for row in (head, *rows)], least=3)
            rule = ["-" * _width(cell) for cell in lines[0]]
            return "\n".join(f"| {' | '.join(row)} |" for row in (lines[0], rule, *lines[1:]))
        case Picture(path, alt, width):
            return f"![{escaped(alt)}]({_address(link(path, None))}|width={width})" if pictures else ""
        case Rule():
            return "---"


def _markdown_phrase(phrase: Phrase, link: LinkTo) -> str:
    return "".join(_markdown_piece(piece, link) for piece in phrase)


def _markdown_piece(piece: Piece, link: LinkTo) -> str:
    match piece:
        case str():
            return escaped(piece)
        case Strong(text):
            return f"**{escaped(text)}**" if text.strip() == text != "" else escaped(text)
        case Code(text):
            return _code_span(text)
        case Link(text, path, line):
            return f"[{escaped(text)}]({_address(link(path, line))})"


_SPECIAL = re.compile(r"[\\`*\[\]<>|~&{}!]|(?<![^\W_])_|_(?![^\W_])|(?<=\w)@(?=\w)|://|(?<=www)\.")


def escaped(text: str) -> str:
    """`text` as Markdown that shows it: no character of it is markup, and it stays on one line."""
    shown = visible(cut(text))
    return _SPECIAL.sub(lambda found: f"\\{found[0]}" if found[0] != "://" else r"\://", shown)


def _at_line_start(text: str) -> str:
    """A paragraph must not begin as a heading, a list or a quotation would."""
    found = re.match(r"\s*(\d{1,9}(?=[.)])|(?=[#+=>-]))", text)
    return f"{text[: found.end()]}\\{text[found.end() :]}" if found else text


def _code_span(text: str) -> str:
    shown = visible(cut(text))
    if not shown.strip():
        shown = shown.replace(" ", "␠") or " "
    fence = "`" * (_longest_run(shown) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


def _address(uri: str) -> str:
    """A URI that cannot end the parentheses that it stands in."""
    return re.sub(r"[\s()<>\\|]", lambda found: f"%{ord(found[0]):02X}", uri)


# -- plain text


def as_text(blocks: Iterable[Block]) -> str:
    """For clients that show no Markdown."""
    return "\n\n".join(part for part in map(_text, blocks) if part)


def _text(block: Block) -> str:
    match block:
        case Paragraph(phrase):
            return _text_phrase(phrase)
        case Facts(rows):
            width = max((len(label) for label, _ in rows), default=0) + 2
            return "\n".join(f"{label + ':':{width}}{_text_phrase(phrase)}" for label, phrase in rows)
        case Listing(text, _):
            return visible(text, keep="\n\t")
        case Table(head, rows):
            lines = _padded([[visible(cut(cell)) for cell in row] for row in (head, *rows)])
            return "\n".join("  ".join(row).rstrip() for row in lines)
        case Rule():
            return "────────"
        case Picture():
            return ""


def _text_phrase(phrase: Phrase) -> str:
    return "".join(visible(cut(piece if isinstance(piece, str) else piece.text)) for piece in phrase)


def _padded(rows: Sequence[Sequence[str]], least: int = 0) -> list[list[str]]:
    """Cells of one width in each column, for readers who see the text itself."""
    columns = max(map(len, rows), default=0)
    full = [[*row, *[""] * (columns - len(row))] for row in rows]
    widths = [max(least, *(_width(row[at]) for row in full)) for at in range(columns)]
    return [[cell + " " * (widths[at] - _width(cell)) for at, cell in enumerate(row)] for row in full]


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in "WF" else 1
        for one in text
    )


# -- both

_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def visible(text: str, keep: str = "") -> str:
    """Control characters by their pictures, and what turns the direction of writing by a box: nothing
    that is shown hides anything. keep: those that stay."""

    def shown(found: re.Match[str]) -> str:
        one = found[0]
        if one in keep:
            return one
        return chr(0x2400 + ord(one)) if one < " " else "\N{REPLACEMENT CHARACTER}"

    return _HIDDEN.sub(shown, text)
