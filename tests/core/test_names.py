"""Names in scripts and notebooks: what would stop a task before it runs, at its place in the file."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelens.core.cells import Cells, read_cells
from pipelens.core.checks.names import Mode, check_notebook_names
from pipelens.core.magics import plain_python
from pipelens.core.problems import Place, Problem
from pipelens.core.python_text import SyntaxFault, parse_python
from pipelens.core.text import Document, Span


def check(
    text: str,
    *,
    mode: Mode = "regular",
    passed: Mapping[str, object] | None = None,
    upstream: bool = False,
    path: str = "/p/go.py",
    places: Mapping[str, Place] | None = None,
) -> tuple[Problem, ...]:
    cells = read_cells(path, text)
    assert isinstance(cells, Cells), cells
    return check_notebook_names(
        path,
        cells,
        static_analysis=mode,
        passed=passed or {},
        has_upstream=upstream,
        passed_places=places or {},
    )


def script(*cells: str, parameters: str = "upstream = None") -> str:
    return "\n".join([f'# %% tags=["parameters"]\n{parameters}\n', *(f"# %%\n{cell}\n" for cell in cells)])


def shown(text: str, problem: Problem) -> str:
    return Document(text).slice(problem.place.span)


@pytest.mark.parametrize(
    ("code", "rule", "blamed"),
    [
        ("print(nothing)", "undefined-name", "nothing"),
        ("print(nothing)  # noqa", "undefined-name", "nothing"),
        ("größe = 1; print('ü', nothing)", "undefined-name", "nothing"),
        ("x = 1\ndel x\nprint(x)", "undefined-name", "x"),
        ("x = 1\ndef f():\n    print(x)\n    x = 2", "undefined-name", "x"),
        ("%%time\nx = nothing", "undefined-name", "nothing"),
        ("%time x = nothing", "undefined-name", "nothing"),
        ("return 1", "misplaced-statement", "return 1"),
        ("yield 1", "misplaced-statement", "yield 1"),
        ("break", "misplaced-statement", "break"),
        ("continue", "misplaced-statement", "continue"),
        ("def f(a, a): pass", "misplaced-statement", "def f(a, a): pass"),
        ("x = (1", "syntax-error", "("),
        ("if x\n    y", "syntax-error", None),
    ],
)
def test_what_stops_the_task_is_an_error_at_its_place(code: str, rule: str, blamed: str | None) -> None:
    text = script("import os", code)
    (problem,) = check(text)
    assert (problem.code, problem.severity) == (rule, "error")
    if blamed is not None:
        assert shown(text, problem) == blamed
    assert check(text, mode="disable") == ()


@pytest.mark.parametrize(
    "code",
    [
        "import os\nimport os\nx = 1\nf'x'",
        "from os.path import *\nprint(join('a'))",
        "from __future__ import annotations\nx: int = 1",
        "try:\n    import numpy as np\nexcept ImportError:\n    np = None\nprint(np)",
        "try:\n    maybe\nexcept NameError:\n    maybe = 1",
        "def f():\n    return late\n\n\n# %%\nlate = 1",
        "import asyncio\nawait asyncio.sleep(0)",
        "import asyncio\nasync with asyncio.Lock():\n    pass",
        "display(In, Out, _, get_ipython())",
        "print?",
        "?print",
        "print??",
        "files = !ls\nprint(files)",
        "where = %pwd\nprint(where)",
        "for i in range(2):\n    %time i",
        "%time x = 1\nprint(x)",
        "%run helpers.py\nhelper()",
        "%matplotlib inline\n!ls -l 'it\n!cat \\\n  x\nprint(1)",
        "%%bash\nfor i in 1 2 3; do\n  echo $i\ndone",
        "%%capture out\nprint(1)\n\n# %%\nprint(out)",
        "%R -o frame\nprint(frame)",
        "%%sql -o table\nSELECT * FROM x\n\n# %%\nprint(table)",
        "x = (1\n     != 2)\nprint(x)",
        "x = ('%s'\n     %str(1))\nprint(x)",
        "y = 2\nx = (1\n     % y)\nprint(x)",
        'x = """\n!hello\n%name\n"""\nprint(x)',
        "print(upstream, product, n)",
    ],
)
def test_what_ipython_runs_is_no_problem(code: str) -> None:
    text = script(code)
    assert check(text, passed={"n": 1}) == ()
    assert check(text.replace("\n", "\r\n"), passed={"n": 1}) == ()


def test_a_name_must_be_defined_in_an_earlier_cell() -> None:
    text = script("print(late)", "late = 1")
    (problem,) = check(text)
    assert problem.place.span.start.line == 4


def test_a_param_is_defined_after_the_parameters_cell() -> None:
    assert check(script("print(n)"), passed={"n": 1}) == ()
    assert [each.code for each in check(script("print(n)"))] == ["undefined-name"]


def test_an_old_injected_cell_defines_nothing() -> None:
    text = script("print(old)").replace("# %%\n", '# %% tags=["injected-parameters"]\nold = 1\n\n# %%\n', 1)
    assert [each.code for each in check(text)] == ["undefined-name"]


def test_without_parameters_cell_upstream_is_none() -> None:
    assert check("# %%\nprint(upstream)\n") == ()


def test_the_place_in_a_notebook_lies_inside_its_json() -> None:
    cells = [
        {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": ["upstream = None"]},
        {"cell_type": "markdown", "metadata": {}, "source": ["# Text"]},
        {"cell_type": "code", "metadata": {}, "source": ["x = 1\n", 'print("a", nothing)']},
    ]
    text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}, indent=1)
    (problem,) = check(text, path="/p/go.ipynb")
    assert shown(text, problem) == "nothing"


def test_other_languages_are_not_checked() -> None:
    assert check(script("print(nothing"), path="/p/go.R", mode="strict") == ()


@pytest.mark.parametrize("name", ["a-b", "class", "1x", ""])
def test_a_param_that_is_no_name_is_an_error_where_it_is_passed(name: str) -> None:
    place = Place("/p/pipeline.yaml", Span.on_line(4, 6, 9))
    (problem,) = check(script("print(1)"), passed={name: 1}, places={name: place})
    assert (problem.code, problem.place) == ("param-not-a-name", place)


@pytest.mark.parametrize(
    ("parameters", "passed", "expected"),
    [
        ("upstream = None\nn = None\nproduct = None", ["n"], []),
        ("upstream = None\na, b = 1, 2", ["a", "b"], []),
        (
            "upstream = None\nimport os\ndef f():\n    pass\nclass K:\n    pass\nfor i in []:\n    pass",
            [],
            [],
        ),
        ("upstream = None\nn = 1", [], [("strict-missing-param", "n")]),
        (
            "upstream = None\na = 1\nb = a",
            ["a"],
            [("strict-missing-param", "b"), ("strict-unexpected-param", "a")],
        ),
        ("upstream = None\na = 1\nprint(a)", ["a"], [("strict-unexpected-param", "a")]),
        ("upstream = None\nn: int = 1", ["n"], [("strict-annotated-param", "n")]),
        ("upstream = None\nif True:\n    n = 1", ["n"], []),
    ],
)
def test_strict_analysis_compares_params_with_the_parameters_cell(
    parameters: str, passed: list[str], expected: list[tuple[str, str]]
) -> None:
    text = script("print(1)", parameters=parameters)
    params = dict.fromkeys(passed, 1)
    found = check(text, mode="strict", passed=params)
    assert [(each.code, shown(text, each)) for each in found] == expected
    assert check(text, passed=params) == ()


def test_a_param_that_the_cell_lacks_is_an_error_where_it_is_passed() -> None:
    place = Place("/p/pipeline.yaml", Span.on_line(4, 6, 9))
    (problem,) = check(script("print(n)"), mode="strict", passed={"n": 1}, places={"n": place})
    assert (problem.code, problem.place) == ("strict-unexpected-param", place)


@pytest.mark.parametrize(
    "source",
    ["%time x = 1", "    %prun f(x)", "x = !ls", "!ls", "print?", "%%time\nx = 1", "a = 1\n%cd ..\nb = 2"],
)
def test_plain_python_keeps_lines_and_columns(source: str) -> None:
    plain = plain_python(source).text
    assert plain.count("\n") == source.count("\n")
    assert not isinstance(parse_python(plain.lstrip(" ")), SyntaxFault)
    for before, after in zip(source.split("\n"), plain.split("\n"), strict=True):
        if "x" in after:
            assert before.rindex("x") == after.rindex("x")


@given(st.text(alphabet="%!?#\"'\\\n =()ax:\x00\r", max_size=60))
def test_any_cell_becomes_plain_text_of_as_many_lines_and_is_checked(source: str) -> None:
    assert plain_python(source).text.count("\n") == source.count("\n")
    for text in (script(source), script("1", parameters=source)):
        check(text, mode="strict", passed={"x": 1})


def test_nothing_is_said_of_code_that_would_take_seconds_to_analyse() -> None:
    assert [found.code for found in check("print(nobody)\n" + "x = 1\n" * 20_000)] == ["undefined-name"]
    assert not check("print(nobody)\n" + "x = 100000000\n" * 20_000)
