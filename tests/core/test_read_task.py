"""One entry: names, classes, params, hooks, and what is wrong with them."""

from __future__ import annotations

import pytest

from tests.core.reading_texts import entry, read, shows


@pytest.mark.parametrize(
    ("source", "class_name", "kind", "name"),
    [
        ("report.py", "NotebookRunner", "notebook", "report"),
        ("sub folder/größe.ipynb", "NotebookRunner", "notebook", "größe"),
        ("sub/x.R", "NotebookRunner", "notebook", "x"),
        ("x.Rmd", "NotebookRunner", "notebook", "x"),
        ("steps.load", "PythonCallable", "function", "load"),
        ("pkg.deep.steps.load", "PythonCallable", "function", "load"),
        ("query.sql", "SQLScript", "sql", "query"),
        ("run.sh", "ShellScript", "shell", "run"),
    ],
)
def test_the_source_tells_the_class_and_the_name(source: str, class_name: str, kind: str, name: str) -> None:
    found = read(entry(f"source: {source}\nproduct: out/x.html"))
    assert (found.task.class_name, found.task.kind, found.task.name) == (class_name, kind, name)


def test_a_query_whose_product_is_a_data_file_is_a_dump() -> None:
    assert read(entry("source: query.sql\nproduct: out/x.csv\nclient: a.b")).task.class_name == "SQLDump"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("⟦name⟧: x\nproduct: x", "missing-key"),
        ("⟦source⟧: steps.load", "missing-key"),
        ("source: ⟦[a]⟧\nproduct: x", "wrong-type"),
        ("source: steps.load\nproduct: x\n⟦parms⟧: {a: 1}", "unknown-key"),
        ("source: steps.load\nproduct: x\nname: ⟦2024⟧", "name-not-text"),
        ("source: steps.load\nproduct: x\nname: ⟦[a]⟧", "wrong-type"),
        ("source: steps.load\nproduct: x\nclass: ⟦PythonCalable⟧", "unknown-class"),
        ("source: steps.load\nproduct: x\nclass: ⟦Link⟧", "unusable-class"),
        ("source: ⟦x.pyy/y⟧\nproduct: x", "class-unclear"),
        ("source: ⟦just-words⟧\nproduct: x", "class-unclear"),
        ("source: steps.load\nproduct: x\non_finish: ⟦finish⟧", "invalid-dotted-path"),
        ("source: steps.load\nproduct: x\nparams: ⟦[1]⟧", "wrong-type"),
        ("source: steps.load\nproduct: x\nparams: {⟦product⟧: 1}", "param-name"),
        ("source: steps.load\nproduct: x\nparams: {⟦1⟧: a}", "param-name"),
        ("source: steps.load\nproduct: x\nparams: {a: ⟦'1'⟧}", "quoted-number"),
        ("source: steps.load\nproduct: x\nparams: {a: ⟦\"1,000\"⟧}", "text-becomes-tuple"),
        ("source: report.py\nproduct: x.html\nparams: {a: ⟦2020-01-01⟧}", "param-not-storable"),
        ("source: steps.load\nproduct: x\nupstream: ⟦other⟧", "upstream-conflict"),
        ("source: report.py\nproduct: x.html\nstatic_analysis: ⟦stric⟧", "invalid-choice"),
        ("source: report.py\nproduct: x.html\nstatic_analysis: ⟦false⟧", "invalid-choice"),
        ("source: report.py\nproduct: x.html\n⟦papermill_params⟧: {}", "deprecated-key"),
        ("source: steps.load\n⟦product⟧: x\nproduct: y", "duplicate-key"),
        ("source: steps.load\nproduct: '{{⟦outt⟧}}/x'", "undefined-placeholder"),
        ("source: steps.load\nproduct: \"é {{⟦outt⟧}}\"", "undefined-placeholder"),
        ("source: steps.load\nproduct: >-\n  ⟦{{outt}}/x⟧", "undefined-placeholder"),
        ("source: steps.load\nproduct: ⟦!!python/name:os.system x⟧", "yaml-value"),
        ("source: steps.load\nproduct: x\nparams: {resources_: {file: ⟦nowhere.csv⟧}}", "resource-missing"),
    ],
)  # fmt: skip
def test_a_mistake_in_an_entry_is_shown_at_the_smallest_place(text: str, code: str) -> None:
    if ">-" in text:
        found = read(entry(text.replace("⟦", "").replace("⟧", "")), {"out": "o"})
        assert code in found.codes
        return
    shows(entry(text), code, env={"out": "o"})


