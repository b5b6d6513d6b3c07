"""What a task's source receives: the text of the injected cell, and that it is what runs bind."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelens.core.answers.injected import InjectedCell, injected_cell
from pipelens.core.project import Project
from pipelens.runner.task_plan import task_plan
from pipelens.worker.parameters import injected_text
from pipelens.worker.products import upstream_text
from pipelens.worker.values import decode_params
from pipelens.workspace.opening import NotFound, open_pipeline

STEPS = """\
def one(product): ...
def many(product): ...
def fit(product, k): ...
def rows(): return 3
"""

FIRST = """\
tasks:
  - source: steps.one
    product: out/one.txt
  - source: steps.many
    product: {a: out/a.csv, b: out/b.csv}
  - source: steps.fit
    name: fit-
    product: out/fit.txt
    grid: {k: [1, 2]}
"""


def script(upstream: str = "None") -> str:
    return f'# %% tags=["parameters"]\nupstream = {upstream}\nproduct = None\n\n# %%\nprint(product)\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "steps.py").write_text(STEPS)
    return tmp_path


def read(folder: Path, entry: str, source: str, name: str = "task.py", before: str = FIRST) -> Project:
    (folder / name).write_text(source, encoding="utf-8")
    (folder / "pipeline.yaml").write_text(before + entry, encoding="utf-8")
    keeper = open_pipeline(None, cwd=str(folder), environ={})
    assert not isinstance(keeper, NotFound)
    return keeper.now()


def cell(folder: Path, entry: str, source: str, name: str = "task.py") -> InjectedCell:
    project = read(folder, entry, source, name)
    return injected_cell(project, project.tasks["task"])


def lines(found: InjectedCell, folder: Path) -> list[str]:
    """The text, with the folder's path as `/p`."""
    return found.text.replace(str(folder), "/p").splitlines()


def test_params_come_first_then_upstream_then_the_product(folder: Path) -> None:
    entry = "  - source: task.py\n    product: out/task.ipynb\n    params: {n: 1, text: größe}\n"
    found = cell(folder, entry, script('["one", "many"]'))
    assert lines(found, folder) == [
        "# Parameters",
        "n = 1",
        'text = "gr\\xf6\\xdfe"',
        'upstream = {"one": "/p/out/one.txt", "many": {"a": "/p/out/a.csv", "b": "/p/out/b.csv"}}',
        'product = "/p/out/task.ipynb"',
    ]
    assert found.complete
    assert found.text.endswith("\n")


def test_without_upstream_there_is_no_line_for_it(folder: Path) -> None:
    found = cell(folder, "  - source: task.py\n    product: {nb: out/t.html, data: out/t.csv}\n", script())
    assert lines(found, folder) == [
        "# Parameters",
        'product = {"nb": "/p/out/t.html", "data": "/p/out/t.csv"}',
    ]


def test_a_pattern_gives_a_mapping_of_names(folder: Path) -> None:
    found = cell(folder, "  - source: task.py\n    product: out/task.ipynb\n", script('["fit-*"]'))
    assert lines(found, folder)[1] == (
        'upstream = {"fit-*": {"fit-0": "/p/out/fit-0.txt", "fit-1": "/p/out/fit-1.txt"}}'
    )


VALUES = {
    "quotes": 'it\'s "quoted"',
    "backslash": "a\\b",
    "lines": "one\ntwo\ttabbed",
    "emoji": "\U0001f600",
    "big": 123456789012345678901,
    "small": 1e-10,
    "inf": math.inf,
    "minus": -math.inf,
    "nan": math.nan,
    "pair": (1, "a"),
    "raw": b"x",
    "keys": {1: "a", 2: {3: "b"}},
    "deep": [[1, [2]], {"a": None}],
    "yes": True,
    "nothing": None,
    "empty": [],
}


def test_values_of_all_kinds_are_written_as_python_literals(folder: Path) -> None:
    values = {name: value for name, value in VALUES.items() if name not in ("pair", "raw")}
    entry = "  - source: task.py\n    product: out/task.ipynb\n    params:\n"
    entry += "".join(f"      {name}: {yaml_of(value)}\n" for name, value in values.items())
    entry += "      pair: \"(1, 'a')\"\n      raw: \"b'x'\"\n"
    text = cell(folder, entry, script()).text
    assert text.isascii()
    for line in (
        'quotes = "it\'s \\"quoted\\""',
        'backslash = "a\\\\b"',
        'lines = "one\\ntwo\\ttabbed"',
        'emoji = "\\U0001f600"',
        "inf = float('inf')",
        "minus = float('-inf')",
        "nan = float('nan')",
        "pair = \"(1, 'a')\"",
        "raw = \"b'x'\"",
        'keys = {"1": "a", "2": {"3": "b"}}',
        'deep = [[1, [2]], {"a": None}]',
    ):
        assert line in text.splitlines(), text


