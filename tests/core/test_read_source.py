"""Sources of tasks: what is read of them, and what reading itself finds wrong."""

from __future__ import annotations

import json

import pytest

from pipelens.core.cells import Cells, read_cells
from pipelens.core.files import DictFiles
from pipelens.core.problems import Edit, Fix, Place, Problem
from pipelens.core.read_source import read_notebook, read_source
from pipelens.core.sources import (
    FunctionSource,
    MissingSource,
    NotebookSource,
    OpaqueSource,
    TemplateSource,
    UnreadableSource,
)
from pipelens.core.spec import Kind, Meta, TaskSpec
from pipelens.core.text import Document

SCRIPT = """\
# %% [markdown]
# # Clean the data
# More words.

# %% tags=["parameters"]
upstream = ["load", "größe"]
product = None
n, m = 1, 2

# %%
# %time x = load(upstream["load"]["data"], n)
text = "upstream m"  # m
print(upstream["größe"], f"{other}")
"""


def script(text: str, path: str = "/p/go.py", **options: bool) -> NotebookSource:
    found = read_notebook(path, text, **options)
    assert isinstance(found, NotebookSource), found
    return found


def parameters(*lines: str, then: str = "print(1)") -> str:
    return "\n".join(['# %% tags=["parameters"]', *lines, "", "# %%", then, ""])


def shown(text: str, problem: Problem) -> str:
    return Document(text).slice(problem.place.span)


def task(source: str, kind: Kind, class_name: str = "NotebookRunner") -> TaskSpec:
    path = None if kind == "function" else f"/p/{source}"
    return TaskSpec(
        "go", kind, class_name, source, path, Place("/p/pipeline.yaml"), 0, Place("/p/pipeline.yaml")
    )


def test_a_script_is_read_whole() -> None:
    found = script(SCRIPT)
    assert found.problems == ()
    assert found.language == "python"
    assert found.doc == "# Clean the data"
    assert found.upstream is not None
    assert [each.name for each in found.upstream.elements] == ["load", "größe"]
    assert [each.name for each in found.params] == ["n", "m"]
    assert [(each.name, each.key) for each in found.references] == [("load", "data"), ("größe", None)]
    document = Document(SCRIPT)
    assert [document.slice(each.span) for each in found.references] == ["load", "größe"]
    assert [document.slice(each.span) for each in found.upstream.elements] == ["load", "größe"]
    assert found.parameters_span is not None
    assert document.slice(found.parameters_span).startswith("upstream =")
    assert found.code.startswith("# Clean the data\nMore words.\nupstream = [")


def test_uses_are_names_in_code_outside_the_parameters_cell() -> None:
    uses = script(SCRIPT).uses
    assert {"x", "load", "upstream", "n", "text", "print", "other"} <= uses
    assert "m" not in uses
    assert "product" not in uses


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_windows_line_ends_change_no_place(line_end: str) -> None:
    text = SCRIPT.replace("\n", line_end)
    found = script(text)
    assert [Document(text).slice(each.span) for each in found.references] == ["load", "größe"]


def test_a_docstring_that_opens_the_first_code_cell_is_the_doc() -> None:
    text = '# %%\n"""\nLoads it.\n\nMore.\n"""\nimport os\n\n# %% tags=["parameters"]\nupstream = None\n\n# %%\n1\n'
    assert script(text).doc == "Loads it."


