"""Declarations and references in the text of cells, whole and half-typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelens.core.cells import Cell
from pipelens.core.literals import Declarations, read_declarations
from pipelens.core.references import read_references
from pipelens.core.sources import Declaration
from pipelens.core.text import Document, Span


def cell(source: str) -> Cell:
    lines = tuple((at, 0) for at in range(source.count("\n") + 1))
    return Cell("code", source, 0, "cell-0", ("parameters",), lines)


def declarations(source: str) -> Declarations:
    return read_declarations(cell(source))


def upstream(source: str) -> Declaration:
    found = declarations(source).upstream
    assert found is not None
    return found


def names(source: str) -> list[str]:
    return [element.name for element in upstream(source).elements]


def shown(source: str, span: Span | None) -> str:
    assert span is not None
    return Document(source).slice(span)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("upstream = None", []),
        ("upstream = []", []),
        ("upstream = {}", []),
        ("upstream = ['a', \"b\"]", ["a", "b"]),
        ("upstream = ('a',)", ["a"]),
        ("upstream = {'a', 'b'}", ["a", "b"]),
        ("upstream = {'a': None, 'b': 1}", ["a", "b"]),
        ("upstream = ['b', 'a', 'b']", ["b", "a"]),
        ("upstream = list(('a',))", ["a"]),
        ("upstream = set(['a'])", ["a"]),
        ("upstream = tuple()", []),
        ("upstream = dict(a=1, b=None)", ["a", "b"]),
        ("upstream = ['u' + 'p', 'u' 'q']", ["up", "uq"]),
        ("upstream = ['a'] + ['b']", ["a", "b"]),
        ("upstream = [\n    # first\n    'a',\n\n]  # end", ["a"]),
        ("upstream\t=\t[\n\t'a',\n]", ["a"]),
        ("upstream = ['a']; x = 1", ["a"]),
        ("upstream = ['x']\nupstream = ['a']", ["a"]),
        ("upstream = ['x']\nupstream += ['a']", ["a"]),
        ("%matplotlib inline\n!ls\nupstream = ['a']", ["a"]),
        ("x = '''\nupstream = ['x']\n'''\nupstream = ['a']", ["a"]),
        ("# upstream = ['x']\nupstream = ['a']", ["a"]),
        ("upstream = ['größe', '例']", ["größe", "例"]),
    ],
)
def test_a_declaration_lists_its_names_in_source_order(source: str, expected: list[str]) -> None:
    assert upstream(source).error is None
    assert names(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "x = (1\nupstream = ['a']",
        "x = [\n1\nupstream = ['a']\n",
        "def f(:\n    pass\nupstream = ['a']",
        "foo bar\nupstream = ['a']",
        "upstream = ['a']\nx = (",
        "upstream = ['a']\nupstream = ",
        "if x:\nupstream = ['a']",
        "for i in range(3):\n    %time i\nprint(\nupstream = ['a']",
        "x = '''\nupstream = ['a']",
        "upstream = ['a']\x00",
        "\x00\nupstream = ['a']",
    ],
)
def test_an_error_elsewhere_in_the_cell_loses_no_declaration(source: str) -> None:
    assert names(source) == ["a"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("upstream = ['a', 'b'", ["a", "b"]),
        ("upstream = ['a', ", ["a"]),
        ("upstream = ['a', 'b\nx = 1", ["a"]),
        ("upstream = ['a'\nproduct = None", ["a"]),
    ],
)
def test_a_half_typed_declaration_keeps_its_names_and_says_that_it_does_not_count(
    source: str, expected: list[str]
) -> None:
    assert names(source) == expected
    assert "not valid Python" in str(upstream(source).error)


def test_a_half_typed_declaration_hides_no_other() -> None:
    found = declarations("upstream = ['a'\nproduct = 'x.ipynb'")
    assert found.product is not None
    assert found.product.value == "x.ipynb"


@pytest.mark.parametrize(
    ("source", "blamed"),
    [
        ("upstream = [UP]", "UP"),
        ("upstream = [f'fit-{i}' for i in range(3)]", "[f'fit-{i}' for i in range(3)]"),
        ("upstream = [__import__('os').name]", "__import__('os').name"),
        ("upstream = ['a', f'{x}']", "f'{x}'"),
        ("upstream = list(['a'], ['b'])", "list(['a'], ['b'])"),
        ("upstream = {['a']}", "['a']"),
        ("upstream = {**x}", "{**x}"),
        ("upstream: list = ['a']", "upstream: list = ['a']"),
        ("upstream = \\\n    ['a']", "upstream = \\\n    ['a']"),
        ("größe = 1; upstream = [1]\nupstream = 'ä' * x", "'ä' * x"),
    ],
)
def test_what_would_have_to_run_is_an_error_and_never_runs(source: str, blamed: str) -> None:
    found = upstream(source)
    assert found.error is not None
    assert shown(source, found.error_span) == blamed


def test_the_first_declaration_that_fails_counts() -> None:
    assert upstream("upstream = [UP]\nupstream = None").error is not None


@pytest.mark.parametrize(
    ("source", "blamed"),
    [
        ("a = upstream = ['a']", "upstream"),
        ("upstream, x = ['a'], 1", "upstream"),
        ("x = 1; upstream = ['a']", "upstream"),
        ("if True:\n    upstream = ['a']", "upstream"),
        ("def f():\n    upstream = ['a']", "upstream"),
    ],
)
def test_an_assignment_that_ploomber_does_not_see_is_none_and_is_pointed_at(source: str, blamed: str) -> None:
    found = declarations(source)
    assert found.upstream is None
    assert shown(source, found.unseen["upstream"][0]) == blamed


@pytest.mark.parametrize(
    "source", ["upstream == ['a']", "upstream.x = 3", "upstream['a'] = 1", "print(upstream)"]
)
def test_a_use_of_upstream_is_no_declaration(source: str) -> None:
    found = declarations(source)
    assert found.upstream is None
    assert not found.unseen


def test_the_span_of_a_name_lies_inside_its_quotes() -> None:
    source = "größe = 1\nupstream = ['ä', r'''b''', 'c' 'd', \"例\"]"
    assert [shown(source, element.span) for element in upstream(source).elements] == [
        "ä",
        "b",
        "'c' 'd'",
        "例",
    ]
    assert shown(source, upstream(source).span) == source.split("\n")[1]


def test_a_product_is_read_with_its_value() -> None:
    found = declarations("product = {'nb': 'a.ipynb', 'data': 'b.csv'}").product
    assert found is not None
    assert found.value == {"nb": "a.ipynb", "data": "b.csv"}
    assert [element.name for element in found.elements] == ["nb", "data"]


def test_params_are_the_names_assigned_in_the_cell() -> None:
    source = "import os\nupstream = None\nn = 1\na, b = 2, 3\nsize: int = 'ä'\nfor i in x:\n    pass\nproduct = None"
    found = declarations(source)
    assert [(each.name, each.default) for each in found.params] == [
        ("n", "1"),
        ("a", None),
        ("b", None),
        ("size", "'ä'"),
    ]
    assert [each.name for each in found.annotated] == ["size"]


def test_a_deeply_nested_value_is_an_error() -> None:
    assert upstream("upstream = " + "[" * 5000 + "]" * 5000).error is not None
    assert upstream("upstream = [" + "'a'+" * 50_000 + "'a']").error is not None


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('x = upstream["a"]', [("a", None)]),
        ('x = upstream["a"]["k"]', [("a", "k")]),
        ("x = upstream['a']['k'][0]", [("a", "k")]),
        ('f(upstream["b"], upstream["a"])', [("b", None), ("a", None)]),
        ('upstream["a" "b"]', [("ab", None)]),
        ("upstream[name]", []),
        ('upstream.get("a")', []),
        ('self.upstream["a"]', []),
        ('upstream[f"a"]', []),
        ('# upstream["a"]', []),
        ("'upstream[\"a\"]'", []),
        ('%time x = upstream["a"]', [("a", None)]),
        ('x = (upstream["a"]["k"]', [("a", "k")]),
        ('x = upstream["a"', [("a", None)]),
        ('x = (self.upstream["a"]', []),
    ],
)
def test_references_are_constant_subscripts_of_the_name_upstream(
    source: str, expected: list[tuple[str, str | None]]
) -> None:
    found = read_references(cell(source))
    assert [(each.name, each.key) for each in found] == expected
    for each in found:
        if " " not in shown(source, each.span):
            assert shown(source, each.span) == each.name
        if each.key is not None:
            assert shown(source, each.key_span) == each.key


SAMPLE = """\
%matplotlib inline
# größe
upstream = ["a", 'b']  # c
product = {"nb": "x.ipynb"}
text = '''
upstream'''
n = f(upstream["a"]["k"])
"""


def test_every_prefix_keeps_the_declarations_that_are_finished() -> None:
    done = SAMPLE.index("# c")
    for end in range(len(SAMPLE)):
        found = declarations(SAMPLE[:end])
        read_references(cell(SAMPLE[:end]))
        if end >= done:
            assert found.upstream is not None
            assert found.upstream.value == ["a", "b"]


@given(st.integers(0, len(SAMPLE)), st.text(alphabet="([{}])\"'#\\\n =:,a\x00%!", max_size=4))
def test_no_edit_raises(at: int, inserted: str) -> None:
    text = SAMPLE[:at] + inserted + SAMPLE[at:]
    declarations(text)
    read_references(cell(text))
