"""An upstream that is declared in the pipeline's file (`extract_upstream: false`, section 6.5)."""

from __future__ import annotations

import json
import re

from pipelens.core.problems import Edit, Fix, Place
from pipelens.core.project import Project, Task
from pipelens.core.text import Lines, Position, Span

_PLAIN = re.compile(r"[A-Za-z_][\w./-]*")
_ITEM = re.compile(r"\s*-\s+")
_NOTHING = re.compile(r"\s*:(?P<value>\s*(?:\[\s*\]|\{\s*\}|null|~)?)\s*(?:#.*)?$")


def declared_in_yaml(project: Project, task: Task, name: str, lines: Lines) -> Fix | None:
    """The fix that adds `name` to the entry of `task`, whose file shows `lines`; None for a form that
    cannot be added to, and for an entry that says something else by now."""
    entry = project.entries.get(task.spec.entry)
    if entry is None or entry.broken:
        return None
    word = name if _PLAIN.fullmatch(name) else json.dumps(name, ensure_ascii=False)
    key = task.spec.key_places.get("upstream")
    if task.spec.upstream:
        edits = _behind_last(project, task, word, lines)
    elif key is not None:
        edits = _instead_of_nothing(project, key, word, lines)
    else:
        edits = _new_key(project, task, word, lines)
    return Fix(f"Declare '{name}' in 'upstream'", edits) if edits else None


def _behind_last(project: Project, task: Task, word: str, lines: Lines) -> tuple[Edit, ...]:
    path, span = project.locate(task.spec.upstream[-1].place)
    text = lines.line(span.end.line)
    before = text[: span.start.character]
    item = _ITEM.fullmatch(before)
    if item is not None:
        end = Position(span.end.line, len(text))
        return (_insert(path, end, f"\n{item[0]}{word}"),)
    rest = text[span.end.character :].lstrip()
    if rest[:1] in (",", "]") or (before.rstrip()[-1:] in ("[", ",")):
        return (_insert(path, span.end, f", {word}"),)
    if before.rstrip().endswith(":") and rest[:1] in ("", "#", ",", "}") and len(task.spec.upstream) == 1:
        return (_insert(path, span.start, "["), _insert(path, span.end, f", {word}]"))
    return ()


def _instead_of_nothing(project: Project, key: Place, word: str, lines: Lines) -> tuple[Edit, ...]:
    path, span = project.locate(key)
    text = lines.line(span.end.line)
    found = _NOTHING.match(text, span.end.character)
    if found is None:
        return ()
    return (Edit(Place(path, Span.on_line(span.end.line, *found.span("value"))), f" [{word}]"),)


def _new_key(project: Project, task: Task, word: str, lines: Lines) -> tuple[Edit, ...]:
    """Behind `source`, on a line of its own, or in the brackets that the entry is written in."""
    key = task.spec.key_places.get("source")
    if key is None:
        return ()
    path, at = project.locate(key)
    _, value = project.locate(task.spec.source_place)
    before = lines.line(at.start.line)[: at.start.character]
    if "{" in before:
        return (_insert(path, value.end, f", upstream: [{word}]"),)
    if before.strip(" -"):
        return ()
    end = Position(value.end.line, len(lines.line(value.end.line)))
    return (_insert(path, end, f"\n{' ' * len(before)}upstream: [{word}]"),)


def _insert(path: str, at: Position, text: str) -> Edit:
    return Edit(Place(path, Span(at, at)), text)
