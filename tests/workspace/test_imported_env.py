"""`{{git}}` in an env file that another one imports is asked for as well."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from pipelens.workspace.keeper import ProjectKeeper
from pipelens.workspace.opening import open_pipeline


def test_a_branch_named_only_in_the_imported_env_is_known(tmp_path: Path) -> None:
    (tmp_path / "pipeline.yaml").write_text("tasks:\n  - {source: s.f, product: '{{b}}.txt'}\n")
    (tmp_path / "env.yaml").write_text("meta: {import_from: base.yaml}\n")
    (tmp_path / "base.yaml").write_text("b: 'x-{{git}}'\n")
    (tmp_path / "s.py").write_text("def f(product): ...\n")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b"]
    try:
        for words in (["init", "-q", "-b", "trunk"], ["add", "-A"], ["commit", "-qm", "x"]):
            subprocess.run([*git, *words], cwd=tmp_path, check=True)
    except FileNotFoundError:
        pytest.skip("git is not installed")
    keeper = open_pipeline(None, cwd=str(tmp_path), environ=dict(os.environ))
    assert isinstance(keeper, ProjectKeeper)
    products = keeper.now().tasks["f"].products
    assert products is not None
    assert products.items[0].path == str(tmp_path / "x-trunk.txt")
