"""Errors: where the debugger stops at them, and what becomes of the run; launches that are refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pipelens.debug.launch import Launch, LaunchError, find_target
from pipelens.runner.freshness import Freshness, read_freshness
from pipelens.runner.state import state_path
from pipelens.workspace.opening import NotFound, open_pipeline
from tests.debug.conftest import DEBUGGED, Open
from tests.debug.dap_client import Client, Refused

Write = Callable[[dict[str, str]], Path]

PIPELINE = """
    tasks:
      - source: clean.py
        product: {nb: out/clean.ipynb, data: out/clean.txt}
"""
HEAD = """
    # %% tags=["parameters"]
    upstream = None
    product = None

    # %%
    from pathlib import Path

    def fail(what):
        size = len(what)
        raise KeyError(what)
"""


def script(cell: str) -> dict[str, str]:
    return {"pipeline.yaml": PIPELINE, "clean.py": HEAD + "\n    # %%\n    " + cell + "\n"}


@pytest.mark.parametrize("version", sorted({min(DEBUGGED), max(DEBUGGED)}))
def test_an_uncaught_error_stops_once_in_the_frame_that_raised(
    version: tuple[int, int], debug: Open, project: Write
) -> None:
    folder = project(script("fail('x')"))
    client = debug(interpreter=str(DEBUGGED[version]))
    client.start(task="clean", cwd=str(folder))
    stop = client.stopped()
    assert stop.reason == "exception"
    assert stop.places == [("fail", "clean.py", 10), ("<module>", "clean.py", 13)]
    names = client.names(stop.top)
    assert (names["what"], names["size"]) == ("'x'", "1")
    info = client.ask("exceptionInfo", threadId=client.thread)
    assert (info["exceptionId"], info["description"]) == ("KeyError", "'x'")
    assert list(Path(state_path(str(folder), "failures")).iterdir()), "all is recorded before the stop"
    assert client.go() is None
    assert client.exit_code() == 1
    assert "KeyError: 'x'" in client.output("stderr")


@pytest.mark.parametrize(
    ("cell", "stops", "code"),
    [
        (
            "try:\n        fail('x')\n    except KeyError:\n        pass\n    Path(product['data']).touch()",
            0,
            0,
        ),
        ("Path(product['data']).touch()\n    raise SystemExit(0)", 0, 0),
        ("nonlocal missing", 1, 1),
        ("import broken", 1, 1),
    ],
    ids=["caught", "SystemExit(0)", "SyntaxError", "SyntaxError in a module"],
)
def test_only_what_ends_the_task_stops_it(
    cell: str, stops: int, code: int, debug: Open, project: Write
) -> None:
    folder = project({**script(cell), "broken.py": "def broken(:\n"})
    client = debug()
    client.start(task="clean", cwd=str(folder))
    for _ in range(stops):
        stop = client.stopped()
        assert stop.places == [("<module>", "clean.py", 13)]
        client.ask("continue", threadId=client.thread)
    assert client.stop() is None
    assert client.exit_code() == code


def test_an_error_while_a_value_is_made_stops_where_it_is_made(debug: Open, project: Write) -> None:
    pipeline = PIPELINE + "        params: {n: 'values::number'}\n"
    files = {**script("pass"), "values.py": "def number():\n    return 1 // 0\n"}
    folder = project({**files, "pipeline.yaml": pipeline})
    client = debug()
    client.start(task="clean", cwd=str(folder))
    stop = client.stopped()
    assert stop.places == [("number", "values.py", 2)]
    assert client.finish() == 1


def test_nothing_stops_when_uncaught_is_unticked(debug: Open, project: Write) -> None:
    folder = project(script("fail('x')"))
    client = debug()
    client.start(task="clean", cwd=str(folder), filters=())
    assert client.stop() is None
    assert client.exit_code() == 1


def test_raised_errors_stop_where_they_are_raised_and_user_unhandled_ones_once(
    debug: Open, project: Write
) -> None:
    folder = project(script("try:\n        fail('x')\n    except KeyError:\n        fail('y')"))
    client = debug()
    client.start(task="clean", cwd=str(folder), filters=("raised",))
    assert client.stopped().line == 10
    assert client.value("what", client.stopped_frame) == "'x'"
    lines = []
    while (stop := client.go()) is not None:
        lines.append(stop.line)
        assert stop.path == str(folder / "clean.py")
    assert lines[-2:] == [10, 16]


def test_what_a_stopped_run_changed_is_told_as_interrupted(debug: Open, project: Write) -> None:
    folder = project(script("Path(product['data']).write_text('half')\n    x = 1"))
    first = debug()
    first.start(task="clean", cwd=str(folder))
    assert first.ended() == 0
    assert list((folder / "out").glob(".*.metadata"))
    client = debug()
    client.start({folder / "clean.py": [14]}, task="clean", cwd=str(folder))
    client.stopped()
    client.leave()
    assert not list((folder / "out").glob(".*.metadata"))
    told = freshness(folder)["clean"]
    assert (told.state, told.reason) == ("failed", "it was interrupted while debugging")


def test_a_run_that_is_stopped_before_it_changes_a_product_changes_nothing(
    debug: Open, project: Write
) -> None:
    folder = project(script("x = 1\n    Path(product['data']).write_text('all')"))
    first = debug()
    first.start(task="clean", cwd=str(folder))
    assert first.ended() == 0
    client = debug()
    client.start({folder / "clean.py": [13]}, task="clean", cwd=str(folder))
    client.stopped()
    client.leave()
    assert freshness(folder)["clean"].state == "fresh"


def freshness(folder: Path) -> Mapping[str, Freshness]:
    keeper = open_pipeline(None, cwd=str(folder), environ={})
    assert not isinstance(keeper, NotFound)
    return read_freshness(keeper.now())


UNKNOWN = "there is no task cleam in pipeline.yaml; did you mean clean?"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"task": "cleam"}, UNKNOWN),
        ({}, "debugging needs one task"),
        (
            {"file": "pipeline.yaml"},
            "a whole pipeline cannot be debugged; name one task of pipeline.yaml: clean, two, three, sh",
        ),
        ({"file": "other.py"}, "other.py is the source of no task in pipeline.yaml"),
        ({"file": "nowhere.py"}, "there is no file"),
        ({"file": "steps.py"}, "steps.py is the source of 2 tasks; say which as `task`: two, three"),
        ({"task": "sh"}, "sh is a shell script"),
        ({"task": "clean", "python": "/usr/bin/other"}, "`python` is /usr/bin/other, but tasks run with"),
        (
            {"task": "clean", "upstream": "sometimes"},
            "`upstream` is 'sometimes'; it may be build, require or ignore",
        ),
        ({"task": "clean", "notebookCells": []}, "`notebookCells` must be"),
    ],
)
def test_a_launch_that_means_no_task_says_what_is_wrong(
    arguments: dict[str, object], told: str, project: Write
) -> None:
    folder = project(
        {
            **script("pass"),
            "pipeline.yaml": PIPELINE
            + """
      - source: steps.two
        product: out/two.txt
      - source: steps.three
        product: out/three.txt
      - source: run.sh
        name: sh
        product: out/sh.txt
