"""Sessions end: whoever ends them, nothing is left, neither process nor port nor file."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelens.runner.state import state_path
from tests.debug.conftest import Open
from tests.debug.dap_client import Client, Refused, marked

Write = Callable[[dict[str, str]], Path]

ROUNDS = int(os.environ.get("PIPELENS_ROUNDS") or 2)
FILES = {
    "pipeline.yaml": """
        tasks:
          - source: clean.py
            product: {nb: out/clean.ipynb, data: out/clean.txt}
    """,
    "clean.py": """
        # %% tags=["parameters"]
        upstream = None
        product = None
        # %%
        from pathlib import Path
        Path(product["data"]).write_text("1")
        x = 1
    """,
}


def at_a_stop(client: Client, folder: Path) -> None:
    client.start({folder / "clean.py": [7]}, task="clean", cwd=str(folder))
    assert client.stopped().line == 7


def close_input(client: Client) -> None:
    assert client.process.stdin is not None
    client.process.stdin.close()


def kill_adapter(client: Client) -> None:
    client.process.kill()


def kill_debugpy(client: Client) -> None:
    [pid] = [pid for pid, words in marked(client.mark).items() if words.endswith("debugpy/adapter")]
    os.kill(pid, signal.SIGKILL)


def kill_all_but_the_task(client: Client) -> None:
    # The task was started last; it is known by what it was told to connect to.
    others = {pid for pid, words in marked(client.mark).items() if " --connect " not in words}
    assert len(marked(client.mark)) > len(others)
    for pid in others:
        os.kill(pid, signal.SIGKILL)


def kill_both_adapters(client: Client) -> None:
    adapters = {pid for pid, words in marked(client.mark).items() if words.endswith("debugpy/adapter")}
    for pid in (client.process.pid, *adapters):
        os.kill(pid, signal.SIGKILL)


ENDINGS: dict[str, Callable[[Client], object]] = {
    "disconnect": lambda client: client.leave(),
    "disconnect and terminate": lambda client: client.leave(terminateDebuggee=True),
    "disconnect and let it run": lambda client: client.leave(terminateDebuggee=False),
    "terminate": lambda client: (client.ask("terminate"), client.ended(), client.leave()),
    "restart": lambda client: client.leave(restart=True),
    "client gone": close_input,
    "adapter killed": kill_adapter,
    "debugpy killed": kill_debugpy,
    "adapters killed": kill_both_adapters,
    "all killed but the task": kill_all_but_the_task,
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_however_a_session_ends_no_process_is_left(ending: str, debug: Open, project: Write) -> None:
    folder = project(FILES)
    client = debug()
    at_a_stop(client, folder)
    ENDINGS[ending](client)
    if ending == "debugpy killed":
        client.wait_for("terminated")
        client.leave()
    else:
        client.process.wait(30)
    assert client.left_over() == []
    if "killed" not in ending:
        assert os.listdir(state_path(str(folder), "intents")) == []
        assert os.listdir(state_path(str(folder), "plans")) == []


@pytest.mark.parametrize(
    "ending",
    [
        "disconnect",
        "client gone",
        "adapter killed",
        "adapters killed",
        "all killed but the task",
        "terminate",
    ],
)
def test_a_session_that_ends_before_it_is_configured_leaves_no_process(
    ending: str, debug: Open, project: Write
) -> None:
    folder = project(FILES)
    client = debug()
    client.await_initialized(client.begin(task="clean", cwd=str(folder)))
    match ending:
        case "terminate":
            client.ask("terminate")
            client.wait_for("terminated")
            client.leave()
        case _:
            ENDINGS[ending](client)
    client.process.wait(30)
    assert client.left_over() == []
    assert not (folder / "out" / "clean.txt").exists()


def test_a_session_that_is_stopped_says_so_and_tells_no_error(debug: Open, project: Write) -> None:
    folder = project(FILES)
    client = debug()
    at_a_stop(client, folder)
    client.ask("terminate")
    client.ended()
    assert client.output("stderr", "important") == ""
    assert client.output("console") == "clean was stopped.\n"


def test_requests_that_debugpy_cannot_answer_are_refused_and_the_session_goes_on(
    debug: Open, project: Write
) -> None:
    folder = project(FILES)
    client = debug()
    at_a_stop(client, folder)
    for command in ("cancel", "loadedSources", "terminateThreads", "dataBreakpointInfo"):
        with pytest.raises(Refused, match="is not offered"):
            client.ask(command)
    assert client.finish() == 0


def test_a_task_at_work_ends_when_all_that_debugs_it_is_killed(debug: Open, project: Write) -> None:
    folder = project(
        {**FILES, "clean.py": FILES["clean.py"].replace("x = 1", "import time; time.sleep(600)")}
    )
    client = debug()
    at_a_stop(client, folder)
    client.ask("continue", threadId=client.thread)
    kill_all_but_the_task(client)
    assert client.left_over() == []


def test_a_session_is_left_while_it_waits_for_another_build(debug: Open, project: Write) -> None:
    folder = project(FILES)
    first = debug()
    at_a_stop(first, folder)
    second = debug()
    number = second.begin(task="clean", cwd=str(folder))
    while "Waiting: another build of this pipeline is running" not in second.output("console"):
        second.wait_for("output")
    second.leave()
    assert second.left_over() == []
    assert number
    assert first.finish() == 0


def test_a_session_that_waited_begins_when_the_other_build_is_over(debug: Open, project: Write) -> None:
    folder = project(FILES)
    first = debug()
    at_a_stop(first, folder)
    second = debug()
    number = second.begin(task="clean", cwd=str(folder))
    second.wait_for("output")
    first.leave()
    second.await_initialized(number)
    second.ask("configurationDone")
    assert second.ended() == 0


def test_clients_may_leave_before_anything_is_debugged(debug: Open) -> None:
    client = debug()
    client.ask("initialize", adapterID="pipelens")
    client.leave()
    other = debug()
    close_input(other)
    other.process.wait(30)


def test_clients_may_say_nothing_of_themselves(debug: Open, project: Write) -> None:
    folder = project(FILES)
    client = debug()
    client.reply(client.send("initialize", "nothing"))
    number = client.send("launch", {"task": "clean", "cwd": str(folder)})
    client.await_initialized(number)
    client.ask("configurationDone")
    client.reply(number)
    assert client.ended() == 0


def test_without_debugging_the_task_just_runs(debug: Open, project: Write) -> None:
    folder = project(FILES)
    client = debug()
    client.reply(client.begin(task="clean", cwd=str(folder), noDebug=True))
    assert client.ended() == 0
    assert (folder / "out" / "clean.txt").read_text() == "1"


def test_many_sessions_leave_no_process_no_port_and_no_file(
    debug: Open, project: Write, tmp_path: Path
) -> None:
    folder = project(FILES)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    for number in range(ROUNDS):
        client = debug(environ=dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary)))
        at_a_stop(client, folder)
        if number % 2:
            client.leave()
        else:
            assert client.finish() == 0
            client.leave()
        assert client.left_over() == []
        ports = [socket["port"] for body in client.all("debugpySockets") for socket in body["sockets"]]
        assert not set(ports) & listening()
        client.close()
        assert os.listdir(temporary) == []


def listening() -> set[int]:
    """The TCP ports that somebody listens on."""
    found: set[int] = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        if os.path.exists(table):
            rows = [line.split() for line in Path(table).read_text().splitlines()[1:]]
            found.update(int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == "0A")
    return found
