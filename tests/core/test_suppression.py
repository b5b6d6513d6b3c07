from __future__ import annotations

import json

import pytest

from pipelens.core.problems import Place, Problem, problem
from pipelens.core.suppression import Hiding, read_suppressions, unknown_codes, visible
from pipelens.core.text import Span


def hidden(path: str, text: str, *lines: int, code: str = "unknown-upstream") -> list[int]:
    """Those of `lines` on which a problem called `code` is not shown."""
    suppressions = read_suppressions(path, text)
    return [
        line for line in lines if any(one.hides(code, Span.on_line(line, 0, 1).start) for one in suppressions)
    ]


def test_a_comment_at_the_end_of_a_line_hides_that_line() -> None:
    text = 'a = 1\nupstream = ["x"]  # pipelens: ignore[unknown-upstream]\nb = 2\n'
    assert hidden("a.py", text, 0, 1, 2) == [1]
    assert hidden("a.py", text, 0, 1, 2, code="cycle") == []


def test_a_comment_alone_hides_the_next_line() -> None:
    text = '# pipelens: ignore[cycle, unknown-upstream]\n# pipelens: ignore[x]\nupstream = ["x"]\nb = 2\n'
    assert hidden("a.py", text, 2, 3) == [2]


def test_a_comment_without_codes_hides_all() -> None:
    assert hidden("a.py", "x  # pipelens: ignore\n", 0, code="cycle") == [0]


def test_a_comment_for_the_file_hides_every_line() -> None:
    text = "a\nb\n# pipelens: ignore-file[cycle]\n"
    assert hidden("a.py", text, 0, 1, code="cycle") == [0, 1]
    assert hidden("a.py", text, 0, 1) == []


@pytest.mark.parametrize(
    "line",
    [
        'x = "# pipelens: ignore"',
        "x = '\\'# pipelens: ignore'",
        '"""\n# pipelens: ignore\n"""',
        "'''# pipelens: ignore",
    ],
)
def test_a_comment_inside_a_python_string_hides_nothing(line: str) -> None:
    assert hidden("a.py", line + "\n", 0, 1, 2) == []


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a: 1 # pipelens: ignore\n", [0]),
        ("a: it's # pipelens: ignore\n", [0]),
        ('a: say "x # pipelens: ignore\n', [0]),
        ('a: "x" # pipelens: ignore\n', [0]),
        ("a: 'it''s' # pipelens: ignore\n", [0]),
        ("[a, 'b'] # pipelens: ignore\n", [0]),
        ("a: x# pipelens: ignore\n", []),
        ('a: "x # pipelens: ignore"\n', []),
        ("- 'x\n  # pipelens: ignore\n  y'\n", []),
        ("a: |\n  # pipelens: ignore\n  x\n", []),
        ("- a: |\n    # pipelens: ignore\n  b: 1 # pipelens: ignore\n", [2]),
        ("- |\n  # pipelens: ignore\n- b: 1 # pipelens: ignore\n", [2]),
        ("a: >-\n  x\n# pipelens: ignore\nb: 1\n", [2, 3]),
        ("a: | # pipelens: ignore\n  # pipelens: ignore\n", [0]),
        ("--- |\n # pipelens: ignore\n", []),
    ],
)
def test_only_comments_of_yaml_count(text: str, lines: list[int]) -> None:
    assert hidden("pipeline.yaml", text, 0, 1, 2, 3) == lines


def test_a_comment_of_sql_counts() -> None:
    text = "select 1 -- pipelens: ignore\nselect '-- pipelens: ignore'\n/*\n-- pipelens: ignore */\n"
    assert hidden("a.sql", text, 0, 1, 2, 3) == [0]


def test_a_comment_in_a_notebook_hides_its_line_of_the_cell() -> None:
    source = ['a = "q"\n', 'upstream = ["é"]  # pipelens: ignore[unknown-upstream]\n', "b = 2"]
    cell = {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
    book = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    text = json.dumps(book, indent=1)
    row = next(i for i, line in enumerate(text.split("\n")) if "upstream" in line)
    suppressions = read_suppressions("a.ipynb", text)
    assert [one.hides("unknown-upstream", Span.on_line(row, 20, 21).start) for one in suppressions] == [True]
    assert [one.hides("unknown-upstream", Span.on_line(row + 1, 9, 10).start) for one in suppressions] == [
        False
    ]


def test_a_notebook_in_one_line_hides_only_the_line_of_the_cell() -> None:
    source = "x = 1  # pipelens: ignore\\ny = 2"
    text = (
        '{"cells": [{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": null, '
        f'"source": "{source}"}}], "metadata": {{}}, "nbformat": 4, "nbformat_minor": 4}}'
    )
    (one,) = read_suppressions("a.ipynb", text)
    assert one.hides("cycle", Span.on_line(0, text.index("x = 1"), 0).start)
    assert not one.hides("cycle", Span.on_line(0, text.index("y = 2"), 0).start)


def shown(found: Problem, text: str = "", **severities: str) -> Problem | None:
    named = {code.replace("_", "-"): severity for code, severity in severities.items()}
    hiding = Hiding(read_suppressions(found.place.path, text))
    return visible(found, named, hiding, lambda place: (place.path, place.span))  # pyright: ignore[reportArgumentType]


def test_settings_change_a_severity_or_switch_a_problem_off() -> None:
    cycle = shown(problem("cycle", "text", Place("a.py")), cycle="warning")
    assert cycle is not None
    assert cycle.severity == "warning"
    assert shown(problem("unused-param", "text", Place("a.py")), unused_param="off") is None


def test_a_comment_hides_the_problems_of_its_line() -> None:
    text = "x  # pipelens: ignore[cycle]\ny\n"
    assert shown(problem("cycle", "text", Place("a.py", Span.on_line(0, 0, 1))), text) is None
    assert shown(problem("cycle", "text", Place("a.py", Span.on_line(1, 0, 1))), text) is not None
    assert shown(problem("unused-param", "text", Place("a.py", Span.on_line(0, 0, 1))), text) is not None


def test_an_unknown_code_in_a_comment_is_a_hint_at_the_code() -> None:
    text = "x  # pipelens: ignore[cycle, cycel]\n"
    (found,) = unknown_codes("a.py", read_suppressions("a.py", text))
    assert (found.code, found.severity) == ("unknown-suppression", "hint")
    span = found.place.span
    assert text[span.start.character : span.end.character] == "cycel"
    assert found.fixes[0].title == "Change to 'cycle'"


@pytest.mark.parametrize("name", ["a.py", "pipeline.yaml", "a.sql", "a.ipynb"])
@pytest.mark.parametrize(
    "text",
    ["\"'" * 20_000, '\\"' * 20_000, '"""' + '\\"' * 20_000, "[" * 20_000, "# pipelens: ignore[" * 5_000],
)
def test_hostile_texts_end_quickly(name: str, text: str) -> None:
    read_suppressions(name, text + "\n# pipelens: ignore\n" + text)
