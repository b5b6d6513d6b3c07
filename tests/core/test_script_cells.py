"""Ordinary scripts read without jupytext: the same cells as jupytext's, or none at all."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelens.core.cells import Cell, CellsError
from pipelens.core.python_text import Columns, parse_python
from pipelens.core.references import definition_references, read_references, upstream_subscripts
from pipelens.core.script_cells import read_script
from pipelens.core.text_cells import read_text_cells

HEADER = """\
# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: {}
#       format_version: '1.3'
#       jupytext_version: 1.16.1
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---
"""
LINES = [
    "# %%",
    "#%%",
    "# %% [markdown]",
    "# %% Title [raw]",
    '# %% tags=["parameters"]',
    "# %% a title tags=['one', 'two']",
    '# %% {"tags": ["parameters"]}',
    '# %% {"tags": ["a"], "x": 1}',
    "# %% [md] x=1",
    "# %%% deeper",
    "# %% .hidden",
    "#  %%",
    "# %%\t",
    "  # %%",
    "# In[3]:",
    "# +",
    "#+",
    "# + [markdown]",
    '# + tags=["parameters"]',
    '# + {"tags": ["a"]}',
    "# -",
    "# -  ",
    "# --",
    "# + x",
    "# # +",
    "",
    "",
    "",
    "  ",
    "x = 1",
    "    y = 2",
    "# text",
    "# # heading",
    "#",
    "##",
    "# why?",
    "why?",
    "why is that?",
    "# is that so?",
    "# %matplotlib inline",
    "  # %matplotlib inline",
    "%time x",
    "# %%time",
    "%%bash",
    "# %time \\",
    "a \\",
    "!ls",
    "# !ls",
    "# ls",
    "ls -l",
    "cd = 3",
    "copy this",
    "# copy this",
    "x = !ls",
    "y = %time 3",
    "# ?x",
    "# noescape %x",
    "def f():",
    "class A:",
    "    return 1",
    '"""',
    "'''",
    's = """',
    'a = "x" # """',
    '# """',
    'x = "\\\\"',
    'r"""doc"""',
    '"""doc"""',
    '# """doc"""',
    "# ---",
    "# jupyter:",
    "#   kernelspec:",
    "#     name: python3",
    "#     language: python",
    "#     display_name: Python 3",
    "#!/usr/bin/env python",
    "# -*- coding: utf-8 -*-",
    "# vim: set fileencoding=latin-1 :",
    "# region",
    "# {{{",
    "####################",
    "import marimo",
    "```",
    "# ```",
    "# ~~~",
    "# ```python",
    "\ttab",
    'é = "ü"',
    "🚚",
    "\x0c",
    "a\u2028b",
]
HEADERS = [
    "",
    "#!/usr/bin/env python\n",
    "# -*- coding: utf-8 -*-\n",
    HEADER.format("percent"),
    HEADER.format("light"),
    HEADER.format("hydrogen"),
    HEADER.format("percent") + "\n",
    "# ---\n# title: x\n# ---\n",
]
ENDS = ["\n", "\n", "\n", "\r\n"]


@st.composite
def scripts(draw: st.DrawFn) -> str:
    """Scripts of a few kinds of lines each, so that what belongs together meets."""
    kinds = draw(st.lists(st.sampled_from(LINES), min_size=3, max_size=14, unique=True))
    lines = draw(st.lists(st.sampled_from(kinds), max_size=22))
    end = draw(st.sampled_from(ENDS))
    text = draw(st.sampled_from(HEADERS)) + "\n".join(lines) + draw(st.sampled_from(["", "\n", "\n\n"]))
    return text.replace("\n", end)


def agrees(text: str) -> bool:
    """Whether the script is read here; then as jupytext reads it."""
    ours = read_script(text)
    if ours is None:
        return False
    theirs = read_text_cells(text, ".py")
    assert not isinstance(theirs, CellsError), theirs
    assert ours.cells == theirs.cells
    # jupytext notes in the metadata how to write the script again.
    assert ours.metadata.items() <= theirs.metadata.items() or "jupytext" in ours.metadata
    assert replace(ours, cells=(), metadata={}) == replace(theirs, cells=(), metadata={})
    return True


