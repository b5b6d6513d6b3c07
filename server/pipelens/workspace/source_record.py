"""A source as plain lists for JSON, and back.

Only what is read without problems and means the same in JSON becomes a record; everything else is
read again, which costs a moment.
"""

from __future__ import annotations

from sys import intern
from typing import Any, cast

from pipelens.core.sources import (
    Declaration,
    Element,
    NotebookSource,
    Reference,
    Rereads,
    Words,
    shared_parameter,
)
from pipelens.core.text import Span

Names = tuple[str, ...]
"""The names that a task's injected cell assigns."""

_Numbers = list[int]


def record_of(source: NotebookSource, sound_with: tuple[Names, ...]) -> list[object] | None:
    """The record of `source`; None where it is to be read again."""
    if source.problems or not isinstance(source.uses, Words):
        return None
    declared = [_declared(source.upstream), _declared(source.product)]
    if None in declared:
        return None
    return [
        source.language,
        _numbers(source.parameters_span),
        *declared,
        [[each.name, _numbers(each.span), each.default, each.kind] for each in source.params],
        source.uses.text,
        [[each.name, _numbers(each.span), each.key, _numbers(each.key_span)] for each in source.references],
        source.doc,
        sound_with,
    ]


def source_of(path: str, record: list[Any], whole: Rereads) -> tuple[NotebookSource, tuple[Names, ...]]:
    """The source that `record` tells of; ValueError, TypeError or IndexError when it is none."""
    language, cell, upstream, product, params, uses, references, doc, sound_with = record
    if not (isinstance(uses, str) and isinstance(doc, str)):
        raise TypeError("names and documentation are texts")
    words = Words()
    words.text = intern(uses)
    source = NotebookSource(
        path,
        intern(language),
        whole,
        _span(cell),
        _declaration("upstream", upstream),
        _declaration("product", product),
        tuple(
            [
                shared_parameter(intern(name), cast(Span, _span(at)), default and intern(default), kind)
                for name, at, default, kind in params
            ]
        ),
        words,
        tuple(
            [
                Reference(intern(name), cast(Span, _span(at)), key and intern(key), _span(key_at))
                for name, at, key, key_at in references
            ]
        ),
        doc,
    )
    return source, tuple([tuple(map(intern, names)) for names in sound_with])


def _numbers(span: Span | None) -> _Numbers | None:
    return None if span is None else list(span)


def _span(numbers: _Numbers | None) -> Span | None:
    if numbers is None:
        return None
    line, character, end_line, end = numbers
    if line == end_line:
        return Span.on_line(line, character, end)
    return Span.of(line, character, end_line, end)


def _declared(found: Declaration | None) -> list[object] | None:
    """An empty list where there is no declaration; None for one that JSON cannot tell."""
    if found is None:
        return []
    if found.error is not None or not _is_plain(found.value):
        return None
    return [
        _numbers(found.span),
        _numbers(found.value_span),
        found.value,
        [[element.name, _numbers(element.span)] for element in found.elements],
    ]


def _is_plain(value: object) -> bool:
    match value:
        case None | str():
            return True
        case list():
            return all(isinstance(each, str) for each in cast("list[object]", value))
        case dict():
            items = cast("dict[object, object]", value).items()
            return all(isinstance(key, str) and isinstance(each, str) for key, each in items)
        case _:
            return False


def _declaration(name: Any, record: list[Any]) -> Declaration | None:
    if not record:
        return None
    at, value_at, value, elements = record
    return Declaration(
        name,
        cast(Span, _span(at)),
        cast(Span, _span(value_at)),
        value,
        tuple([Element(intern(each), cast(Span, _span(where))) for each, where in elements]),
    )
