"""The configurations that `docs/editors.md` shows: the tests start editors with exactly these."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "editors.md"


def configuration(editor: str) -> str:
    """The code under the heading `editor`."""
    text = PAGE.read_text(encoding="utf-8")
    found = re.search(rf"^## {re.escape(editor)}\n.*?^```\w+\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    assert found is not None, f"{PAGE} shows no configuration for {editor}"
    return found[1]


STEPS = """\
from pathlib import Path


def load(product):
    Path(product).write_text("loaded")


def fit(product, upstream):
    Path(product).write_text(Path(upstream["load"]).read_text() + " and fitted")
"""

MISTAKEN = """\
tasks:
  - source: steps.load
    name: load
    prodct: out/load.txt

  - source: steps.fit
    name: fit
    product: out/fit.txt
"""
LINE, RIGHT = 3, "    product: out/load.txt"


def write_project(folder: Path) -> Path:
    """Two functions, and a pipeline with a key that is misspelt in its line `LINE`."""
    folder.mkdir()
    (folder / "steps.py").write_text(STEPS, encoding="utf-8")
    pipeline = folder / "pipeline.yaml"
    pipeline.write_text(MISTAKEN, encoding="utf-8")
    return pipeline
