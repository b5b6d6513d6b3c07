"""`meta.source_loader.module` finds its package as imports do: beside the pipeline, or below `src`."""

from __future__ import annotations

import os
from pathlib import Path

from pipelens.workspace.keeper import ProjectKeeper
from pipelens.workspace.opening import open_pipeline

PIPELINE = """\
meta: {source_loader: {module: pkg}}
tasks:
  - {source: pkg.steps.get, product: a.txt}
  - {source: nb/fit.py, product: o.ipynb}
"""
SCRIPT = '# %% tags=["parameters"]\nupstream = ["get"]\nproduct = None\n\n# %%\nprint(upstream["get"])\n'


def test_the_package_of_a_src_layout_is_the_folder_of_its_sources(tmp_path: Path) -> None:
    package = tmp_path / "src" / "pkg"
    (package / "nb").mkdir(parents=True)
    (tmp_path / "setup.py").write_text("")
    (package / "__init__.py").write_text("")
    (package / "steps.py").write_text("def get(product):\n    open(product, 'w').close()\n")
    (package / "nb" / "fit.py").write_text(SCRIPT)
    (package / "pipeline.yaml").write_text(PIPELINE)
    keeper = open_pipeline(None, cwd=str(tmp_path), environ={})
    assert isinstance(keeper, ProjectKeeper)
    project = keeper.now()
    assert [problem.code for problem in project.problems if problem.severity == "error"] == []
    assert project.tasks["fit"].source_path == os.path.join(str(package), "nb", "fit.py")
    assert project.tasks["fit"].upstream == ("get",)
