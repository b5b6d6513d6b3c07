"""Expressions over recorded values: what they give, and what they refuse."""

from __future__ import annotations

import ast
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelens.debug.dump_file import read_dump
from pipelens.debug.dump_values import EvaluationError, Values
from pipelens.debug.evaluation import NOT_POSSIBLE, evaluate
from pipelens.debug.recorded import Dump, Frame

from .dump_making import Making

LOCALS: dict[str, object] = {
    "n": 3,
    "f": 1.5,
    "s": "héllo",
    "no": None,
    "yes": True,
    "numbers": [3, 1, 2],
    "mixed": [1, "a"],
    "row": {"x": 1, "names": ["ann", "bob"], 5: "five", (1, "a"): "pair", "": 0},
    "point": (1, 2.5),
    "empty": [],
    "chosen": {1, 2},
    "self": SimpleNamespace(name="x", rows=[{"id": 7}], _private=1),
    "len": 5,
}


def failure(**more: object) -> Making:
    making = Making()
    making.error("E", "", making.frame(name="f", local={**LOCALS, **more}, used={"LIMIT": 7}))
    return making


class Asking:
    def __init__(self, path: str, *, trusted: bool = True) -> None:
        dump = read_dump(path)
        assert isinstance(dump, Dump), dump
        self.values = Values(dump, trusted=trusted)
        self.frame: Frame = dump.errors[0].frames[0]

    def __call__(self, expression: str) -> str:
        found = evaluate(expression, self.frame, self.values)
        if isinstance(found, EvaluationError):
            return f"! {found.message}"
        return self.values.text(found)


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Asking:
    making = failure()
    names = {pair[0]: pair for pair in making.errors[0]["frames"][0]["locals"]}  # type: ignore[index]
    node = making.nodes[names["numbers"][1]]
    assert isinstance(node, dict)
    cut = making.node(t="list", r="[0, 1, …]", n=5000, more=4998, c=[["0", 0], ["1", 0]])
    deep = making.node(t="dict", r="{…}", n=3, cut=1)
    odd = making.node(t="datetime", m="datetime", r="datetime.datetime(2026, 1, 1, 0, 0)")
    scalar = making.node(t="float64", m="numpy", r="np.float64(2.5)")
    nan = making.node(t="float", r="nan")
    hidden = making.node(t="", r="<hidden>", hidden=1)
    frame = making.node(t="DataFrame", m="pandas", r="DataFrame(10 rows x 2 columns)", shape=[10, 2])
    loop = making.node(t="list", r="[…]", n=1, c=[["0", len(making.nodes)]])
    more = [["cut", cut], ["deep", deep], ["when", odd], ["mean", scalar], ["nan", nan], ["api_key", hidden]]
    making.errors[0]["frames"][0]["locals"] += [*more, ["df", frame], ["loop", loop]]  # type: ignore[index]
    del names["len"]
    locals_of = making.errors[0]["frames"][0]["locals"]  # type: ignore[index]
    locals_of[:] = [pair for pair in locals_of if pair[0] != "len"]
    return Asking(making.write(tmp_path_factory.mktemp("ask")))


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("n", "3"),
        (" n ", "3"),
        ("LIMIT", "7"),
        ("row['names'][0]", "'ann'"),
        ("row[5]", "'five'"),
        ("row[1, 'a']", "'pair'"),
        ("row['']", "0"),
        ("numbers[-1]", "2"),
        ("numbers[:2]", "[3, 1]"),
        ("numbers[::-1]", "[2, 1, 3]"),
        ("point[0:1]", "(1,)"),
        ("s[1]", "'é'"),
        ("s[-2:]", "'lo'"),
        ("[1, 2][1]", "2"),
        ("{'a': n}['a']", "3"),
        ("self.rows[0]['id']", "7"),
        ("self._private", "1"),
        ("cut[1]", "3"),
        ("cut[:2]", "[3, 3]"),
        ("len(cut)", "5000"),
        ("len(row)", "5"),
        ("len(s)", "5"),
        ("len(df)", "10"),
        ("df.shape", "(10, 2)"),
        ("n + 1", "4"),
        ("n ** 2 / 4 - -f", "3.75"),
        ("7 // 2 % 2 << 3 | 1", "9"),
        ("~n", "-4"),
        ("mean * 2", "5.0"),
        ("nan != nan", "True"),
        ("s + '!'", "'héllo!'"),
        ("'ab' * 3", "'ababab'"),
        ("3 * [n]", "[3, 3, 3]"),
        ("numbers + [4]", "[3, 1, 2, 4]"),
        ("n == 3 and f < 2", "True"),
        ("0 or s", "'héllo'"),
        ("empty or n", "3"),
        ("not row", "False"),
        ("1 < n < 3", "False"),
        ("no is None", "True"),
        ("yes is not True", "False"),
        ("numbers is numbers", "True"),
        ("numbers is row", "False"),
        ("when is None", "False"),
        ("numbers == [3, 1, 2]", "True"),
        ("row['names'] != ('ann', 'bob')", "True"),
        ("point == (1, 2.5)", "True"),
        ("chosen == {2, 1}", "True"),
        ("'x' in row", "True"),
        ("'nope' not in row", "True"),
        ("2 in numbers", "True"),
        ("'ll' in s", "True"),
        ("1 in chosen", "True"),
        ("sum(numbers)", "6"),
        ("min(numbers), max(numbers)", "(1, 3)"),
        ("sorted(numbers)", "[1, 2, 3]"),
        ("sorted({'b': 1, 'a': 2})", "['a', 'b']"),
        ("max(s)", "'é'"),
        ("type(n)", "<class 'int'>"),
        ("type(df)", "<class 'pandas.DataFrame'>"),
        ("type(n) == type(4)", "True"),
        ("type(type(n))", "<class 'type'>"),
        ("when", "datetime.datetime(2026, 1, 1, 0, 0)"),
        ("[when, n]", "[datetime.datetime(2026, 1, 1, 0, 0), 3]"),
        ("({}, ())", "({}, ())"),
        ("max(n, f, 2)", "3"),
        ("...", "Ellipsis"),
        ("True + 1", "2"),
        ("10 ** 3000 > 0", "True"),
    ],
)
def test_an_expression_gives_what_python_would(ask: Asking, expression: str, text: str) -> None:
    assert ask(expression) == text


