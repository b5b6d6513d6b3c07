"""Small pipelines for the server's tests."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lsp.editor import EDITORS

PIPELINE = """\
tasks:
  - source: steps.load
    product: out/load.txt
  - source: steps.fit
    product: out/fit.txt
"""

STEPS = """\
from pathlib import Path


def load(product):
    print("loading")
    Path(product).write_text("1")


def fit(product, upstream):
    Path(product).write_text(Path(upstream["load"]).read_text() + "2")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Two function tasks, `load` and `fit`, in a folder of their own."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "pipeline.yaml").write_text(PIPELINE)
    (root / "steps.py").write_text(STEPS)
    return root


@pytest.fixture(params=EDITORS)
def any_editor(request: pytest.FixtureRequest) -> str:
    """The name of an editor whose capabilities the test is run with."""
    return request.param


@pytest.fixture(autouse=True)
def no_bug_was_logged(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """A handler that fails answers nothing and logs why: no test passes over that in silence."""
    yield
    said = capsys.readouterr().err
    sys.stderr.write(said)
    if request.node.get_closest_marker("logs_a_bug") is None:
        assert "Traceback" not in said, said
