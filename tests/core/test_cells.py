"""Cells of scripts and notebooks: what jupytext says, at the lines of the file."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import jupytext
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelens.core.cells import Cells, CellsError, read_cells
from pipelens.core.text import Document

PERCENT = '''\
# ---
# jupyter:
#   kernelspec:
#     name: python3
#     language: python
#     display_name: Python 3
# ---

# %% [markdown]
# # Title
# Text

# %% Settings tags=["parameters"]
upstream = ["größe"]


# %%
# %matplotlib inline
# !ls
def f():
    # %time g()
    return """
# %% no cell
"""

# %%
print(f())
'''
LIGHT = """\
#!/usr/bin/env python
# -*- coding: utf-8 -*-
# Text that is a cell.

# + tags=["parameters"]
x = 1


upstream = None
# -

import os

print(os)
for i in range(3):

    print(i)
"""
REGION = """\
# region tags=["parameters"]
upstream = None
# endregion

print(upstream)
"""
HYDROGEN = """\
# %% tags=["parameters"]
upstream = None
# %%
%matplotlib inline
print(1)
"""
SPHINX = '''\
"""
A title
"""
x = 1

##############################
# Text

print(x)
'''
RMD = """\
---
title: x
---

Text

```{r tags=c("parameters")}
upstream <- list("up")
```

```{r}
print(1)
```
"""
LANGUAGE = """\
# %% tags=["parameters"]
upstream = None