def yaml_of(value: Any) -> str:
    import yaml

    return yaml.safe_dump(value, default_flow_style=True, width=1_000).replace("\n...", "").strip()


def test_what_a_run_binds_is_what_the_text_says(folder: Path) -> None:
    entry = (
        "  - source: task.py\n    product: {nb: out/t.ipynb, data: out/t.csv}\n"
        '    params: {n: 1, x: 0.5, text: "it\'s", flags: [true, null], nested: {a: {1: b}},\n'
        '             pair: "(1, 2)", many: "{1, 2}", day: 2024-01-31, nan: .nan, at: "12:30"}\n'
    )
    project = read(folder, entry, script('["one", "fit-*"]'))
    for task in project.tasks.values():
        plan: dict[str, Any] = task_plan(project, task, cwd=str(folder), events="")
        bound = injected_text(
            decode_params(plan["params"]), upstream_text(plan["upstream"]), plan["product"]
        ).splitlines()
        assert injected_cell(project, task).text.splitlines()[1:] == bound[1:]
    text = injected_cell(project, project.tasks["task"]).text
    names: dict[str, Any] = {}
    exec(text, names)
    assert names["n"] == 1
    assert names["upstream"]["fit-*"]["fit-1"] == str(folder / "out" / "fit-1.txt")
    assert names["product"]["data"] == str(folder / "out" / "t.csv")


def test_r_has_its_own_literals_and_names(folder: Path) -> None:
    source = '# %% tags=["parameters"]\nupstream = NULL\nproduct = NULL\n\n# %%\nprint(1)\n'
    entry = (
        "  - source: task.R\n    product: out/task.ipynb\n    check_if_kernel_installed: false\n"
        "    params: {n: 1, flag: true, names: [a, b], m: {k: v}, nothing: null, _x: 1.5}\n"
    )
    found = cell(folder, entry, source, "task.R")
    assert found.language == "r"
    assert lines(found, folder) == [
        "# Parameters",
        "n = 1",
        "flag = TRUE",
        'names = list("a", "b")',
        'm = list("k" = "v")',
        "nothing = NULL",
        "x = 1.5",
        'product = "/p/out/task.ipynb"',
    ]


def test_what_only_a_run_could_tell_is_said_in_a_comment(folder: Path) -> None:
    entry = "  - source: task.py\n    product: out/task.ipynb\n    params: {n: steps::rows, m: 1}\n"
    found = cell(folder, entry, script())
    assert lines(found, folder) == [
        "# Parameters",
        "m = 1",
        'product = "/p/out/task.ipynb"',
        "# Not known, or not yet:",
        "# - n: what steps.rows returns when the task runs",
    ]
    assert not found.complete


def test_an_upstream_that_is_no_task_is_said_in_a_comment(folder: Path) -> None:
    found = cell(folder, "  - source: task.py\n    product: out/task.ipynb\n", script('["one", "oen"]'))
    assert lines(found, folder)[1:] == [
        'upstream = {"one": "/p/out/one.txt"}',
        'product = "/p/out/task.ipynb"',
        "# Not known, or not yet:",
        "# - upstream: 'oen' is no task",
    ]


def test_a_function_is_told_its_arguments_in_the_same_form(folder: Path) -> None:
    project = read(folder, "  - source: task.py\n    product: out/task.ipynb\n", script())
    found = injected_cell(project, project.tasks["fit-1"])
    assert lines(found, folder) == ["# Arguments of steps.fit", "k = 2", 'product = "/p/out/fit-1.txt"']


def prefixes(text: str) -> Iterator[str]:
    return (text[:end] for end in range(0, len(text), 7))


def test_a_pipeline_that_is_being_typed_is_told_as_far_as_it_goes(folder: Path) -> None:
    entry = "  - source: task.py\n    product: {nb: out/t.ipynb}\n    params: {n: [1, {a: b}]}\n"
    for text in prefixes(entry):
        project = read(folder, text, script('["one", "many"'))
        for task in project.tasks.values():
            assert injected_cell(project, task).text.startswith("# ")
