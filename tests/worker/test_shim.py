"""What projects import from ploomber works in tasks, whether the package is installed or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.runner.making import Pipeline, dotted


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    made = Pipeline(tmp_path)
    made.serializer, made.unserializer = dotted("store.write"), dotted("store.read")
    return made


STORE = """
from pathlib import Path
from ploomber.io import serializer, unserializer

def upper(obj, product):
    Path(product).write_text(obj.upper())

@serializer({{'.up': upper}}, fallback={fallback}, defaults=['.json', '.txt'], unpack={unpack})
def write(obj, product):
    Path(product).write_text('own ' + str(obj))

@unserializer({{'.up': lambda product: Path(product).read_text()}}, fallback={fallback},
              defaults=['.json', '.txt'], unpack={unpack})
def read(product):
    return Path(product).read_text()
"""


def store(pipeline: Pipeline, *, fallback: object = False, unpack: bool = False) -> None:
    pipeline.write("store.py", STORE.format(fallback=repr(fallback), unpack=unpack))


def test_the_extension_chooses_then_the_function_itself(pipeline: Pipeline) -> None:
    store(pipeline)
    pipeline.write(
        "tasks.py",
        "def make():\n    return {'a': 'x', 'b': [1], 'c': 'text', 'd': 2}\n\n"
        "def same(upstream):\n"
        "    assert upstream['make'] == {'a': 'X', 'b': [1], 'c': 'text', 'd': 'own 2'}, upstream\n"
        "    return 'ok'\n",
    )
    products = {"a": "out/a.up", "b": "out/b.json", "c": "out/c.txt", "d": "out/d.bin"}
    pipeline.task("tasks.make", products)
    pipeline.task("tasks.same", "out/same.txt", upstream=("make",))
    assert [problem.traceback for problem in pipeline.build().problems] == []


def test_the_fallback_pickles(pipeline: Pipeline) -> None:
    store(pipeline, fallback=True)
    pipeline.write(
        "tasks.py",
        "def make():\n    return {1, 2}\n\ndef same(upstream):\n    assert upstream['make'] == {1, 2}\n    return 'ok'\n",
    )
    pipeline.task("tasks.make", "out/set.pkl")
    pipeline.task("tasks.same", "out/same.txt", upstream=("make",))
    assert [problem.traceback for problem in pipeline.build().problems] == []


def test_a_mapping_is_unpacked_into_a_folder_of_files(pipeline: Pipeline) -> None:
    store(pipeline, unpack=True)
    pipeline.write(
        "tasks.py",
        "def make():\n    return {'one.json': [1], 'two.txt': 'b'}\n\n"
        "def same(upstream):\n    assert upstream['make'] == {'one.json': [1], 'two.txt': 'b'}\n    return 'ok'\n",
    )
    pipeline.write("out/parts/left.txt", "of an earlier run")
    pipeline.task("tasks.make", "out/parts")
    pipeline.task("tasks.same", "out/same.txt", upstream=("make",))
    assert [problem.traceback for problem in pipeline.build().problems] == []
    assert sorted(path.name for path in (pipeline.root / "out/parts").iterdir()) == ["one.json", "two.txt"]


@pytest.mark.parametrize(
    ("returned", "told"),
    [
        ("{'a': 'x'}", "the products are ['a', 'b'], the values returned ['a']"),
        ("3", "several products need a dictionary of values"),
    ],
)
def test_values_that_do_not_fit_the_products_are_refused(
    pipeline: Pipeline, returned: str, told: str
) -> None:
    store(pipeline)
    pipeline.write("tasks.py", f"def make():\n    return {returned}\n")
    pipeline.task("tasks.make", {"a": "out/a.txt", "b": "out/b.txt"})
    (problem,) = pipeline.build().problems
    assert told in problem.message


@pytest.mark.parametrize(
    "arguments",
    ["defaults=['.xlsx']", "fallback='dill'", "{'csv': None}", "{'.txt': None}, defaults=['.txt']"],
)
def test_wrong_arguments_of_the_decorator_are_told(pipeline: Pipeline, arguments: str) -> None:
    pipeline.write(
        "store.py",
        f"from ploomber.io import serializer\n\n@serializer({arguments})\ndef write(obj, product): ...\n",
    )
    pipeline.unserializer = None
    pipeline.write("tasks.py", "def make():\n    return 1\n")
    pipeline.task("tasks.make", "out/a.txt")
    (problem,) = pipeline.build().problems
    assert problem.error == "ValueError"


def test_clients_can_be_imported_and_say_what_is_missing_when_they_are_used(pipeline: Pipeline) -> None:
    pipeline.serializer = pipeline.unserializer = None
    pipeline.write(
        "tasks.py",
        "from ploomber.clients import SQLAlchemyClient\nfrom ploomber.executors import Serial\n"
        "from ploomber.testing.sql import nulls_in_columns, range_in_column\n\n"
        "def make(product):\n    SQLAlchemyClient('sqlite://')\n",
    )
    pipeline.task("tasks.make", "out/a.txt")
    (problem,) = pipeline.build().problems
    assert "SQLAlchemyClient comes with the ploomber package, which is not installed here" in problem.message
