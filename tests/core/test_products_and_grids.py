"""Products in all their forms, and the tasks that a grid makes."""

from __future__ import annotations

import pytest

from tests.core.reading_texts import entry, read, shows


def products(text: str, meta: str = "") -> list[tuple[str, str]]:
    found = read(entry(text, meta), {"out": "o"})
    assert found.task.products is not None, found.messages
    return [(item.key, item.path) for item in found.task.products.items]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("out/x.csv", [("", "/p/out/x.csv")]),
        ("'{{out}}/x.csv'", [("", "/p/o/x.csv")]),
        ("/abs/x.csv", [("", "/abs/x.csv")]),
        ("a/../b/./x", [("", "/p/b/x")]),
        ("'größe 🚀/мир.csv'", [("", "/p/größe 🚀/мир.csv")]),
        ("{a: x, 'b c': y}", [("a", "/p/x"), ("b c", "/p/y")]),
        ("{1: x, 2: y}", [("1", "/p/x"), ("2", "/p/y")]),
    ],
)
def test_file_products_are_paths_from_the_root(written: str, expected: list[tuple[str, str]]) -> None:
    assert products(f"source: steps.load\nproduct: {written}") == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[name, table]", ("", "name")),
        ("[schema, name, view]", ("", "schema.name")),
        ("{a: [name, table]}", ("a", "name")),
    ],
)
def test_relations_are_lists_of_two_or_three(written: str, expected: tuple[str, str]) -> None:
    assert products(f"source: query.sql\nclient: a.b\nproduct: {written}") == [expected]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("source: steps.load\nproduct: ⟦[a, b]⟧", "product-form"),
        ("source: steps.load\nproduct: ⟦{}⟧", "product-form"),
        ("source: steps.load\nproduct: {⟦a⟧: {b: c}}", "product-form"),
        ("source: steps.load\nproduct: ⟦12⟧", "product-form"),
        ("source: query.sql\nclient: a.b\nproduct: ⟦[a]⟧", "relation-form"),
        ("source: query.sql\nclient: a.b\nproduct: [a, ⟦tabel⟧]", "relation-form"),
        ("source: report.py\n⟦product⟧: {data: x.csv}", "notebook-product-missing"),
        ("source: report.py\nproduct: {nb: ⟦x.htm⟧}", "notebook-product-extension"),
        ("source: report.py\nproduct: ⟦x.csv⟧", "notebook-product-extension"),
        ("source: steps.load\nproduct: x\nproduct_class: ⟦Fil⟧", "invalid-choice"),
        ("source: report.py\nproduct: x.html\nproduct_class: ⟦SQLRelation⟧", "product-class-mismatch"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_product_is_shown_at_the_smallest_place(text: str, code: str) -> None:
    marked = entry(text)
    if code == "product-class-mismatch":
        marked = marked.replace("product: x.html", "product: [x, table]")
    shows(marked, code)


def test_products_may_be_relative_to_the_source() -> None:
    meta = "meta: {product_relative_to_source: true}\n"
    assert products("source: sub/x.py\nproduct: {nb: x.html}", meta) == [("nb", "/p/sub/x.html")]


def grid(text: str) -> list[tuple[str, dict[str, object], str]]:
    found = read(entry(text))
    return [(t.name, dict(t.params), t.products.items[0].path) for t in found.tasks if t.products]


def test_a_grid_makes_a_task_for_each_combination() -> None:
    made = grid(
        "source: steps.fit\nname: fit-\nproduct: out/fit.pkl\ngrid: {a: [1, 2], b: [x, y]}\nparams: {c: 0}"
    )
    assert made == [
        ("fit-0", {"a": 1, "b": "x", "c": 0}, "/p/out/fit-0.pkl"),
        ("fit-1", {"a": 1, "b": "y", "c": 0}, "/p/out/fit-1.pkl"),
        ("fit-2", {"a": 2, "b": "x", "c": 0}, "/p/out/fit-2.pkl"),
        ("fit-3", {"a": 2, "b": "y", "c": 0}, "/p/out/fit-3.pkl"),
    ]


def test_holes_in_names_and_products_are_filled() -> None:
    made = grid("source: steps.fit\nname: fit-[[a]]\nproduct: out/[[a]]/fit.tar.gz\ngrid: {a: [1, 2]}")
    assert [(name, path) for name, _, path in made] == [
        ("fit-1", "/p/out/1/fit-0.tar.gz"),
        ("fit-2", "/p/out/2/fit-1.tar.gz"),
    ]


def test_blocks_of_a_grid_follow_each_other() -> None:
    made = grid("source: steps.fit\nname: fit-\nproduct: x\ngrid: [{a: [1]}, {b: [2, 3]}]")
    assert [params for _, params, _ in made] == [{"a": 1}, {"b": 2}, {"b": 3}]


def test_a_single_value_is_a_list_of_one() -> None:
    assert [params for _, params, _ in grid("source: a.b\nname: n-\nproduct: x\ngrid: {a: 1, b: [2]}")] == [
        {"a": 1, "b": 2}
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("⟦source⟧: a.b\nproduct: x\ngrid: {a: [1]}", "missing-key"),
        ("source: a.b\nname: n\nproduct: x\ngrid: ⟦12⟧", "wrong-type"),
        ("source: a.b\nname: n\nproduct: x\ngrid: [⟦1⟧]", "wrong-type"),
        ("source: a.b\nname: n\nproduct: x\ngrid: {a: [1]}\nparams: {⟦a⟧: 1}", "grid-overlap"),
        ("source: a.b\nname: n\nproduct: x\ngrid: {a: ⟦{b: 1}⟧}", "grid-mapping-value"),
        ("source: a.b\nname: n\nproduct: x\ngrid: ⟦{a: 'a::b'}⟧", "grid-from-code"),
    ],
)
def test_a_mistake_in_a_grid_is_shown_at_the_smallest_place(text: str, code: str) -> None:
    shows(entry(text), code)


def test_what_is_wrong_with_the_product_of_a_grid_is_said_once() -> None:
    found = read(entry("source: steps.fit\nname: n\nproduct: [x]\ngrid: {a: [1, 2, 3]}"))
    assert found.codes == ["product-form"]
