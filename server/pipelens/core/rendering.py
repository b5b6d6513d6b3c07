"""What an SQL or shell source becomes with its values put in (section 8.5 of the format).

Strict both ways, as Ploomber is: a name that nothing provides, and a value that nothing uses. Most
sources hold nothing but `{{name}}`, `{{name["key"]}}` and `{{name.key}}`: those never load jinja2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final, cast

from pipelens.core.expansion import UsedName, marked, used_names
from pipelens.core.text import Document, Span
from pipelens.frozen import frozen

PRODUCT: Final = "product"
UPSTREAM: Final = "upstream"

_MARK = re.compile(r"\{[{%#]|\[\[")
_SIMPLE = re.compile(
    r"""\{\{[ \t]*(?P<name>[^\W\d]\w*)
    (?P<path>(?:\.[^\W\d]\w*|\[[ \t]*(?:"[^"\\\r\n]*"|'[^'\\\r\n]*')[ \t]*\])*)
    [ \t]*\}\}""",
    re.VERBOSE,
)
_PART = re.compile(r"""\.([^\W\d]\w*)|\[[ \t]*"([^"]*)"[ \t]*\]|\[[ \t]*'([^']*)'[ \t]*\]""")
_RESERVED_WORDS = """
true false none True False None not and or in is if else self super loop caller varargs kwargs
"""
_WORDS = frozenset(_RESERVED_WORDS.split())


@frozen
class TemplateFault:
    """Why a source has no text. code: the rule it breaks. span: in the source."""

    code: str
    message: str
    span: Span


@frozen
class Wanted:
    """The names that a source takes, in text order, and what is wrong with its syntax. runs: whether
    anything is put in at all."""

    names: tuple[UsedName, ...] = ()
    fault: TemplateFault | None = None
    runs: bool = True

    @property
    def set(self) -> frozenset[str]:
        return frozenset(used.name for used in self.names)


class ProductValues(dict[str, str]):
    """Several products by key. Iterating gives the products, not the keys, as in Ploomber (Q15)."""

    def __iter__(self) -> Iterator[str]:
        return iter(self.values())


@lru_cache(maxsize=512)
def wanted(text: str) -> Wanted:
    """The names that the source `text` takes, `[[names]]` of what is filled at run time among them."""
    plain = _newlines(text)
    found = _simple(plain)
    if found is not None:
        named = (UsedName(match["name"], match.start("name"), match.end("name")) for match in found)
        return Wanted(tuple(named), None, bool(found))
    from pipelens.core import source_sandbox

    names: dict[tuple[int, str], UsedName] = {}
    for at_run_time in (False, True):
        program = source_sandbox.parse(plain, at_run_time)
        failure = program.failure
        if failure is not None and failure.kind == "syntax":
            _, end = marked(plain, failure.line)
            begin = max((mark.start() for mark in _MARK.finditer(plain, 0, end)), default=0)
            span = Document(plain).span(begin, end)
            also = ": here [[ ]] is a placeholder, too" if at_run_time else ""
            return Wanted((), TemplateFault("source-syntax", f"{failure.message}{also}", span))
        environment = source_sandbox.environment(at_run_time)
        told = program.names - source_sandbox.KNOWN
        placed = used_names(plain, told, environment)
        missed = told - {used.name for used in placed}
        # What stands in a tag is read in either syntax.
        names.update({(used.start, used.name): used for used in placed})
        names.update({(0, name): UsedName(name, 0, 0) for name in missed})
    return Wanted(tuple(names[key] for key in sorted(names)))


def is_plain(text: str) -> bool:
    """Whether nothing but values is put into the source, so that the same values make the same text."""
    return _simple(_newlines(text)) is not None


def name_span(text: str, used: UsedName) -> Span:
    return Document(_newlines(text)).span(used.start, used.end)


def render(text: str, values: Mapping[str, object]) -> str | TemplateFault:
    """The source with `values` put in, as Ploomber stores it: without its last line end.

    Names must have been looked at before: `values` holds all that `wanted` tells."""
    plain = _newlines(text)
    found = _simple(plain)
    if found is not None and (made := _filled(plain, found, values)) is not None:
        return made
    from pipelens.core import source_sandbox
    from pipelens.core.sandbox import run

    program = source_sandbox.parse(plain, False)
    if program.failure is None and not program.names:
        return plain.removesuffix("\n")
    made = run(program, {**source_sandbox.GLOBALS, **values}, source_sandbox.MAX_RENDERED)
    if isinstance(made, str):
        return made
    code = "source-not-rendered" if made.kind == "refused" else "source-fails"
    span = _place_of(plain, made.name) or Document(plain).span(*marked(plain, made.line))
    return TemplateFault(code, made.message, span)


def _newlines(text: str) -> str:
    """Line ends as Python reads and Jinja writes them."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _simple(text: str) -> list[re.Match[str]] | None:
    """The placeholders of a text that has no others than simple ones; None where Jinja has to be asked."""
    found: list[re.Match[str]] = []
    position = 0
    for match in _SIMPLE.finditer(text):
        between = text[position : match.start()]
        if _MARK.search(between) or between.endswith("{") or match["name"] in _WORDS:
            return None
        found.append(match)
        position = match.end()
    return None if _MARK.search(text, position) else found


def _filled(text: str, found: list[re.Match[str]], values: Mapping[str, object]) -> str | None:
    pieces: list[str] = []
    position = 0
    for match in found:
        if match["name"] not in values:
            return None
        value = values[match["name"]]
        for part in _PART.finditer(match["path"]):
            key = part[1] if part[1] is not None else part[2] if part[2] is not None else part[3]
            if not isinstance(value, dict):
                return None
            if part[1] is not None and hasattr(cast(object, value), key):
                return None
            inner = cast("dict[str, object]", value)
            if key not in inner:
                return None
            value = inner[key]
        pieces += (text[position : match.start()], str(value))
        position = match.end()
    pieces.append(text[position:].removesuffix("\n"))
    return "".join(pieces)


def _place_of(text: str, name: str) -> Span | None:
    """Where a name that a value lacks is asked for."""
    if not name:
        return None
    found = re.search(rf"""(?:\.\s*|\[\s*["']){re.escape(name)}\b""", text)
    return Document(text).span(found.end() - len(name), found.end()) if found else None
