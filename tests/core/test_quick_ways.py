"""What is told at a glance is what the longer way tells."""

from __future__ import annotations

import os
from typing import Any

import pytest
import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from pipelens.core.source_paths import absolute
from pipelens.core.text import Document, Span
from pipelens.core.typed_nodes import children_of
from pipelens.core.values import cast
from pipelens.core.yaml_nodes import Marks, compose

SCALARS = [
    "~",
    "null",
    "Null",
    "NULL",
    "yes",
    "no",
    "Yes",
    "on",
    "OFF",
    "off",
    "true",
    "False",
    "tru",
    "nope",
    "onto",
    "1",
    "-1",
    "+1",
    "0x1f",
    "0o7",
    "017",
    "0b1",
    "1_000",
    "1:20",
    "1.5",
    ".5",
    "-.5",
    ".inf",
    "-.Inf",
    ".nan",
    "1e5",
    "1.5e+3",
    "2020-01-01",
    "<<",
    "=",
    "text",
    "n",
    "y",
    "N",
    "t",
    "f",
    "o",
    "-a",
    ".a",
    "+a",
    "/a",
    "scripts/load.py",
]
SHAPES = ("{}", "a: {}\n", 'a: "{}"\n', "- {}\n", "[{}, x]", "!!str {}", "! {}", "{}: 1\n", "a:\n  {}\n")
PATHS = [
    "a.py",
    "scripts/a.py",
    "a/b/c.d.py",
    "a//b",
    "./a",
    "../a",
    "a/../b",
    "a/.",
    "a/",
    "/abs/a",
    "a..",
    "a../b",
    ".hidden",
    "ä/ö.py",
    "a-b/c_d",
    "a/b.py/",
]
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
BLOCKS = (
    "- source: a.py\n  product:\n    nb: out/a.ipynb   # a comment\n    data: out/b.csv\n\n# more\n",
    "- source: a.py\n  params:\n    x:\n",
    "- a: |\n    text\n    more\n  b: 'x'\n",
    "- a: [1,\n    2]\n",
    "- a: {b: [1, 2]}   \n\n",
    "- a:\n  - b\n  - c: d\n",
    "- &p x\n- a: *p\n",
    "- a: &p\n    k: v\n  b: *p\n",
    "- 'two\n   lines'\n",
    "- \n- x\n",
    "- a: ''\n  b: \"\"\n",
)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_scalar_has_the_tag_that_pyyaml_gives_it(shape: str) -> None:
    for scalar in (*SCALARS, ""):
        text = shape.replace("{}", scalar)
        try:
            wanted = yaml.compose(text, _LOADER)
        except yaml.YAMLError:
            continue
        assert _tags(compose(text)) == _tags(wanted), text  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("base", ["/root", "/house/", "/", "/a/../b", "/a//b"])
def test_a_path_is_normalised_however_plain_it_is(base: str, path: str) -> None:
    assert absolute(base, path) == os.path.normpath(os.path.join(base, path))


@pytest.mark.parametrize("text", BLOCKS)
def test_a_block_ends_with_its_last_scalar_whichever_way_that_is_told(text: str) -> None:
    root = compose(text)
    assert isinstance(root, Node)
    # Behind a character that YAML takes for a line end, marks are not asked.
    other = text + "# \x85\n"
    slow = Marks(Document(other))
    assert not slow.document.plain
    waiting = [root]
    while waiting:
        node = waiting.pop()
        assert Marks(Document(text)).span(node) == slow.span(node), (text, node.tag)
        waiting += children_of(node)


def test_spans_near_the_beginning_are_shared_and_others_are_the_same_too() -> None:
    assert Span.shared(1, 2, 3, 4) is Span.shared(1, 2, 3, 4)
    for given in (
        (0, 0, 0, 0),
        (1, 2, 1, 4),
        (3, 9, 7, 2),
        (255, 255, 255, 255),
        (256, 1, 256, 2),
        (5, 1, 2, 1),
    ):
        assert Span.shared(*given) == Span.of(*given)


def test_no_text_that_may_be_a_literal_is_taken_for_a_word() -> None:
    for text in (
        "b'x'",
        "B'x'",
        "rb'x'",
        "R'x'",
        "u'x'",
        "U'x'",
        "set()",
        "None",
        "[1]",
        "-1",
        " 1",
    ):
        assert not isinstance(cast(text), str) or cast(text) != text, text
    for text in ("scripts/a.py", "load", "Ellipsis2", "/a", "_x", ""):
        assert cast(text) == text


def _tags(node: Node | None) -> object:
    match node:
        case ScalarNode():
            return node.tag, node.value
        case SequenceNode() | MappingNode():
            return node.tag, [_tags(child) for child in children_of(node)]
        case _:
            return None
