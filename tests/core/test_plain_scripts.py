"""Plain percent scripts say the same read in one pass and read cell by cell."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelens.core.cells import Cells, read_cells_quickly
from pipelens.core.plain_scripts import read_plain_script
from pipelens.core.python_text import words
from pipelens.core.read_source import read_notebook
from pipelens.core.sources import NotebookSource, code_mark

LINES = [
    "# %%",
    "#%%",
    "# %% a title",
    "# %% [markdown]",
    "#%% [raw]",
    "#  %%",
    "# %%% deeper",
    '# %% tags=["other"]',
    '# %% tags=["injected-parameters"]',
    "# ---",
    "# text",
    "# # heading",
    "#",
    "",
    "",
    "  ",
    "import pandas as pd",
    "x = frame[r'a'] % 3 if y != 4 else b",
    'print(f"{one:>{two}} and {three!r}", rb"no", b"é")',
    "paths = upstream['one']['data'], upstream[\"two\"]",
    "both = f'{upstream[\"one\"]}'",
    "upstream[one]",
    "here.upstream['one']",
    "    upstream['one'][0]",
    "why = 'upstream[\"no\"]'  # upstream['no']",
    '    """A docstring"""',
    '"""Title',
    '"""',
    "'''",
    'r"""raw"""',
    'a = "x" # """',
    "# r#b",
    "%time x",
    "# %time x",
    "x = !ls",
    "why?",
    "ls -l",
    "cd = 3",
    "# # +",
    "x\x0cy",
    "é = 'ü'",
    "# coding: utf-8",
]
PARAMETERS = [
    "upstream = None",
    "upstream = ['one', \"two\"]",
    "upstream = 'one'",
    "upstream = f()",
    "product = None",
    "product = 'out/x'",
    "size = 1",
    "# why",
    "",
    "x = %time",
]
HEADERS = [
    "",
    "#!/usr/bin/env python\n",
    "# -*- coding: utf-8 -*-\n",
    "# ---\n# jupyter:\n#   kernelspec:\n#     name: python3\n#     language: python\n# ---\n\n",
    "# ---\n# jupyter:\n#   jupytext:\n#     text_representation:\n#       extension: .py\n"
    "#       format_name: percent\n# ---\n",
]


@st.composite
def scripts(draw: st.DrawFn) -> str:
    kinds = draw(st.lists(st.sampled_from(LINES), min_size=2, max_size=9, unique=True))
    before = draw(st.lists(st.sampled_from(kinds), max_size=8))
    own = draw(st.lists(st.sampled_from(PARAMETERS), max_size=4))
    after = draw(st.lists(st.sampled_from([*kinds, "# %%", "x = 1"]), max_size=12))
    marker = draw(st.sampled_from(['# %% tags=["parameters"]', '#%% {"tags": ["parameters"]}']))
    text = draw(st.sampled_from(HEADERS)) + "\n".join([*before, marker, *own, *after])
    text += draw(st.sampled_from(["", "\n", "\n\n"]))
    return text.replace("\n", draw(st.sampled_from(["\n", "\n", "\r\n"])))


def plainly(text: str, *, upstream: bool = True, product: bool = False) -> NotebookSource | None:
    return read_plain_script("x.py", text, "", extract_upstream=upstream, extract_product=product)


def agrees(text: str) -> bool:
    """Whether the script is plain; then as it is read cell by cell."""
    found = False
    for upstream, product in ((True, False), (True, True), (False, False)):
        ours = plainly(text, upstream=upstream, product=product)
        if ours is None:
            continue
        found = True
        cells = read_cells_quickly("x.py", text)
        theirs = read_notebook("x.py", text, cells=cells, extract_upstream=upstream, extract_product=product)
        assert ours == theirs
        assert isinstance(cells, Cells)
        assert ours.mark == theirs.mark == code_mark(cells.code)
    return found


@given(scripts())
@example('# %% tags=["parameters"]\nupstream = None\n# %%\nx\n# %% [markdown]\n# """\n# %%\n')
def test_what_is_read_in_one_pass_is_what_is_read_cell_by_cell(text: str) -> None:
    agrees(text)


OWN = '# %% tags=["parameters"]\nupstream = ["one"]\nproduct = None\nsize = 1\n\n'


@pytest.mark.parametrize(
    "text",
    [
        OWN + "# %%\nx = upstream['one']\n",
        "# %% [markdown]\n# # Title\n\n" + OWN + "\n# %%\nx\n",
        '"""Title\n\n# more\n"""\n' + OWN + "# %%\nx != 3\n",
        HEADERS[3] + OWN + '# %%\ndef f():\n    """Text"""\n    return f"{size}" % 3\n\n\n# %%\nf()',
        (OWN + "# %%\nprint('é')\n").replace("\n", "\r\n"),
    ],
)
def test_ordinary_scripts_are_plain(text: str) -> None:
    assert agrees(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x = 1\n",
        "# %%\nx\n",
        OWN,
        OWN + "# %% [markdown]\n# text\n",
        OWN + "# %%\n%matplotlib inline\n",
        OWN + '# %%\ns = """\n# %% no cell\n"""\n',
        OWN.replace('["one"]', "names()") + "# %%\nx\n",
        OWN.replace("upstream =", "downstream =") + "# %%\nx\n",
        OWN + '# %% tags=["injected-parameters"]\nsize = 2\n\n# %%\nx\n',
    ],
)
def test_what_is_not_plain_or_holds_a_problem_is_left_to_the_other_reader(text: str) -> None:
    assert plainly(text) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a = b.c(1e5, 0x1F, _d)", {"a", "b", "c", "_d"}),
        ("x = 'y' + r\"z\" + rb'a' # b", {"x"}),
        ("x if y else'z'", {"x", "if", "y", "else"}),
        ("r#b\nu # 'c", {"r", "u"}),
        ("f'{a:>{b}} c' + rf\"{d}\"", {"f", "a", "b", "c", "rf", "d"}),
        ("fff'a'", {"fff"}),
        ("\"\"\"a\n'b\"\"\" + c + '''d'''", {"c"}),
        ("a = 'b\\'c' + d", {"a", "d"}),
        ("a = 'open\nb", {"a", "b"}),
        ("é = 'ü' + ñ", {"é", "ñ"}),
        ("a\x01b", {"a", "b"}),
    ],
)
def test_words_are_the_names_outside_of_comments_and_strings(text: str, found: set[str]) -> None:
    assert words(text) == found
