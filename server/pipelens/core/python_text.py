"""Python text: parsed without noise, with columns in code points, and cut into tokens when it does not parse.

`ast` counts columns in UTF-8 bytes and warns on standard error; both end here.
"""

from __future__ import annotations

import ast
import re
import warnings

from pipelens.core.text import Position, Span
from pipelens.frozen import frozen

TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)
    |(?P<triple>(?<!\w)[rbfuRBFU]{0,2}(?:\"{3}[^\\"]*(?:(?:\\.|"(?!""))[^\\"]*)*\"{3}
                                   |'{3}[^\\']*(?:(?:\\.|'(?!''))[^\\']*)*'{3}))
    |(?P<string>(?<!\w)[rbfuRBFU]{0,2}(?:"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?))
    |(?P<word>\w+)
    |(?P<open>[\[({])
    |(?P<close>[\])}])
    |(?P<joined>\\\n)
    |(?P<newline>\n)
    |(?P<blank>[ \t\f]+)
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
"""Tokens good enough for text that does not parse. A triple quote that never closes is none."""

_QUOTES = re.compile(r"""[rbfuRBFU]{0,2}("{3}|'{3}|"|')""")


@frozen
class SyntaxFault:
    """Why text is not Python. line, character: 0-based, in the text, code points."""

    message: str
    line: int
    character: int
    end_line: int
    end_character: int


def parse_python(text: str) -> ast.Module | SyntaxFault:
    """The syntax tree of `text`, never an exception: also for NUL bytes and endless nesting."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        line = max((error.lineno or 1) - 1, 0)
        character = max((error.offset or 1) - 1, 0)
        end_line = max((error.end_lineno or line + 1) - 1, line)
        end = error.end_offset - 1 if error.end_offset and error.end_offset > 0 else character + 1
        if (end_line, end) <= (line, character):
            end_line, end = line, character + 1
        return SyntaxFault(error.msg or "invalid syntax", line, character, end_line, end)
    except (RecursionError, MemoryError):
        return SyntaxFault("it is nested too deeply", 0, 0, 0, 1)
    except ValueError as error:
        return SyntaxFault(str(error), 0, 0, 0, 1)


class Columns:
    """Positions of tree nodes in code points. `lines`: the parsed text's lines."""

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n") if "\r" not in text else re.split(r"\r\n|\n|\r", text)
        self._ascii = text.isascii()

    def character(self, line: int, column: int) -> int:
        """The code point offset of the byte offset `column` in `line` (0-based)."""
        if self._ascii or line >= len(self.lines):
            return column
        text = self.lines[line]
        return column if text.isascii() else len(text.encode("utf-8")[:column].decode("utf-8", "ignore"))

    def span(self, node: ast.expr | ast.stmt | ast.keyword | ast.arg | ast.alias | ast.excepthandler) -> Span:
        """The stretch of a node."""
        line, end_line = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        if self._ascii:
            end = node.end_col_offset or node.col_offset
            return Span.of(line, node.col_offset, end_line, end)
        return Span(
            Position(line, self.character(line, node.col_offset)),
            Position(end_line, self.character(end_line, node.end_col_offset or node.col_offset)),
        )

    def slice(self, span: Span) -> str:
        """The text of a stretch."""
        line, begin, end_line, end = span
        if line == end_line:
            return self.lines[line][begin:end]
        middle = self.lines[line + 1 : end_line]
        return "\n".join([self.lines[line][begin:], *middle, self.lines[end_line][:end]])

    def inside_quotes(self, node: ast.expr) -> Span:
        """The stretch inside the quotes of a string that is one token; of others the whole stretch."""
        span = self.span(node)
        text = self.slice(span)
        quote, inner = text[:1], text[1:-1]
        if quote in ("'", '"') and text[1:].endswith(quote) and quote not in inner and "\\" not in inner:
            return Span.of(span[0], span[1] + 1, span[2], span[3] - 1)
        match = _QUOTES.match(text)
        if match is None or span.start.line != span.end.line:
            return span
        token = TOKEN.match(text)
        quote = match[1]
        if token is None or token.end() != len(text) or not text.endswith(quote):
            return span
        return Span(
            Position(span.start.line, span.start.character + match.end()),
            Position(span.end.line, span.end.character - len(quote)),
        )


_QUOTED = re.compile(
    r"""\#[^\n]*
    |\"\"\"[^\\"]*(?:(?:\\.|"(?!""))[^\\"]*)*\"\"\"
    |\'\'\'[^\\']*(?:(?:\\.|'(?!''))[^\\']*)*\'\'\'
    |"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?""",
    re.VERBOSE | re.DOTALL,
)
"""Comments, and strings without their prefixes: whatever begins with one of three characters is found
many times faster than what may begin with any."""
_MARK = "\x01"
_NAME = re.compile(r"[^\W\d]\w*")
_PREFIX = re.compile(r"(?<!\w)[rbfuRBFU]{1,2}\Z")
_UNFORMATTED = frozenset(one + other for one in "rbuRBU" for other in ("", *"rbuRBU"))
_APART = {code: " " for code in range(128) if not (chr(code).isalnum() or chr(code) in "_" + _MARK)}


def words(text: str) -> frozenset[str]:
    """The identifiers in `text`, those inside f-strings too, but not those in comments and strings."""
    text = text.replace(_MARK, " ").replace("#", " #")  # what ends at a comment is no prefix of a string
    hidden = _QUOTED.sub(_shown if _may_be_formatted(text) else _MARK + " ", text)
    if hidden.isascii():
        found = set(hidden.translate(_APART).split())
    else:
        found = set(re.findall(rf"[\w{_MARK}]+", hidden))
    for word in [word for word in found if word[-1] == _MARK]:
        found.discard(word)
        if word[:-1] not in _UNFORMATTED:
            found.add(word[:-1])
    return frozenset([word for word in found if word.isidentifier()])


def _may_be_formatted(text: str) -> bool:
    """Whether an f-string may begin anywhere. Eight searches for two characters take less than one for
    any of them."""
    return (
        "f'" in text or 'f"' in text or "F'" in text or 'F"' in text
        or "r'" in text or 'r"' in text or "R'" in text or 'R"' in text
    )  # fmt: skip


def _shown(match: re.Match[str]) -> str:
    """What stands for a comment or a string: a mark, behind which come the names in an f-string."""
    begin = match.start()
    prefix = _PREFIX.search(match.string, max(begin - 3, 0), begin)
    if prefix is None or "f" not in prefix[0].lower():
        return f"{_MARK} "
    return f"{_MARK} {' '.join(_NAME.findall(match[0]))} "


def opening_string(code: str) -> str:
    """The first line of the string that opens `code`, empty where none does."""
    if not code.lstrip().startswith(('"""', "'''")):
        return ""
    tree = parse_python(code)
    return first_line(ast.get_docstring(tree) or "") if isinstance(tree, ast.Module) else ""


def first_line(text: str) -> str:
    """The first line that is not blank."""
    return next((line.strip() for line in text.splitlines() if line.strip()), "")