@pytest.mark.parametrize(
    ("text", "code", "fixed"),
    [
        ("source: steps.load\nprodct: x", "unknown-key", "source: steps.load\nproduct: x"),
        ("source: steps.load\nproduct: x\nclass: 'PythonCalable'", "unknown-class", "source: steps.load\nproduct: x\nclass: 'PythonCallable'"),
        ("source: steps.load\nproduct: '{{outt}}'", "undefined-placeholder", "source: steps.load\nproduct: '{{out}}'"),
        ("source: report.py\nproduct: x.html\nstatic_analysis: off", "invalid-choice", "source: report.py\nproduct: x.html\nstatic_analysis: disable"),
    ],
)  # fmt: skip
def test_a_fix_writes_what_was_meant(text: str, code: str, fixed: str) -> None:
    assert read(entry(text), {"out": "o"}).fixed(code) == entry(fixed)


def test_values_are_expanded_and_typed() -> None:
    found = read(
        entry(
            "source: steps.load\nproduct: '{{out}}/x'\nparams:\n  a: '{{n}}'\n  b: 'x-{{n}}'\n  c: 'true'\n"
            "  d: [1, '{{n}}', {e: '{{nothing}}'}]\n  f: '{{flag}}'\n  '{{n}}': 1\n  g: '{{ 1 + 1 }}'"
        ),
        {"out": "o", "n": 3, "nothing": None, "flag": True},
    )
    assert dict(found.task.params) == {
        "a": 3, "b": "x-3", "c": True, "d": [1, 3, {"e": None}], "f": True, "{{n}}": 1, "g": "{{ 1 + 1 }}"
    }  # fmt: skip
    assert [named.name for named in found.entries[0].placeholders].count("n") == 3


def test_merged_keys_count_and_own_keys_win() -> None:
    found = read(
        "tasks:\n  - &base\n    source: steps.load\n    product: a\n    params: {x: 1}\n"
        "  - <<: *base\n    name: other\n    product: b\n"
    )
    assert [(t.name, t.source, t.products.items[0].path) for t in found.tasks if t.products] == [
        ("load", "steps.load", "/p/a"),
        ("other", "steps.load", "/p/b"),
    ]
    assert found.codes == []


def test_a_call_in_params_is_kept_as_a_call() -> None:
    found = read(entry("source: steps.load\nproduct: x\nparams: {a: 'steps::values', b: 'C::x.y'}"))
    assert {name: call.path for name, call in found.task.calls.items()} == {"a": "steps.values"}
    assert found.task.params["b"] == "C::x.y"


def test_null_counts_as_absent_where_the_format_says_so() -> None:
    found = read(entry("source: steps.load\nproduct: x\nname:\nclass:\non_finish:\nclient:"))
    assert (found.codes, found.task.name) == ([], "load")


def test_upstream_is_read_where_sources_do_not_tell() -> None:
    meta = "meta: {extract_upstream: false}\n"
    for written, names in [("a", ["a"]), ("[a, b, a]", ["a", "b"]), ("{a: 1, b: 2}", ["a", "b"]), ("", [])]:
        found = read(entry(f"source: steps.load\nproduct: x\nupstream: {written}", meta))
        assert [named.name for named in found.task.upstream] == names
    shows(entry("source: steps.load\nproduct: x\nupstream: [a, ⟦1⟧]", meta), "wrong-type")


def test_a_hook_with_arguments_keeps_them() -> None:
    found = read(entry("source: steps.load\nproduct: x\non_finish: {dotted_path: steps.end, a: '1'}"))
    hook = found.task.hooks.on_finish
    assert hook is not None
    assert (hook.path, dict(hook.arguments)) == ("steps.end", {"a": 1})


def test_the_last_of_two_equal_keys_counts() -> None:
    found = read(entry("source: steps.load\nproduct: x\nproduct: y"))
    assert found.task.products is not None
    assert found.task.products.items[0].path == "/p/y"