""",
            "steps.py": "def two(product):\n    pass\n\n\ndef three(product):\n    pass\n",
            "run.sh": "touch {{product}}\n",
            "other.py": "",
        }
    )
    with pytest.raises(LaunchError) as caught:
        find_target(Launch.read({"cwd": str(folder), **arguments}), None, {})
    assert str(caught.value).startswith(told)


def test_what_is_wrong_is_shown_to_the_user_and_ends_the_session(debug: Open, project: Write) -> None:
    error = refused(debug(), task="cleam", cwd=str(project(script("pass"))))
    assert error.message == UNKNOWN
    assert error.body["error"]["showUser"] is True


def refused(client: Client, **launch: object) -> Refused:
    with pytest.raises(Refused) as caught:
        client.start(**launch)  # type: ignore[arg-type]
    client.wait_for("terminated")
    assert client.all("exited") == []
    return caught.value


def test_a_cell_that_is_no_python_refuses_the_launch_at_its_line(debug: Open, project: Write) -> None:
    folder = project(script("def broken(:"))
    error = refused(debug(), task="clean", cwd=str(folder))
    assert error.message == f"{folder / 'clean.py'}:13: this is not valid Python: invalid syntax"


def test_a_broken_pipeline_says_where(debug: Open, project: Write) -> None:
    folder = project({**script("pass"), "pipeline.yaml": "tasks: [\n"})
    error = refused(debug(), task="clean", cwd=str(folder))
    assert error.message.startswith("pipeline.yaml:")


UPSTREAM = """
    tasks:
      - source: steps.first
        product: out/first.txt
      - source: steps.second
        product: out/second.txt