@pytest.mark.parametrize(
    "expression",
    [
        "().__class__.__base__.__subclasses__()",
        "self.__class__",
        "self.__dict__",
        "__import__('os').system('true')",
        "open('/etc/passwd')",
        "s.upper()",
        "self.name.upper()",
        "print(n)",
        "eval('1')",
        "(lambda: 1)()",
        "lambda: 1",
        "[x for x in numbers]",
        "{x for x in numbers}",
        "{x: 1 for x in numbers}",
        "(x for x in numbers)",
        "(x := 3)",
        "x = 3",
        "import os",
        "del n",
        "n if yes else f",
        "f'{n}'",
        "f'{n:>100000000}'",
        "[*numbers]",
        "{**row}",
        "len(*numbers)",
        "sorted(numbers, reverse=True)",
        "max()",
        "sum(1, 2)",
        "len()",
        "len(row, row)",
        "await n",
        "yield",
        "numbers.sort()",
        "type(n).__subclasses__()",
        "type(n).mro()",
        "type('X', (), {})",
        "{[]: 1}",
        "(len)(n).__class__",
        "row.get('x')",
    ],
)
def test_whatever_would_run_something_is_not_possible(ask: Asking, expression: str) -> None:
    assert ask(expression) == f"! {NOT_POSSIBLE}"


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("10 ** 10 ** 10", "bits"),
        ("2 ** 99999", "bits"),
        ("1 << 10 ** 9", "bits"),
        ("'a' * 10 ** 9", "100,000"),
        ("[0] * 10 ** 9", "100,000"),
        ("10 ** 9 * b'a'", "100,000"),
        ("[[0] * 1000] * 1000", "100,000"),
        ("[[[[0] * 300] * 300] * 300] * 300", "100,000"),
        ("'%1000000000d' % 1", "arithmetic with str and int"),
        ("(" * 150 + "1" + ")" * 150 + "[", "SyntaxError"),
        ("-" * 200 + "1", "nested"),
        ("1" + "+1" * 500, "nested"),
        ("1" * 3000, "characters"),
        ("x" * 3000, "characters"),
        ("n +", "SyntaxError"),
        ("", "SyntaxError"),
        ("n\0", "SyntaxError"),
        ("1 / 0", "ZeroDivisionError"),
        ("2.0 ** 10000", "OverflowError"),
        ("1 << -1", "ValueError"),
        ("n < s", "TypeError"),
        ("min(empty)", "ValueError"),
        ("sorted(mixed)", "TypeError"),
        ("sum(mixed)", "sum is for numbers"),
        ("nope", "'nope' was not recorded: a failure keeps a frame's locals"),
        ("self.nope", "'nope' is not among its recorded attributes: name, rows, _private"),
        ("row['y']", "'y' is not among its recorded items: 'x', 'names', 5"),
        ("row.x", "'x' is not among its recorded attributes"),
        ("numbers[3]", "IndexError: 3 is out of range (it has 3 items)"),
        ("cut[100]", "only 2 of its 5,000 items were recorded"),
        ("cut[:]", "only 2 of its 5,000 items were recorded"),
        ("sum(cut)", "only 2 of its 5,000 items were recorded"),
        ("cut == []", "only 2 of its 5,000 items were recorded"),
        ("deep['a']", "lies too deep"),
        ("chosen[0]", "not known"),
        ("when < when", "a recorded datetime is not calculated with"),
        ("when + 1", "arithmetic with a recorded datetime and int"),
        ("not when", "counts as true is not known"),
        ("n is 3", "`is` is known of None"),
        ("loop == loop", "contain themselves"),
        ("df['a']", "not among its recorded items"),
        ("df.head()", "columns were not recorded"),
        ("df + 1", "arithmetic with a recorded DataFrame"),
        ("api_key + ''", "arithmetic with"),
        ("numbers['a':]", "bounds of a slice"),
        ("{}['a']", "KeyError"),
        ("n[0]", "has no items"),
        ("numbers @ numbers", "not possible"),
        ("len(n)", "a int has no length"),
    ],
)
def test_what_has_no_value_says_why(ask: Asking, expression: str, told: str) -> None:
    found = ask(expression)
    assert found.startswith("! "), found
    assert told in found


