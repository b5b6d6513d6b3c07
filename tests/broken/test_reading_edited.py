"""Random edits of good files: reading never raises, loses no finished task, and is one reading however done."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelens.core.env import Env, EnvValue
from pipelens.core.files import DictFiles
from pipelens.core.problems import Place, Problem
from pipelens.core.read_spec import read_header
from pipelens.core.read_task import read_entry
from pipelens.core.spec_context import SpecContext
from pipelens.core.text import Document, Span
from pipelens.core.yaml_layout import lay_out
from pipelens.core.yaml_nodes import YamlError, compose, without_mark
from pipelens.core.yaml_tree import Tree, read_tree, read_whole
from tests.broken.edits import EDITS, Edit
from tests.broken.texts import GOOD, SOURCES
from tests.workspace.keeping import PIPELINE, keeper_of, picture

ERRORS = {"yaml-error", "unquoted-placeholder"}
ENV = Env(values={name: EnvValue(name, name, "file") for name in ("out", "kind")})
STYLES = st.sampled_from(sorted(GOOD))


def understood(tree: Tree, text: str) -> dict[str, Any]:
    """What the header and the entries in `tree` say, places absolute and inside of `text`."""
    files = DictFiles({f"/p/{name}": source for name, source in SOURCES.items()})
    context = SpecContext("/p/pipeline.yaml", "/p", "/p", "/p", "/p", ENV, files)
    header = read_header(tree, context, text)
    entries = [read_entry(piece, context, number) for number, piece in enumerate(tree.entries)]
    document = Document(text)

    def absolute(span: Span, entry: int | None) -> tuple[int, int, int, int]:
        if entry is not None:
            span = span.shifted(tree.entry_lines[entry])
        for position in (span.start, span.end):
            assert 0 <= position.line < len(document.starts), (text, span)
            assert 0 <= position.character <= len(document.lines[position.line]) + 1, (text, span)
        assert span.start <= span.end, (text, span)
        return span.start.line, span.start.character, span.end.line, span.end.character

    def plain(value: Any) -> Any:
        if isinstance(value, Place):
            return absolute(value.span, value.entry)
        if is_dataclass(value) and not isinstance(value, type):
            return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
        if isinstance(value, Mapping):
            return {key: plain(one) for key, one in value.items()}
        if isinstance(value, (tuple, list)):
            return [plain(one) for one in value]
        return repr(value)

    def found_in(problems: tuple[Problem, ...]) -> list[Any]:
        return sorted(({**plain(one), "code": one.code} for one in problems), key=repr)

    return {
        "root": tree.root,
        "header": plain(header) | {"problems": (), "found": found_in(header.problems)},
        "entries": [plain(entry) | {"problems": (), "found": found_in(entry.problems)} for entry in entries],
    }


def problems_of(found: dict[str, Any]) -> Iterator[Any]:
    yield from found["header"]["found"]
    for entry in found["entries"]:
        yield from entry["found"]


def same_however_read(text: str) -> bool:
    tree = read_tree(text)
    one = understood(tree, text)
    if isinstance(compose(text), YamlError):
        assert any(problem["code"] in ERRORS for problem in problems_of(one)), text
        return False
    if tree.whole:
        return False
    assert one == understood(read_whole(text), text), text
    return True


@pytest.mark.parametrize("style", sorted(GOOD))
def test_entry_by_entry_a_good_file_says_the_same_as_in_one(style: str) -> None:
    text = without_mark(GOOD[style].text)
    apart = same_however_read(text)
    assert apart == (style not in {"flow", "json", "anchors"})


@given(STYLES, st.lists(EDITS, min_size=1, max_size=3))
@example("block", [Edit(0.35, 0, "\n- ")])
def test_an_edited_file_says_the_same_entry_by_entry_and_in_one(style: str, edits: list[Edit]) -> None:
    text = GOOD[style].text
    for edit in edits:
        text = edit.of(text)
    same_however_read(without_mark(text))


@given(STYLES, st.integers(0, 2000), st.integers(0, 2000))
def test_a_file_with_lines_moved_says_the_same_entry_by_entry_and_in_one(style: str, a: int, b: int) -> None:
    lines = without_mark(GOOD[style].text).splitlines(keepends=True)
    a, b = a % len(lines), b % len(lines)
    lines.insert(b, lines.pop(a))
    same_however_read("".join(lines))


@given(st.lists(EDITS, max_size=12))
def test_any_text_is_read_without_an_exception(edits: list[Edit]) -> None:
    text = ""
    for edit in edits:
        text = edit.of(text)
    same_however_read(without_mark(text))


NAMES = ("load", "clean", "fit", "other")
BLOCKS = [
    f"  - source: steps.{name}\n    product:\n      data: 'out/{name}.csv'\n    params: {{a: [1, 2]}}\n"
    for name in NAMES
]


@given(st.integers(0, 3), st.lists(EDITS, min_size=1, max_size=3))
def test_whatever_is_typed_into_one_entry_the_other_tasks_stay(number: int, edits: list[Edit]) -> None:
    """But for what changes the meaning of the lines behind: an open quote or bracket that a later one
    closes, a block scalar or a new section that takes them in."""
    edited = BLOCKS[number].removeprefix("  - ")
    for edit in edits:
        edited = edit.of(edited)
    edited = "  - " + edited
    edited += "" if edited.endswith("\n") else "\n"
    text = "tasks:\n" + "".join([*BLOCKS[:number], edited, *BLOCKS[number + 1 :]])
    tree = read_tree(text)
    found = understood(tree, text)
    names = {task["name"] for entry in found["entries"] for task in entry["tasks"]}
    before = {f"'{name}'" for name in ("load", "clean", "fit", "other")[:number]}
    behind = {f"'{name}'" for name in ("load", "clean", "fit", "other")[number + 1 :]}
    one_way = not lay_out(text)
    if not any(mark in edited for mark in ("\u2028", "\x85", "---", "...", "%", "\r")) and not one_way:
        assert before <= names, text
        if isinstance(compose(text), YamlError):
            assert behind <= names, text


FILES = st.sampled_from([PIPELINE, PIPELINE, PIPELINE, *SOURCES])


@given(STYLES, st.lists(st.tuples(FILES, EDITS), min_size=1, max_size=8))
def test_a_keeper_that_followed_the_edits_knows_what_a_new_one_knows(
    style: str, edits: list[tuple[str, Edit]]
) -> None:
    """A broken entry keeps its last good reading, which a new keeper cannot have: while something is
    broken the two are not compared, and at the end the good text is back."""
    with tempfile.TemporaryDirectory() as folder:
        good = {**SOURCES, PIPELINE: GOOD[style].text}
        texts = dict(good)
        keeper = keeper_of(folder, texts)
        keeper.now()
        for name, edit in [*edits, *((name, None) for name in good)]:
            texts[name] = edit.of(texts[name]) if edit else good[name]
            keeper.edit(os.path.join(os.path.realpath(folder), name), texts[name])
            project = keeper.now()
            if not any(entry.broken for entry in project.entries.values()):
                assert picture(project) == picture(keeper_of(folder, texts).now()), texts
        assert texts == good


ITEMS = [f'    {{"source": "steps.{name}", "product": {{"data": "out/{name}"}}}}' for name in NAMES]


@given(st.integers(0, 3), st.lists(EDITS, min_size=1, max_size=3))
def test_whatever_is_typed_into_one_element_of_a_json_file_the_other_tasks_stay(
    number: int, edits: list[Edit]
) -> None:
    edited = ITEMS[number]
    for edit in edits:
        edited = edit.of(edited)
    head = "    {" if number == 0 else ""  # where the first one begins shows where the others do
    edited = head + edited.removeprefix(head) if head else edited
    text = '{\n  "tasks": [\n' + ",\n".join([*ITEMS[:number], edited, *ITEMS[number + 1 :]]) + "\n  ]\n}\n"
    tree = read_tree(text)
    names = {task["name"] for entry in understood(tree, text)["entries"] for task in entry["tasks"]}
    if isinstance(compose(text), YamlError) and not any(mark in edited for mark in ["tasks:", "\ufeff\x00"]):
        others = {f"'{name}'" for at, name in enumerate(NAMES) if at != number}
        assert others <= names, text
