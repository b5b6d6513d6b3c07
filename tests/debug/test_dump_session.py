"""A recorded failure as a client of the Debug Adapter Protocol sees it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelens.debug.dump_file import read_dump
from pipelens.debug.dump_session import DumpSession
from pipelens.debug.evaluation import NOT_POSSIBLE
from pipelens.debug.recorded import Dump
from pipelens.debug.recorded_sources import library_folders

from .dump_making import Making, a_failure

Json = dict[str, Any]


class Client:
    """Asks a session and keeps what it says."""

    def __init__(self, path: str, **options: Any) -> None:
        dump = read_dump(path)
        assert isinstance(dump, Dump), dump
        self.said: list[Json] = []
        self.session = DumpSession(dump, self.said.append, **options)

    def ask(self, command: str, **arguments: object) -> Json:
        """The response, whose events follow in `said`."""
        before = len(self.said)
        self.session.handle({"seq": 7, "type": "request", "command": command, "arguments": arguments})
        response = self.said[before]
        assert (response["type"], response["request_seq"], response["command"]) == ("response", 7, command)
        return response

    def body(self, command: str, **arguments: object) -> Json:
        response = self.ask(command, **arguments)
        assert response["success"], response
        return response.get("body") or {}

    def events(self) -> list[str]:
        return [message["event"] for message in self.said if message["type"] == "event"]

    def frames(self, **arguments: object) -> list[Json]:
        return self.body("stackTrace", threadId=1, **arguments)["stackFrames"]

    def names(self, frame: Json, scope: int = 0) -> dict[str, Json]:
        scopes = self.body("scopes", frameId=frame["id"])["scopes"]
        reference = scopes[scope]["variablesReference"]
        return {one["name"]: one for one in self.body("variables", variablesReference=reference)["variables"]}

    def below(self, variable: Json, **arguments: object) -> list[Json]:
        return self.body("variables", variablesReference=variable["variablesReference"], **arguments)[
            "variables"
        ]


@pytest.fixture
def client(tmp_path: Path) -> Client:
    return Client(a_failure().write(tmp_path))


def test_the_sequence_of_a_session(client: Client) -> None:
    assert client.body("attach", dump="x") == {}
    assert client.events() == ["initialized"]
    found = client.body("setBreakpoints", source={"path": "/p/a.py"}, breakpoints=[{"line": 3}, {"line": 5}])
    assert found["breakpoints"] == [
        {"verified": False, "message": "The task has already ended", "line": 3},
        {"verified": False, "message": "The task has already ended", "line": 5},
    ]
    assert client.body("setExceptionBreakpoints", filters=["uncaught"])["breakpoints"] == [{"verified": True}]
    client.body("configurationDone")
    stopped = client.said[-1]
    assert stopped["event"] == "stopped"
    assert stopped["body"] == {
        "reason": "exception",
        "threadId": 1,
        "allThreadsStopped": True,
        "text": "KeyError",
        "description": "KeyError: 'y'",
    }
    assert client.body("threads")["threads"] == [{"id": 1, "name": "clean"}]
    client.body("continue", threadId=1)
    assert client.events().count("terminated") == 1
    client.body("terminate")
    assert client.events().count("terminated") == 1
    client.body("disconnect")
    assert client.session.is_over


def test_the_console_tells_the_traceback_when_the_session_begins(client: Client) -> None:
    client.body("configurationDone")
    texts = [message["body"]["output"] for message in client.said if message.get("event") == "output"]
    assert texts[0] == (
        "Traceback (most recent call last):\n"
        '  File "tasks/clean.py", line 20, in <module>\n'
        "    line 20\n"
        '  File "tasks/clean.py", line 8, in load\n'
        "    line 8\n"
        '  File "/lib/python/site-packages/lib/deep.py", line 2, in get\n'
        "    return d[k]\n"
        "KeyError: 'y'\n"
    )
    assert "clean failed at" in texts[1]
    assert "with Python 3.12.1" in texts[1]


@pytest.mark.parametrize("command", ["next", "stepIn", "stepOut", "pause"])
def test_a_step_says_that_the_task_has_ended_and_stops_again(client: Client, command: str) -> None:
    client.body(command, threadId=1)
    assert client.events() == ["output", "stopped"]
    assert "The task has ended" in client.said[1]["body"]["output"]


@pytest.mark.parametrize(
    "command", ["setVariable", "setExpression", "goto", "restart", "readMemory", "", "x"]
)
def test_what_cannot_be_done_fails_politely(client: Client, command: str) -> None:
    response = client.ask(command)
    assert not response["success"]
    assert "recorded" in response["message"]
    assert response["body"]["error"]["variables"]["text"] == response["message"]


def test_the_users_frames_come_first_and_libraries_are_subtle(client: Client) -> None:
    frames = client.frames()
    assert [(frame["name"], frame["line"], frame["presentationHint"]) for frame in frames] == [
        ("load", 8, "normal"),
        ("<module>", 20, "normal"),
        ("in libraries, from where it was raised", 0, "label"),
        ("get", 2, "subtle"),
    ]
    assert frames[3]["source"]["presentationHint"] == "deemphasize"


def test_without_just_my_code_frames_stand_as_they_were(tmp_path: Path) -> None:
    client = Client(a_failure().write(tmp_path), just_my_code=False)
    assert [frame["name"] for frame in client.frames()] == ["get", "load", "<module>"]


def test_the_stack_is_given_page_by_page(client: Client) -> None:
    body = client.body("stackTrace", threadId=1, startFrame=1, levels=2)
    assert [frame["name"] for frame in body["stackFrames"]] == [
        "<module>",
        "in libraries, from where it was raised",
    ]
    assert body["totalFrames"] == 4
    assert client.frames(startFrame=9) == []
    whole = client.frames()
    assert [client.frames(startFrame=at, levels=1)[0] for at in range(4)] == whole


def test_the_errors_that_an_error_came_from_follow_under_labels(tmp_path: Path) -> None:
    making = Making()
    making.error("RuntimeError", "bad", making.frame(name="outer", line=9))
    making.error("KeyError", "'y'", making.frame(name="inner", line=3), link="cause")
    making.error("OSError", "gone", making.frame(name="first", line=2), link="context")
    client = Client(making.write(tmp_path))
    assert [frame["name"] for frame in client.frames()] == [
        "outer",
        "raised from KeyError: 'y'",
        "inner",
        "while handling OSError: gone",
        "first",
    ]
    assert client.body("scopes", frameId=2)["scopes"] == []
    info = client.body("exceptionInfo", threadId=1)
    assert info["exceptionId"] == "RuntimeError"
    assert info["details"]["innerException"][0]["innerException"][0]["typeName"] == "OSError"
    trace = info["details"]["stackTrace"]
    assert trace.index("OSError: gone") < trace.index("During handling") < trace.index("KeyError: 'y'")
    assert trace.index("KeyError: 'y'") < trace.index("direct cause") < trace.index("RuntimeError: bad")


def test_errors_of_a_group_follow_it(tmp_path: Path) -> None:
    making = Making()
    making.error("ExceptionGroup", "two", making.frame(name="outer"))
    making.error("OSError", "a", making.frame(name="one"), link="member", of=0)
    client = Client(making.write(tmp_path))
    assert [frame["name"] for frame in client.frames()] == [
        "outer",
        "one of the group's errors: OSError: a",
        "one",
    ]
    assert client.body("exceptionInfo", threadId=1)["details"]["stackTrace"].endswith("  OSError: a\n")


def test_frames_that_were_not_recorded_are_told(tmp_path: Path) -> None:
    making = Making()
    making.error("RecursionError", "", *[making.frame(name=name) for name in "ab"], missing=[1, 900])
    client = Client(making.write(tmp_path))
    assert [frame["name"] for frame in client.frames()] == ["b", "… 900 frames were not recorded …", "a"]
    assert "… 900 frames" in client.body("exceptionInfo", threadId=1)["details"]["stackTrace"]


def test_the_part_of_the_line_that_failed_is_marked(tmp_path: Path) -> None:
    making = Making()
    making.sources["tasks/clean.py"] = "x = 1\n    return row['y'] + 1\n"
    making.error("KeyError", "'y'", making.frame(name="f", line=2, endLine=2, col=11, endCol=19))
    client = Client(making.write(tmp_path))
    trace = client.body("exceptionInfo", threadId=1)["details"]["stackTrace"]
    assert "    return row['y'] + 1\n           ^^^^^^^^\n" in trace
    frame = client.frames()[0]
    assert (frame["column"], frame["endLine"], frame["endColumn"]) == (12, 2, 20)


def test_scopes_are_the_locals_and_the_globals_used(client: Client) -> None:
    load = client.frames()[0]
    scopes = client.body("scopes", frameId=load["id"])["scopes"]
    assert [scope["name"] for scope in scopes] == ["Locals", "Globals used here"]
    assert list(client.names(load)) == ["row", "n"]
    assert client.names(load, 1)["LIMIT"]["value"] == "7"
    row = client.names(load)["row"]
    assert (row["type"], row["evaluateName"]) == ("dict", "row")
    below = {one["name"]: one for one in client.below(row)}
    assert below["'x'"] == {
        "name": "'x'",
        "value": "1",
        "type": "int",
        "variablesReference": 0,
        "evaluateName": "row['x']",
        "presentationHint": {"attributes": ["readOnly"]},
    }
    names = below["'names'"]
    assert names["indexedVariables"] == 2
    assert [one["evaluateName"] for one in client.below(names)] == ["row['names'][0]", "row['names'][1]"]


def long_list(tmp_path: Path) -> Client:
    making = Making()
    items = [[str(at), making.value(f"item {at}")] for at in range(200)]
    number = making.node(t="list", r="['item 0', …]", n=5000, c=items, more=4800)
    frame = making.frame()
    frame["locals"] = [["numbers", number]]
    frame["more"] = 12
    making.error("E", "", frame)
    return Client(making.write(tmp_path))


def test_children_are_given_page_by_page_and_the_last_line_tells_what_is_missing(tmp_path: Path) -> None:
    client = long_list(tmp_path)
    names = client.names(client.frames()[0])
    assert names["…"]["value"] == "12 more were not recorded"
    numbers = names["numbers"]
    assert (numbers["namedVariables"], numbers["indexedVariables"]) == (0, 201)
    page = client.below(numbers, filter="indexed", start=100, count=2)
    assert [(one["name"], one["value"]) for one in page] == [("100", "'item 100'"), ("101", "'item 101'")]
    assert client.below(numbers, filter="named") == []
    whole = client.below(numbers)
    assert len(whole) == 201
    assert (whole[-1]["name"], whole[-1]["value"]) == ("…", "4,800 more were not recorded")
    paged = [
        one for at in range(0, 201, 50) for one in client.below(numbers, filter="indexed", start=at, count=50)
    ]
    assert paged == whole
    assert client.below(numbers, start=500, count=10) == []


def test_a_value_that_contains_itself_opens_as_often_as_it_is_opened(tmp_path: Path) -> None:
    making = Making()
    loop: list[object] = []
    loop.append(loop)
    making.error("E", "", making.frame(local={"loop": loop}))
    client = Client(making.write(tmp_path))
    found = client.names(client.frames()[0])["loop"]
    for depth in range(1, 6):
        (found,) = client.below(found)
        assert found["evaluateName"] == "loop" + "[0]" * depth


def test_what_was_cut_hidden_or_malformed_says_so(tmp_path: Path) -> None:
    making = Making()
    frame = making.frame()
    frame["locals"] = [
        ["deep", making.node(t="dict", r="{…}", n=3, cut=1)],
        ["token", making.node(t="", r="<hidden>", hidden=1)],
        ["odd", making.node(t=5)],
        ["gone", 999],
    ]
    making.error("E", "", frame)
    client = Client(making.write(tmp_path))
    names = client.names(client.frames()[0])
    assert "lies too deep" in client.below(names["deep"])[0]["value"]
    assert (names["token"]["value"], names["token"]["variablesReference"]) == ("<hidden>", 0)
    assert names["odd"]["value"] == names["gone"]["value"] == "(unreadable)"


@pytest.mark.parametrize("context", ["hover", "watch", "repl", "clipboard", "variables"])
def test_expressions_are_evaluated_in_every_context(client: Client, context: str) -> None:
    body = client.body("evaluate", expression="row['names']", frameId=1, context=context)
    assert body["result"] == "['ann', 'bob']"
    assert body["type"] == "list"
    assert [one["value"] for one in client.below(body)] == ["'ann'", "'bob'"]
    assert client.body("evaluate", expression="limit + 1", frameId=2, context=context)["result"] == "8"
    assert client.body("evaluate", expression="n", context=context)["result"] == "3"


def test_an_expression_that_is_not_possible_fails_with_the_way_out(client: Client) -> None:
    response = client.ask(
        "evaluate", expression="().__class__.__base__.__subclasses__()", frameId=1, context="repl"
    )
    assert (response["success"], response["message"]) == (False, NOT_POSSIBLE)
    assert "was not recorded" in client.ask("evaluate", expression="nope", frameId=1)["message"]
    assert "choose a frame" in client.ask("evaluate", expression="n", frameId=3)["message"]
    assert not client.ask("evaluate", expression="n", frameId=300)["success"]


def test_values_that_an_expression_made_can_be_opened(client: Client) -> None:
    body = client.body("evaluate", expression="{'a': row, 'b': [n]}", frameId=1)
    assert body["result"] == "{'a': {'x': 1, 'names': ['ann', 'bob'], 'deep': {'a': [1.5, None]}}, 'b': [3]}"
    first, second = client.below(body)
    assert [one["name"] for one in client.below(first)] == ["'x'", "'names'", "'deep'"]
    assert client.below(second)[0]["value"] == "3"


def completed(client: Client, text: str, column: int | None = None) -> list[str]:
    where = len(text) + 1 if column is None else column
    return [one["label"] for one in client.body("completions", text=text, column=where, frameId=1)["targets"]]


def test_recorded_names_and_attributes_are_completed(tmp_path: Path) -> None:
    making = a_failure()
    frame = making.errors[0]["frames"][1]  # type: ignore[index]
    frame["locals"].append(
        ["made", making.node(t="Thing", m="m", r="<m.Thing object>", c=[["size", 0], ["_in", 0]])]
    )
    client = Client(making.write(tmp_path))
    assert completed(client, "r") == ["row"]
    assert completed(client, "L") == ["LIMIT"]
    assert completed(client, "len(") == [
        "row",
        "n",
        "made",
        "LIMIT",
        "len",
        "sum",
        "min",
        "max",
        "sorted",
        "type",
    ]
    assert completed(client, "made.s") == ["size"]
    assert completed(client, "1 + made.") == ["size", "_in"]
    assert completed(client, "'text r") == ["row"]
    assert completed(client, "open('x').") == []
    assert completed(client, "r + n", 2) == ["row"]


# -- sources


def project(tmp_path: Path, text: str) -> Path:
    root = tmp_path / "here"
    (root / "tasks").mkdir(parents=True)
    (root / "tasks/clean.py").write_text(text, encoding="utf-8", newline="")
    return root


def test_a_source_that_has_not_changed_is_the_local_file_wherever_the_dump_comes_from(tmp_path: Path) -> None:
    making = a_failure("/home/ci/build")
    root = project(tmp_path, making.sources["tasks/clean.py"].replace("\n", "\r\n"))
    client = Client(making.write(tmp_path), root=str(root))
    source = client.frames()[0]["source"]
    assert source == {"name": "clean.py", "path": str(root / "tasks/clean.py")}
    client.body("configurationDone")
    assert f'File "{root / "tasks/clean.py"}", line 8' in client.said[2]["body"]["output"]


def test_a_source_that_has_changed_since_is_shown_as_it_was(tmp_path: Path) -> None:
    making = a_failure("/home/ci/build")
    root = project(tmp_path, "changed\n")
    client = Client(making.write(tmp_path), root=str(root))
    frames = client.frames()
    source = frames[0]["source"]
    assert source["name"] == "clean.py (as it was when the task failed)"
    assert "path" not in source
    body = client.body("source", source=source, sourceReference=source["sourceReference"])
    assert body["content"] == making.sources["tasks/clean.py"]
    assert frames[1]["source"]["sourceReference"] == source["sourceReference"]
    assert not client.ask("source", sourceReference=99)["success"]


def test_a_client_learns_where_to_stop_when_it_runs_the_task_again(tmp_path: Path) -> None:
    making = a_failure("/home/ci/build")
    path = making.write(tmp_path)
    told = Client(path).body("pipelens/failure")
    assert (told["task"], told["run"], "path" in told) == ("clean", "r1", False)
    root = project(tmp_path, making.sources["tasks/clean.py"])
    told = Client(path, root=str(root)).body("pipelens/failure")
    assert (told["path"], told["line"], told["isChanged"]) == (str(root / "tasks/clean.py"), 8, False)
    (root / "tasks/clean.py").write_text("changed\n")
    assert Client(path, root=str(root)).body("pipelens/failure")["isChanged"]


def test_paths_of_windows_are_mapped(tmp_path: Path) -> None:
    making = Making("C:\\ci\\build")
    making.sources["tasks\\clean.py"] = "a\n"
    making.sources["C:\\ci\\build\\tasks\\clean.py"] = "a\n"
    frames = [making.frame(file, line=1) for file in making.sources]
    frames[1]["root"] = False
    making.error("E", "", *frames)
    root = project(tmp_path, "a\n")
    client = Client(making.write(tmp_path), root=str(root))
    assert [frame["source"].get("path") for frame in client.frames()] == [str(root / "tasks/clean.py")] * 2


@pytest.mark.parametrize(
    "file",
    [
        "../secret.py",
        "tasks/../../secret.py",
        "/etc/passwd",
        "/dev/zero",
        "tasks/link.py",
        "tasks",
        "tasks/pipe",
        "tasks/large.py",
        "tasks/none.py",
        "C:\\secret.py",
        "\\\\host\\share\\secret.py",
        "//host/share/x.py",
        "a\0b",
        "",
        ".",
    ],
)
@pytest.mark.parametrize("in_root", [True, False])
def test_no_file_outside_is_opened_and_no_device(tmp_path: Path, file: str, *, in_root: bool) -> None:
    root = project(tmp_path, "a\n")
    (tmp_path / "secret.py").write_text("secret\n")
    (root / "tasks/large.py").write_bytes(b"\n" * 5_000_001)
    if sys.platform != "win32":
        (root / "tasks/link.py").symlink_to(tmp_path / "secret.py")
        os.mkfifo(root / "tasks/pipe")
    making = Making()
    making.error("E", "", making.frame(file, root=in_root))
    client = Client(making.write(tmp_path), root=str(root))
    assert "path" not in client.frames()[0]["source"]


def test_library_files_are_found_in_our_interpreters_folders(tmp_path: Path) -> None:
    folder = tmp_path / "venv/lib/python3.12/site-packages"
    (folder / "lib").mkdir(parents=True)
    (folder / "lib/deep.py").write_text("def get(d, k):\n    return d[k]\n")
    making = Making("/p")
    names = ["/ci/x/lib/python3.11/site-packages/lib/deep.py", "C:\\py\\Lib\\site-packages\\lib\\deep.py"]
    frames = [making.frame(file, root=False, user=False, line=2, text="return d[k]") for file in names]
    frames += [making.frame(names[0], root=False, user=False, line=1, text="something else")]
    making.error("E", "", *frames)
    client = Client(making.write(tmp_path), libraries=[str(folder)], just_my_code=False)
    found = [frame["source"].get("path") for frame in client.frames()]
    assert found == [None, str(folder / "lib/deep.py"), str(folder / "lib/deep.py")]


def test_the_folders_of_an_interpreter_are_found_without_running_it() -> None:
    folders = library_folders(sys.executable)
    assert any(os.path.exists(os.path.join(folder, "json", "__init__.py")) for folder in folders)
    assert library_folders("/nowhere/bin/python") == ()


# -- whatever comes

_ARGUMENTS = st.dictionaries(
    st.sampled_from(
        [
            "frameId",
            "variablesReference",
            "start",
            "count",
            "filter",
            "expression",
            "context",
            "text",
            "column",
            "line",
            "levels",
            "startFrame",
            "source",
            "sourceReference",
            "breakpoints",
            "filters",
            "moduleCount",
        ]
    ),
    st.none()
    | st.booleans()
    | st.integers(-3, 12)
    | st.text(max_size=4)
    | st.lists(st.integers(), max_size=2),
    max_size=5,
)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> str:
    return a_failure().write(tmp_path_factory.mktemp("any"))


@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_any_request_is_answered_once(recorded: str, data: st.DataObject) -> None:
    client = Client(recorded)
    for command in data.draw(st.lists(st.sampled_from(sorted(client.session._answers)), max_size=6)):
        before = len(client.said)
        client.session.handle({"seq": 1, "command": command, "arguments": data.draw(_ARGUMENTS)})
        responses = [one for one in client.said[before:] if one["type"] == "response"]
        assert len(responses) == 1
    assert client.events().count("terminated") <= 1
