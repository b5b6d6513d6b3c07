"""Code that is surely sound is sound for pyflakes, and ordinary code is surely sound."""

from __future__ import annotations

import ast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyflakes.checker import Checker

from pipelens.core.checks.plain_names import is_surely_sound

TOLD = {
    "UndefinedName",
    "UndefinedLocal",
    "DuplicateArgument",
    "ReturnOutsideFunction",
    "YieldOutsideFunction",
    "ContinueOutsideLoop",
    "BreakOutsideLoop",
}
SIMPLE = [
    "a = 1",
    "b = a",
    "a = b.c(a, d=b)",
    "a += b",
    "a: int = b",
    "a: 'b' = 1",
    "a: int",
    "del a",
    "import a",
    "import b.c as a, d",
    "from typing import cast as b",
    "from a import *",
    "print([a for a in b if a], {b: a for b, (a, *d) in c})",
    "c = lambda a, *b: a(b, d)",
    "c = lambda a, a: 1",
    "(a := b)",
    "return a",
    "yield b",
    "x = [(yield) for a in b]",
    "await a",
    "break",
    "continue",
    "global a",
    "nonlocal b",
    "raise a from b",
    "assert a, f'{b!r:>{c}}'",
    "a.b[c], *d = a",
    "pass",
]
BLOCKS = [
    "if a:",
    "for a in b:",
    "while b:",
    "with a as b, c:",
    "def a(b, *c, d=a):",
    "def b(a: c = 1) -> d:",
    "async def c(self, self):",
    "@a\ndef d(b: 'c'):",
    "class a(b, metaclass=c):",
    "class d:",
    "try:\n{pass}\nexcept a as b:",
    "try:\n{pass}\nexcept b:\n{pass}\nelse:",
    "try:\n{pass}\nfinally:",
    "match a:\n case {'b': b}:",
    "while a:\n{break}\nelse:",
]


@st.composite
def code(draw: st.DrawFn, depth: int = 3) -> str:
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 4))):
        if depth and draw(st.booleans()):
            head = draw(st.sampled_from(BLOCKS))
            indent = "  " if head.startswith("match") else " "
            head = head.replace("{pass}", " a = b").replace("{break}", " break")
            body = draw(code(depth - 1)).replace("\n", "\n" + indent)
            lines.append(f"{head}\n{indent}{body}")
        else:
            lines.append(draw(st.sampled_from(SIMPLE)))
    return "\n".join(lines)


def told(tree: ast.Module) -> list[str]:
    """What pyflakes tells, but for `await`, which cells may use at the top."""
    awaits = {(node.lineno, node.col_offset) for node in ast.walk(tree) if isinstance(node, ast.Await)}
    return [
        name
        for each in Checker(tree).messages
        if (name := type(each).__name__) in TOLD and (each.lineno, each.col) not in awaits
    ]


@given(code(), st.sampled_from(["", "a = b = c = d = 1\n", "a = 1\n"]))
@example("def f():\n print(a)\n a = 1", "a = b = 1\n")
@example("try:\n a = b\nexcept b as a:\n pass\nprint(a)", "b = 1\n")
@example("class a:\n b = 1\n def c(self):\n  return b", "")
def test_what_is_surely_sound_is_sound(text: str, before: str) -> None:
    try:
        tree = ast.parse(before + text)
    except SyntaxError:
        return
    if is_surely_sound(tree, frozenset()):
        assert told(tree) == []


@pytest.mark.parametrize(
    "text",
    [
        "import pandas as pd\ndf = pd.concat([pd.read_csv(p) for p in ['a']])\ndf = df[df['x'] > 1]\n",
        "def f(a, *b, c=1, **d):\n    e = [x for x in b]\n    e = g(e, a, c, d)\n    return e\ndef g(*a):\n    return f(*a)\n",
        "class A:\n    x = 1\n    y = x\n    def f(self):\n        return A, self.x\n",
        "for i in range(3):\n    if i: continue\n    print(f'{i:>{i}}')\nelse:\n    print(i)\n",
        "try:\n    import a\nexcept ImportError as e:\n    print(e)\n    a = None\nprint(a)\n",
        "with open('x') as f:\n    x = sorted(f, key=lambda line: len(line))\n",
        "def f():\n    for x in range(3):\n        yield x\n    x = lambda y: y\n    return x\n",
        "def f(a: int = 1) -> dict[str, int]:\n    b: int = a\n    return b\n",
    ],
)
def test_ordinary_code_is_surely_sound(text: str) -> None:
    tree = ast.parse(text)
    assert told(tree) == []
    assert is_surely_sound(tree, frozenset())


@pytest.mark.parametrize("text", ["x", "del x", "def f(): return x", "from x import *", "return", "break"])
def test_what_is_not_sure_is_left_to_pyflakes(text: str) -> None:
    assert not is_surely_sound(ast.parse(text), frozenset())


def test_names_that_a_notebook_has_are_known() -> None:
    assert is_surely_sound(ast.parse("display(1)"), frozenset({"display"}))
