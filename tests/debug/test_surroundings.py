"""A debugged task finds what a task of a build finds, and the debugger does what it does for a script."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelens.cli.entry import main
from tests.debug.conftest import Open

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
"""


def notebook_task(cells: str) -> dict[str, str]:
    return {"pipeline.yaml": PIPELINE, "clean.py": HEAD + cells}


def test_the_import_path_and_the_arguments_are_those_of_a_build(
    debug: Open, project: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = "json.dumps([sys.path, sys.argv, os.getcwd(), __name__, os.environ.get('MINE'), os.environ.get('PYTHONSAFEPATH')])"
    folder = project(
        notebook_task(f"    import json, os, sys\n    Path(product['data']).write_text({told})\n")
    )
    monkeypatch.chdir(folder)
    monkeypatch.setenv("MINE", "here")
    assert main(["build", "--interpreter", sys.executable]) == 0
    built = json.loads((folder / "out" / "clean.txt").read_text())
    client = debug(interpreter=sys.executable)
    client.start(task="clean", cwd=str(folder), env={"MINE": "here"})
    assert client.ended() == 0
    assert json.loads((folder / "out" / "clean.txt").read_text()) == built


def test_entry_breakpoint_calls_pauses_and_awaits(debug: Open, project: Write) -> None:
    folder = project(
        notebook_task(
            """
    # %%
    breakpoint()
    a = 1
    # %%
    import asyncio

    async def slowly():
        await asyncio.sleep(0.01)
        return 5

    b = await slowly()
    # %%
    while "go_on" not in globals():  # a pause may come before this is reached
        pass
    Path(product["data"]).touch()
"""
        )
    )
    client = debug()
    client.start(task="clean", cwd=str(folder), stopOnEntry=True, justMyCode=False)
    stop = client.stopped()
    assert (stop.reason, stop.where) == ("entry", ("clean.py", 2))
    assert client.step("continue").places == [("<module>", "clean.py", 9)]
    client.set_breakpoints(folder / "clean.py", [15])
    stop = client.step("continue")
    assert stop.places == [("slowly", "clean.py", 15), ("<module>", "clean.py", 17)]
    client.ask("continue", threadId=client.thread)
    client.ask("pause", threadId=client.thread)
    stop = client.stopped()
    assert stop.frames[-1]["name"] == "<module>"
    client.ask("evaluate", expression="go_on = True", frameId=stop.frames[-1]["id"], context="repl")
    assert client.finish() == 0


def test_errors_that_leave_the_users_code_stop_there(debug: Open, project: Write) -> None:
    folder = project(
        notebook_task(
            """
    # %%
    import json

    class Odd:
        pass

    def default(value):
        raise LookupError("none")

    try:
        json.dumps(Odd(), default=default)
    except LookupError:
        pass
    Path(product["data"]).touch()
"""
        )
    )
    client = debug()
    client.start(task="clean", cwd=str(folder), filters=("userUnhandled",))
    name, file, line = client.stopped().places[0]
    assert (name.split()[0], file, line) == ("default", "clean.py", 14)
    assert client.finish() == 0


def test_a_script_task_prints_as_a_script_does(debug: Open, project: Write) -> None:
    folder = project(
        {
            "pipeline.yaml": PIPELINE.replace(
                "source: clean.py", "source: clean.py\n        class: ScriptRunner"
            ),
            "clean.py": HEAD
            + """
    import subprocess, sys
    print("first")
    subprocess.run([sys.executable, "-c", "print('second')"])
    print("third", file=sys.stderr)
    Path(product["nb"]).touch()
    Path(product["data"]).touch()
""",
        }
    )
    client = debug()
    client.start({folder / "clean.py": [9]}, task="clean", cwd=str(folder))
    assert client.stopped().places == [("<module>", "clean.py", 9)]
    assert client.finish() == 0
    assert client.output("stdout") == "first\nsecond\n"
    assert client.output("stderr") == "third\n"


def test_the_notebook_of_a_debugged_task_is_that_of_a_build(debug: Open, project: Write) -> None:
    folder = project(
        notebook_task(
            """
    # %%
    print("größe")
    # %%
    import os
    os.system("echo from a child")
    6 * 7
    # %%
    Path(product["data"]).touch()
"""
        )
    )
    client = debug()
    client.start(task="clean", cwd=str(folder))
    assert client.ended() == 0
    cells = json.loads((folder / "out" / "clean.ipynb").read_text(encoding="utf-8"))["cells"]
    shown = [
        "".join(output.get("text") or output["data"]["text/plain"])
        for cell in cells
        for output in cell.get("outputs", ())
    ]
    # Under a debugger nothing marks where a cell ends in what children print: it may come behind the value.
    assert "".join(shown) in ("größe\nfrom a child\n42", "größe\n42from a child\n")
    assert client.output("stdout") == "größe\nfrom a child\n"


def test_a_python_path_is_the_tasks_and_not_the_adapters(debug: Open, project: Write) -> None:
    told = "json.dumps([os.environ['PYTHONPATH'], mine.__file__])"
    folder = project(
        {
            **notebook_task(f"    import json, os, mine\n    Path(product['data']).write_text({told})\n"),
            "lent/mine.py": "",
            # What the adapters need and the task does not.
            "lent/yaml.py": "raise RuntimeError('a module of the user was taken')",
            "lent/json.py": "raise RuntimeError('a module of the user was taken')",
        }
    )
    lent = str(folder / "lent")
    client = debug(interpreter=sys.executable, environ={"PYTHONPATH": lent})
    client.start(task="clean", cwd=str(folder))
    assert client.ended() == 0
    assert json.loads((folder / "out" / "clean.txt").read_text()) == [lent, f"{lent}/mine.py"]
