"""Names added to `upstream = …` in the style that stands there."""

from __future__ import annotations

import json

import pytest

from pipelens.core.declaring import declared_upstream, removed_upstream
from pipelens.core.problems import Edit
from pipelens.core.read_source import read_notebook
from pipelens.core.sources import NotebookSource
from tests.core.editing import applied


def declared(value: str, name: str = "new", head: str = "") -> str:
    """The declaration `upstream = value` after `name` was added to it."""
    text = f'# %% tags=["parameters"]\n{head}upstream = {value}\nproduct = None\n\n# %%\n1\n'
    source = read("/p/fit.py", text)
    fix = declared_upstream(source, name)
    if fix is None:
        return "no fix"
    after = applied(text, [edit for edit in fix.edits if isinstance(edit, Edit)])
    again = read("/p/fit.py", after)
    assert again.upstream is not None
    assert again.upstream.error is None
    assert again.upstream.elements[-1].name == name
    return after.split("upstream = ", 1)[1].split("\nproduct", 1)[0]


def read(path: str, text: str) -> NotebookSource:
    found = read_notebook(path, text)
    assert isinstance(found, NotebookSource)
    return found


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("None", '["new"]'),
        ("[]", '["new"]'),
        ("()", '("new",)'),
        ('["a"]', '["a", "new"]'),
        ("['a', 'b']", "['a', 'b', 'new']"),
        ('("a",)', '("a", "new",)'),
        ('"a", "b"', '"a", "b", "new"'),
        ('{"a", "b"}', '{"a", "b", "new"}'),
        ('{"a": None}', '{"a": None, "new": None}'),
        ('"a"', '["a", "new"]'),
        ('list(["a"])', 'list(["a", "new"])'),
        ('["a"] + ["b"]', '["a"] + ["b", "new"]'),
        ('[\n    "a",\n    "b",\n]', '[\n    "a",\n    "b",\n    "new",\n]'),
        ('[\n    "a",  # why\n    "b"  # so\n]', '[\n    "a",  # why\n    "b",\n    "new"  # so\n]'),
        ('["größe", "b"]', '["größe", "b", "new"]'),
    ],
)
def test_a_name_is_added_in_the_style_of_the_declaration(before: str, after: str) -> None:
    assert declared(before) == after


def test_quotes_are_those_of_the_cell() -> None:
    assert declared("None", head="x = 'one'\n") == "['new']"


def test_a_name_with_quotes_is_escaped() -> None:
    assert declared('["a"]', name='say "x"') == '["a", "say \\"x\\""]'


def test_what_only_running_could_tell_is_left_alone() -> None:
    assert declared("names()") == "no fix"


def test_the_last_of_several_assignments_counts() -> None:
    assert declared('["b"]', head='upstream = ["a"]\n').endswith('["b", "new"]')


def test_in_a_notebook_the_edit_is_text_of_the_cell() -> None:
    cell = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {"tags": ["parameters"]},
        "outputs": [],
        "source": ['upstream = ["a"]\n', "product = None"],
    }
    last = {**cell, "metadata": {}, "source": ["1"]}
    kernel = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    text = json.dumps(
        {"cells": [cell, last], "metadata": kernel, "nbformat": 4, "nbformat_minor": 4}, indent=1
    )
    fix = declared_upstream(read("/p/fit.ipynb", text), "new")
    assert fix is not None
    (edit,) = fix.edits
    assert isinstance(edit, Edit)
    assert edit.text == ', "new"'
    after = json.loads(applied(text, [edit], json_strings=True))
    assert "".join(after["cells"][0]["source"]).startswith('upstream = ["a", "new"]\n')


def removed(value: str, name: str = "b") -> str:
    """The declaration `upstream = value` after `name` was taken out of it."""
    text = f'# %% tags=["parameters"]\nupstream = {value}\nproduct = None\n\n# %%\n1\n'
    source = read("/p/fit.py", text)
    fix = removed_upstream(source, name)
    if fix is None:
        return "no fix"
    before = [element.name for element in source.upstream.elements] if source.upstream else []
    after = applied(text, [edit for edit in fix.edits if isinstance(edit, Edit)])
    again = read("/p/fit.py", after)
    assert again.upstream is not None
    assert [element.name for element in again.upstream.elements] == [one for one in before if one != name]
    return after.split("upstream = ", 1)[1].split("\nproduct", 1)[0]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('["b"]', "None"),
        ('"b"', "None"),
        ('["a", "b"]', '["a"]'),
        ('["b", "c"]', '["c"]'),
        ('["a", "b", "c"]', '["a", "c"]'),
        ('("a", "b")', '["a"]'),
        ('"a", "b"', '["a"]'),
        ('("a", "b", "c")', '("a", "c")'),
        ('{"a": None, "b": None}', '{"a": None}'),
        ('[\n    "a",\n    "b",\n]', '[\n    "a",\n]'),
        ('["a"] + ["b"]', "no fix"),
        ('["b", "b"]', "no fix"),
    ],
)
def test_a_name_is_removed_and_the_rest_stays_as_it_was(before: str, after: str) -> None:
    assert removed(before) == after
