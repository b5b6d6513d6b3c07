"""The wheel and the sdist: what is in them, and that the installed program runs a pipeline."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from tests.contract.tree import PACKAGE, TOP, tracked

PIPELINE = """\
tasks:
  - source: steps.make
    product: out/numbers.csv

  - source: report.py
    product:
      nb: out/report.html
      total: out/total.txt
"""

STEPS = """\
from pathlib import Path


def make(product):
    Path(product).write_text("1\\n2\\n3\\n")
"""

REPORT = """\
# %% [markdown]
# # The numbers

# %% tags=["parameters"]
upstream = ["make"]
product = None

# %%
from pathlib import Path

total = sum(map(int, Path(upstream["make"]).read_text().split()))
print("the total is", total)

# %%
Path(product["total"]).write_text(str(total))
"""


def run(*words: str | Path, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [str(word) for word in words],
        cwd=folder,
        env={**os.environ, **more},
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both packages, built from a copy of the tracked files: nothing else may slip in."""
    folder = tmp_path_factory.mktemp("packages")
    copy = folder / "project"
    for path in tracked():
        target = copy / path.relative_to(TOP)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    # The sdist, and the wheel from the sdist: whoever has the sdist alone can build it, too.
    run(sys.executable, "-m", "build", "--outdir", folder / "dist", copy, folder=folder)
    return folder / "dist"


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    [found] = dist.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def sdist(dist: Path) -> Path:
    [found] = dist.glob("*.tar.gz")
    return found


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if not name.endswith("/")}


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    stray = {name for name in names_in(wheel) if not name.startswith(("pipelens/", "pipelens-"))}
    assert not stray


def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    wanted = {
        path.relative_to(PACKAGE.parent).as_posix() for path in tracked() if path.is_relative_to(PACKAGE)
    }
    assert not wanted - names_in(wheel)


def test_both_packages_hold_the_licence(wheel: Path, sdist: Path) -> None:
    licence = (TOP / "LICENSE").read_bytes()
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith("/LICENSE")]
        assert archive.read(name) == licence
    with tarfile.open(sdist) as archive:
        [member] = [
            member
            for member in archive.getmembers()
            if member.name.count("/") == 1 and member.name.endswith("/LICENSE")
        ]
        file = archive.extractfile(member)
        assert file is not None
        assert file.read() == licence


def test_the_wheel_asks_for_no_upper_bound_of_python(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith("/METADATA")]
        metadata = archive.read(name).decode("utf-8")
    assert "Requires-Python: >=3.10\n" in metadata
    assert "License-Expression: Apache-2.0\n" in metadata


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment that holds the wheel and what it depends on, no more."""
    home = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(home, with_pip=True)
    programs = home / ("Scripts" if os.name == "nt" else "bin")
    run(programs / "python", "-m", "pip", "install", "--quiet", wheel, folder=home)
    return programs


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pipeline.yaml").write_text(PIPELINE, encoding="utf-8")
    (tmp_path / "steps.py").write_text(STEPS, encoding="utf-8")
    (tmp_path / "report.py").write_text(REPORT, encoding="utf-8")
    return tmp_path


def test_the_installed_program_checks_and_builds_a_pipeline_with_an_html_product(
    installed: Path, project: Path
) -> None:
    program = installed / "pipelens"
    found = json.loads(run(program, "check", "--json", folder=project).stdout)
    assert [problem for problem in found["problems"] if problem["severity"] in ("error", "warning")] == []
    run(program, "build", folder=project)
    assert (project / "out" / "total.txt").read_text(encoding="utf-8") == "6"
    assert "the total is 6" in (project / "out" / "report.html").read_text(encoding="utf-8")
    told = json.loads(run(program, "status", "--json", folder=project).stdout)
    assert {task["name"]: task["freshness"]["state"] for task in told["tasks"]} == {
        "make": "fresh",
        "report": "fresh",
    }


def test_the_installed_program_explains_every_code(installed: Path, tmp_path: Path) -> None:
    from pipelens.core.problems import rules

    for code in list(rules())[:3]:
        assert code in run(installed / "pipelens", "explain", code, folder=tmp_path).stdout


def test_the_sdist_can_be_installed_as_it_is(installed: Path, sdist: Path, tmp_path: Path) -> None:
    # Into a folder of its own: the dependencies are there already.
    run(
        installed / "python", "-m", "pip", "install", "--quiet", "--no-deps", "--target", tmp_path / "site", sdist,
        folder=tmp_path,
    )  # fmt: skip
    assert (tmp_path / "site" / "pipelens" / "cli" / "entry.py").is_file()
