"""Recorded failures, opened through the adapter."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import pytest

from pipelens.cli.entry import main
from pipelens.debug.failure_opening import open_failure
from pipelens.debug.launch import LaunchError
from pipelens.runner.state import state_path
from tests.debug.conftest import Open
from tests.debug.dap_client import Client, Refused

FILES = {
    "pipeline.yaml": """
        tasks:
          - source: steps.tell
            product: out/tell.txt
    """,
    "steps.py": """
        def divide(a, b):
            return a / b


        def tell(product):
            rows = [1, 2, 3]
            divide(len(rows), 0)
    """,
}


def attach(client: Client, **arguments: object) -> None:
    client.ask("initialize", adapterID="pipelens")
    client.ask("attach", **arguments)
    client.wait_for("initialized")
    client.ask("configurationDone")


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose task has failed in a build."""
    folder = tmp_path_factory.mktemp("failed")
    for name, text in FILES.items():
        (folder / name).write_text(textwrap.dedent(text).lstrip("\n"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["build", "--interpreter", sys.executable]) == 1
    return folder


def test_the_last_failure_of_a_task_is_opened_without_running_anything(debug: Open, failed: Path) -> None:
    client = debug()
    attach(client, task="tell", failure="last", cwd=str(failed))
    stop = client.stopped()
    assert stop.places == [("divide", "steps.py", 2), ("tell", "steps.py", 7)]
    assert client.names(stop.frames[1])["rows"] == "[1, 2, 3]"
    assert client.go() is None
    assert client.all("terminated") == [{}]
    client.ask("terminate")


def test_a_recording_is_opened_by_its_file(debug: Open, failed: Path) -> None:
    [dump] = Path(state_path(str(failed), "failures")).glob("*.plpm")
    client = debug()
    attach(client, dump=str(dump))
    assert client.stopped().path == str(failed / "steps.py")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({}, "attaching opens a recorded failure"),
        ({"task": "other", "failure": "last"}, "no failure of other is recorded"),
        ({"dump": "nowhere.plpm"}, ""),
        ({"connect": {"host": "127.0.0.1", "port": 5678}}, "attaching opens a recorded failure"),
    ],
)
def test_what_cannot_be_attached_to_says_why(arguments: dict[str, object], told: str, failed: Path) -> None:
    with pytest.raises(LaunchError) as caught:
        open_failure({"cwd": str(failed), **arguments}, {}, print, None, {})
    assert str(caught.value).startswith(told)


def test_what_is_wrong_is_shown_to_the_user_and_ends_the_session(debug: Open) -> None:
    client = debug()
    with pytest.raises(Refused) as caught:
        attach(client)
    assert caught.value.body["error"]["showUser"] is True
    client.wait_for("terminated")
