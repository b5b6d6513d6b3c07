"""Sessions as five clients hold them: the order in which they ask, what they ask, and how they leave.

Each is compared with what was said in it before (`traces/`).
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.debug.conftest import Open
from tests.debug.dap_client import EDITORS, Client, Gone, Json
from tests.debug.test_attach import FILES as FAILING
from tests.debug.test_cells import CELLS, notebook
from tests.debug.test_cells import PIPELINE as NOTEBOOK
from tests.debug.test_scripts import FILES
from tests.debug.traces import compare

Write = Callable[[dict[str, str]], Path]

SCRIPT = """
    # %% tags=["parameters"]
    upstream = None
    product = None
    # %%
    from pathlib import Path

    def fail(what):
        size = len(what)
        raise KeyError(what)

    # %%
    ENDS
"""
KEEPS_GOING = "try:\n        fail('x')\n    except KeyError:\n        Path(product['data']).touch()"


class Person:
    """Somebody at one of the editors: what the editor asks for them."""

    def __init__(self, client: Client) -> None:
        self.client, self.editor = client, client.editor

    def begin(self, verb: str, breakpoints: dict[Path | str, list[int]], arguments: Json) -> None:
        client = self.client
        client.ask("initialize", adapterID="pipelens", pathFormat="path", **EDITORS[self.editor])
        number = client.send(verb, {"type": "pipelens", "request": verb, "name": "Task", **arguments})
        if verb == "attach":
            client.wait_for("initialized")
        else:
            client.await_initialized(number)
        asked = {
            "setBreakpoints": lambda: [client.set_breakpoints(path, at) for path, at in breakpoints.items()],
            "setFunctionBreakpoints": lambda: client.ask("setFunctionBreakpoints", breakpoints=[]),
            "setExceptionBreakpoints": lambda: client.ask("setExceptionBreakpoints", filters=["uncaught"]),
        }
        order = list(asked)
        if self.editor == "dape":
            order = ["setExceptionBreakpoints", "setBreakpoints"]
        elif self.editor in ("nvim-dap", "bare"):
            order.remove("setFunctionBreakpoints")
        for command in order:
            asked[command]()
        client.reply(client.send("configurationDone"))
        client.reply(number)

    def look(self) -> bool:
        """What is asked at a stop; whether there was one."""
        client = self.client
        event = client.wait_for("stopped", "terminated")
        if event["event"] == "terminated":
            return False
        client.thread = event["body"]["threadId"]
        if self.editor != "bare":
            client.reply(client.send("threads"))
        if event["body"]["reason"] == "exception" and self.editor in ("vscode", "nvim-dap"):
            client.ask("exceptionInfo", threadId=client.thread)
        page: Json = {"nvim-dap": {}, "dape": {"levels": 1}}.get(self.editor, {"startFrame": 0, "levels": 20})
        frames = client.ask("stackTrace", threadId=client.thread, **page)["stackFrames"]
        if self.editor == "dape":
            client.ask("stackTrace", threadId=client.thread, startFrame=1, levels=20)
        scopes = client.ask("scopes", frameId=frames[0]["id"])["scopes"]
        if frames[0]["name"] != "<module>" or client.requests[1]["command"] == "attach":
            client.ask("variables", variablesReference=scopes[0]["variablesReference"])
        return True

    def go_on(self) -> None:
        self.client.ask("continue", threadId=self.client.thread)

    def leave(self) -> None:
        """After `terminated`."""
        client = self.client
        match self.editor:
            case "nvim-dap":
                client.process.send_signal(signal.SIGTERM)
                client.process.wait(30)
            case "dape" | "lsp4ij":
                try:
                    client.ask("terminate")
                except Gone:
                    pass
                client.leave(terminateDebuggee=True)
            case _:
                client.leave(restart=False)


@pytest.mark.parametrize("editor", EDITORS)
def test_a_breakpoint_in_a_script(editor: str, debug: Open, project: Write) -> None:
    folder = project(FILES)
    person = Person(debug(editor=editor, interpreter=sys.executable))
    given = {"file": str(folder / "clean.py"), "cwd": str(folder)}
    person.begin("launch", {folder / "clean.py": [2, 11]}, given)
    while person.look():
        person.go_on()
    person.leave()
    compare(f"script-{editor}", person.client, folder)


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        ("uncaught", "fail('x')"),
        ("caught", KEEPS_GOING),
        ("exit", "Path(product['data']).touch()\n    raise SystemExit(0)"),
        ("syntax", "nonlocal missing"),
    ],
)
def test_an_error(name: str, ends: str, debug: Open, project: Write) -> None:
    pipeline = FILES["pipeline.yaml"].replace("        params: {factor: 3}\n", "")
    folder = project({"pipeline.yaml": pipeline, "clean.py": SCRIPT.replace("ENDS", ends)})
    person = Person(debug(editor="nvim-dap", interpreter=sys.executable))
    person.begin("launch", {}, {"task": "clean", "cwd": str(folder)})
    while person.look():
        person.go_on()
    person.leave()
    compare(f"error-{name}", person.client, folder)


def test_a_notebook_in_an_editor_that_shows_cells(debug: Open, project: Write) -> None:
    folder = project({"pipeline.yaml": NOTEBOOK})
    path = folder / "clean.ipynb"
    path.write_text(notebook())
    uris = [f"vscode-notebook-cell:{path}#W{n}sZmlsZQ%3D%3D" for n in range(4)]
    table = {str(path): [None if CELLS[n][0] == "markdown" else uri for n, uri in enumerate(uris)]}
    person = Person(debug(interpreter=sys.executable))
    given = {"file": str(path), "cwd": str(folder), "notebookCells": table}
    person.begin("launch", {uris[2]: [3], uris[3]: [2]}, given)
    while person.look():
        person.go_on()
    person.leave()
    compare("notebook", person.client, folder)


@pytest.mark.parametrize("editor", ["vscode", "nvim-dap", "dape"])
def test_a_recorded_failure(editor: str, debug: Open, project: Write) -> None:
    folder = project(FAILING)
    first = debug(interpreter=sys.executable)
    first.start(task="tell", cwd=str(folder), filters=())
    assert first.ended() == 1
    person = Person(debug(editor=editor, interpreter=sys.executable))
    client = person.client
    given = {"task": "tell", "failure": "last", "cwd": str(folder)}
    person.begin("attach", {folder / "steps.py": [2]}, given)
    assert person.look()
    frames = client.ask("stackTrace", threadId=client.thread)["stackFrames"]
    for expression in ("rows", "rows[1] + 10", "len(rows)", "missing", "().__class__.__base__"):
        number = client.send("evaluate", {"expression": expression, "frameId": frames[1]["id"]})
        client.wait_until_answered(number)
    client.ask("next", threadId=client.thread)
    assert person.look()
    person.go_on()
    client.wait_for("terminated")
    person.leave()
    compare(f"failure-{editor}", client, folder)
