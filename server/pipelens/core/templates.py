"""References in SQL and shell templates, by a light scan (section 8.5 of the format)."""

from __future__ import annotations

import re

from pipelens.core.sources import Reference, TemplateSource
from pipelens.core.text import Document

_PART = re.compile(
    r"(?P<comment>\{#.*?(?:#\}|\Z))"
    r"|(?P<raw>\{%[-+]?\s*raw\s*[-+]?%\}.*?(?:\{%[-+]?\s*endraw\s*[-+]?%\}|\Z))"
    r"|(?P<open>\{\{|\{%)",
    re.DOTALL,
)
_TOKEN = re.compile(
    r"""(?P<close>[-+]?(?:\}\}|%\}))
    |(?P<upstream>(?<![\w.])upstream\s*(?:
        \[\s*(?P<quote>["'])(?P<name>(?:(?!(?P=quote))[^\\\n])*)(?P=quote)\s*\]
        |\.\s*(?P<attribute>[^\W\d]\w*))
        (?:\s*\[\s*(?P<key_quote>["'])(?P<key>(?:(?!(?P=key_quote))[^\\\n])*)(?P=key_quote)\s*\])?)
    |(?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
    |(?P<word>\w+)
    |.""",
    re.VERBOSE | re.DOTALL,
)
_LEADING_COMMENT = re.compile(r"\s*/\*(.*?)\*/", re.DOTALL)


def read_template(path: str, text: str) -> TemplateSource:
    """The template's references in text order. `.items`, `.get` … count as names, as in Ploomber."""
    document = Document(text)
    found: list[Reference] = []
    at = 0
    while (part := _PART.search(text, at)) is not None:
        at = part.end()
        if part.lastgroup != "open":
            continue
        for token in _TOKEN.finditer(text, at):
            at = token.end()
            if token["close"]:
                break
            if not token["upstream"]:
                continue
            group = "name" if token["name"] is not None else "attribute"
            key = token["key"]
            found.append(
                Reference(
                    token[group],
                    document.span(token.start(group), token.end(group)),
                    key,
                    document.span(token.start("key"), token.end("key")) if key is not None else None,
                )
            )
    comment = _LEADING_COMMENT.match(text)
    words = comment[1].strip().splitlines() if comment else []
    return TemplateSource(path, tuple(found), words[0].strip() if words else "", text=text)
