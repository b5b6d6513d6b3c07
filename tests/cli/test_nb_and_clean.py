"""`pipelens nb`, `clean` and what `task` does besides running, on real folders."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from tests.cli.command import pipelens, write

NOTEBOOK = '# %% tags=["parameters"]\nupstream = None\nproduct = None\nn = None\n\n# %%\nimport os\nprint(os.getpid(), n)\n'
FILES = {
    "pipeline.yaml": """\
tasks:
  - source: steps.load
    product: out/raw.csv
    on_finish: steps.finished
  - source: fit.py
    product: out/fit.ipynb
    params: {n: 3}
""",
    "steps.py": """\
import os
from pathlib import Path


def load(product):
    print("loading in", os.getpid(), "below", os.getppid())
    Path(product).write_text("x")


def finished(product):
    print("finished", Path(product).name)
""",
    "fit.py": NOTEBOOK,
}


def test_the_cell_is_written_and_taken_out_again_and_no_task_becomes_stale(tmp_path: Path):
    write(tmp_path, FILES)
    assert pipelens("build", cwd=tmp_path).code == 0
    source = tmp_path / "fit.py"
    source.chmod(0o640)
    told = pipelens("nb", "--inject", cwd=tmp_path)
    assert told.out.splitlines() == ["fit.py: the values of fit are in it", "1 source changed, 0 as before."]
    assert '# %% tags=["injected-parameters"]\n# Parameters\nn = 3\nproduct = "' in source.read_text()
    assert stat.S_IMODE(source.stat().st_mode) == 0o640 or os.name == "nt"
    assert pipelens("nb", "-i", cwd=tmp_path).out == "0 sources changed, 1 as before.\n"
    assert pipelens("status", cwd=tmp_path).out.rstrip().endswith("2 tasks, all up to date.")
    assert pipelens("nb", "--remove", cwd=tmp_path).code == 0
    assert source.read_bytes() == NOTEBOOK.encode()


def test_the_values_are_those_of_the_environment_that_was_asked_for(tmp_path: Path):
    pipeline = FILES["pipeline.yaml"].replace("n: 3", "n: '{{size}}'")
    write(tmp_path, {**FILES, "pipeline.yaml": pipeline, "env.yaml": "size: 1\n"})
    assert pipelens("nb", "-i", "--env--size", "17", cwd=tmp_path).code == 0
    assert "\nn = 17\n" in (tmp_path / "fit.py").read_text()


SHARED = """\
tasks:
  - {source: fit.py, name: first, product: out/1.ipynb, params: {n: 1}}
  - {source: fit.py, name: second, product: out/2.ipynb, params: {n: 2}}