@pytest.mark.parametrize(
    ("text", "code", "blamed"),
    [
        (parameters("product = None"), "upstream-not-assigned", '# %% tags=["parameters"]'),
        (parameters("# upstream = []"), "upstream-not-assigned", '# %% tags=["parameters"]'),
        (parameters("x = 1; upstream = []"), "upstream-not-assigned", "upstream"),
        (parameters("upstream = ['up'"), "invalid-declaration", "upstream = ['up'"),
        (parameters("upstream = 'up'"), "invalid-declaration", "'up'"),
        (parameters("upstream = 1"), "invalid-declaration", "1"),
        (parameters("upstream = [1]"), "invalid-declaration", "[1]"),
        (parameters("upstream = [['up']]"), "invalid-declaration", "[['up']]"),
        (parameters("upstream = [UP]"), "invalid-declaration", "UP"),
        (parameters("upstream: list = ['up']"), "invalid-declaration", "upstream: list = ['up']"),
        (
            parameters("def f():", "    # %% part two", "    return 1", "upstream = []"),
            "upstream-not-assigned",
            '# %% tags=["parameters"]',
        ),
        (
            '# %%\nprint(1)\n\n# %% tags=["parameters"]\nupstream = None\n',
            "parameters-cell-last",
            '# %% tags=["parameters"]',
        ),
        (
            '# %% tags=["parameters"]\nupstream = None\n\n# %%\n\n# %%\n',
            "parameters-cell-last",
            '# %% tags=["parameters"]',
        ),
        (
            parameters("upstream = None").replace("# %%\n", '# %% tags=["injected-parameters"]\n'),
            "parameters-cell-last",
            '# %% tags=["parameters"]',
        ),
        (
            '# + tags=["parameters"]\nx = 1\n\nupstream = None\n\nprint(x)\n',
            "parameters-cell-last",
            '# + tags=["parameters"]',
        ),
        ("", "parameters-cell-last", ""),
    ],
)
def test_what_stops_ploomber_from_reading_a_script_is_an_error(text: str, code: str, blamed: str) -> None:
    found = script(text).problems
    assert [(each.code, each.severity, shown(text, each)) for each in found] == [(code, "error", blamed)]


@pytest.mark.parametrize(
    "text",
    [
        parameters("upstream = None"),
        parameters("upstream = None", then="# a comment"),
        '# %% tags=["parameters"]\nupstream = None\n\n# %% [markdown]\n# end\n',
        parameters("x = (1", "upstream = ['up']"),
        '# region tags=["parameters"]\nupstream = None\n# endregion\n\nprint(1)\n',
    ],
)
def test_what_ploomber_reads_has_no_problem(text: str) -> None:
    assert script(text).problems == ()


def test_without_extract_upstream_nothing_is_asked_of_upstream() -> None:
    assert script(parameters("x = 1"), extract_upstream=False).problems == ()


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("product = 'x.ipynb'", []),
        ("product = {'nb': 'x.ipynb'}", []),
        ("product = None", ["product-not-assigned"]),
        ("x = 1", ["product-not-assigned"]),
        ("product = make()", ["invalid-declaration"]),
    ],
)
def test_extract_product_asks_for_a_product(line: str, codes: list[str]) -> None:
    found = script(parameters("upstream = None", line), extract_product=True)
    assert [each.code for each in found.problems] == codes


def test_a_markdown_cell_that_is_tagged_fails() -> None:
    cells = [
        {"cell_type": "markdown", "metadata": {"tags": ["parameters"]}, "source": ["# Settings"]},
        {"cell_type": "code", "metadata": {}, "source": "upstream = None"},
    ]
    found = read_notebook("/p/a.ipynb", notebook(*cells))
    assert isinstance(found, NotebookSource)
    assert [each.code for each in found.problems] == ["upstream-not-assigned"]
    assert "markdown" in found.problems[0].message


def notebook(*cells: object, minor: int = 4, indent: int | None = 1, kernel: bool = True) -> str:
    kernelspec = {"name": "python3", "language": "python", "display_name": "Python 3"}
    metadata = {"kernelspec": kernelspec} if kernel else {}
    value = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": minor}
    return json.dumps(value, indent=indent)


def apply(text: str, fix: Fix) -> str:
    (edit,) = fix.edits
    assert isinstance(edit, Edit)
    at = Document(text).offset(edit.place.span.start)
    return text[:at] + edit.text + text[at:]


