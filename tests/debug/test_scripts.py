"""Breakpoints and steps in the files that people write: scripts with cells, functions, modules."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.debug.conftest import DEBUGGED, Open
from tests.debug.dap_client import EDITORS

Write = Callable[[dict[str, str]], Path]

PIPELINE = """
    tasks:
      - source: clean.py
        product: {nb: out/clean.ipynb, data: out/clean.txt}
        params: {factor: 3}
"""
CLEAN = """
    # %% tags=["parameters"]
    upstream = None
    product = None
    factor = 2

    # %%
    from pathlib import Path
    import helper

    def double(x):
        y = x * factor
        return y

    # %% [markdown]
    # Words between.

    # %%
    total = double(4)
    label = "done"
    # %%
    print("total", total)
    Path(product["data"]).write_text(str(helper.add(total, 1)))
"""
HELPER = """
    def add(a, b):
        c = a + b
        return c
"""
FILES = {"pipeline.yaml": PIPELINE, "clean.py": CLEAN, "helper.py": HELPER}


@pytest.mark.parametrize("editor", [name for name in EDITORS if name != "vscode"])
def test_every_editor_stops_in_a_script_that_it_names_by_its_file(
    editor: str, debug: Open, project: Write
) -> None:
    folder = project(FILES)
    client = debug(editor=editor)
    told = client.start({folder / "clean.py": [2]}, file=str(folder / "clean.py"))
    assert [point["verified"] for point in told[str(folder / "clean.py")]] == [True]
    stop = client.stopped()
    assert stop.where == ("clean.py", 2)
    assert client.finish() == 0
    assert "total 12" in client.output("stdout")
    assert (folder / "out" / "clean.txt").read_text() == "13"


@pytest.mark.parametrize("version", DEBUGGED)
def test_stops_and_steps_are_on_the_lines_of_the_file(
    version: tuple[int, int], debug: Open, project: Write
) -> None:
    folder = project(FILES)
    script = folder / "clean.py"
    client = debug(interpreter=str(DEBUGGED[version]))
    client.start({script: [11], folder / "helper.py": [2]}, task="clean", cwd=str(folder))
    assert client.stopped().places == [("double", "clean.py", 11), ("<module>", "clean.py", 18)]
    assert client.names(client.stopped_frame) == {"x": "4"}
    assert client.step().line == 12
    assert client.step("stepOut").places == [("<module>", "clean.py", 18)]
    assert client.step().line == 19
    assert client.step().line == 21, "the step goes over the end of the cell"
    assert client.step().line == 22
    stop = client.step()
    assert stop.places == [("add", "helper.py", 2), ("<module>", "clean.py", 22)]
    assert client.finish() == 0


def test_variables_are_the_users_own_and_the_injected_ones(debug: Open, project: Write) -> None:
    folder = project(FILES)
    client = debug()
    client.start({folder / "clean.py": [21]}, task="clean", cwd=str(folder))
    stop = client.stopped()
    names = client.names(stop.top)
    mine = {name for name in names if not name.startswith("__")}
    assert mine == {"Path", "double", "factor", "helper", "label", "product", "total", "upstream"}
    assert names["factor"] == "3"
    assert client.value("total + 1", stop.top) == "13"
    assert client.value("factor", stop.top, "hover") == "3"
    client.ask("setExpression", expression="total", value="40", frameId=stop.top["id"])
    targets = client.ask("completions", frameId=stop.top["id"], text="helper.ad", column=10)["targets"]
    assert [target["label"] for target in targets] == ["add"]
    assert client.finish() == 0
    assert (folder / "out" / "clean.txt").read_text() == "41"


def test_with_library_code_shown_no_step_leaves_the_users_code(debug: Open, project: Write) -> None:
    cells = "".join(f"    # %%\n    x{n} = {n}\n" for n in range(5))
    folder = project({**FILES, "clean.py": CLEAN.replace("    # %% [markdown]", cells)})
    client = debug()
    client.start({folder / "clean.py": [2]}, task="clean", cwd=str(folder), justMyCode=False)
    stop = client.stopped()
    seen = [stop.line]
    while (found := client.go("next")) is not None:
        assert found.path == str(folder / "clean.py") or found.path.startswith("<parameters of clean")
        assert len(found.frames) == 1
        seen.append(found.line)
    assert len(seen) > 12
    assert client.exit_code() == 0


def test_the_injected_cell_can_be_read(debug: Open, project: Write) -> None:
    folder = project(FILES)
    client = debug()
    client.start({folder / "clean.py": [4]}, task="clean", cwd=str(folder), justMyCode=False)
    client.stopped()
    stop = client.step("stepIn")
    source = stop.top["source"]
    assert source["path"] == "<parameters of clean>"
    text = client.ask("source", sourceReference=source["sourceReference"], source=source)["content"]
    assert "factor = 3" in text
    assert client.finish() == 0


def test_a_condition_a_count_and_a_message_at_breakpoints(debug: Open, project: Write) -> None:
    folder = project(
        {
            "pipeline.yaml": PIPELINE,
            "clean.py": """
                # %% tags=["parameters"]
                upstream = None
                product = None
                factor = 2
                # %%
                from pathlib import Path
                for n in range(10):
                    a = n
                    b = n
                    c = n
                Path(product["data"]).touch()
            """,
        }
    )
    client = debug()
    points = [
        {"line": 8, "condition": "n == 7"},
        {"line": 9, "hitCondition": "3"},
        {"line": 10, "logMessage": "n is {n}"},
    ]
    client.start({folder / "clean.py": points}, task="clean", cwd=str(folder))
    assert (client.stopped().line, client.value("n", client.stopped_frame)) == (9, "2")
    assert client.step("continue").line == 8
    assert client.value("n", client.stopped_frame) == "7"
    assert client.finish() == 0
    assert "n is 9" in client.output()


def test_lines_hold_where_magics_go_over_several(debug: Open, project: Write) -> None:
    lines = [
        '# %% tags=["parameters"]',
        "upstream = None",
        "product = None",
        "factor = 1",
        "",
        "# %%",
        "",
        "",
        "from pathlib import Path",
        "!echo one \\",
        "   two",
        "a = 1",
        "%env \\",
        "   SOMETHING=1",
        "b = 2",
        "# %% [markdown]",
        "# Words.",
        "",
        "# %%",
        "# %%time",
        "c = 3",
        "d = 4",
        "",
        "# %%",
        'Path(product["data"]).touch()',
    ]
    folder = project({"pipeline.yaml": PIPELINE, "clean.py": "\r\n".join(lines) + "\r\n"})
    client = debug()
    wanted = [12, 15, 21, 22, 25]
    told = client.start({folder / "clean.py": wanted}, task="clean", cwd=str(folder))
    assert [point["line"] for point in told[str(folder / "clean.py")]] == wanted
    seen = [client.stopped().line]
    while (stop := client.go()) is not None:
        seen.append(stop.line)
    assert seen == wanted
    assert client.exit_code() == 0


@pytest.mark.parametrize("name", ["io.py", "threading.py"])
def test_a_script_may_be_called_like_a_module_of_the_library(name: str, debug: Open, project: Write) -> None:
    folder = project(
        {
            "pipeline.yaml": PIPELINE.replace("source: clean.py", f"source: scripts/{name}"),
            f"scripts/{name}": CLEAN.replace("import helper", "import operator as helper"),
        }
    )
    client = debug()
    client.start({folder / "scripts" / name: [11]}, file=str(folder / "scripts" / name))
    assert client.stopped().where == (name, 11)
    assert client.finish() == 0


def test_a_function_and_a_module_that_it_imports(debug: Open, project: Write) -> None:
    folder = project(
        {
            "pipeline.yaml": """
                tasks:
                  - source: steps.tell
                    product: out/tell.txt
            """,
            "steps.py": """
                from pathlib import Path

                import helper


                def tell(product):
                    total = helper.add(1, 2)
                    Path(str(product)).write_text(str(total))
            """,
            "helper.py": HELPER,
        }
    )
    client = debug()
    client.start({folder / "steps.py": [8], folder / "helper.py": [2]}, file=str(folder / "steps.py"))
    stop = client.stopped()
    assert stop.places == [("add", "helper.py", 2), ("tell", "steps.py", 7)]
    stop = client.step("continue")
    assert stop.places == [("tell", "steps.py", 8)]
    assert client.names(stop.top)["total"] == "3"
    assert client.finish() == 0
    assert (folder / "out" / "tell.txt").read_text() == "3"


def test_names_values_and_output_need_not_be_ascii(debug: Open, project: Write) -> None:
    folder = project(
        {
            "pipeline.yaml": PIPELINE.replace("source: clean.py", "source: größe.py"),
            "größe.py": CLEAN.replace('"done"', '"fertig ✓ 日本"').replace('"total"', '"größe ✓"'),
            "helper.py": HELPER,
        }
    )
    client = debug(environ={"LC_ALL": "C"})
    client.start({folder / "größe.py": [21]}, file=str(folder / "größe.py"))
    stop = client.stopped()
    assert stop.where == ("größe.py", 21)
    assert client.names(stop.top)["label"] == "'fertig ✓ 日本'"
    assert client.finish() == 0
    assert "größe ✓ 12" in client.output("stdout")
