"""YAML as it is being written: errors at the edited entry, in words that help, with fixes."""

from __future__ import annotations

import pytest

from pipelens.core.yaml_nodes import too_large
from tests.core.reading_texts import read, shows

AROUND = ("tasks:\n  - source: steps.before\n    product: a\n", "  - source: steps.after\n    product: b\n")


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ("  - source: steps.x\n    product: ⟦'⟧out/x\n", "yaml-error"),
        ('  - source: steps.x\n    product: ⟦"⟧out/x\n', "yaml-error"),
        ("  - source: steps.x\n    params: ⟦{⟧a: 1\n    product: x\n", "yaml-error"),
        ("  - source: steps.x\n    params: {a: ⟦[⟧1, 2\n", "yaml-error"),
        ("  - source: steps.x\n    ⟦product out/x⟧\n", "yaml-error"),
        ("  - source: steps.x\n    product: a⟦:⟧ b\n", "yaml-error"),
        ("  - source: steps.x\n      product⟦:⟧ x\n", "yaml-error"),
        ("  - source: steps.x\n   ⟦product⟧: x\n", "yaml-error"),
        ("  - source: steps.x\n⟦product⟧: x\n", "yaml-error"),
        ("  - source: steps.x\n    product: ⟦@x⟧\n", "yaml-error"),
        ("  - source: steps.x\n    product: ⟦{{out}}/x⟧\n", "unquoted-placeholder"),
        ("  - source: steps.x\n    product: ⟦{{out}}⟧\n", "unquoted-placeholder"),
        ("  - source: steps.x\n    product: a⟦\0⟧b\n", "yaml-error"),
    ],
)  # fmt: skip
def test_a_mistake_is_shown_at_its_own_entry_and_the_others_are_read(entry: str, code: str) -> None:
    found = shows(AROUND[0] + entry + AROUND[1], code)
    assert [problem for problem in found.codes if problem != code] == []
    names = [task.name for task in found.tasks]
    assert (names[0], names[-1]) == ("before", "after")


def test_a_tab_is_named_and_the_task_keeps_its_name() -> None:
    found = read(AROUND[0] + "  - source: steps.x\n\tproduct: x\n" + AROUND[1])
    assert "tabs" in found.messages
    assert [task.name for task in found.tasks] == ["before", "x", "after"]


def test_the_fix_of_an_unquoted_placeholder_puts_it_in_quotes() -> None:
    text = AROUND[0] + "  - source: steps.x\n    product: {{out}}/x\n"
    assert read(text).fixed("unquoted-placeholder").endswith("product: '{{out}}/x'\n")


def test_a_misplaced_line_of_a_section_leaves_the_tasks_alone() -> None:
    text = "meta:\n  extract_upstream: [\n" + AROUND[0] + AROUND[1]
    found = read(text)
    assert found.codes == ["yaml-error"]
    assert [task.name for task in found.tasks] == ["before", "after"]


def test_a_mistake_in_an_entry_that_others_refer_to_keeps_what_can_be_kept() -> None:
    text = (
        "tasks:\n"
        "  - source: steps.a\n    product: &place out/a\n"
        "  - source: steps.b\n    product: {x: *place, y: out/b}\n"
        "  - source: steps.c\n    product: {\n"
        "  - source: steps.d\n    product: [*place]\n"
    )
    found = read(text)
    assert [task.name for task in found.tasks] == ["a", "b", "c", "d"]
    assert [item.path for item in found.tasks[1].products.items] == ["/p/out/a", "/p/out/b"]  # type: ignore[union-attr]
    assert [entry.broken for entry in found.entries] == [False, False, True, False]


def test_an_alias_to_a_broken_entry_darkens_only_those_that_use_it() -> None:
    text = (
        "tasks:\n"
        "  - source: steps.a\n    product: &place out/a\n    params: {\n"
        "  - source: steps.b\n    product: *place\n"
        "  - source: steps.c\n    product: out/c\n"
    )
    found = read(text)
    assert [entry.broken for entry in found.entries] == [True, True, False]
    assert [task.name for task in found.tasks] == ["a", "b", "c"]


def test_a_quote_that_runs_over_entries_is_closed_where_yaml_closes_it() -> None:
    text = "tasks:\n  - source: steps.a\n    product: 'x\n  - source: steps.b\n    product: y'\n  - source: steps.c\n    product: {\n"
    found = read(text)
    assert [task.name for task in found.tasks] == ["a", "c"]
    assert found.tree.entry_lines == (1, 5)
    assert not found.tree.whole


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_lines_may_end_as_on_any_system(ends: str) -> None:
    text = "tasks:\n  # größe\n  - source: steps.x\n    product: ⟦1⟧\n  - source: steps.y\n    prodct: y\n"
    found = shows(text.replace("\n", ends), "product-form")
    assert [task.name for task in found.tasks] == ["x", "y"]


def test_columns_count_characters_behind_wide_ones() -> None:
    shows("tasks:\n  - {source: 'größe🚀/x.py', product: x.html, ⟦nam⟧: y}\n", "unknown-key")


def test_a_byte_order_mark_moves_nothing() -> None:
    found = read("\ufefftasks:\n  - source: steps.x\n    prodct: x\n")
    ((_, span),) = [one for one in found.problems if one[0].code == "unknown-key"]
    assert (span.start.line, span.start.character) == (2, 4)


def test_documents_behind_the_first_are_an_error() -> None:
    assert "yaml-error" in read("tasks:\n  - source: steps.x\n    product: x\n---\ntasks: []\n").codes


@pytest.mark.parametrize(
    "text", ["", "\n\n", "# nothing\n", "---\n", "null\n", "42\n", "just words\n", "{}\n"]
)
def test_a_file_without_a_mapping_is_one_problem(text: str) -> None:
    found = read(text)
    assert len(found.codes) == 1
    assert found.tasks == ()


def test_enormous_texts_and_lines_are_refused_with_their_size() -> None:
    assert too_large("x" * 1000) is None
    assert "characters" in (too_large("x" * 3_000_000) or "")
    assert "characters" in (too_large("x\n" * 9_000_000) or "")
