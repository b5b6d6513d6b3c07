from __future__ import annotations

from pathlib import Path

import pytest

from tests.runner.making import Pipeline


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    """An empty pipeline in a folder whose name has a space and an accent."""
    made = Pipeline(tmp_path / "my pipeline é")
    made.root.mkdir()
    return made
