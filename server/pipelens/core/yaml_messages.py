"""YAML errors in words that help: what is probably wrong, where, and the fix where there is one."""

from __future__ import annotations

import re
from dataclasses import replace

from pipelens.core.problems import Edit, Fix, Place, Problem, Related, problem
from pipelens.core.spec_context import SpecContext
from pipelens.core.text import Document, Position, Span
from pipelens.core.yaml_nodes import YamlError


def yaml_problem(
    error: YamlError, text: str, context: SpecContext, entry: int | None, down: int = 0
) -> Problem:
    """A YAML error as a problem at the smallest place that shows it, in words for the usual causes.

    text: what was composed. down: how many lines above it count in the problem's place.
    """
    found = _yaml_problem(error, text, context, entry)
    if not down:
        return found

    def moved(place: Place) -> Place:
        return place._replace(span=place.span.shifted(down))

    return replace(
        found,
        place=moved(found.place),
        related=tuple(replace(other, place=moved(other.place)) for other in found.related),
        fixes=tuple(
            replace(
                fix,
                edits=tuple(
                    replace(edit, place=moved(edit.place)) for edit in fix.edits if isinstance(edit, Edit)
                ),
            )
            for fix in found.fixes
        ),
    )


def _yaml_problem(error: YamlError, text: str, context: SpecContext, entry: int | None) -> Problem:
    document = Document(text)
    span, message = error.span, error.message
    related: list[Related] = []
    fixes: list[Fix] = []
    line = document.lines[span.start.line] if span.start.line < len(document.lines) else ""
    if error.at_end and error.context_span and "quoted scalar" in error.context:
        start = error.context_span.start
        span = Span(start, Position(start.line, start.character + 1))
        message = "this quote is never closed"
    elif error.at_end and error.context_span and "flow" in error.context:
        start = error.context_span.start
        span = Span(start, Position(start.line, start.character + 1))
        message = f"this bracket is never closed ({message})"
    elif (
        error.context_span
        and "flow" in error.context
        and error.context_span.start.line < span.start.line
        and not _unquoted(document, span, error)
    ):
        start = error.context_span.start
        related.append(Related(Place(context.path, span, entry), "this cannot stand inside of it"))
        span = Span(start, Position(start.line, start.character + 1))
        message = f"this bracket is not closed before the next lines ({message})"
    elif found := _unquoted(document, span, error):
        span, text = found
        quoted = "'" + text.replace("'", "''") + "'"
        place = Place(context.path, span, entry)
        fixes.append(Fix("Put the value in quotes", (Edit(place, quoted),), preferred=True))
        return problem(
            "unquoted-placeholder",
            f"a value that begins with a placeholder needs quotes: {quoted}",
            place,
            fixes=fixes,
        )
    elif "\\t" in error.message or "'\\t'" in error.message or "\t" in line[: span.start.character + 1]:
        message = "YAML does not take tabs for indentation; use spaces"
    elif "mapping values are not allowed" in error.message:
        message = "a ': ' is not allowed here; is the line indented wrongly, or does the text need quotes?"
    elif "could not find expected ':'" in error.message:
        message = "a ':' is missing behind this key"
        if error.context_span:
            span = _to_line_end(document, error.context_span.start)
    elif "expected <block end>" in error.message:
        message = "this does not line up with what stands above it; check the indentation"
        if error.context_span:
            related.append(Related(Place(context.path, error.context_span, entry), "the block begins here"))
    elif error.context:
        message = f"{message}, {error.context}"
    return problem(
        "yaml-error", f"not valid YAML: {message}", Place(context.path, span, entry), related=related
    )


def _unquoted(document: Document, span: Span, error: YamlError) -> tuple[Span, str] | None:
    """The unquoted placeholder value on the error's line, or on the line where its context begins."""
    lines = {span.start.line}
    if error.context_span:
        lines.add(error.context_span.start.line)
    for number in sorted(lines):
        if number >= len(document.lines):
            continue
        match = re.match(r"\s*(?:- )?[\w.-]+:\s+(\{\{[^'\"#]*?)\s*$", document.lines[number])
        match = match or re.match(r"\s*-\s+(\{\{[^'\"#]*?)\s*$", document.lines[number])
        if match:
            return Span.on_line(number, match.start(1), match.end(1)), match[1]
    return None


def _to_line_end(document: Document, start: Position) -> Span:
    end = len(document.lines[start.line].rstrip()) if start.line < len(document.lines) else start.character
    return Span(start, Position(start.line, max(end, start.character + 1)))