# %% language="bash"
# ls -l
"""
SCRIPTS = {
    "percent.py": PERCENT,
    "light.py": LIGHT,
    "region.py": REGION,
    "hydrogen.py": HYDROGEN,
    "sphinx.py": SPHINX,
    "markdown.Rmd": RMD,
    "language.py": LANGUAGE,
    "empty.py": "",
    "blank.py": "\n\n\n",
    "spin.R": '#+ tags=c("parameters")\nupstream <- NULL\n\n#\' Text\n\nprint(1)\n',
}


def read(path: str, text: str) -> Cells:
    found = read_cells(path, text)
    assert isinstance(found, Cells), found
    return found


def refuse(path: str, text: str) -> CellsError:
    found = read_cells(path, text)
    assert isinstance(found, CellsError), found
    return found


def notebook(*cells: tuple[str, object] | tuple[str, object, list[str]], **changes: object) -> str:
    listed = []
    for kind, source, *tags in cells:
        cell: dict[str, object] = {"cell_type": kind, "metadata": {"tags": tags[0]} if tags else {}}
        cell["source"] = source
        if kind == "code":
            cell |= {"execution_count": None, "outputs": []}
        listed.append(cell)
    value = {"cells": listed, "metadata": {}, "nbformat": 4, "nbformat_minor": 4, **changes}
    return json.dumps({k: v for k, v in value.items() if v is not None}, indent=1)


@pytest.mark.parametrize("name", SCRIPTS)
def test_cells_are_those_of_jupytext(name: str) -> None:
    text = SCRIPTS[name]
    expected = jupytext.reads(text, fmt=name.rpartition(".")[2])
    found = read(name, text)
    assert [(cell.kind, cell.source) for cell in found.cells] == [
        (cell.cell_type, cell.source) for cell in expected.cells
    ]
    assert [list(cell.tags) for cell in found.cells] == [
        cell.metadata.get("tags", []) for cell in expected.cells
    ]


@pytest.mark.parametrize("name", SCRIPTS)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_every_line_of_code_lies_where_the_file_has_it(name: str, line_end: str) -> None:
    text = SCRIPTS[name].replace("\n", line_end)
    found = read(name, text)
    lines = Document(text).lines
    for cell in found.cells:
        if cell.kind != "code" or not cell.source:
            continue
        for (line, character), source in zip(cell.lines, cell.source.split("\n"), strict=True):
            if source.startswith("%%bash"):
                continue  # jupytext makes this line from the marker
            original = lines[line]
            assert original[character:] == source or original.strip() == "# " + source.strip()
            assert original[character + len(source) - len(source.lstrip()) :] == source.lstrip()


def test_the_marker_of_a_cell_is_known() -> None:
    parameters = read("a.py", PERCENT).parameters
    assert parameters is not None
    assert parameters.head is not None
    assert Document(PERCENT).slice(parameters.head) == '# %% Settings tags=["parameters"]'
    assert Document(PERCENT).slice(parameters.text_span) == 'upstream = ["größe"]'


def test_an_empty_cell_lies_behind_its_marker() -> None:
    cells = read("a.py", '# %% tags=["parameters"]\n\n# %%').cells
    assert [cell.source for cell in cells] == ["", ""]
    assert cells[1].lines == ((2, 4),)


def test_the_first_cell_tagged_parameters_counts_whatever_its_kind() -> None:
    text = notebook(("markdown", "# Settings", ["parameters"]), ("code", "upstream = None", ["parameters"]))
    found = read("a.ipynb", text)
    assert found.parameters is found.cells[0]


def test_the_header_decides_the_format() -> None:
    text = dedent("""\
        # ---
        # jupyter:
        #   jupytext:
        #     text_representation:
        #       extension: .py
        #       format_name: light
        # ---

        # %% tags=["parameters"]
        upstream = ["up"]
        """)
    found = read("a.py", text)
    assert found.format_name == "light"
    assert found.parameters is None


def test_markers_of_the_light_format_are_comments_in_a_percent_script() -> None:
    found = read("a.py", '# + tags=["parameters"]\nx = 1\n# -\n\n# %%\nprint(x)\n')
    assert found.format_name == "percent"
    assert found.cells[0].source.startswith("# +")


def test_a_byte_order_mark_hides_the_first_marker() -> None:
    found = read("a.py", '\ufeff# %% tags=["parameters"]\nupstream = None\n\n# %%\nprint(1)\n')
    assert found.parameters is None


def test_the_stored_code_leaves_the_injected_cell_out_and_keeps_text() -> None:
    text = dedent("""\
        # %% [markdown]
        # Title

        # %% tags=["parameters"]
        upstream = None

        # %% tags=["injected-parameters"]
        upstream = {"a": 1}

        # %% tags=["debugging-settings"]
        import debugpy

        # %%
        print(1)
        """)
    assert read("a.py", text).code == "Title\nupstream = None\nprint(1)"


def test_a_second_injected_cell_is_the_users() -> None:
    text = "".join(f'# %% tags=["injected-parameters"]\nx = {n}\n\n' for n in range(2))
    assert read("a.py", text).code == "x = 1"


def test_tags_that_are_no_list_are_an_error_at_their_cell() -> None:
    error = refuse("a.py", '# %%\n1\n\n# %% tags="parameters"\nupstream = None\n')
    assert "no list" in error.message
    assert error.span.start.line == 3


@pytest.mark.parametrize("indent", [None, 1, 4])
def test_lines_of_a_notebook_lie_inside_the_json(indent: int | None) -> None:
    source = 'größe = "a\\"b"\n\nprint("ü", größe)\n'
    value = json.loads(notebook(("code", source.splitlines(keepends=True)), ("code", source)))
    for ascii_only in (True, False):
        text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
        document = Document(text)
        for cell in read("a.ipynb", text).cells:
            for at, line in enumerate(cell.source.split("\n")):
                span = cell.span(at, 0, at, len(line))
                assert json.loads('"' + document.slice(span) + '"') == line


def test_a_name_behind_an_escape_is_found_exactly() -> None:
    text = notebook(("code", ['upstream = ["load"]\n', "x = 1"], ["parameters"]))
    cell = read("a.ipynb", text).cells[0]
    assert Document(text).slice(cell.span(0, 13, 0, 17)) == "load"


def test_a_notebook_says_its_language_and_kernel() -> None:
    kernel = {"name": "ir", "language": "R", "display_name": "R"}
    found = read("a.ipynb", notebook(("code", "1"), metadata={"kernelspec": kernel}))
    assert (found.language, found.kernelspec_name, found.kernelspec_language) == ("r", "ir", "R")
    assert found.nbformat == (4, 4)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("nonsense", "is not JSON"),
        ("[]", "no notebook"),
        ("{}", "no nbformat"),
        ('{"cells": [', "is not JSON"),
        ("\ufeff" + notebook(), "byte order mark"),
        (notebook(nbformat=3), "nbformat 3"),
        (notebook(cells=None), "without cells"),
        (notebook(cells={}), "without cells"),
        (notebook(cells=[1]), "no JSON object"),
        (notebook(cells=[{"cell_type": "code", "metadata": {}}]), "without source"),
        (notebook(cells=[{"cell_type": "code", "source": ""}]), "without metadata"),
        (notebook(cells=[{"cell_type": "heading", "metadata": {}, "source": ""}]), "unknown type"),
        (notebook(cells=[{"cell_type": "code", "metadata": {}, "source": [1]}]), "no text"),
        (notebook(metadata=None), "without `metadata`"),
        (notebook() + "x", "more text follows"),
        ('{"a": ' + "[" * 100_000, "nested too deeply"),
        ("[" * 100_000, "nested too deeply"),
        ("{\n<<<<<<< HEAD\n", "property name"),
    ],
)
def test_a_notebook_that_is_none_is_refused_with_a_reason(text: str, words: str) -> None:
    assert words in refuse("a.ipynb", text).message


def test_a_merge_conflict_is_pointed_at() -> None:
    assert refuse("a.ipynb", "{\n<<<<<<< HEAD\n").span.start.line == 1


@pytest.mark.parametrize(
    "text",
    [
        "x" * 3_000_000,
        "\n" * 20_000,
        "# %% [markdown]\n" + "# ```a\n" * 20_000,
        "# ---\n# jupyter:\n" + "#   a: [*b, *b, *b, *b]\n" * 9 + "# ---\n",
    ],
    ids=["one long line", "blank lines", "open fences", "aliases in the header"],
)
def test_a_script_made_to_take_for_ever_is_refused(text: str) -> None:
    refuse("a.py", text)


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_prefix_of_a_script_is_read(name: str) -> None:
    text = SCRIPTS[name]
    for end in range(len(text)):
        read_cells(name, text[:end])


def test_every_prefix_of_a_notebook_is_read() -> None:
    text = notebook(("code", ["a\n", "b"], ["parameters"]), ("markdown", "x\\ud83d\\ude00"))
    for end in range(len(text)):
        refuse("a.ipynb", text[:end])


@given(st.text(alphabet=st.sampled_from("#%+-[\"]='\\ \n\r\tax\x0c\x1c\u2028{}`"), max_size=120))
def test_any_text_is_read_and_its_places_exist(text: str) -> None:
    for name in ("a.py", "a.Rmd", "a.R"):
        found = read_cells(name, text)
        if isinstance(found, CellsError):
            continue
        document = Document(text)
        for cell in found.cells:
            for line, character in cell.lines:
                assert line < len(document.lines)
                assert character <= len(document.lines[line])


@given(st.text(max_size=40), st.text(max_size=40), st.booleans())
def test_any_source_of_a_notebook_is_found_in_its_json(first: str, second: str, ascii_only: bool) -> None:
    value = json.loads(notebook(("code", [first, second])))
    text = json.dumps(value, ensure_ascii=ascii_only)
    cell = read("a.ipynb", text).cells[0]
    assert cell.source == first + second
    document = Document(text)
    for at, line in enumerate(cell.source.split("\n")):
        begin = document.offset(cell.position(at, 0))
        assert line == "" or text[begin : begin + 1] in (line[0], "\\")
    assert len(cell.lines) == cell.source.count("\n") + 1


def test_reading_needs_no_file(tmp_path: Path) -> None:
    assert read(str(tmp_path / "nowhere.py"), "# %%\n1\n").cells[0].source == "1"
