"""A task under the debugger beside the same file as a plain script under debugpy: the same is seen."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.debug.conftest import Open
from tests.debug.dap_client import Client, Json

Write = Callable[[dict[str, str]], Path]

CLEAN = """
    # %% tags=["parameters"]
    upstream = None
    product = None

    # %%
    import sys
    import helper
    from dataclasses import dataclass

    LIMIT = 3

    @dataclass
    class Point:
        x: int
        y: float = 0.5

    def double(value):
        names = ["größe", "b"]
        table = {"one": 1, "two": [1, 2]}
        point = Point(value)
        result = helper.add(value, value)
        return result

    # %%
    print("before")
    total = double(LIMIT)
    print("after", total, file=sys.stderr)
    _private = 1
    # %%
    END
"""
PIPELINE = """
    tasks:
      - source: clean.py
        product: {nb: out/clean.ipynb, data: out/clean.txt}
"""
SCRIPT = "        class: ScriptRunner\n"
HELPER = """
    def add(a, b):
        c = a + b
        return c
"""
QUESTIONS = ("total + 1", "LIMIT = 7", "nothing", "1 / 0", "print('hi')", "__name__", "sys.argv", "sys.path")
MADE_FOR_MODULES = {"__builtin__", "__builtins__", "__cached__", "__doc__", "__file__", "__package__"}
"""What Python or IPython puts into a module: their values differ where a notebook's module differs from
a script's."""


class PlainClient(Client):
    """debugpy's adapter stays until its input closes."""

    def leave(self, **arguments: object) -> None:
        assert self.process.stdin is not None
        self.ask("disconnect", **arguments)
        self.process.stdin.close()
        self.process.wait(60)


def seen_of(client: Client, folder: Path, **launch: object) -> dict[str, Any]:
    """What a user sees from the first breakpoint to the end."""
    script = folder / "clean.py"
    lines = script.read_text(encoding="utf-8").splitlines()

    def line_of(start: str) -> int:
        return next(at for at, line in enumerate(lines, 1) if line.startswith(start))

    told = client.start(
        {script: [line_of("    result ="), line_of("_private")]}, cwd=str(folder), type="python", **launch
    )
    seen: dict[str, Any] = {"breakpoints": [without(one, "id") for one in told[str(script)]]}
    stop = client.stopped()
    seen["stop"] = (
        stop.reason,
        stop.text,
        [(one["name"], one["line"], one["source"]) for one in stop.frames],
    )
    scopes = client.ask("scopes", frameId=stop.top["id"])["scopes"]
    seen["scopes"] = [without(scope, "variablesReference") for scope in scopes]
    reference = scopes[0]["variablesReference"]
    inner = client.ask("variables", variablesReference=reference)["variables"]
    seen["locals"] = [without(one, "variablesReference") for one in inner]
    seen["threads"] = [one["name"] for one in client.ask("threads")["threads"]]
    seen["after the function"] = client.step().places
    seen["into another module"] = client.step("continue").places
    here = client.stopped_frame
    seen["names"] = {
        name: re.sub(r"0x[0-9a-f]+", "0x…", value)
        for name, value in client.names(here).items()
        if name not in MADE_FOR_MODULES
    }
    seen["answers"] = [asked(client, question, here) for question in QUESTIONS]
    seen["completions"] = client.ask("completions", frameId=here["id"], text="helper.", column=8)
    seen["at the end"] = []
    while (stop := client.go()) is not None:
        info = client.ask("exceptionInfo", threadId=client.thread)
        seen["at the end"].append((stop.reason, stop.text, stop.places, info))
    seen["exit"] = client.exit_code()
    seen["stdout"], seen["stderr"] = client.output("stdout"), client.output("stderr")
    seen["console"] = client.output("console", "important")
    return seen


def without(found: Json, *keys: str) -> Json:
    return {key: value for key, value in found.items() if key not in keys}


def asked(client: Client, question: str, frame: Json) -> str:
    number = client.send("evaluate", {"expression": question, "frameId": frame["id"], "context": "repl"})
    try:
        return client.reply(number)["result"]
    except Exception as refused:
        return str(refused)


def both(debug: Open, folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is seen with debugpy alone, and with ours."""
    plain = PlainClient(command=[sys.executable, "-m", "debugpy.adapter"])
    try:
        alone = seen_of(
            plain,
            folder,
            program=str(folder / "clean.py"),
            console="internalConsole",
            subProcess=False,
            env={"PYTHONSAFEPATH": None},
        )
    finally:
        plain.close()
    ours = debug(interpreter=sys.executable)
    seen = seen_of(ours, folder, file=str(folder / "clean.py"))
    paths = [str(one["module"].get("path")) for one in ours.all("module")]
    assert str(folder / "clean.py") in paths
    assert not [path for path in paths if "pipelens" in path]
    return alone, seen


@pytest.mark.parametrize("kind", ["notebook", "script"])
def test_a_failing_task_is_seen_as_a_failing_script_is(kind: str, debug: Open, project: Write) -> None:
    pipeline = PIPELINE + (SCRIPT if kind == "script" else "")
    folder = project(
        {"pipeline.yaml": pipeline, "clean.py": CLEAN.replace("END", "double({}['x'])"), "helper.py": HELPER}
    )
    alone, ours = both(debug, folder)
    assert len(ours["at the end"]) == 1
    # Injected: the one value that a task is given and a script is not.
    assert alone["names"].pop("product") == "None"
    assert "clean.ipynb" in ours["names"].pop("product")
    # Above the user's frames a plain traceback tells of debugpy and runpy; ours does not.
    raised = alone["stderr"].index("Traceback")
    users = alone["stderr"].index('  File "' + str(folder / "clean.py"))
    head = "Traceback (most recent call last):\n"
    alone["stderr"] = alone["stderr"][:raised] + head + alone["stderr"][users:]
    assert ours == alone


def test_a_task_that_ends_well_is_seen_as_a_script_that_does(debug: Open, project: Write) -> None:
    end = "\n    ".join(
        (
            "from pathlib import Path",
            "Path('out').mkdir(exist_ok=True)",
            "for one in ('clean.ipynb', 'clean.txt'):",
            "    Path('out', one).touch()",
            "raise SystemExit(0)",
        )
    )
    folder = project({"pipeline.yaml": PIPELINE, "clean.py": CLEAN.replace("END", end), "helper.py": HELPER})
    alone, ours = both(debug, folder)
    alone["names"].pop("product")
    ours["names"].pop("product")
    assert (ours["exit"], ours["stdout"], ours["stderr"]) == (0, "before\nhi\n", "after 6\n")
    assert ours == alone


def test_an_exit_code_of_its_own_fails_a_task_with_code_one(debug: Open, project: Write) -> None:
    clean = CLEAN.replace("END", "raise SystemExit(3)")
    folder = project({"pipeline.yaml": PIPELINE, "clean.py": clean, "helper.py": HELPER})
    alone, ours = both(debug, folder)
    assert (alone["exit"], ours["exit"]) == (3, 1)
    assert ours["at the end"] == alone["at the end"]
    assert ours["stderr"].endswith("SystemExit: 3\n")