CODE = {"cell_type": "code", "metadata": {}, "source": ["print(1)"], "execution_count": None, "outputs": []}
UNTAGGED = {
    "percent.py": "# %%\nprint(1)\n",
    "bare.py": "import os\n\nprint(os)\n",
    "docstring.py": '"""Text"""\n# %%\nprint(1)\n',
    "header.py": "# ---\n# jupyter:\n#   kernelspec:\n#     name: python3\n#     display_name: x\n# ---\n\n# %%\nprint(1)\n",
    "shebang.py": "#!/usr/bin/env python\nprint(1)\n",
    "windows.py": "# %%\r\nprint(1)\r\n",
    "region.py": "# region Part\nprint(1)\n# endregion\n",
    "light.py": "# +\nprint(1)\n# -\n",
    "markdown.Rmd": "Text\n\n```{r}\nprint(1)\n```\n",
    "percent.R": "# %%\nprint(1)\n",
    "one.ipynb": notebook(CODE),
    "flat.ipynb": notebook(CODE, indent=None),
    "wide.ipynb": notebook(CODE, indent=4),
    "ids.ipynb": notebook({**CODE, "id": "parameters"}, minor=5),
}


@pytest.mark.parametrize("name", UNTAGGED)
def test_a_source_without_parameters_cell_is_warned_and_the_fix_adds_one_in_its_own_format(name: str) -> None:
    text = UNTAGGED[name]
    before = script(text, name)
    (problem,) = before.problems
    assert (problem.code, problem.severity) == ("no-parameters-cell", "warning")
    (fix,) = problem.fixes
    after = apply(text, fix)
    found = script(after, name)
    assert found.problems == ()
    assert found.upstream is not None
    cells, was = read_cells(name, after), read_cells(name, text)
    assert isinstance(cells, Cells)
    assert isinstance(was, Cells)
    assert cells.parameters is not None
    rest = [cell.source for cell in cells.cells if cell is not cells.parameters]
    assert [cell.source for cell in was.cells] == rest
    assert ("\r\n" in text) == ("\r\n" in after)
    if name.endswith(".ipynb"):
        import nbformat

        nbformat.validate(nbformat.reads(after, as_version=4))


@pytest.mark.parametrize(
    ("sources", "accepted"),
    [
        (["upstream = None", "1"], True),
        (["upstream = None", "%matplotlib inline"], False),
        (["upstream = None", "x <- 1"], False),
        (["upstream = None", "some words"], False),
    ],
)
def test_a_notebook_without_kernel_must_be_python_through_and_through(
    sources: list[str], accepted: bool
) -> None:
    tagged = {**CODE, "metadata": {"tags": ["parameters"]}, "source": sources[0]}
    text = notebook(tagged, {**CODE, "source": sources[1]}, kernel=False)
    found = script(text, "a.ipynb")
    assert [each.code for each in found.problems] == ([] if accepted else ["no-kernel"])
    named = read_notebook("a.ipynb", text, kernelspec_name="python3")
    assert isinstance(named, NotebookSource)
    assert named.problems == ()


def test_double_braces_in_a_source_from_a_loader_are_an_error() -> None:
    text = parameters("upstream = None", then="print(f'{{x}}')")
    (problem,) = script(text, from_loader=True).problems
    assert problem.code == "template-in-notebook"
    assert shown(text, problem) == "{{"
    assert script(text).problems == ()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("upstream <- list(\"a\", 'b')", ["a", "b"]),
        ("upstream = list(x='a')", ["a"]),
        ("upstream <- NULL", []),
        ("x = NULL", None),
        ("upstream <- list('a')\nn <- 1", ["a"]),
    ],
)
def test_upstream_in_r_is_read_by_its_small_grammar(line: str, expected: list[str] | None) -> None:
    found = script(f'# %% tags=["parameters"]\n{line}\n\n# %%\nprint(1)\n', "/p/go.R")
    assert found.problems == ()
    assert found.language == "r"
    names = None if found.upstream is None else [each.name for each in found.upstream.elements]
    assert names == expected