"""


@pytest.mark.parametrize(
    ("setup", "expected"), [("", 1), ("inject-priority = sec*\n", 2), ("inject-priority = first\n", 1)]
)
def test_of_tasks_that_share_a_file_one_is_chosen(tmp_path: Path, setup: str, expected: int):
    write(tmp_path, {"pipeline.yaml": SHARED, "fit.py": NOTEBOOK, "setup.cfg": f"[ploomber]\n{setup}"})
    assert pipelens("nb", "-i", cwd=tmp_path).code == 0
    assert f"\nn = {expected}\n" in (tmp_path / "fit.py").read_text()


@pytest.mark.parametrize(("setup", "word"), [("first,second", "several"), ("third", "no such task")])
def test_a_priority_that_says_nothing_is_refused(tmp_path: Path, setup: str, word: str):
    setup = f"[ploomber]\ninject-priority = {setup}\n"
    write(tmp_path, {"pipeline.yaml": SHARED, "fit.py": NOTEBOOK, "setup.cfg": setup})
    refused = pipelens("nb", "-i", cwd=tmp_path)
    assert refused.code == 1
    assert word in refused.err
    assert (tmp_path / "fit.py").read_text() == NOTEBOOK


def test_clean_removes_what_is_kept_of_runs_and_nothing_else(tmp_path: Path):
    write(tmp_path, FILES)
    assert pipelens("build", cwd=tmp_path).code == 0
    before = {path for path in tmp_path.rglob("*") if ".pipelens" not in path.parts}
    assert pipelens("clean", cwd=tmp_path).code == 0
    assert set(tmp_path.rglob("*")) == before
    assert pipelens("status", cwd=tmp_path).out.rstrip().endswith("2 tasks, all up to date.")
    assert pipelens("clean", cwd=tmp_path).out == "There is no state of runs.\n"


def test_clean_lists_products_and_deletes_them_only_when_told_to(tmp_path: Path):
    write(tmp_path, FILES)
    assert pipelens("build", cwd=tmp_path).code == 0
    mine = write(tmp_path, {"out/mine.csv": "mine"}) / "out" / "mine.csv"
    (tmp_path / "out" / ".fit.ipynb.metadata").unlink()
    listed = pipelens("clean", "--products", cwd=tmp_path)
    assert listed.out.splitlines()[0] == os.path.join("out", "raw.csv")
    assert "Nothing was deleted" in listed.out
    assert (tmp_path / "out" / "raw.csv").exists()
    assert pipelens("clean", "--products", "--yes", cwd=tmp_path).code == 0
    # A product without a record beside it may be anybody's.
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"fit.ipynb", mine.name}
    assert not (tmp_path / ".pipelens").exists()


def test_clean_leaves_no_half_product_that_looks_fresh(tmp_path: Path):
    from pipelens.runner.intents import write_intent

    write(tmp_path, FILES)
    assert pipelens("build", cwd=tmp_path).code == 0
    product = tmp_path / "out" / "raw.csv"
    write_intent(str(tmp_path), str(tmp_path / "pipeline.yaml"), "load", "r", [str(product)])
    product.write_text("half of it")
    assert pipelens("clean", cwd=tmp_path).code == 0
    states = pipelens("status", "--json", cwd=tmp_path).json["tasks"]
    assert {task["name"]: task["freshness"]["state"] for task in states}["load"] == "stale"


def test_clean_waits_for_nobody_and_refuses_during_a_build(tmp_path: Path):
    from pipelens.runner.build_lock import BuildLock

    write(tmp_path, FILES)
    assert pipelens("build", cwd=tmp_path).code == 0
    lock = BuildLock(str(tmp_path), str(tmp_path / "pipeline.yaml"))
    assert lock.acquire("r") is None
    try:
        refused = pipelens("clean", cwd=tmp_path)
    finally:
        lock.release()
    assert refused.code == 1
    assert f"another build of this pipeline is running (process {os.getpid()}" in refused.err
    assert (tmp_path / ".pipelens").exists()


def test_a_task_in_process_has_the_terminal_and_leaves_the_same_records(tmp_path: Path):
    write(tmp_path, FILES)
    told = pipelens("task", "load", "--in-process", "--interpreter", sys.executable, cwd=tmp_path)
    assert told.code == 0, told.err
    # The process of the command itself, whose parent is this one.
    assert told.out.splitlines()[0].endswith(f"below {os.getpid()}")
    notebook = pipelens("task", "fit", "--in-process", "--interpreter", sys.executable, cwd=tmp_path)
    assert notebook.code == 0, notebook.err
    assert notebook.out.splitlines()[0].endswith(" 3")
    assert pipelens("status", cwd=tmp_path).out.rstrip().endswith("2 tasks, all up to date.")


def test_a_task_in_process_that_fails_is_told_as_any_other(tmp_path: Path):
    steps = FILES["steps.py"].replace('print("loading in"', 'raise KeyError("x")\n    print(""')
    write(tmp_path, {**FILES, "steps.py": steps})
    failed = pipelens("task", "load", "--in-process", "--interpreter", sys.executable, cwd=tmp_path)
    assert failed.code == 1
    assert "KeyError: 'x'" in failed.err
    assert f"steps.py:{steps[: steps.index('raise')].count(chr(10)) + 1}" in failed.err


def test_a_task_in_process_with_another_python_has_a_process_of_its_own(tmp_path: Path):
    other = tmp_path / "env" / "bin"
    other.mkdir(parents=True)
    (other / "python").symlink_to(os.path.realpath(sys.executable))
    write(tmp_path, FILES)
    told = pipelens("task", "load", "--in-process", "--interpreter", str(other / "python"), cwd=tmp_path)
    assert told.code == 0, told.err
    assert "loading in" in told.out
    assert not told.out.splitlines()[0].endswith(f"below {os.getpid()}")


def test_a_task_tells_its_source_and_its_status_and_runs_only_when_asked_to(tmp_path: Path):
    write(tmp_path, FILES)
    told = pipelens("task", "load", "--source", "--status", cwd=tmp_path)
    assert told.out.startswith("def load(product):\n")
    assert "never run" in told.out
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / ".pipelens").exists()
    assert pipelens("task", "load", "-st", "-b", cwd=tmp_path).code == 0
    assert (tmp_path / "out" / "raw.csv").exists()
    called = pipelens("task", "load", "--on-finish", cwd=tmp_path)
    assert called.code == 0
    assert called.out == "finished raw.csv\n"
    assert pipelens("task", "fit", "-of", cwd=tmp_path).code == 1
