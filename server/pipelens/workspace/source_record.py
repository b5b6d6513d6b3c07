"""A source as plain lists for JSON, and back.

What many sources have alike (their params, the names they use) is told once for all and taken by
number: so it is read once, and kept once. Only what is read without problems and means the same in
JSON becomes a record; everything else is read again, which costs a moment.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from sys import intern
from typing import Any, cast

from pipelens.core.sources import (
    Declaration,
    Element,
    NotebookSource,
    Parameter,
    Reference,
    Rereads,
    Words,
    shared_parameter,
)
from pipelens.core.text import Span
from pipelens.frozen import frozen

Names = tuple[str, ...]
"""The names that a task's injected cell assigns."""

Stamp = tuple[int, int, int, int]
"""Size, times of change of content and of the entry, and number of a file."""

_Numbers = list[int]


def stamp_of(found: os.stat_result) -> Stamp:
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


@frozen
class Common:
    """What sources that were made alike have in common. kernel: what the task says of it. sound_with:
    the names for which the static analysis found nothing."""

    language: str
    kernel: str | None
    product: Declaration | None
    params: tuple[Parameter, ...]
    sound_with: tuple[Names, ...]


@frozen
class Stored:
    """A source as it was stored, with the names for which its static analysis found nothing."""

    source: NotebookSource
    sound_with: tuple[Names, ...]


class CommonWriter:
    """Numbers what is common. new: what was numbered since it was last taken, as JSON."""

    def __init__(self) -> None:
        self.new: list[str] = []
        self._numbers: dict[str, int] = {}

    def number(self, value: object) -> int:
        text = to_json(value)
        found = self._numbers.get(text)
        if found is None:
            found = self._numbers[text] = len(self._numbers)
            self.new.append(text)
        return found

    def take(self) -> list[str]:
        """What was numbered since this was last asked, as lines."""
        lines = [f"\t{text}\n" for text in self.new]
        self.new.clear()
        return lines


class CommonReader:
    """What is common, by its number, each made once. texts: as `CommonWriter` gave them, in order."""

    def __init__(self, texts: list[str]) -> None:
        self._texts = texts
        self._found: dict[int, Common] = {}
        self._words: dict[int, Words] = {}

    def common(self, number: int) -> Common:
        found = self._found.get(number)
        if found is None:
            language, kernel, product, params, sound_with = json.loads(self._texts[number])
            found = self._found[number] = Common(
                intern(language),
                kernel,
                _declaration("product", product),
                tuple(
                    [
                        shared_parameter(
                            intern(name), cast(Span, _span(at)), default and intern(default), kind
                        )
                        for name, at, default, kind in params
                    ]
                ),
                tuple([tuple(map(intern, names)) for names in sound_with]),
            )
        return found

    def words(self, number: int) -> Words:
        found = self._words.get(number)
        if found is None:
            found = Words()
            found.text = intern(json.loads(self._texts[number]))
            self._words[number] = found
        return found


class StoredLines:
    """Records as lines, by the paths of their sources; each is read when it is asked for. A line is a
    path, a tab, and stamp and record; or a tab and what is common, which has the next number."""

    def __init__(self) -> None:
        self.lines: dict[str, str] = {}
        self._texts: list[str] = []
        self._common = CommonReader(self._texts)

    def add(self, lines: Iterable[str]) -> None:
        for line in lines:
            path, tab, rest = line.partition("\t")
            if path and tab:
                self.lines[path] = rest
            elif tab:
                self._texts.append(rest)

    def get(self, path: str, stamp: Stamp, kernel: str | None, whole: Any) -> Stored | None:
        """What is told of the source at `path`, if it is the same file still."""
        line = self.lines.get(path)
        if line is None:
            return None
        try:
            size, content, entry, number, *record = json.loads(line)
            if (size, content, entry, number) != stamp:
                return None
            common = self._common.common(record[0])
            if common.kernel != kernel:
                return None
            return Stored(source_of(path, record, whole, self._common), common.sound_with)
        except (ValueError, TypeError, IndexError, KeyError, AttributeError, RecursionError):
            return None


def line_of(path: str, stamp: Stamp, record: list[object]) -> str:
    """A line for `StoredLines`, with its end; empty for a path that would be more than one."""
    if "\t" in path or "\n" in path:
        return ""
    return f"{path}\t{to_json([*stamp, *record])}\n"


def to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def record_of(
    source: NotebookSource, kernel: str | None, sound_with: tuple[Names, ...], common: CommonWriter
) -> list[object] | None:
    """The record of `source`; None where it is to be read again."""
    if source.problems or not isinstance(source.uses, Words):
        return None
    upstream, product = _declared(source.upstream), _declared(source.product)
    if upstream is None or product is None:
        return None
    params = [[each.name, _numbers(each.span), each.default, each.kind] for each in source.params]
    return [
        common.number([source.language, kernel, product, params, sound_with]),
        common.number(source.uses.text),
        _numbers(source.parameters_span),
        upstream,
        [[each.name, _numbers(each.span), each.key, _numbers(each.key_span)] for each in source.references],
        source.doc,
        source.mark,
    ]


def source_of(path: str, record: list[Any], whole: Rereads, reader: CommonReader) -> NotebookSource:
    """The source that `record` tells of; ValueError, TypeError, IndexError or KeyError when it is none."""
    number, uses, cell, upstream, references, doc, mark = record
    if not isinstance(doc, str) or not isinstance(mark, str | None):
        raise TypeError("documentation and mark are texts")
    common = reader.common(number)
    return NotebookSource(
        path,
        common.language,
        whole,
        _span(cell),
        _declaration("upstream", upstream),
        common.product,
        common.params,
        reader.words(uses),
        tuple(
            [
                Reference(intern(name), cast(Span, _span(at)), key and intern(key), _span(key_at))
                for name, at, key, key_at in references
            ]
        ),
        doc,
        mark=mark,
    )


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