@pytest.mark.parametrize(
    "line", ["n <- 1", "a_b <- list('x')", "upstream <- c('a')", "upstream <- list(\n'a')"]
)
def test_r_that_ploomber_cannot_read_is_an_error_at_its_line(line: str) -> None:
    text = f"# %% tags=[\"parameters\"]\n{line}\nupstream <- list('a')\n\n# %%\n1\n"
    (problem,) = script(text, "/p/go.R").problems
    assert problem.code == "invalid-declaration"
    assert problem.place.span.start.line == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT * FROM {{upstream['a']}}", [("a", None)]),
        ('SELECT * FROM {{ upstream["a"]["k"] }}', [("a", "k")]),
        ("{{upstream.a}} {% set x = upstream['b'] %}", [("a", None), ("b", None)]),
        ("-- {{upstream['a']}}", [("a", None)]),
        ("{# {{upstream['a']}} #}{% raw %}{{upstream['b']}}{% endraw %}", []),
        ("{{upstream['fit-*'].items()}}", [("fit-*", None)]),
        ("{% for t in upstream %}{{ t }}{% endfor %}", []),
        ("{{ \"upstream['a']\" }} upstream['b'] {{ x.upstream['c'] }}", []),
        ("{{ upstream['größe", []),
    ],
)
def test_templates_refer_by_constant_subscripts_and_attributes(
    text: str, expected: list[tuple[str, str | None]]
) -> None:
    found = read_source(task("go.sql", "sql", "SQLScript"), DictFiles({"/p/go.sql": text}))
    assert isinstance(found, TemplateSource)
    assert [(each.name, each.key) for each in found.references] == expected
    assert [Document(text).slice(each.span) for each in found.references] == [name for name, _ in expected]


def test_the_leading_comment_of_a_template_is_its_doc() -> None:
    text = "/*\n Sales by day\n more */\nSELECT 1"
    found = read_source(task("go.sql", "sql", "SQLScript"), DictFiles({"/p/go.sql": text}))
    assert isinstance(found, TemplateSource)
    assert found.doc == "Sales by day"


def test_each_kind_of_task_is_read_by_its_own_reader() -> None:
    files = DictFiles(
        {"/p/go.py": SCRIPT, "/p/steps.py": "def go(product):\n    pass\n", "/p/bad.ipynb": "nonsense"}
    )
    assert isinstance(read_source(task("go.py", "notebook"), files), NotebookSource)
    assert isinstance(read_source(task("go.py", "script", "ScriptRunner"), files), NotebookSource)
    function = read_source(task("steps.go", "function"), files, import_folders=("/p",))
    assert isinstance(function, FunctionSource)
    assert isinstance(read_source(task("gone.py", "notebook"), files), MissingSource)
    assert isinstance(read_source(task("data.csv", "sql", "SQLUpload"), files), OpaqueSource)
    broken = read_source(task("bad.ipynb", "notebook"), files)
    assert isinstance(broken, UnreadableSource)
    assert [each.code for each in broken.problems] == ["unreadable-source"]


def test_the_pipelines_own_settings_reach_the_source() -> None:
    files = DictFiles({"/p/go.py": parameters("x = 1", then="'{{'")})
    meta = Meta(extract_upstream=False, source_loader_paths=("/p",))
    found = read_source(task("go.py", "notebook"), files, meta=meta)
    assert isinstance(found, NotebookSource)
    assert [each.code for each in found.problems] == ["template-in-notebook"]


def test_a_path_with_windows_separators_says_what_is_meant() -> None:
    spec = TaskSpec(
        name="read",
        kind="notebook",
        class_name="NotebookRunner",
        source="tasks\\read.py",
        source_path="/p/tasks\\read.py",
        source_place=Place("/p/pipeline.yaml"),
        entry=1,
        place=Place("/p/pipeline.yaml"),
    )
    files = DictFiles({"/p/tasks/read.py": "1\n"})
    assert read_source(spec, files) == MissingSource("/p/tasks\\read.py", meant="tasks/read.py")
    assert read_source(spec, DictFiles({})) == MissingSource("/p/tasks\\read.py")
