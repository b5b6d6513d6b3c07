"""`pipelens check`: what is wrong with the pipeline, shown at the place where it is."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import lru_cache

from pipelens.cli import arguments as arguments_
from pipelens.cli.commands import SUMMARIES
from pipelens.cli.excerpt import excerpt, place_text
from pipelens.cli.pipeline import open_project
from pipelens.cli.refusal import Refusal
from pipelens.cli.shapes import Locate, check_shape, dumped
from pipelens.cli.terminal import SEVERITY_STYLES, Line, Screen, Segment, counted, shown_path
from pipelens.core.problems import SEVERITIES, Place, Problem
from pipelens.core.project import Project
from pipelens.core.text import NOWHERE, Document, Span

_LARGEST = 20_000_000
_SUMMARISED = ("error", "warning")


def main(name: str, words: Sequence[str]) -> int:
    parser = arguments_.parser(name, SUMMARIES["check"])
    parser.add_argument("--strict", action="store_true", help="exit with 1 for warnings, too")
    json_wanted = arguments_.wants_json(words)
    screen = Screen()
    try:
        arguments = arguments_.read(parser, words)
        project = open_project(arguments)
    except Refusal as refusal:
        _tell_refusal(refusal, screen, as_json=json_wanted)
        raise
    problems = in_reading_order(project)
    if arguments.format == "json":
        screen.write(dumped(check_shape(project.root, problems, project.locate)))
    else:
        for line in report(project, problems, arguments.cwd):
            screen.line(*line)
    return 1 if is_failure(problems, strict=arguments.strict) else 0


def _tell_refusal(refusal: Refusal, screen: Screen, *, as_json: bool) -> None:
    """Why there is nothing to check: for programs as a problem of its own, for people at its places."""
    try:
        here = os.getcwd()
    except OSError:
        here = os.path.abspath(os.sep)
    if as_json:
        told = refusal.problems or (Problem(refusal.code, refusal.message, Place(here), "error"),)
        screen.write(dumped(check_shape(here, told, _as_it_stands)))
        return
    for found in refusal.problems:
        for line in (*shown(found, _as_it_stands, here), ()):
            screen.line(*line)


def _as_it_stands(place: Place) -> tuple[str, Span]:
    return place.path, place.span


def is_failure(problems: Sequence[Problem], *, strict: bool) -> bool:
    failing = ("error", "warning") if strict else ("error",)
    return any(found.severity in failing for found in problems)


def in_reading_order(project: Project) -> list[Problem]:
    """The problems as a person goes through them: the pipeline file first, each file from its top."""

    def key(found: Problem) -> tuple[bool, str, object, int]:
        path, span = project.locate(found.place)
        return path != project.path, path, span, SEVERITIES.index(found.severity)

    return sorted(project.problems, key=key)


def report(project: Project, problems: Sequence[Problem], cwd: str) -> Iterator[Line]:
    """The problems as a good compiler prints them, and a line that counts them."""
    for found in problems:
        yield from shown(found, project.locate, cwd)
        yield ()
    yield summary(project, problems, cwd)


def summary(project: Project, problems: Sequence[Problem], cwd: str) -> Line:
    pipeline = shown_path(project.path, cwd)
    counts = {s: sum(found.severity == s for found in problems) for s in SEVERITIES}
    told = [counted(counts[s], s) for s in _SUMMARISED if counts[s]]
    notes = counts["info"] + counts["hint"]
    if notes:
        told.append(counted(notes, "note"))
    tasks = counted(len(project.tasks), "task") if project.spec.form == "tasks" else project.spec.form
    if project.spec.form == "foreign":
        tasks = "not a pipeline of this format"
    if project.spec.form == "location":
        tasks = "tasks unknown until its function runs"
    style = next((SEVERITY_STYLES[s] for s in _SUMMARISED if counts[s]), "bold green")
    return (Segment(", ".join(told) or "No problems", style), Segment(f" in {pipeline} ({tasks})"))


def shown(found: Problem, locate: Locate, cwd: str) -> Iterator[Line]:
    """One problem: its place, the lines it is in, related places and the fixes."""
    style = SEVERITY_STYLES[found.severity]
    path, span = locate(found.place)
    yield (
        Segment(place_text(shown_path(path, cwd), span.start) + ": ", "bold"),
        Segment(f"{found.severity}[{found.code}]", style),
        Segment(f" {_one_paragraph(found.message)}"),
    )
    yield from _source_lines(path, span, style)
    for related in found.related:
        other, other_span = locate(related.place)
        place = place_text(shown_path(other, cwd), other_span.start)
        yield (
            Segment("  note: ", "bold cyan"),
            Segment(f"{_one_paragraph(related.message)} ({place})"),
        )
        if related.place != found.place:
            yield from _source_lines(other, other_span, "cyan")
    for fix in found.fixes:
        yield Segment("  help: ", "bold green"), Segment(fix.title)


def _source_lines(path: str, span: Span, style: str) -> Iterator[Line]:
    if span == NOWHERE:
        return
    for line in excerpt(_lines(path), span, style):
        yield Segment("  "), *line


def _one_paragraph(message: str) -> str:
    return " ".join(message.splitlines())


@lru_cache(maxsize=64)
def _lines(path: str) -> Sequence[str]:
    """The lines of a file that a problem points into; none when it cannot be read (any more)."""
    try:
        with open(path, encoding="utf-8", errors="replace", newline="") as file:
            return Document(file.read(_LARGEST)).lines
    except (OSError, ValueError):
        return ()
