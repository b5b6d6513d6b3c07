"""Completion while a file comes into being, in large pipelines and large folders, and in notebooks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelens.core.answers.complete_item import MOST, select
from tests.core.completing import ENV, EXPLICIT, PIPELINE, PLOT, STEPS, Desk, taken

SECTIONS = """\
meta: {extract_upstream: false, product_default_class: {SQLScript: SQLRelation}}
clients:
  SQLScript: {dotted_path: steps.connect, path: "a b"}
executor:
  dotted_path: "ploomber.executors.Parallel"
  processes: 2  # enough
tasks:
- source: steps.load
  on_finish: steps.mail
  product: {nb: 'out/{{raw}}/a.txt', "data": out/b.csv}
- {source: scripts/plot.py, name: "two words", upstream: [load,
   "fit"], product: out/x.ipynb}
- name: 'fit-[[n]]'
  source: steps.fit
  upstream:
  - load
  grid:
    - n: [1, 2]
      beta: [x]
  product: |
    out/{{path.out}}
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("desk"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pipeline.yaml", PIPELINE),
        ("pipeline.yaml", SECTIONS),
        ("env.yaml", ENV),
        ("scripts/plot.py", PLOT),
        ("steps.py", STEPS),
    ],
)
def test_every_prefix_of_a_good_file_is_answered(desk: Desk, name: str, text: str) -> None:
    for stop in range(len(text) + 1):
        typed = text[:stop]
        line = typed.count("\n")
        character = len(typed.rpartition("\n")[2])
        for shown in (typed, typed + text[stop:].partition("\n")[1] + text[stop:].partition("\n")[2]):
            answer = desk.at(name, shown, line, character)
            assert len(answer.items) <= MOST
            for item in answer.items:
                assert item.replace.start.line == item.replace.end.line == line
                assert item.replace.start.character <= character <= item.replace.end.character


def test_each_tenth_prefix_is_answered_by_the_pipeline_that_it_makes(desk: Desk) -> None:
    for text in (PIPELINE, SECTIONS):
        for stop in range(0, len(text), 10):
            desk.ask("pipeline.yaml", text[:stop] + "¦" + text[stop:])
            desk.ask("pipeline.yaml", text[:stop] + "¦")


def test_in_ten_thousand_tasks_a_hundred_are_offered_and_more_are_promised(tmp_path: Path) -> None:
    many = "".join(f"  - source: steps.load\n    name: t{n}\n    product: out/{n}\n" for n in range(10_000))
    desk = Desk(tmp_path, {"pipeline.yaml": EXPLICIT + "tasks:\n" + many})
    text = EXPLICIT + "tasks:\n" + many + "    upstream: [¦"
    found = desk.ask("pipeline.yaml", text)
    assert (len(found.items), found.incomplete) == (MOST, True)
    assert [item.label for item in found.items][:2] == ["t9998", "t9997"]
    narrow = desk.ask("pipeline.yaml", text.replace("¦", "t777¦"))
    assert [item.label for item in narrow.items][:3] == ["t777", "t7770", "t7771"]
    assert len(narrow.items) <= MOST
    exact = desk.ask("pipeline.yaml", text.replace("¦", "x¦"))
    assert exact.items == ()
    assert not exact.incomplete


def test_of_a_folder_with_thousands_of_files_a_hundred_are_offered(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    folder = desk.root / "data"
    folder.mkdir()
    for number in range(2_000):
        (folder / f"f{number}.txt").touch()
    (folder / "wanted.py").touch()
    found = desk.ask("pipeline.yaml", PIPELINE + "  - source: data/¦")
    assert [item.label for item in found.items] == ["wanted.py"]
    for number in range(300):
        (folder / f"s{number}.py").touch()
    desk.host.refresh()
    found = desk.ask("pipeline.yaml", PIPELINE + "  - source: data/¦")
    assert (len(found.items), found.incomplete) == (MOST, True)


def test_names_that_begin_with_what_is_typed_come_before_those_that_hold_it() -> None:
    names = ["unload", "reload", "Load", "load_raw", "loyal_dog"]
    assert select(names, "load") == (["load_raw", "Load", "unload", "reload", "loyal_dog"], False)
    assert select(names, "lod") == (["unload", "reload", "Load", "load_raw", "loyal_dog"], False)
    assert select(names, "") == (names, False)
    assert select(["a" * 5000] * 50, "a" * 70 + "b") == ([], False)


def notebook(*cells: str) -> str:
    told = [
        {
            "cell_type": "code",
            "id": f"c{number}",
            "metadata": {"tags": ["parameters"]} if not number else {},
            "execution_count": None,
            "outputs": [],
            "source": cell.splitlines(keepends=True),
        }
        for number, cell in enumerate(cells)
    ]
    kernel = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    return json.dumps({"cells": told, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def test_in_the_text_of_a_notebook_names_are_offered_in_its_cells(tmp_path: Path) -> None:
    made = notebook('upstream = ["fit", "lo"]\nproduct = None', 'print(upstream["fit"], product["nb"])')
    pipeline = PIPELINE + "  - source: scripts/book.ipynb\n    product: {nb: out/b.ipynb, data: out/b.csv}\n"
    desk = Desk(tmp_path, {"pipeline.yaml": pipeline, "scripts/book.ipynb": made})
    typed = made.replace('\\"lo', '\\"lo¦')
    found = desk.ask("scripts/book.ipynb", typed)
    assert found.items[0].label == "load"
    line = next(one for one in typed.split("\n") if "¦" in one).replace("¦", "")
    assert json.loads(taken(line, found.items[0]).rstrip(",")) == 'upstream = ["fit", "load"]\n'
    assert desk.labels("scripts/book.ipynb", made.replace('product[\\"nb', 'product[\\"¦nb')) == [
        "nb",
        "data",
    ]
    assert desk.labels("scripts/book.ipynb", made.replace("kernelspec", "kernel¦spec")) == []
