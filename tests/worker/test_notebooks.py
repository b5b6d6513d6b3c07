"""Cells as they run: lines, magics, display, await, streams."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipelens.runner.build import BuildResult
from tests.runner.making import Pipeline, notebook_at

HEAD = '# %% tags=["parameters"]\nupstream = None\nproduct = None\n\n'


def run(pipeline: Pipeline, body: str, **options: object) -> tuple[BuildResult, list[dict[str, Any]]]:
    """The result of a notebook task with `body` after its parameters cell, and its code cells."""
    pipeline.write("nb.py", HEAD + body)
    if not pipeline.specs:
        pipeline.task("nb.py", "out/nb.ipynb", static_analysis="disable", **options)
    result = pipeline.build(force=True)
    path = pipeline.root / "out/nb.ipynb"
    if result.problems and (kept := result.problems[0].notebook):
        path = pipeline.root / kept
    cells = notebook_at(path)["cells"]
    return result, [cell for cell in cells if cell["cell_type"] == "code"][2:]


def text(cell: dict[str, Any], name: str = "stdout") -> str:
    return "".join(o["text"] for o in cell["outputs"] if o["output_type"] == "stream" and o["name"] == name)


def shown(cell: dict[str, Any]) -> list[str]:
    return [o["data"]["text/plain"] for o in cell["outputs"] if "data" in o]


def test_line_numbers_are_those_of_the_file(pipeline: Pipeline) -> None:
    body = """# %%
import sys, inspect

def where():
    return sys._getframe(1).f_lineno

# %%

# a leading blank line
print(where())
%time \\
  x = where()
print(where(), x)
y = !echo a \\
  b
print(where())
"""
    result, cells = run(pipeline, body)
    assert result.problems == ()
    lines = (HEAD + body).splitlines()
    expected = [i for i, line in enumerate(lines, 1) if line.startswith("print(where()")]
    printed = [line.split()[0] for line in text(cells[1]).splitlines() if line[:1].isdigit()]
    assert [int(word) for word in printed] == expected


def test_functions_of_a_cell_know_the_file_they_are_in(pipeline: Pipeline) -> None:
    body = "# %%\ndef f():\n    return 1\n\n# %%\nprint(f.__code__.co_filename, f.__code__.co_firstlineno)\nimport inspect\nprint(inspect.getsource(f))\n"
    result, cells = run(pipeline, body)
    assert result.ok
    assert text(cells[1]) == f"{pipeline.root / 'nb.py'} 6\ndef f():\n    return 1\n\n"


def test_magics_and_shell_commands_run(pipeline: Pipeline) -> None:
    body = "# %%\n!echo hello\nname = %env HOME\n%cd -q .\n\n# %%\n%%capture kept\nprint('hidden')\n\n# %%\nprint(kept.stdout, end='')\n\n# %%\n%%time\nx = 1\nx\n\n# %%\n%%bash\necho from bash\n"
    result, cells = run(pipeline, body)
    assert result.problems == ()
    assert text(cells[0]).strip() == "hello"
    assert text(cells[1]) == ""
    assert text(cells[2]) == "hidden\n"
    assert "Wall time" in text(cells[3])
    assert shown(cells[3]) == ["1"]
    assert text(cells[4]) == "from bash\n"


def test_the_last_expression_is_shown_unless_a_semicolon_ends_it(pipeline: Pipeline) -> None:
    body = "# %%\n1\n2\n\n# %%\n3;\n\n# %%\n4  # ;\n\n# %%\nNone\n\n# %%\nx = 5\n"
    _, cells = run(pipeline, body)
    assert [shown(cell) for cell in cells] == [["2"], [], ["4"], [], []]


def test_rich_values_and_display(pipeline: Pipeline) -> None:
    body = """# %%
class Rich:
    def _repr_html_(self):
        return "<b>rich</b>"
    def __repr__(self):
        return "Rich()"

# %%
Rich()

# %%
from IPython.display import display, Markdown, clear_output, update_display
display(Rich())
display(Markdown("*m*"))
h = display("first", display_id="d")
update_display("second", display_id="d")

