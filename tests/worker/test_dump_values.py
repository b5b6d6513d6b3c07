"""What a recorded failure holds of values, and that looking at them runs nothing of theirs."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import pythons
from tests.worker.dumping import Told, dump_of

HOSTILE = (Path(__file__).parent / "hostile" / "values.py").read_text("utf-8")
PYTHONS = [pytest.param(path, id=pythons.name_of(version)) for version, path in pythons.found().items()]


@pytest.fixture(scope="module", params=PYTHONS)
def hostile(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("hostile")
    return dump_of(folder, HOSTILE, python=request.param, environ={**os.environ, "CI_TOKEN": "t0ken-of-ci"})


def test_no_code_of_the_users_runs_while_a_failure_is_recorded(hostile: Told) -> None:
    ran = hostile.path.with_name("ran.txt")
    assert not ran.exists(), ran.read_text("utf-8")


def test_every_hostile_value_is_there(hostile: Told) -> None:
    assert _assigned(HOSTILE) - set(hostile.shown()) == set()
    assert set(hostile.document["truncated"]) <= {"time"}
    assert hostile.error["message"] == "'the end'"


def test_what_a_function_gets_is_told_by_name(tmp_path: Path) -> None:
    code = "def fit(product, upstream):\n    raise ValueError(len(upstream))\n"
    told = dump_of(
        tmp_path,
        code,
        kind="function",
        callable="task.fit",
        product={"model": "/p/m.pkl", "log": "/p/m.txt"},
        upstream={"load": "/p/load.csv", "m*": {"$group": {"many": {"a": "/p/a.txt"}}}},
    )
    assert told.shown() == {
        "product": "Products({'model': File('/p/m.pkl'), 'log': File('/p/m.txt')})",
        "upstream": "Upstream({'load': File('/p/load.csv'), 'm*': Group({'many': Products({'a': File('/p/a.txt')})})})",
    }
    group = told.child(told.local("upstream"), "'m*'")
    assert told.child(told.child(group, "'many'"), "'a'")["r"] == "File('/p/a.txt')"


def _assigned(text: str) -> set[str]:
    function = next(n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef) and n.name == "fail")
    found: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id not in ("_",):
            found.add(node.id)
    return found


def test_hostile_values_are_told_by_what_they_are(hostile: Told) -> None:
    shown = hostile.shown()
    assert shown["raises"] == "<__main__.Raises object>"
    assert shown["lies"] == "<__main__.LiesAboutClass object>"
    assert shown["of_meta"] == "<__main__.OfMeta object>"
    assert shown["text"] == "Text('text')"
    assert shown["whole"] == "Whole(3)"
    assert shown["mapping"] == "Mapping({'a': 1})"
    assert shown["members"] == "Members([1, 2])"
    assert shown["items"] == "<__main__.Items object>"
    assert shown["cyclic"] == "[[…]]"
    assert shown["circle"] == "{'self': {…}}"
    assert shown["colour"] == "<Colour.RED>"
    assert shown["pair"] == "Pair(left=1, right=<__main__.Raises object>)"
    assert shown["point"] == "Point(x=1, y=<__main__.Raises object>)"
    assert shown["nan"] == "nan"
    assert shown["surrogates"] == r"'\ud800\udfff'"
    assert shown["price"] == "Decimal('1.50')"
    assert shown["utc"].endswith("tzinfo=datetime.timezone.utc)")
    assert "Zone" in shown["zoned"]
    assert shown["huge"].startswith("<int of about 100,001 digits")
    assert len(shown["huge_text"]) < 4100
    assert hostile.local("huge_text")["n"] == 50_000_000
    assert hostile.local("many")["n"] == 3_000_000
    assert hostile.local("many")["more"] == 3_000_000 - 200
    assert hostile.child(hostile.local("slots"), "a")["r"] == "'slot'"
    assert hostile.child(hostile.local("of_meta"), "inner")["v"] == 1
    assert hostile.child(hostile.local("seen"), "mapping")["t"] == "dict"
    assert hostile.local("nan").get("v") is None


def test_the_environment_is_never_recorded(hostile: Told) -> None:
    assert "t0ken-of-ci" not in hostile.text
    assert "not recorded" in hostile.shown()["environ"]
    assert "not recorded" in hostile.shown()["copied"]


def test_literals_give_their_values_back(hostile: Told) -> None:
    for node in hostile.document["nodes"]:
        if node.get("v"):
            ast.literal_eval(node["r"])


def test_a_dump_is_bounded(hostile: Told) -> None:
    assert len(hostile.document["nodes"]) <= 20_000
    assert len(hostile.text) < 5_000_000
    assert all(len(node["r"]) <= 4_100 for node in hostile.document["nodes"])
    assert all(len(node.get("c", ())) <= 500 for node in hostile.document["nodes"])
    assert os.stat(hostile.path).st_mode & 0o077 == 0 or os.name == "nt"


def test_what_lies_deeper_than_eight_levels_is_cut(hostile: Told) -> None:
    node, levels = hostile.local("very_deep"), 0
    while "c" in node:
        node, levels = hostile.child(node, "0"), levels + 1
    assert (levels, node["cut"]) == (8, 1)


def test_too_many_values_are_cut_breadth_first(tmp_path: Path) -> None:
    text = "def f():\n    wide = [[[{'a': i, 'b': [i]} for i in range(150)] for j in range(150)] for k in range(150)]\n    last = 'here'\n    raise ValueError('x')\nf()\n"
    told = dump_of(tmp_path, text)
    # A busy machine may reach the limit of time before.
    assert {"nodes", "time"}.intersection(told.document["truncated"])
    assert len(told.document["nodes"]) <= 20_000
    assert told.shown()["last"] == "'here'"


def test_large_texts_are_bounded_all_together(tmp_path: Path) -> None:
    text = "def f():\n    texts = [['é' * 4000 + str(j * 100 + i) for i in range(100)] for j in range(100)]\n    raise ValueError('x')\nf()\n"
    told = dump_of(tmp_path, text)
    assert {"size", "time"}.intersection(told.document["truncated"])
    assert len(told.text) < 5_000_000


def test_a_failure_while_recording_is_one_line(tmp_path: Path) -> None:
    from tests.worker.dumping import WORKER, plan_for

    plan = plan_for(tmp_path, "raise ValueError('x')\n", "small")
    plan.write_text(plan.read_text("utf-8").replace("clean.plpm", "missing/clean.plpm"), "utf-8")
    done = subprocess.run(
        [sys.executable, str(WORKER), str(plan)], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 1
    assert [line for line in done.stderr.splitlines() if "not recorded" in line] == [
        "pipelens: the failure was not recorded (FileNotFoundError: No such file or directory)"
    ]
