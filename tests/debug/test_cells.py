"""Cells of notebooks: stops in the documents that an editor shows, and in files where it shows none."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelens.runner.state import state_path
from tests.debug.conftest import Open
from tests.debug.dap_client import Refused

Write = Callable[[dict[str, str]], Path]

PIPELINE = """
    tasks:
      - source: clean.ipynb
        product: {nb: out/clean.ipynb, data: out/clean.txt}
"""
CELLS = [
    ("code", "upstream = None\nproduct = None", ["parameters"]),
    ("markdown", "# Words", []),
    ("code", "%matplotlib inline\ndef double(x):\n    y = 2 * x\n    return y", []),
    (
        "code",
        "\nvalue = double(4)\nfrom pathlib import Path\nPath(product['data']).write_text(str(value))",
        [],
    ),
]


def notebook() -> str:
    cells = [
        {"cell_type": kind, "id": f"id-{number}", "source": source, "metadata": {"tags": tags}}
        | ({"outputs": [], "execution_count": None} if kind == "code" else {})
        for number, (kind, source, tags) in enumerate(CELLS)
    ]
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    return json.dumps(
        {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    )


FILES = {"pipeline.yaml": PIPELINE, "clean.ipynb": notebook()}


def test_cells_are_stopped_at_by_the_addresses_of_their_documents(debug: Open, project: Write) -> None:
    folder = project({"pipeline.yaml": PIPELINE.replace("matplotlib", "")})
    (folder / "clean.ipynb").write_text(notebook())
    path = str(folder / "clean.ipynb")
    uris = [f"vscode-notebook-cell://host+x:80{path}#W{n}sZmlsZQ%3D%3D" for n in range(4)]
    table = {path: [None if CELLS[n][0] == "markdown" else uri for n, uri in enumerate(uris)]}
    client = debug()
    told = client.start({uris[2]: [3], uris[3]: [2]}, file=path, notebookCells=table)
    for uri, line in ((uris[2], 3), (uris[3], 2)):
        [point] = told[uri]
        assert (point["verified"], point["line"]) == (True, line)
        assert point["source"]["path"] == uri
    stop = client.stopped()
    assert [frame["source"] for frame in stop.frames] == [{"name": "clean.ipynb", "path": uris[3]}]
    stop = client.step("continue")
    assert [(f["name"], f["line"], f["source"]["path"]) for f in stop.frames] == [
        ("double", 3, uris[2]),
        ("<module>", 2, uris[3]),
    ]
    assert client.names(stop.top) == {"x": "4"}
    assert client.step("stepOut").line == 2
    assert client.finish() == 0
    assert (folder / "out" / "clean.txt").read_text() == "8"


def test_other_editors_are_shown_the_files_of_cells(debug: Open, project: Write) -> None:
    folder = project({"pipeline.yaml": PIPELINE})
    (folder / "clean.ipynb").write_text(notebook())
    path = folder / "clean.ipynb"
    cells = Path(state_path(str(folder), "cells", "clean"))
    client = debug(editor="nvim-dap")
    told = client.start({cells / "3-id-2.py": [3], path: [5]}, file=str(path))
    [point] = told[str(path)]
    assert point["verified"] is False
    assert str(cells) in point["message"]
    stop = client.stopped()
    assert stop.places == [("double", "3-id-2.py", 3), ("<module>", "4-id-3.py", 2)]
    text = (cells / "4-id-3.py").read_text()
    assert text.splitlines()[1] == "value = double(4)"
    assert client.finish() == 0


def test_a_notebook_that_is_not_saved_refuses_the_launch(debug: Open, project: Write) -> None:
    folder = project({"pipeline.yaml": PIPELINE})
    (folder / "clean.ipynb").write_text(notebook())
    path = str(folder / "clean.ipynb")
    client = debug()
    with pytest.raises(Refused, match="4 cells on disk and 1 in the editor; save it first"):
        client.start(file=path, notebookCells={path: ["x:1"]})


def test_an_error_in_a_cell_names_the_cell(debug: Open, project: Write) -> None:
    folder = project({"pipeline.yaml": PIPELINE})
    (folder / "clean.ipynb").write_text(notebook().replace("2 * x", "2 // 0"))
    path = str(folder / "clean.ipynb")
    client = debug()
    client.start(file=path)
    assert client.stopped().places == [("double", "3-id-2.py", 3), ("<module>", "4-id-3.py", 2)]
    assert client.finish() == 1
    [events] = list(Path(state_path(str(folder), "runs")).iterdir())
    problems = [json.loads(line) for line in events.read_text().splitlines() if '"kind": "problem"' in line]
    assert [(one["path"], one["cell"], one["cell_line"]) for one in problems] == [(path, 3, 1)]
