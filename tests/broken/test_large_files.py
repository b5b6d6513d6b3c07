"""Large files and folders beside a pipeline: bounded time and memory, and a word where something is not read."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.broken import bounded
from tests.workspace.keeping import write

SECONDS = 120
BYTES = 1_000_000_000

FINE = "  - source: fine.py\n    product: out/fine.ipynb\n"
SCRIPT = '# %% tags=["parameters"]\nupstream = None\nproduct = None\n\n# %%\nprint(1)\n'


def problems(folder: Path) -> list[dict[str, Any]]:
    """What `pipelens check --json` tells."""
    return bounded.ask(folder, "check", seconds=SECONDS, memory=BYTES)["problems"]


def notebook(megabytes: int) -> str:
    output = {
        "output_type": "display_data",
        "metadata": {},
        "data": {"image/png": "A" * 999_000, "application/json": [{"a": [1, 2, {"b": None}]}] * 20},
    }
    cells = [
        _cell("upstream = None\nproduct = None", tags=["parameters"]),
        _cell("print(undefined)", outputs=[output] * megabytes),
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})


def _cell(source: str, *, tags: list[str] | None = None, outputs: list[Any] | None = None) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {"tags": tags} if tags else {},
        "outputs": outputs or [],
        "source": source,
    }


def test_outputs_of_a_notebook_are_passed_over(tmp_path: Path) -> None:
    pipeline = "tasks:\n  - source: large.ipynb\n    product: out/large.ipynb\n" + FINE
    write(tmp_path, {"pipeline.yaml": pipeline, "fine.py": SCRIPT, "large.ipynb": notebook(50)})
    assert [found["code"] for found in problems(tmp_path)] == ["undefined-name"]


def test_a_notebook_with_a_hundred_megabytes_of_outputs_is_told_not_to_be_read(tmp_path: Path) -> None:
    pipeline = "tasks:\n  - source: large.ipynb\n    product: out/large.ipynb\n" + FINE
    write(tmp_path, {"pipeline.yaml": pipeline, "fine.py": SCRIPT, "large.ipynb": notebook(100)})
    (found,) = problems(tmp_path)
    assert found["code"] == "unreadable-source"
    assert "MB; files above 64 MB are not read" in found["message"]


@pytest.mark.parametrize(
    "text",
    ["x = 1\n" * 1_700_000, "#" * 10_000_000, '"""' + "a\n" * 5_000_000, "x = '" + "%" * 10_000_000 + "'\n"],
    ids=["statements", "one comment", "a string without end", "one line"],
)
def test_a_source_of_ten_megabytes_is_told_not_to_be_read(text: str, tmp_path: Path) -> None:
    pipeline = (
        "tasks:\n  - source: large.py\n    product: out/large.ipynb\n"
        "  - source: large.function\n    product: out/large.csv\n" + FINE
    )
    write(tmp_path, {"pipeline.yaml": pipeline, "fine.py": SCRIPT, "large.py": text})
    found = problems(tmp_path)
    assert [one["code"] for one in found] == ["unreadable-source", "unreadable-source"]
    assert all("too large" in one["message"] for one in found)


@pytest.mark.parametrize("ending", ["py", "ipynb"])
def test_a_source_just_small_enough_is_read_to_its_end(ending: str, tmp_path: Path) -> None:
    """Long lines of every kind that a reader may stumble over."""
    long = "\n".join(
        ["# " * 50_000, "'" + "\\\\" * 50_000 + "'", "x = 'a' \\\n" * 3_000 + "'b'", "upstream " * 3_000]
    )
    code = "print(1)\n" + long.replace("upstream upstream", "upstream;upstream")
    if ending == "py":
        text = SCRIPT + "\n# %%\n" + code + "\n"
    else:
        cells = [_cell("upstream = None\nproduct = None", tags=["parameters"]), _cell(code)]
        text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})
    pipeline = f"tasks:\n  - source: large.{ending}\n    product: out/large.ipynb\n" + FINE
    write(tmp_path, {"pipeline.yaml": pipeline, "fine.py": SCRIPT, f"large.{ending}": text})
    assert "unreadable-source" not in {found["code"] for found in problems(tmp_path)}


def test_a_hundred_thousand_files_beside_a_pipeline_are_no_matter(tmp_path: Path) -> None:
    pipeline = "tasks:\n" + FINE + "  - source: mising.function\n    product: out/x.csv\n"
    write(tmp_path, {"pipeline.yaml": pipeline, "fine.py": SCRIPT})
    for number in range(100_000):
        os.close(os.open(tmp_path / f"z{number}", os.O_CREAT | os.O_WRONLY))
    assert [found["code"] for found in problems(tmp_path)] == ["dotted-path-not-found"]
