"""Beside Red Hat's YAML server: our schemas complete and explain keys there, and mark nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipelens.core.keys import (
    CALLABLE_KEYS,
    CLASS_KEYS,
    CLIENT_KEYS,
    CONFIG_KEYS,
    ENV_KEYS,
    META_KEYS,
    TASK_KEYS,
    TOP_KEYS,
)
from tests.editors.yaml_server import TOP, YamlServer, associations, program, yaml_server

pytestmark = pytest.mark.skipif(
    program() is None, reason="there is no yaml-language-server: npm install -g yaml-language-server"
)

PIPELINES = sorted((TOP / "tests" / "pipelines").glob("**/pipeline*.y*ml"))
STRANGE = {
    "nothing": "",
    "a text": "tasks",
    "a number": "3",
    "a list of texts": "- a.py\n- [b]\n- null\n",
    "other values": "tasks: 3\nmeta: [1]\nconfig: x\nclients: [a]\nexecutor: 7\non_finish: [1]\nunknown: {a: 1}\n",
    "other types in tasks": "tasks:\n  - 3\n  - a: 1\n    source: [x]\n    params: 3\n    on_finish: {x: 1}\n",
    "another tool's": "apiVersion: v1\nkind: Pipeline\nspec:\n  tasks: {a: 1}\n",
    "an own tag": "tasks: !own\n  - source: x.py\n",
    "half typed": "tasks:\n  - source: a.py\n    prod\n  - \nme",
    "broken": "tasks: [\n  - a: 'b\n",
    "keys twice": "tasks: []\ntasks: []\n",
    "an endless anchor": "tasks: &a\n  - *a\n",
}


@pytest.fixture(scope="module")
def server() -> Iterator[YamlServer]:
    with yaml_server(associations()) as it:
        yield it


@pytest.fixture(scope="module")
def plain_server() -> Iterator[YamlServer]:
    with yaml_server([]) as it:
        yield it


TEXTS = {**STRANGE, **{path.relative_to(TOP).as_posix(): path for path in PIPELINES}}


FILES = ("pipeline.yaml", "pipeline.serve.yml", "env.yaml")


def told(server: YamlServer) -> dict[tuple[str, str], list[object]]:
    opened = {
        (name, file): server.open(file, text if isinstance(text, str) else text.read_text("utf-8", "replace"))
        for name, text in TEXTS.items()
        for file in FILES
    }
    return {
        key: sorted([(one["message"], one["range"]) for one in server.problems(uri)], key=str)
        for key, uri in opened.items()
    }


def test_what_it_finds_wrong_is_what_it_finds_without_our_schemas(
    server: YamlServer, plain_server: YamlServer
) -> None:
    found, otherwise = told(server), told(plain_server)
    assert any(otherwise.values())
    assert {key: (found[key], otherwise[key]) for key in found if found[key] != otherwise[key]} == {}


PIPELINE = """\
tasks:
  - source: scripts/load.py
    on_finish:
      do
    pro
meta:
  ex
config:
  out
clients:
  SQL
ex
"""


@pytest.mark.parametrize(
    ("line", "character", "keys"),
    [
        (11, 2, TOP_KEYS.keys() - {"tasks", "meta", "config", "clients"}),
        (4, 7, TASK_KEYS.keys() - {"source", "on_finish"}),
        (4, 7, {name for keys in CLASS_KEYS.values() for name in keys}),
        (3, 8, CALLABLE_KEYS.keys()),
        (6, 4, META_KEYS.keys()),
        (8, 5, CONFIG_KEYS.keys()),
        (10, 5, CLIENT_KEYS.keys()),
    ],
    ids=["sections", "task", "task of a class", "callable", "meta", "config", "clients"],
)
def test_keys_are_completed_with_what_they_are_for(
    line: int, character: int, keys: set[str], server: YamlServer
) -> None:
    uri = server.open("pipeline.yaml", PIPELINE)
    found = server.labels(uri, line, character)
    assert keys <= found.keys()
    assert all(found[key].get("documentation") for key in keys)


def test_what_a_completion_inserts_is_the_key_alone(server: YamlServer) -> None:
    """Its values are the language server's to complete."""
    uri = server.open("pipeline.yaml", PIPELINE)
    found = server.labels(uri, 4, 7)
    inserted = {key: found[key]["insertText"] for key in ("product", "static_analysis", "client", "params")}
    assert inserted == {
        "product": "product: ",
        "static_analysis": "static_analysis: ",
        "client": "client: ",
        "params": "params:\n  ",
    }


@pytest.mark.parametrize(
    ("line", "character", "words"),
    [
        (0, 2, ["The pipeline's tasks"]),
        (1, 6, ["The task's code"]),
        (2, 6, ["Function called after success", "`dotted_path`"]),
        (5, 2, ["How sources are read"]),
    ],
)
def test_keys_are_explained(line: int, character: int, words: list[str], server: YamlServer) -> None:
    uri = server.open("pipeline.yaml", PIPELINE.replace("\n      do\n", " steps.done\n      # \n"))
    text = server.hover(uri, line, character).replace("\\", "")
    assert all(word.replace("`", "") in text.replace("`", "") for word in words), text


def test_values_are_not_listed_there_they_would_be_offered_twice(server: YamlServer) -> None:
    text = "tasks:\n  - source: a.py\n    static_analysis: \n    local_execution: \n"
    uri = server.open("pipeline.yaml", text)
    assert not server.labels(uri, 2, 21).keys() & {"strict", "regular"}
    assert not server.labels(uri, 3, 21).keys() & {"true", "false"}


def test_keys_of_the_env_are_completed(server: YamlServer) -> None:
    uri = server.open("env.yaml", "sample: 1\nme\n")
    assert server.labels(uri, 1, 2).keys() >= ENV_KEYS.keys()


def test_other_yaml_files_are_none_of_ours(server: YamlServer) -> None:
    for name in ("pipelines.yml", "environment.yml", "my-pipeline.yaml", "compose.yaml"):
        uri = server.open(name, "ta\n")
        assert "tasks" not in server.labels(uri, 0, 2)
