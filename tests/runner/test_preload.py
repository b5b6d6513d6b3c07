"""Libraries that a warm parent imports beforehand."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelens.runner import warm_engine_posix as warm
from pipelens.runner.preload import preloaded, remember
from tests.runner.making import Pipeline


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    made = Pipeline(tmp_path / "it")
    (made.root / ".pipelens").mkdir(parents=True)
    made.write("tasks.py", "def make(product): ...\n")
    made.task("tasks.make", "out/a.txt")
    return made


def test_what_the_last_runs_imported_is_imported_beforehand(pipeline: Pipeline) -> None:
    project = pipeline.project()
    assert preloaded(project, "/python") == ()
    remember(project.root, "/python", ["pandas", "torch", "numpy"])
    remember(project.root, "/python", ["pyarrow"])
    assert preloaded(project, "/python") == ("numpy", "pandas", "pyarrow")
    assert preloaded(project, "/other/python") == ()


def test_a_name_that_the_project_hides_is_left_out(pipeline: Pipeline) -> None:
    project = pipeline.project()
    remember(project.root, "/python", ["pandas", "numpy"])
    pipeline.write("numpy.py", "")
    pipeline.write("pandas/__init__.py", "")
    assert preloaded(project, "/python") == ()


def test_a_file_that_says_nothing_is_as_none(pipeline: Pipeline) -> None:
    for text in ("", "[]", '{"version": 9}', '{"version": 1, "imports": {"/python": 3}}'):
        pipeline.write(".pipelens/imports.json", text)
        assert preloaded(pipeline.project(), "/python") == ()


@pytest.mark.skipif(not warm.AVAILABLE, reason="warm parents need fork")
def test_a_task_that_imports_such_a_library_finds_it_there_the_next_time(pipeline: Pipeline) -> None:
    # Stands in for the real one: outside the project, on the path of every process.
    library = pipeline.root.with_name("library")
    library.mkdir()
    (library / "pyarrow.py").write_text("import os\nPID = os.getpid()\n")
    pipeline.write(
        "tasks.py",
        "import os\n\ndef make(product):\n    import pyarrow\n"
        "    open(product, 'w').write(str(pyarrow.PID == os.getpid()))\n",
    )
    environ = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(library)}
    found = []
    for _ in range(2):
        assert pipeline.build(force=True, environ=environ).problems == ()
        found.append((pipeline.root / "out/a.txt").read_text())
    assert found == ["True", "False"]


@pytest.mark.skipif(not warm.AVAILABLE, reason="warm parents need fork")
def test_what_one_task_imported_is_there_for_those_after_it(pipeline: Pipeline) -> None:
    library = pipeline.root.with_name("library")
    library.mkdir()
    (library / "pyarrow.py").write_text("import os\nPID = os.getpid()\n")
    pipeline.write(
        "tasks.py",
        "import os\n\ndef make(product, upstream=None):\n    import pyarrow\n"
        "    open(product, 'w').write(str(pyarrow.PID == os.getpid()))\n",
    )
    for name in "bc":
        pipeline.task("tasks.make", f"out/{name}.txt", name=name)
    environ = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(library)}
    assert pipeline.build(environ=environ).problems == ()
    assert [(pipeline.root / f"out/{name}.txt").read_text() for name in "abc"] == ["True", "False", "False"]


@pytest.mark.skipif(not warm.AVAILABLE, reason="warm parents need fork")
def test_a_module_of_the_standard_library_is_imported_once_for_all_tasks(pipeline: Pipeline) -> None:
    pipeline.write(
        "tasks.py",
        "import sys\nWAS = 'statistics' in sys.modules\nimport statistics\n\n"
        "def make(product, upstream=None):\n    open(product, 'w').write(str(WAS))\n",
    )
    pipeline.task("tasks.make", "out/b.txt", name="b")
    assert pipeline.build().problems == ()
    assert [(pipeline.root / f"out/{name}.txt").read_text() for name in "ab"] == ["False", "True"]


@pytest.mark.skipif(not warm.AVAILABLE, reason="warm parents need fork")
def test_a_module_of_the_project_goes_before_one_of_the_standard_library(pipeline: Pipeline) -> None:
    pipeline.write("statistics.py", "ITS = 'own'\n")
    pipeline.write(
        "tasks.py",
        "import statistics\n\ndef make(product, upstream=None):\n    open(product, 'w').write(statistics.ITS)\n",
    )
    pipeline.task("tasks.make", "out/b.txt", name="b")
    for _ in range(2):
        assert pipeline.build(force=True).problems == ()
        assert [(pipeline.root / f"out/{name}.txt").read_text() for name in "ab"] == ["own", "own"]
