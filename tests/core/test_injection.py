"""The injected cell in a source's own text."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelens.core.cells import Cells, CellsError, read_cells
from pipelens.core.injection import NotInjected, inject, remove

CODE = '# Parameters\nn = 3\nproduct = "/out/a.ipynb"'
PERCENT = '# %% tags=["parameters"]\nupstream = None\nn = None\n\n# %%\nprint(n)\n'


def cells(path: str, text: str) -> Cells:
    found = read_cells(path, text)
    assert not isinstance(found, CellsError)
    return found


def injected(path: str, text: str, code: str = CODE) -> str:
    made = inject(path, text, code)
    assert isinstance(made, str), made
    return made


def check_round(path: str, text: str) -> str:
    """Put the cell in and take it out again; the text with the cell."""
    made = injected(path, text)
    assert cells(path, made).code == cells(path, text).code
    assert [cell.source for cell in cells(path, made).cells if cell.injected] == [CODE]
    assert injected(path, made) == made
    assert remove(path, made) == text
    return made


def test_the_cell_goes_behind_the_parameters_cell_and_nothing_else_changes():
    assert check_round("a.py", PERCENT) == (
        '# %% tags=["parameters"]\nupstream = None\nn = None\n\n'
        '# %% tags=["injected-parameters"]\n# Parameters\nn = 3\nproduct = "/out/a.ipynb"\n\n'
        "# %%\nprint(n)\n"
    )


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", PERCENT.replace("\n", "\r\n")),
        ("a.py", '# %% tags=["parameters"]\nn = None'),
        ("a.py", '# %% tags=["parameters"]\nn = None\n'),
        ("a.py", '# %% tags=["parameters"]\nn = None\n\n\n'),
        ("a.py", '# %% {"tags": ["parameters"]}\nn = None\n# %%\nprint(n)\n'),
        ("a.py", "import os\n\nprint(os.name)\n"),
        ("a.py", '# ---\n# jupyter:\n#   kernelspec:\n#     display_name: P\n#     language: python\n#     name: python3\n# ---\n\n' + PERCENT),
        ("a.py", '# + tags=["parameters"]\nn = None\n# -\n\n# # Title\n\nprint(n)\n'),
        ("a.py", '# + tags=["parameters"]\nn = None\n\n# +\nprint(1)\n\nprint(2)\n'),
        ("a.R", '# %% tags=["parameters"]\nn = NULL\n\n# %%\nprint(n)\n'),
        ("a.Rmd", '# Title\n\n```{r tags=c("parameters")}\nn = NULL\n```\n\nText.\n\n```{r}\nprint(n)\n```\n'),
    ],
)  # fmt: skip
def test_taking_the_cell_out_gives_the_source_back_byte_for_byte(path: str, text: str):
    check_round(path, text)


def notebook(*sources: tuple[str, list[str]], minor: int = 5) -> dict[str, object]:
    found = []
    for number, (source, tags) in enumerate(sources):
        cell: dict[str, object] = {"cell_type": "code", "execution_count": None, "outputs": []}
        cell["metadata"] = {"tags": tags} if tags else {}
        cell["source"] = source.splitlines(keepends=True)
        if minor >= 5:
            cell["id"] = f"id-{number}"
        found.append(cell)
    return {"cells": found, "metadata": {"kernelspec": {"name": "python3"}}, "nbformat": 4, "nbformat_minor": minor}  # fmt: skip


@pytest.mark.parametrize("minor", [4, 5])
@pytest.mark.parametrize("indent", [None, 1, 2, 4, "\t"])
@pytest.mark.parametrize("last", [True, False])
def test_a_notebook_keeps_its_layout(minor: int, indent: int | str | None, last: bool):
    sources = [
        ("import os", []),
        ("n = None\nm = 'é'", ["parameters"]),
        *([] if last else [("print(n)", [])]),
    ]
    text = json.dumps(notebook(*sources, minor=minor), indent=indent, ensure_ascii=False) + "\n"
    made = json.loads(check_round("a.ipynb", text))
    cell = made["cells"][2]
    assert cell["metadata"] == {"tags": ["injected-parameters"]}
    assert ("id" in cell) == (minor >= 5)


def test_a_notebook_without_parameters_gets_the_cell_first():
    text = json.dumps(notebook(("print(1)", [])), indent=1)
    assert json.loads(check_round("a.ipynb", text))["cells"][0]["metadata"]["tags"] == ["injected-parameters"]


def test_a_cell_that_is_there_is_replaced():
    older = injected("a.py", PERCENT, "# Parameters\nn = 1")
    assert injected("a.py", older) == injected("a.py", PERCENT)


def test_a_text_that_is_no_notebook_stays_as_it_is():
    assert isinstance(inject("a.ipynb", "{", CODE), NotInjected)
    assert isinstance(remove("a.ipynb", "{"), NotInjected)


def test_a_source_without_the_cell_is_left_alone():
    assert remove("a.py", PERCENT) == PERCENT


LINES = st.sampled_from(
    ["", "", "x = 1", "# %%", "# %% [markdown]", "# text", "# +", "# -", "def f():", "    return 1", '"""', "# %% t"]
)  # fmt: skip


@given(before=st.lists(LINES, max_size=4), after=st.lists(LINES, max_size=8), end=st.sampled_from(["", "\n"]))
@example(before=[], after=["", "", "# +", "x = 1", "# -"], end="")
def test_whatever_stands_around_it_the_other_cells_stay(before: list[str], after: list[str], end: str):
    text = "\n".join([*before, '# %% tags=["parameters"]', "n = None", *after]) + end
    made = inject("a.py", text, CODE)
    if isinstance(made, NotInjected):
        return
    assert cells("a.py", made).code == cells("a.py", text).code
    if not any(cell.injected for cell in cells("a.py", text).cells):
        assert remove("a.py", made) == text
