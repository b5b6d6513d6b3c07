"""Where modules lie, told from folders alone."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from pipelens.workspace.discovery import located
from pipelens.workspace.disk import WorkspaceFiles
from pipelens.workspace.libraries import import_folders, library_folders
from tests.workspace.keeping import write


def packages(prefix: Path) -> Path:
    if os.name == "nt":
        return prefix / "Lib" / "site-packages"
    return prefix / "lib" / "python3.11" / "site-packages"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(packages(tmp_path / "p" / ".venv"), {"there.py": ""})
    return tmp_path / "p"


def folders(root: Path, trusted: bool = True, **environ: str) -> list[str]:
    return list(library_folders(environ, str(root), str(root), trusted=trusted))


def test_an_environment_beside_the_pipeline_counts_once_it_is_trusted(root: Path) -> None:
    assert folders(root)[0] == str(packages(root / ".venv"))
    assert str(packages(root / ".venv")) not in folders(root, trusted=False)


def test_the_environment_that_is_active_comes_first(root: Path, tmp_path: Path) -> None:
    write(packages(tmp_path / "active"), {"x.py": ""})
    assert folders(root, VIRTUAL_ENV=str(tmp_path / "active"))[:2] == [
        str(packages(tmp_path / "active")),
        str(packages(root / ".venv")),
    ]


def test_our_own_environment_comes_last() -> None:
    assert any(folder.startswith((sys.prefix, sys.base_prefix)) for folder in folders(Path("/nowhere")))


def test_editable_installs_are_found_through_their_files_which_are_not_run(
    root: Path, tmp_path: Path
) -> None:
    source = write(tmp_path / "project" / "src", {"shop/__init__.py": ""})
    mapped = write(tmp_path / "mapped", {"stock/__init__.py": ""})
    mark = tmp_path / "mark"
    write(
        packages(root / ".venv"),
        {
            "shop.pth": f"# comment\nimport os; open({str(mark)!r}, 'w')\n{source}\n/nowhere/at/all\nrelative\n",
            "__editable___stock_finder.py": "from pathlib import Path\n"
            f"open({str(mark)!r}, 'w')\nMAPPING: dict[str, str] = {{'stock': {str(mapped / 'stock')!r}}}\n",
            "__editable___bad_finder.py": "MAPPING = {open('mark')}\n",
            "broken.pth": "\0\n",
        },
    )
    found = folders(root)
    assert str(source) in found
    assert str(mapped) in found
    assert "/nowhere/at/all" not in found
    assert not mark.exists()


def test_modules_are_looked_for_as_python_would_and_in_src(tmp_path: Path) -> None:
    write(tmp_path, {"flows/pipeline.yaml": "tasks: []\n", "src/shop/__init__.py": "", "setup.py": ""})
    files = WorkspaceFiles()
    location = located(str(tmp_path / "flows" / "pipeline.yaml"), str(tmp_path), {}, files)
    found = import_folders(location, str(tmp_path), files)
    assert found[0] == str(tmp_path / "flows")
    assert str(tmp_path) in found
    assert found.count(str(tmp_path)) == 1
    assert (str(tmp_path / "src") in found) == (location.root == str(tmp_path))
