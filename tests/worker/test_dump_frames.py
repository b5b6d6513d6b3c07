"""The frames, errors, sources and secrets of a recorded failure."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests import pythons
from tests.runner.making import Pipeline
from tests.worker.dumping import Told, dump_of, read

PYTHONS = [pytest.param(path, id=pythons.name_of(version)) for version, path in pythons.found().items()]
HEAD = '# %% tags=["parameters"]\nupstream = None\nproduct = None\n\n'


def names(told: Told, error: int = 0) -> list[tuple[str, str, int]]:
    return [
        (frame["file"], frame["name"], frame["line"]) for frame in told.document["errors"][error]["frames"]
    ]


@pytest.mark.parametrize("python", PYTHONS)
def test_causes_and_contexts_are_followed(tmp_path: Path, python: Path) -> None:
    text = """def a():
    raise KeyError('a')
def b():
    try:
        a()
    except KeyError as error:
        raise ValueError('b', 1) from error
def c():
    try:
        b()
    except ValueError:
        raise OSError(2, 'gone', 'x.txt')
try:
    c()
except OSError:
    raise RuntimeError('d') from None
"""
    told = dump_of(tmp_path, text, python=python)
    assert [error["type"] for error in told.document["errors"]] == ["RuntimeError"]
    text = text.replace(" from None", "")
    told = dump_of(tmp_path, text, python=python)
    errors = told.document["errors"]
    assert [(error["type"], error.get("link")) for error in errors] == [
        ("RuntimeError", None),
        ("FileNotFoundError", "context"),
        ("ValueError", "context"),
        ("KeyError", "cause"),
    ]
    assert [error["message"] for error in errors] == ["d", "[Errno 2] gone: 'x.txt'", "('b', 1)", "'a'"]
    assert names(told, 1) == [("task.py", "<module>", 14), ("task.py", "c", 12)]


@pytest.mark.parametrize("python", PYTHONS)
def test_a_frame_knows_its_place(tmp_path: Path, python: Path) -> None:
    text = "def outer(n):\n    é = {'ü': n}\n    return é['ü'] + é['x'] * 2\nouter(1)\n"
    told = dump_of(tmp_path, text, python=python)
    frame = told.frame()
    assert (frame["file"], frame["root"], frame["user"]) == ("task.py", True, True)
    assert (frame["line"], frame["first"], frame["name"]) == (3, 1, "outer")
    if "col" in frame:
        line = told.source("task.py").splitlines()[2]
        assert line[frame["col"] : frame["endCol"]] == "é['x']"
    assert told.source("task.py") == text


@pytest.mark.parametrize("python", PYTHONS)
def test_only_module_names_that_the_code_uses_are_recorded(tmp_path: Path, python: Path) -> None:
    text = "import os\nUSED, UNUSED, INNER = 1, 2, 3\ndef f():\n    g = lambda: INNER\n    return USED + missing\nf()\n"
    told = dump_of(tmp_path, text, python=python)
    assert [name for name, _ in told.frame()["globals"]] == ["USED", "INNER"]
    assert told.error["message"].startswith("name 'missing' is not defined")


def test_frames_of_libraries_are_told_by_their_line(tmp_path: Path) -> None:
    told = dump_of(tmp_path, "import json\njson.loads('{')\n")
    frame = told.frame()
    assert (frame["user"], frame["root"]) == (False, False)
    assert "raise" in frame["text"] or "scan" in frame["text"]
    assert list(told.document["sources"]) == ["task.py"]


def test_endless_recursion_keeps_the_first_and_the_last_frames(tmp_path: Path) -> None:
    told = dump_of(tmp_path, "def f(n):\n    return f(n + 1)\nf(0)\n")
    frames = told.error["frames"]
    assert len(frames) == 60
    assert told.document["truncated"] == ["frames"]
    at, missing = told.error["missing"]
    shown = [told.node(dict(frame["locals"])["n"])["r"] for frame in frames[1:]]
    assert shown[0] == "0"
    assert int(shown[at - 1]) == int(shown[at - 2]) + missing + 1


def test_a_syntax_error_has_a_place_instead_of_a_frame(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("x = 1\nx = = 2\n", "utf-8")
    told = dump_of(tmp_path, "import broken\n")
    assert names(told) == [("task.py", "<module>", 1), ("broken.py", "<module>", 2)]
    assert told.frame()["col"] == 4
    assert told.source("broken.py") == "x = 1\nx = = 2\n"


@pytest.mark.parametrize("python", PYTHONS)
def test_groups_tell_their_members(tmp_path: Path, python: Path) -> None:
    text = "import builtins\nif not hasattr(builtins, 'ExceptionGroup'):\n    raise KeyError('no groups')\ndef f(n):\n    raise ValueError(n)\nfound = []\nfor n in range(2):\n    try:\n        f(n)\n    except ValueError as error:\n        found.append(error)\nraise ExceptionGroup('two', found)\n"
    errors = dump_of(tmp_path, text, python=python).document["errors"]
    if len(errors) == 1:
        assert errors[0]["message"] == "'no groups'"
        return
    assert [(error["message"], error.get("link"), error.get("of")) for error in errors] == [
        ("two (2 sub-exceptions)", None, None),
        ("0", "member", 0),
        ("1", "member", 0),
    ]
    assert errors[1]["frames"][-1]["name"] == "f"


def test_an_errors_own_text_is_not_asked_for_again(tmp_path: Path) -> None:
    text = "count = []\nclass Own(Exception):\n    def __str__(self):\n        count.append(1)\n        return 'own text'\nraise Own(1, 2)\n"
    told = dump_of(tmp_path, text)
    assert told.error["message"] == "own text"


def test_notes_are_kept(tmp_path: Path) -> None:
    text = "error = ValueError('x')\nerror.__notes__ = ['first', 'password=hunter2hunter2']\nraise error\n"
    assert dump_of(tmp_path, text).error["notes"] == ["first", "password=<hidden>"]


SECRETS = """import os
class Client:
    def __init__(self):
        self.api_key = 'k-0123456789abcdef'
        self.user = 'ada'