def test_a_name_of_the_users_hides_a_function(tmp_path: Path) -> None:
    ask = Asking(failure().write(tmp_path))
    assert ask("len") == "5"
    assert ask("len(s)") == f"! {NOT_POSSIBLE}"


def test_a_name_that_was_not_recorded_says_what_cut_the_recording(tmp_path: Path) -> None:
    ask = Asking(failure().write(tmp_path, truncated=["time", "nodes"]))
    assert ask("nope").endswith("cut short (time, nodes)")


def test_without_a_frame_no_name_is_known(ask: Asking) -> None:
    found = evaluate("n", None, ask.values)
    assert isinstance(found, EvaluationError)
    assert "choose a frame" in found.message
    assert not isinstance(evaluate("1 + 1", None, ask.values), EvaluationError)


def test_values_that_share_their_parts_many_times_are_compared_in_bounded_work(tmp_path: Path) -> None:
    making = failure()
    number = making.value("x")
    for _ in range(25):
        number = making.node(t="list", r="[…]", n=2, c=[["0", number], ["1", number]])
    making.errors[0]["frames"][0]["locals"].append(["tree", number])  # type: ignore[index]
    ask = Asking(making.write(tmp_path))
    assert "more work" in ask("tree == tree")


_LEAVES = st.sampled_from(
    [
        "n",
        "f",
        "s",
        "row",
        "numbers",
        "self",
        "nope",
        "1",
        "0",
        "'a'",
        "None",
        "()",
        "[]",
        "10**9",
        "-1",
        "...",
    ]
)


def _joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two = st.tuples(
        inner,
        st.sampled_from(
            [
                "+",
                "-",
                "*",
                "/",
                "//",
                "%",
                "**",
                "<<",
                ">>",
                "&",
                "|",
                "^",
                "@",
                "==",
                "<",
                "in",
                "is",
                "and",
                "or",
                ",",
            ]
        ),
        inner,
    )
    return (
        two.map(lambda parts: f"({parts[0]} {parts[1]} {parts[2]})")
        | st.tuples(inner, inner).map(lambda parts: f"{parts[0]}[{parts[1]}]")
        | st.tuples(inner, inner).map(lambda parts: f"{parts[0]}[{parts[1]}:]")
        | st.tuples(
            st.sampled_from(["len", "sum", "min", "max", "sorted", "type", "str", "open"]), inner
        ).map(lambda parts: f"{parts[0]}({parts[1]})")
        | st.tuples(
            inner,
            st.sampled_from(["rows", "name", "__class__", "_private", "head", "tail", "shape", "__init__"]),
        ).map(lambda parts: f"{parts[0]}.{parts[1]}")
        | inner.map(lambda part: f"not {part}")
        | inner.map(lambda part: f"-{part}")
        | inner.map(lambda part: f"[{part}]")
    )


@settings(deadline=None, max_examples=200)
@given(expression=st.recursive(_LEAVES, _joined, max_leaves=12))
def test_any_expression_gives_a_value_or_an_error(ask: Asking, expression: str) -> None:
    found = evaluate(expression, ask.frame, ask.values)
    if isinstance(found, EvaluationError):
        assert found.message
        return
    assert len(ask.values.text(found)) < 30_000
    assert "__" not in expression
    for line in ask.values.children(found, expression):
        assert isinstance(line.text, str)


@settings(deadline=None, max_examples=100)
@given(text=st.text(max_size=60))
def test_any_text_gives_a_value_or_an_error(ask: Asking, text: str) -> None:
    evaluate(text, ask.frame, ask.values)


@settings(deadline=None, max_examples=100)
@given(
    expression=st.recursive(
        st.integers(-100, 100).map(str) | st.sampled_from(["1.5", "True", "'a'", "'bc'", "[1, 2]", "(3,)"]),
        _joined,
        max_leaves=6,
    ).filter(lambda text: not any(word in text for word in (".", "open", "str", "(type", "is", "@")))
)
def test_where_there_is_a_value_of_literals_it_is_pythons(ask: Asking, expression: str) -> None:
    found = evaluate(expression, ask.frame, ask.values)
    if isinstance(found, EvaluationError) or "type" in expression:
        return
    tree = ast.parse(expression, mode="eval")
    assert ask.values.text(found) == repr(eval(compile(tree, "<expression>", "eval")))


def test_a_comprehension_knows_the_names_of_the_module_that_it_stands_in(tmp_path: Path) -> None:
    making = Making()
    outer = making.frame(name="<module>", local={"lines": "a,b"})
    making.error("E", "", outer, making.frame(name="<listcomp>", local={"x": 1}))
    asking = Asking(making.write(tmp_path))
    asking.frame = asking.values.dump.errors[0].frames[1]
    assert asking("len(lines) + x") == "4"
    assert asking("other").startswith("! 'other' was not recorded")
