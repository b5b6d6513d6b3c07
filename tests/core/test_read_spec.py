"""The sections of a pipeline file: what they say and what is wrong with them."""

from __future__ import annotations

import pytest

from tests.core.reading_texts import read, shows

TASKS = "tasks:\n  - source: steps.load\n    product: out/x\n"


@pytest.mark.parametrize(
    ("marked", "code"),
    [
        ("⟦taks⟧:\n  - source: a.b\n    product: x\n", "unknown-key"),
        ("⟦executer⟧: serial\n" + TASKS, "unknown-key"),
        ("meta: {⟦extract_upstraem⟧: true}\n" + TASKS, "unknown-key"),
        ("meta: ⟦x⟧\n" + TASKS, "wrong-type"),
        ("⟦meta⟧:\n  - x\n" + TASKS, "wrong-type"),
        ("⟦tasks⟧:\n", "wrong-type"),
        ("tasks: ⟦{a: 1}⟧\n", "wrong-type"),
        ("⟦executor⟧:\n" + TASKS, "wrong-type"),
        ("executor: ⟦paralel⟧\n" + TASKS, "invalid-choice"),
        ("executor: {dotted_path: ⟦ploomber.executors.Paralel⟧}\n" + TASKS, "unknown-executor"),
        ("executor: ⟦ploomber.executors.Serial⟧\n" + TASKS, "executor-as-text"),
        ("executor: {dotted_path: ploomber.executors.Parallel, ⟦process⟧: 2}\n" + TASKS, "unknown-key"),
        ("clients: {⟦Fil⟧: a.b}\n" + TASKS, "unknown-class"),
        ("on_finish: ⟦finish⟧\n" + TASKS, "invalid-dotted-path"),
        ("on_finish: ⟦steps::finish⟧\n" + TASKS, "invalid-dotted-path"),
        ("on_finish: ⟦{x: 1}⟧\n" + TASKS, "missing-key"),
        ("serializer: ⟦[a]⟧\n" + TASKS, "wrong-type"),
        ("config: {⟦hot_relod⟧: true}\n" + TASKS, "unknown-key"),
        ("config: {hot_reload: ⟦maybe⟧}\n" + TASKS, "wrong-type"),
        ("meta: {extract_product: ⟦no thanks⟧}\n" + TASKS, "not-a-boolean"),
        ("meta: {product_default_class: {⟦NotebookRuner⟧: File}}\n" + TASKS, "unknown-class"),
        ("meta: {product_default_class: {NotebookRunner: ⟦Fil⟧}}\n" + TASKS, "invalid-choice"),
        ("meta: {source_loader: ⟦{}⟧}\n" + TASKS, "missing-key"),
        ("meta: {source_loader: {module: ⟦nowhere⟧}}\n" + TASKS, "module-not-found"),
        ("⟦location⟧: steps.make\n" + TASKS, "location-not-alone"),
        ("location: ⟦steps.make⟧\n", "python-api"),
        ("⟦meta⟧: {extract_upstream: true}\nmeta: {extract_upstream: false}\n" + TASKS, "duplicate-key"),
        ("on_finish: '⟦{{nothing}}⟧.hook'\n" + TASKS, "undefined-placeholder"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_section_is_shown_at_the_smallest_place(marked: str, code: str) -> None:
    if code == "undefined-placeholder":
        marked = marked.replace("⟦{{nothing}}⟧", "{{⟦nothing⟧}}")
    shows(marked, code)


@pytest.mark.parametrize(
    ("text", "code", "fixed"),
    [
        ("executer: serial\n" + TASKS, "unknown-key", "executor: serial\n" + TASKS),
        ("on_finish: 'steps::end'\n" + TASKS, "invalid-dotted-path", "on_finish: 'steps.end'\n" + TASKS),
        (
            "meta: {extract_product: 'yes'}\n" + TASKS,
            "not-a-boolean",
            "meta: {extract_product: 'true'}\n" + TASKS,
        ),
    ],
)
def test_a_fix_writes_what_was_meant(text: str, code: str, fixed: str) -> None:
    assert read(text).fixed(code) == fixed


def test_of_two_equal_keys_the_last_counts() -> None:
    found = read("meta: {extract_upstream: true}\nmeta: {extract_upstream: false}\n" + TASKS)
    assert found.header.meta.extract_upstream is False


def test_sections_say_what_they_say() -> None:
    found = read(
        "meta: {extract_upstream: false, product_default_class: {SQLScript: GenericSQLRelation}}\n"
        "config: {hot_reload: true}\n"
        "executor: {dotted_path: ploomber.executors.Parallel, processes: 3}\n"
        "clients: {SQLScript: {dotted_path: db.client, path: '{{out}}'}, File: db.files}\n"
        "serializer: steps.save\nunserializer: steps.load\n"
        "on_render: steps.one\non_finish: {dotted_path: steps.two, x: 1}\non_failure: steps.three\n" + TASKS,
        {"out": "here"},
    )
    header = found.header
    assert found.codes == []
    assert header.meta.extract_upstream is False
    assert header.meta.product_default_class["SQLScript"] == "GenericSQLRelation"
    assert header.meta.product_default_class["NotebookRunner"] == "File"
    assert dict(header.config) == {"hot_reload": True}
    assert (header.executor.kind, dict(header.executor.arguments)) == ("parallel", {"processes": 3})
    assert dict(header.clients["SQLScript"].arguments) == {"path": "here"}
    assert header.hooks.on_finish is not None
    assert (header.hooks.on_finish.path, dict(header.hooks.on_finish.arguments)) == ("steps.two", {"x": 1})
    assert [named.name for named in header.placeholders] == ["out"]


@pytest.mark.parametrize("section", ["meta", "clients"])
def test_some_sections_may_be_empty(section: str) -> None:
    assert read(f"{section}:\n{TASKS}").codes == []


def test_a_list_of_tasks_alone_is_a_pipeline() -> None:
    found = read("- source: steps.load\n  product: x\n- report.py\n")
    assert [task.name for task in found.tasks] == ["load", "report"]


def test_quoted_and_spaced_keys_are_keys() -> None:
    found = read("'tasks' :\n- {\"source\": steps.load, 'product' : x}\n")
    assert (found.codes, [task.name for task in found.tasks]) == ([], ["load"])