# %%
print("gone")
clear_output()
print("stays")
"""
    result, cells = run(pipeline, body)
    assert result.problems == ()
    out = cells[1]["outputs"][0]
    assert out["output_type"] == "execute_result"
    assert out["data"] == {"text/plain": "Rich()", "text/html": "<b>rich</b>"}
    assert out["execution_count"] == cells[1]["execution_count"]
    kinds = [o["output_type"] for o in cells[2]["outputs"]]
    assert kinds == ["display_data"] * 3
    assert cells[2]["outputs"][1]["data"]["text/markdown"] == "*m*"
    assert cells[2]["outputs"][2]["data"]["text/plain"] == "'second'"
    assert text(cells[3]) == "stays\n"


def test_await_and_tasks_work_as_in_jupyter(pipeline: Pipeline) -> None:
    body = "# %%\nimport asyncio\nasync def f():\n    await asyncio.sleep(0)\n    return 7\n\n# %%\nt = asyncio.create_task(f())\nawait t\n\n# %%\nasync with asyncio.Lock():\n    print('locked')\n"
    result, cells = run(pipeline, body)
    assert result.problems == ()
    assert shown(cells[1]) == ["7"]
    assert text(cells[2]) == "locked\n"


def test_future_imports_hold_for_later_cells(pipeline: Pipeline) -> None:
    body = (
        "# %%\nfrom __future__ import annotations\n\n# %%\ndef f(x: Missing): ...\nprint(f.__annotations__)\n"
    )
    result, cells = run(pipeline, body)
    assert result.problems == ()
    assert text(cells[1]) == "{'x': 'Missing'}\n"


def test_stdin_is_at_its_end(pipeline: Pipeline) -> None:
    result, _ = run(pipeline, "# %%\ninput('name? ')\n")
    assert result.problems[0].error == "EOFError"


def test_main_is_the_notebook(pipeline: Pipeline) -> None:
    body = "# %%\nprint(__name__, get_ipython().__class__.__name__)\nimport sys, pickle\nclass A: ...\nprint(type(pickle.loads(pickle.dumps(A()))) is A, len(sys.argv))\nprint('__file__' in globals())\n"
    result, cells = run(pipeline, body)
    assert result.problems == ()
    assert text(cells[0]) == "__main__ ZMQInteractiveShell\nTrue 1\nFalse\n"


def test_exit_zero_ends_a_notebook_well_and_another_code_fails_it(pipeline: Pipeline) -> None:
    result, cells = run(pipeline, "# %%\nimport sys\nsys.exit()\n\n# %%\nprint('not reached')\n")
    assert result.ok
    assert cells[1]["outputs"] == []
    result, _ = run(pipeline, "# %%\nraise SystemExit(3)\n")
    assert result.problems[0].error == "SystemExit"


def test_a_syntax_error_is_told_before_anything_runs(pipeline: Pipeline) -> None:
    result, _ = run(pipeline, "# %%\nopen('ran', 'w').close()\n\n# %%\nx = (1\n")
    problem = result.problems[0]
    assert (problem.error, problem.line, problem.cell_line) == ("SyntaxError", 8, 0)
    assert not (pipeline.root / "ran").exists()


def test_text_of_child_processes_goes_into_the_notebook(pipeline: Pipeline) -> None:
    body = "# %%\nimport os, subprocess, sys, time\nos.write(1, b'direct\\n')\nsubprocess.run([sys.executable, '-c', 'print(\"child\")'])\ntime.sleep(0.2)\n"
    _, cells = run(pipeline, body)
    assert sorted(text(cells[0]).split()) == ["child", "direct"]


def test_progress_bars_leave_their_last_state(pipeline: Pipeline) -> None:
    body = (
        "# %%\nimport sys\nfor i in range(3):\n    sys.stderr.write(f'\\r{i}/2')\nsys.stderr.write('\\n')\n"
    )
    _, cells = run(pipeline, body)
    assert text(cells[0], "stderr") == "2/2\n"


@pytest.mark.parametrize("extension", ["html", "md"])
def test_a_notebook_is_exported(pipeline: Pipeline, extension: str) -> None:
    pipeline.write("nb.py", HEAD + "# %%\nprint('in the page')\n")
    pipeline.task("nb.py", f"out/nb.{extension}")
    result = pipeline.build()
    assert result.problems == ()
    assert "in the page" in (pipeline.root / f"out/nb.{extension}").read_text("utf-8")
    assert sorted(path.name for path in (pipeline.root / "out").iterdir()) == [
        f".nb.{extension}.metadata",
        f"nb.{extension}",
    ]


def test_one_run_in_several_formats(pipeline: Pipeline) -> None:
    pipeline.write("nb.py", HEAD + "# %%\n1 + 1\n")
    pipeline.task(
        "nb.py",
        {"page": "out/p.html", "book": "out/b.ipynb", "bare": "out/bare.html"},
        nb_product_key=["page", "book", "bare"],
        nbconvert_export_kwargs={"exclude_input": True},
    )
    result = pipeline.build()
    assert result.problems == ()
    assert "1 + 1" not in (pipeline.root / "out/bare.html").read_text("utf-8")


def test_a_failing_cell_of_an_ipynb_is_found_in_its_file(pipeline: Pipeline) -> None:
    cells = [
        {
            "cell_type": "code",
            "id": "p",
            "metadata": {"tags": ["parameters"]},
            "source": ["upstream = None\n", "product = None"],
            "outputs": [],
            "execution_count": None,
        },
        {
            "cell_type": "code",
            "id": "x",
            "metadata": {"note": 1},
            "source": ["def f():\n", "    return 1 / 0\n", "\n", "f()"],
            "outputs": [],
            "execution_count": 9,
        },
    ]
    pipeline.write(
        "nb.ipynb", json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)
    )
    pipeline.task("nb.ipynb", "out/nb.ipynb")
    result = pipeline.build()
    problem = result.problems[0]
    lines = (pipeline.root / "nb.ipynb").read_text().splitlines()
    assert problem.path == str(pipeline.root / "nb.ipynb")
    assert problem.line is not None
    assert "return 1 / 0" in lines[problem.line]
    assert (problem.cell, problem.cell_line, problem.called) == (1, 3, True)
    assert 'nb.ipynb cell 2", line 2, in f\n    return 1 / 0' in problem.traceback
    kept = notebook_at(pipeline.root / str(problem.notebook))
    assert kept["cells"][2]["metadata"]["note"] == 1


def test_the_injected_cell_is_shown_in_tracebacks(pipeline: Pipeline) -> None:
    pipeline.write("nb.py", HEAD + "# %%\nx = 1\n")
    pipeline.task("nb.py", "out/nb.ipynb", params={"a-b": 1}, static_analysis="disable")
    result = pipeline.build()
    assert "<parameters of nb>" in result.problems[0].traceback
    assert "a-b = 1" in result.problems[0].traceback


def test_local_execution_runs_in_the_folder_of_the_source(pipeline: Pipeline) -> None:
    pipeline.write("deep/nb.py", HEAD + "# %%\nimport os, near\nprint(os.getcwd())\n")
    pipeline.write("deep/near.py", "")
    pipeline.task("deep/nb.py", "out/nb.ipynb", local_execution=True)
    result = pipeline.build()
    assert result.problems == ()