@given(scripts())
@example("")
@example("\n")
@example("# %%\n# ```\n# %%\n")
@example('# %% [markdown]\n"""\n# %% inside\n"""\n')
def test_what_is_read_here_is_what_jupytext_reads(text: str) -> None:
    agrees(text)


@pytest.mark.parametrize(
    "text",
    [
        'x = 1\n\n# %% tags=["parameters"]\nupstream = None\n\n# %%\nprint(1)\n',
        HEADER.format("percent") + "\n# %%\n# %matplotlib inline\n# !ls\n",
        HEADER.format("light") + '\n# + tags=["parameters"]\nupstream = None\n# -\n\nx = 1\n\n\n# text\n',
        "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n# %%\nx\n",
        "# %%\n%matplotlib inline\nx = !ls\n",
        "# Title\n\nimport os\n\n\ndef f():\n    return 1\n\n    # inside\n\nf()\n",
        "# %% Ünïcode 🚚\r\nx = 1\r\n",
        'def f():\n    """\n# %% no cell\n    """\n\n\n# %%\nf()\n',
    ],
)
def test_ordinary_scripts_need_no_jupytext(text: str) -> None:
    assert agrees(text)


@pytest.mark.parametrize(
    "text",
    [
        "# %% [markdown]\n# ```\n# %% no cell\n# ```\n# %%\nx\n",
        '# %% language="bash"\nls\n',
        '# %% active="py"\nx\n',
        "# region\nx\n# endregion\n",
        "# %%\nx\x0cy\n",
        "# ---\n# title: mine\n# ---\n\n# %%\nx\n",
        HEADER.format("percent").replace("#   kernelspec", "#     comment_magics: false\n#   kernelspec")
        + "# %%\n",
        "# coding: latin-1\n# %%\nx\n",
        "####################\n# a\n\nx\n\n####################\n# b\n",
    ],
)
def test_what_is_out_of_the_ordinary_is_left_to_jupytext(text: str) -> None:
    assert read_script(text) is None


def test_scripts_of_the_tests_own_pipelines_agree() -> None:
    folder = Path(__file__).parent.parent / "pipelines"
    read = [agrees(path.read_bytes().decode("utf-8")) for path in sorted(folder.rglob("*.py"))]
    assert sum(read) > len(read) / 2


PARTS = [
    'upstream["a"]',
    "upstream['a']['b']",
    'upstream["a"]["b"]["c"]',
    'upstream ["a"]',
    '(upstream)["a"]',
    "upstream[0]",
    "upstream[x]",
    'upstream["a"] ["b"]',
    'x.upstream["a"]',
    "x.\\\n",
    "(x\n.",
    'upstream["a" "b"]',
    'upstream["\\x61"]',
    'upstream[r"a"]',
    "f\"{upstream['a']}\"",
    "'upstream[\"a\"]'",
    '"""upstream[\'a\']',
    '"""',
    '# upstream["a"]',
    "upstream",
    "[",
    "]",
    "(",
    ")",
    "\n",
    "\n",
    " ",
    "x = ",
    "é, ",
    ", ",
]


@given(st.lists(st.sampled_from(PARTS), max_size=8).map("".join))
def test_references_are_those_of_the_tree(text: str) -> None:
    lines = text.split("\n")
    cell = Cell("code", text, 0, "x", (), tuple((line, 0) for line in range(len(lines))))
    tree = parse_python(text)
    found = read_references(cell)
    if hasattr(tree, "body"):
        assert found == upstream_subscripts(tree, Columns(text))


@given(
    st.lists(st.sampled_from([*PARTS, "\n    ", "\r\n", "lambda upstream: ", "@"]), max_size=8).map("".join)
)
def test_references_of_a_function_are_those_of_its_tree(body: str) -> None:
    text = f"import os\n\ndef f(upstream):\n    x = 1\n    {body}\n\nupstream['after']\n"
    tree = parse_python(text)
    if isinstance(tree, ast.Module):
        columns = Columns(text)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                assert definition_references(node, columns) == upstream_subscripts(node, columns)
