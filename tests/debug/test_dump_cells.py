"""A recorded failure in a notebook: its frames as the cells that an editor shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelens.core.magics import plain_python

from .dump_making import Making
from .test_dump_session import Client

CELLS = ["import csv", "%matplotlib inline\ntotal = sum(prices)\ntotal"]
URIS = (None, "vscode-notebook-cell:/p/nb.ipynb#W1", "vscode-notebook-cell:/p/nb.ipynb#W2")


def notebook(root: Path, cells: list[str] = CELLS) -> str:
    """A notebook that begins with a cell of text."""
    told = [{"cell_type": "markdown", "id": "m", "metadata": {}, "source": "# Total"}]
    told += [
        {"cell_type": "code", "id": f"c{at}", "metadata": {}, "source": source, "outputs": []}
        for at, source in enumerate(cells)
    ]
    root.mkdir(exist_ok=True)
    path = root / "nb.ipynb"
    path.write_text(json.dumps({"cells": told, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return str(path)


def failure(folder: Path, file: str, source: str) -> str:
    making = Making("/home/ci/build", task="total")
    making.sources[file] = source
    making.error("NameError", "prices", making.frame(file, line=2))
    return making.write(folder)


def opened(tmp_path: Path, dump: str, path: str, **options: object) -> Client:
    return Client(dump, root=str(tmp_path / "here"), **{"cells": {path: URIS}, **options})


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("nb.ipynb cell 3", CELLS[1]),
        (".pipelens/cells/total/3-c1.py", plain_python(CELLS[1]).text),
    ],
    ids=["in a build", "under the debugger"],
)
def test_a_cell_that_has_not_changed_is_the_editors_document(tmp_path: Path, file: str, source: str) -> None:

    path = notebook(tmp_path / "here")
    client = opened(tmp_path, failure(tmp_path, file, source), path)
    assert client.frames()[0]["source"] == {"name": "nb.ipynb", "path": URIS[2]}
    told = client.body("pipelens/failure")
    assert (told["path"], told["cell"], told["line"], told["isChanged"]) == (path, 2, 2, False)


def test_a_cell_that_has_changed_is_shown_as_it_was(tmp_path: Path) -> None:
    path = notebook(tmp_path / "here", ["import csv", "something else"])
    client = opened(tmp_path, failure(tmp_path, "nb.ipynb cell 3", CELLS[1]), path)
    source = client.frames()[0]["source"]
    assert source["name"] == "nb.ipynb cell 3 (as it was when the task failed)"
    assert client.body("source", sourceReference=source["sourceReference"])["content"] == CELLS[1]
    told = client.body("pipelens/failure")
    assert (told["cell"], told["isChanged"]) == (2, True)


def test_editors_that_know_no_cells_are_shown_what_was_recorded(tmp_path: Path) -> None:
    path = notebook(tmp_path / "here")
    client = opened(tmp_path, failure(tmp_path, "nb.ipynb cell 3", CELLS[1]), path, cells={})
    assert "sourceReference" in client.frames()[0]["source"]
    assert client.body("pipelens/failure")["cell"] == 2


@pytest.mark.parametrize(
    "file", ["nb.ipynb cell 0", "nb.ipynb cell 9", "../nb.ipynb cell 3", "no.ipynb cell 1"]
)
def test_a_cell_that_is_not_there_is_no_place(tmp_path: Path, file: str) -> None:
    path = notebook(tmp_path / "here")
    client = opened(tmp_path, failure(tmp_path, file, CELLS[1]), path)
    assert "sourceReference" in client.frames()[0]["source"]
    assert "cell" not in client.body("pipelens/failure")


def test_a_notebook_that_cannot_be_read_has_no_cells(tmp_path: Path) -> None:
    path = notebook(tmp_path / "here")
    Path(path).write_text("{")
    client = opened(tmp_path, failure(tmp_path, "nb.ipynb cell 3", CELLS[1]), path)
    assert "sourceReference" in client.frames()[0]["source"]
