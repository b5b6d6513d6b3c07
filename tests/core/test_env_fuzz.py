"""Random and half-typed text: reading an env and expanding a string never raise and stay small."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelens.core.env import Env, EnvValue, OverrideError
from pipelens.core.expansion import expand
from pipelens.core.files import DictFiles
from pipelens.core.read_env import read_env
from pipelens.core.text import Document

GOOD = """\
# settings
meta: {import_from: base.yaml}
_module: pkg
kind: &kind fit
sizes: [1, '2', {a: "b"}]
db: {name: main, <<: {port: 1}}
path:
  out: 'build/{{kind}}/'
both: '{{kind | upper}}-{% if user %}{{user}}{% endif %}'
again: *kind
"""
VALUES = {
    name: EnvValue(name, value, "file")
    for name, value in {"a": "x", "n": 3, "db": {"k": {"l": 1}}, "lst": [1, "b"], "none": None}.items()
}
TEMPLATE = st.lists(
    st.sampled_from(
        [
            "{{",
            "}}",
            "{%",
            "%}",
            "{#",
            "#}",
            "a",
            "n",
            "db",
            ".k",
            ".l",
            "lst",
            "[0]",
            "['k']",
            "|",
            "upper",
            "join('-')",
            "if",
            "endif",
            "for",
            "in",
            "else",
            "x",
            "~",
            "+",
            "*",
            "**",
            "%",
            "9",
            "(",
            ")",
            "'",
            '"',
            "set",
            "=",
            "is",
            "not",
            "defined",
            ",",
            ":",
            "-",
            "\n",
            "\r\n",
            "[[",
            "]]",
            "replace('x','y')",
            "length",
            "{",
            "}",
            "é",
            "raw",
            "endraw",
            "self",
            "loop",
        ]
    ),
    max_size=14,
).map(" ".join)


def check_env(text: str) -> None:
    files = DictFiles({"/p/env.yaml": text, "/p/base.yaml": "kind: base\n", "/p/pkg/__init__.py": ""})
    found = read_env("/p/env.yaml", files, {"user": "ana", "cwd": "/p"}, {}, environ={}, folder="/p")
    assert isinstance(found, Env)
    document = Document(text)
    for problem in found.problems:
        end = problem.place.span.end
        assert problem.place.span.start <= end
        assert end.line < len(document.starts)
    assert not isinstance(found, OverrideError)


def test_every_prefix_of_a_good_env_is_read_without_an_exception() -> None:
    for end in range(len(GOOD) + 1):
        check_env(GOOD[:end])


@settings(max_examples=300, deadline=None)
@given(
    st.integers(0, len(GOOD)),
    st.integers(0, 30),
    st.text("ab:{}[]'\"\n\t -*&!?|>%#\0\ud800é{{}}", max_size=12),
)
def test_edits_of_a_good_env_are_read_without_an_exception(start: int, removed: int, typed: str) -> None:
    check_env(GOOD[:start] + typed + GOOD[start + removed :])


@settings(max_examples=600, deadline=None)
@given(TEMPLATE)
def test_any_template_ends_in_a_text_or_in_errors_inside_it(text: str) -> None:
    found = expand(text, VALUES)
    assert len(found.text) <= max(len(text), 1 << 16)
    for used in found.names:
        assert text[used.start : used.end] == used.name
    for error in found.errors:
        assert 0 <= error.start <= error.end <= len(text)
        assert found.text == text
