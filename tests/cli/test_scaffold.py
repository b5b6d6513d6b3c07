"""Which file a missing source would go to; the texts themselves are checked by the checker, below."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pipelens.cli.scaffold import write
from pipelens.core.project import Project
from pipelens.core.sketch import sketched
from pipelens.core.sources import MissingSource, Source, UnresolvedFunction
from pipelens.workspace.disk import WorkspaceFiles
from tests.cli.command import write as write_files
from tests.core.building import Pipeline


def lacking(folder: Path, *sources: Source) -> Project:
    pipeline = Pipeline()
    for number, source in enumerate(sources):
        pipeline.task(f"t{number}", source)
    project = pipeline.project()
    return replace(project, spec=replace(project.spec, root=str(folder), folder=str(folder)))


def made(folder: Path, *sources: Source) -> dict[str, str]:
    sketch = sketched(lacking(folder, *sources), WorkspaceFiles())
    list(write(sketch))
    return {
        str(path.relative_to(folder)).replace("\\", "/"): path.read_bytes().decode()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def left(folder: Path, *sources: Source) -> list[str]:
    return sketched(lacking(folder, *sources), WorkspaceFiles()).left


def test_files_get_the_template_of_their_kind(tmp_path: Path):
    names = ["a/clean.py", "b.ipynb", "c.R", "d.Rmd", "e.sql"]
    files = made(tmp_path, *(MissingSource(str(tmp_path / name)) for name in names))
    assert sorted(files) == sorted(names)
    assert 'tags=["parameters"]' in files["a/clean.py"]
    assert '"parameters"' in files["b.ipynb"]
    assert "CREATE TABLE {{product}}" in files["e.sql"]


def test_a_shell_script_is_left_out_and_told(tmp_path: Path):
    assert "there is no template" in left(tmp_path, MissingSource(str(tmp_path / "x.sh")))[0]


def test_a_missing_module_is_created_with_its_packages(tmp_path: Path):
    files = made(tmp_path, UnresolvedFunction("pkg.sub.steps.load", 0, "there is no module `pkg`"))
    assert sorted(files) == ["pkg/__init__.py", "pkg/sub/__init__.py", "pkg/sub/steps.py"]
    assert files["pkg/sub/steps.py"].startswith("def load(product, upstream=None):")


def test_two_functions_of_one_module_come_together(tmp_path: Path):
    sources = [
        UnresolvedFunction(f"steps.{name}", 0, "there is no module `steps`") for name in ("load", "clean")
    ]
    files = made(tmp_path, *sources)
    assert list(files) == ["steps.py"]
    assert files["steps.py"].count("\n\n\ndef ") == 1


def test_a_function_is_appended_to_its_module(tmp_path: Path):
    write_files(tmp_path, {"steps.py": "X = 1"})
    missing = UnresolvedFunction("steps.load", 1, "there is no `load`", path=str(tmp_path / "steps.py"))
    assert made(tmp_path, missing)["steps.py"].startswith("X = 1\n\n\ndef load(")


def test_an_appended_function_keeps_the_line_ends_of_the_file(tmp_path: Path):
    write_files(tmp_path, {"steps.py": "X = 1\r\n"})
    missing = UnresolvedFunction("steps.load", 1, "there is no `load`", path=str(tmp_path / "steps.py"))
    text = made(tmp_path, missing)["steps.py"]
    assert text.count("\n") == text.count("\r\n")


def test_a_missing_module_of_a_package_goes_beside_the_others(tmp_path: Path):
    write_files(tmp_path, {"src/pkg/__init__.py": ""})
    path = str(tmp_path / "src" / "pkg" / "__init__.py")
    files = made(tmp_path, UnresolvedFunction("pkg.sub.steps.load", 1, "there is no module", path=path))
    assert sorted(files) == ["src/pkg/__init__.py", "src/pkg/sub/__init__.py", "src/pkg/sub/steps.py"]


def test_a_folder_without_a_module_becomes_a_package(tmp_path: Path):
    write_files(tmp_path, {"steps/data.txt": ""})
    files = made(tmp_path, UnresolvedFunction("steps.load", 1, "`steps` is a folder without modules"))
    assert "steps/__init__.py" in files


def test_what_a_new_file_could_not_mend_is_left_out(tmp_path: Path):
    assert left(tmp_path, UnresolvedFunction("numpy.lod", 1, "is installed", certain=False))
    assert left(tmp_path, UnresolvedFunction("json.load_it", 0, "is a module of the standard library"))
    write_files(tmp_path, {"steps.py": ""})
    below = UnresolvedFunction(
        "steps.sub.load", 1, "is a module, not a package", path=str(tmp_path / "steps.py")
    )
    assert left(tmp_path, below)
    assert made(tmp_path, below) == {"steps.py": ""}
