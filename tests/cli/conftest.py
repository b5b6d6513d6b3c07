"""Projects whose build has failed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.command import pipelens, write


@pytest.fixture(scope="module")
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project that the module holds as `FILES`, after one build; tests that change it take `failed`."""
    root = tmp_path_factory.mktemp("built")
    write(root, request.module.FILES)
    assert pipelens("build", cwd=root).code == 1
    return root


@pytest.fixture
def failed(built: Path, tmp_path: Path) -> Path:
    """A copy of it that may be changed."""
    root = tmp_path / "project"
    shutil.copytree(built, root)
    return root
