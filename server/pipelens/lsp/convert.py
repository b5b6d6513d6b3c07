"""Between the core's values and the protocol's: the only place that knows encodings and URIs.

Core counts code points; a client counts UTF-16 units unless it negotiated UTF-8 or UTF-32.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls import uris

from pipelens.core.text import Position, Span

if TYPE_CHECKING:
    from pipelens.core.answers.findings import Finding
    from pipelens.core.problems import Severity

LineOf = Callable[[int], str]
"""The text of a line of one file, without its end."""

Locate = Callable[[str, Span], types.Location]
"""Where the client shows a span of a file (see `Places.location`)."""

_SEVERITIES: dict[Severity, types.DiagnosticSeverity] = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "info": types.DiagnosticSeverity.Information,
    "hint": types.DiagnosticSeverity.Hint,
}


def path_of(uri: str) -> str | None:
    """The absolute path that a `file:` URI means (a link's target), None for other URIs."""
    path = uris.to_fs_path(uri)
    if not path or "\0" in path or not os.path.isabs(path):
        return None
    path = os.path.normpath(path)
    return os.path.realpath(path) if os.path.islink(path) else path


def uri_of(path: str) -> str:
    return uris.from_fs_path(path) or ""


class Units:
    """Columns as the client counts them."""

    def __init__(self, encoding: types.PositionEncodingKind | str) -> None:
        self.encoding = types.PositionEncodingKind(encoding)

    def column(self, line: str, character: int) -> int:
        """The client's column for an offset in code points."""
        if self.encoding == types.PositionEncodingKind.Utf32 or line.isascii():
            return character
        before = line[:character]
        beyond = max(0, character - len(line))
        if self.encoding == types.PositionEncodingKind.Utf8:
            return len(before.encode("utf-8", "surrogatepass")) + beyond
        return len(before) + sum(one > "\uffff" for one in before) + beyond

    def character(self, line: str, column: int) -> int:
        """The offset in code points for a client's column; inside a character: its beginning."""
        if self.encoding == types.PositionEncodingKind.Utf32 or line.isascii():
            return column
        passed = 0
        for offset, one in enumerate(line):
            passed += self._width(one)
            if passed > column:
                return offset
        return len(line) + column - passed

    def _width(self, one: str) -> int:
        if self.encoding == types.PositionEncodingKind.Utf8:
            return len(one.encode("utf-8", "surrogatepass"))
        return 2 if one > "\uffff" else 1

    def position(self, position: Position, line: LineOf) -> types.Position:
        return types.Position(position.line, self.column(line(position.line), position.character))

    def range(self, span: Span, line: LineOf) -> types.Range:
        return types.Range(self.position(span.start, line), self.position(span.end, line))

    def span(self, told: types.Range, line: LineOf) -> Span:
        start, end = (
            Position(one.line, self.character(line(one.line), one.character))
            for one in (told.start, told.end)
        )
        return Span(start, end)


def diagnostic(finding: Finding, location: Locate, path: str, related: bool) -> types.Diagnostic:
    """A problem of the file at `path` as the protocol tells it. related: whether the client takes
    related places."""
    problem = finding.problem
    elsewhere = [
        types.DiagnosticRelatedInformation(location=location(one.path, one.span), message=one.message)
        for one in finding.related
    ]
    return types.Diagnostic(
        range=location(path, finding.span).range,
        message=problem.message,
        severity=_SEVERITIES[problem.severity],
        code=problem.code,
        source="pipelens",
        tags=[types.DiagnosticTag.Unnecessary] if problem.unnecessary else None,
        related_information=elsewhere if elsewhere and related else None,
    )
