"""Looking at a workspace runs none of its code, whatever its files are called and say."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelens.core.env import Unknown
from tests.workspace.keeping import keeper_in, write

TRAP = "import os\nopen(os.path.join({folder!r}, 'mark-' + __name__.replace('.', '-')), 'w').close()\n"
NAMES = [
    "yaml", "json", "ast", "re", "io", "os", "typing", "tokenize", "sitecustomize", "usercustomize", "conftest",
    "jinja2", "rich", "pyflakes", "jupytext", "nbformat", "networkx", "platformdirs", "tomllib", "tomli", "pygls",
    "pipelens", "setup", "steps", "hooks", "clients", "email", "dataclasses",
]  # fmt: skip

PIPELINE = """\
meta: {source_loader: {module: pkg}}
executor: {dotted_path: hooks.Executor}
clients: {File: clients.make}
serializer: hooks.serialize
on_render: hooks.render
on_finish: hooks.finish
tasks:
  - source: steps.load
    product: 'out/{{git}}/{{python}}'
    on_finish: hooks.finish
    params: {made: 'hooks::values', run: !!python/object/apply:os.mkdir [mark-yaml]}
  - source: pkg.deep.inner.task
    product: out/deep
  - source: script.py
    product: out/script.html
  - source: book.ipynb
    product: out/book.html
  - source: steps.many
    name: many-
    product: out/many
    grid: {x: 'hooks::values'}
  - source: steps.load
    name: shell
    product: "out/{{ cycler.__init__.__globals__.os.mkdir('mark-jinja') }}{{python}}"
"""


@pytest.fixture
def trapped(tmp_path: Path) -> Path:
    """A workspace in which every module leaves a mark when it is imported."""
    folder = tmp_path / "workspace"
    trap = TRAP.format(folder=str(tmp_path))
    body = (
        trap
        + "def load(product):\n    pass\ndef many(product, x):\n    pass\n"
        + trap.replace("mark-", "marks-")
    )
    files: dict[str, str] = {f"{name}.py": body for name in NAMES}
    files |= {
        "pipeline.yaml": PIPELINE,
        "env.yaml": "python: '{{git}}'\n_module: pkg\n",
        "pkg/__init__.py": trap + "__version__ = '1'\n",
        "pkg/deep/__init__.py": trap,
        "pkg/deep/inner.py": trap + "def task(product):\n    pass\n",
        "pkg/script.py": trap
        + '# %% tags=["parameters"]\nupstream = [open("mark-up", "w")]\nproduct = None\n',
        "pkg/book.ipynb": '{"cells": [{"cell_type": "code", "metadata": {"tags": ["parameters"]}, "outputs": [],'
        ' "execution_count": null, "source": "upstream = open(\'mark-nb\', \'w\')\\nproduct = None"}],'
        ' "metadata": {"kernelspec": {"name": "python3", "language": "python", "display_name": ""}},'
        ' "nbformat": 4, "nbformat_minor": 5}',
        "pyproject.toml": "[tool.pipelens]\ninterpreter = './python'\n",
        "python": f"#!/bin/sh\ntouch {tmp_path}/mark-interpreter\n",
        ".venv/bin/python": f"#!/bin/sh\ntouch {tmp_path}/mark-venv\n",
        ".venv/pyvenv.cfg": "home = /usr/bin\n",
        f".venv/lib/python3.11/site-packages/{'evil'}.pth": f"import os; open({str(tmp_path / 'mark-pth')!r}, 'w')\n",
    }
    write(folder, files)
    (folder / "python").chmod(0o755)
    (folder / ".venv/bin/python").chmod(0o755)
    return folder


def marks(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.parent.rglob("mark*"))


def started_by() -> dict[str, list[str]]:
    ways = {"python -P": [sys.executable, "-m", "pipelens"]}
    script = shutil.which("pipelens", path=os.path.dirname(sys.executable))
    if script:
        ways["console script"] = [script]
    return ways


@pytest.mark.parametrize("way", started_by())
@pytest.mark.parametrize(
    "words",
    [
        ["check"], ["check", "--json"], ["status"], ["status", "--json"], ["graph"], ["graph", "--json"],
        ["graph", "-b", "mermaid"], ["explain", "cycle"], ["--version"], ["--help"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_no_command_that_looks_runs_code_of_the_workspace(way: str, words: list[str], trapped: Path) -> None:
    environ = {**os.environ, "PYTHONSAFEPATH": "1"} if way == "python -P" else dict(os.environ)
    if way == "python -P" and sys.version_info < (3, 11):
        pytest.skip("before 3.11 `python -m` puts the working folder first; the console script does not")
    done = subprocess.run(
        [*started_by()[way], *words],
        cwd=trapped,
        env=environ,
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    assert marks(trapped) == []


def test_the_traps_work(trapped: Path) -> None:
    subprocess.run([sys.executable, "-c", "import yaml, pkg.deep.inner"], cwd=trapped, check=True, timeout=60)
    assert {"mark-yaml", "mark-pkg", "mark-pkg-deep", "mark-pkg-deep-inner"} <= set(marks(trapped))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose settings name a program that leaves a mark."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    folder = tmp_path / "repository"
    files = {
        "pipeline.yaml": "tasks:\n  - source: steps.load\n    product: 'out/{{git}}/{{git_hash}}'\n",
        "steps.py": "def load(product):\n    pass\n",
        "trap": f"#!/bin/sh\ntouch {tmp_path}/mark-monitor\n",
    }
    write(folder, files)
    (folder / "trap").chmod(0o755)

    def git(*words: str) -> None:
        who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True, timeout=60)

    git("init", "-q", "-b", "trunk")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    git("config", "core.fsmonitor", str(folder / "trap"))
    return folder


def test_the_name_of_the_branch_is_read_without_the_repositorys_monitor(repository: Path) -> None:
    project = keeper_in(repository, environ=dict(os.environ)).now()
    (product,) = project.tasks["load"].products.items  # type: ignore[union-attr]
    assert "/out/trunk/" in product.path.replace(os.sep, "/")
    assert marks(repository) == []


def test_before_trust_git_is_unknown_and_not_started(repository: Path) -> None:
    programs = repository.parent / "programs"
    write(programs, {"git": f"#!/bin/sh\ntouch {repository.parent}/mark-git\n"})
    (programs / "git").chmod(0o755)
    environ = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    project = keeper_in(repository, trusted=False, environ=environ).now()
    assert isinstance(project.env.values["git"].value, Unknown)
    (product,) = project.tasks["load"].products.items  # type: ignore[union-attr]
    assert "{{git}}" in product.path
    assert project.problems == ()
    assert marks(repository) == []


def test_before_trust_nothing_outside_of_the_folder_is_read(tmp_path: Path) -> None:
    write(tmp_path, {"outside.py": "def load(product):\n    pass\n", "secret.ipynb": "{"})
    folder = write(
        tmp_path / "inside",
        {"pipeline.yaml": "tasks:\n  - source: ../secret.ipynb\n    product: out/x.html\n"},
    )
    (folder / "link.ipynb").symlink_to(tmp_path / "secret.ipynb")
    keeper = keeper_in(folder, trusted=False)
    keeper.now()
    keeper.edit(str(folder / "pipeline.yaml"), "tasks:\n  - source: link.ipynb\n    product: out/x.html\n")
    keeper.now()
    assert keeper.files.read(str(tmp_path / "secret.ipynb")) != "{"
    assert keeper.files.read(str(folder / "link.ipynb")) != "{"