def f(password, dbPassword, max_tokens, author, key):
    client = Client()
    headers = {'Authorization': 'Bearer abcdefghijkl', 'X-Api-Key': b'0123456789', 'Accept': 'text/html'}
    pair = ('secret', 'open sesame 1')
    url = 'postgresql://ada:l0velace@db.example/x?sslmode=1'
    line = 'host=db password=l0velace2 user=ada'
    copied = 'the key is k-0123456789abcdef!'
    cloud = 'AKIAABCDEFGHIJKLMNOP'
    from_environment = os.environ['SOME_TOKEN']
    raise ConnectionError('cannot reach ' + url + ' with ' + password)
f('hunter2-hunter2', 'd8s$', 512, 'Ada', 'name')
"""


@pytest.mark.parametrize("python", PYTHONS)
def test_secrets_are_not_recorded(tmp_path: Path, python: Path) -> None:
    told = dump_of(tmp_path, SECRETS, python=python, environ={**os.environ, "SOME_TOKEN": "env-t0ken-value"})
    for secret in (
        *("hunter2-hunter2", "d8s$", "k-0123456789abcdef", "abcdefghijkl", "open sesame", "l0velace", "AKIA"),
        *("env-t0ken-value", "0123456789"),
    ):
        assert secret not in told.text, secret
    shown = told.shown()
    assert (shown["max_tokens"], shown["author"], shown["key"]) == ("512", "'Ada'", "'name'")
    assert shown["url"] == "'postgresql://ada:<hidden>@db.example/x?sslmode=1'"
    assert told.local("password")["hidden"] == 1
    assert (
        told.error["message"] == "cannot reach postgresql://ada:<hidden>@db.example/x?sslmode=1 with <hidden>"
    )
    assert told.child(told.local("client"), "user")["r"] == "'ada'"


FORMS = {
    "https://ada:l0velace@host/x": "https://ada:<hidden>@host/x",
    "https://abcdefghij0123456789@host/x": "https://<hidden>@host/x",
    "Authorization is bearer abcdefghij": "Authorization is bearer <hidden>",
    "of ASIAABCDEFGHIJKLMNOP here": "of <hidden> here",
    "xoxb-0123456789abcdef01": "<hidden>",
    "(ghp_0123456789abcdef01)": "(<hidden>)",
    "eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJ": "<hidden>",
    "x; Api-Key = abcdef; y": "x; Api-Key = <hidden>; y",
    "pwd:a1b2c3": "pwd:<hidden>",
    "-----BEGIN PRIVATE KEY-----abc-----END PRIVATE KEY-----.": "<hidden>.",
    # One within the other, and one that goes on after the other.
    "token=https://ada:l0velace@host/x": "token=<hidden>",
    "bearer abcdefgh-----BEGIN PRIVATE KEY-----a-----END PRIVATE KEY-----": "bearer <hidden>",
    # No secrets.
    "is_single_key = True": "is_single_key = True",
    "a task-list-of-many-words_ and Asia/Yekaterinburg": "a task-list-of-many-words_ and Asia/Yekaterinburg",
    "the token of a parser, basically": "the token of a parser, basically",
    "http://host:80/x": "http://host:80/x",
}


def test_secrets_of_every_form_are_taken_out_of_texts(tmp_path: Path) -> None:
    told = dump_of(tmp_path, f"texts = {list(FORMS)!r}\n1 / 0\n")
    found = [told.node(number)["r"] for _, number in told.local("texts")["c"]]
    assert found == [f"'{shown}'" for shown in FORMS.values()]


def test_a_source_is_read_without_its_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text("\ufeffdef f():\n    1 / 0  # é\n", "utf-8")
    told = dump_of(tmp_path, "import other\nother.f()\n")
    assert told.source("other.py") == "def f():\n    1 / 0  # é\n"


def test_a_notebooks_frame_shows_the_users_names_only(pipeline: Pipeline) -> None:
    pipeline.write(
        "nb.py",
        HEAD + "# %%\nimport math\nvalue = 5\n\n# %%\ndef f(x):\n    return x / 0\n\n# %%\nf(value)\n",
    )
    pipeline.task(
        "nb.py", "out/nb.ipynb", static_analysis="disable", params={"password": "s3cret-s3cret", "n": 1}
    )
    result = pipeline.build()
    told = read(pipeline.root / str(result.problems[0].dump))
    assert [name for name, _ in told.frame(0)["locals"]] == [
        "upstream",
        "product",
        "password",
        "n",
        "math",
        "value",
        "f",
    ]
    assert names(told) == [("nb.py", "<module>", 14), ("nb.py", "f", 11)]
    assert "s3cret" not in told.text
    assert told.source("nb.py").splitlines()[10] == "    return x / 0"
    assert told.document["pipeline"] == "pipeline.yaml"


def test_the_source_is_the_one_that_ran(pipeline: Pipeline) -> None:
    body = "# %%\nimport pathlib\npathlib.Path('nb.py').write_text('changed')\n\n# %%\n1 / 0\n"
    pipeline.write("nb.py", HEAD + body)
    pipeline.task("nb.py", "out/nb.ipynb", static_analysis="disable")
    told = read(pipeline.root / str(pipeline.build().problems[0].dump))
    assert told.source("nb.py").splitlines()[told.frame()["line"] - 1] == "1 / 0"


def test_cells_of_notebooks_and_the_injected_cell_have_their_texts(pipeline: Pipeline) -> None:
    import nbformat.v4 as v4

    cells = [v4.new_code_cell("upstream = None\nproduct = None", metadata={"tags": ["parameters"]})]
    cells += [v4.new_code_cell("x = 1"), v4.new_code_cell("x / 0")]
    pipeline.write("nb.ipynb", __import__("nbformat").writes(v4.new_notebook(cells=cells)))
    pipeline.task("nb.ipynb", "out/nb.ipynb", static_analysis="disable")
    told = read(pipeline.root / str(pipeline.build().problems[0].dump))
    frame = told.frame()
    assert (frame["root"], frame["user"], frame["line"]) == (True, True, 1)
    assert told.source(frame["file"]) == "x / 0"