"""
STEPS = """
    from pathlib import Path


    def first(product):
        Path(str(product)).write_text(str({value}))


    def second(product, upstream):
        Path(str(product)).write_text(Path(str(upstream["first"])).read_text())
"""


def test_outdated_upstream_is_built_plainly_first(debug: Open, project: Write) -> None:
    folder = project({"pipeline.yaml": UPSTREAM, "steps.py": STEPS.format(value=7)})
    client = debug()
    client.start({folder / "steps.py": [5, 9]}, task="second", cwd=str(folder))
    assert client.stopped().line == 9
    assert "Building first (1 of 1)" in client.output("console")
    assert client.finish() == 0
    assert (folder / "out" / "second.txt").read_text() == "7"


def test_upstream_that_fails_refuses_the_launch(debug: Open, project: Write) -> None:
    folder = project({"pipeline.yaml": UPSTREAM, "steps.py": STEPS.format(value="1 // 0")})
    error = refused(debug(), task="second", cwd=str(folder))
    assert error.message.startswith(
        "second cannot be debugged, because upstream first failed: ZeroDivisionError"
    )


def test_upstream_may_be_required_or_ignored(debug: Open, project: Write) -> None:
    folder = project({"pipeline.yaml": UPSTREAM, "steps.py": STEPS.format(value=7)})
    error = refused(debug(), task="second", cwd=str(folder), upstream="require")
    assert "its upstream is not up to date" in error.message
    client = debug()
    client.start(task="second", cwd=str(folder), upstream="ignore")
    stop = client.stopped()
    assert (stop.reason, stop.line) == ("exception", 9)
    assert client.go() is None or client.finish()


@pytest.mark.parametrize(
    "environ", [[1], {"A": "\0"}, {"A=B": "1"}, {"": "x"}, {"A": "\ud800"}, {"A": {"b": 1}}, "A=1"]
)
def test_variables_that_no_process_can_have_are_refused(environ: object) -> None:
    with pytest.raises(LaunchError, match="`env`"):
        Launch.read({"task": "clean", "env": environ})


def test_variables_may_be_numbers_and_null_adds_none() -> None:
    assert Launch.read({"task": "clean", "env": {"A": 1, "B": None, "C": "é"}}).environ == {
        "A": "1",
        "C": "é",
    }


def test_a_python_that_ends_before_it_is_debugged_is_told_within_seconds(debug: Open, project: Write) -> None:
    folder = project({**script("pass"), "lib/sitecustomize.py": "import os; os._exit(3)"})
    client = debug()
    with pytest.raises(Refused, match="ended before the debugger was in it; `pipelens task clean`"):
        client.start(task="clean", cwd=str(folder), env={"PYTHONPATH": str(folder / "lib")})
    client.wait_for("terminated")


@pytest.mark.parametrize("name", ["SIGSEGV", "SIGKILL"])
def test_a_task_that_a_signal_ended_is_told_as_in_a_build(name: str, debug: Open, project: Write) -> None:
    folder = project(script(f"import os, signal; os.kill(os.getpid(), signal.{name})"))
    client = debug()
    client.start(task="clean", cwd=str(folder))
    client.ended()
    told = f"clean: the process of the task was killed by signal {name} before it was done\n"
    assert client.output("stderr") == told


@pytest.mark.parametrize("request_", ["launch", "attach"])
def test_a_pipeline_that_is_not_there_is_told_in_words_of_a_launch(
    request_: str, debug: Open, tmp_path: Path
) -> None:
    client = debug()
    client.ask("initialize", adapterID="pipelens")
    asked = {"task": "clean", "cwd": str(tmp_path), "failure": "last"}
    with pytest.raises(Refused, match="Name the pipeline as `pipeline`, or make one"):
        client.ask(request_, **asked)
