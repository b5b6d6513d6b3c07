"""The outline of entries and the search for tasks."""

from __future__ import annotations

from pathlib import Path

from pipelens.core.answers.links import entry_links, section_links
from pipelens.core.answers.outline import entry_outline, find_tasks
from tests.core.renaming import Folder
from tests.core.test_subject import TEXTS


def test_an_entry_is_outlined_with_products_and_params(tmp_path: Path) -> None:
    project = Folder(tmp_path, TEXTS).project()
    load, fit, grid = (entry_outline(project, entry) for entry in project.entries.values())
    assert load is not None
    assert [(child.name, child.kind, child.detail) for child in load.children] == [
        ("nb", "product", "{{out}}/load.ipynb"),
        ("data", "product", "out/data.csv"),
        ("sample", "param", ""),
    ]
    assert fit is not None
    assert (fit.name, fit.kind, fit.task) == ("fit", "function", "fit")
    assert grid is not None
    assert (grid.kind, grid.detail, [child.name for child in grid.children]) == (
        "grid",
        "3 tasks",
        ["report-1", "report-2", "report-3"],
    )
    for symbol in (load, fit, grid):
        for one in (symbol, *symbol.children):
            assert one.span.start <= one.name_span.start <= one.name_span.end <= one.span.end


def test_tasks_are_found_by_letters_the_likeliest_first(tmp_path: Path) -> None:
    names = ["fit", "refit", "f-i-t", "fitting", "load", "Fit2"]
    entries = "".join(f"  - {{source: a.py, name: {name}, product: {name}.ipynb}}\n" for name in names)
    project = Folder(tmp_path, {"pipeline.yaml": f"tasks:\n{entries}"}).project()
    assert [task.name for _, task in find_tasks([project], "fit")] == [
        "fit",
        "Fit2",
        "fitting",
        "refit",
        "f-i-t",
    ]
    assert len(find_tasks([project], "")) == 6
    assert find_tasks([project], "zz") == []


def test_links_of_entries_and_sections(tmp_path: Path) -> None:
    folder = Folder(tmp_path, {**TEXTS, "out/fit.txt": "", "out/report.html": ""})
    project = folder.project()

    def is_file(path: str) -> bool:
        return folder.host.files.kind(path) == "file"

    found = [
        (Path(link.path).name, link.line, project.locate(link.place)[1].start.line)
        for entry in project.entries.values()
        for link in entry_links(project, entry, is_file)
    ]
    assert found == [
        ("load.py", None, 2),
        ("steps.py", 0, 6),
        ("steps.py", 4, 7),
        ("fit.txt", None, 8),
        ("report.ipynb", None, 9),
    ]
    assert [(Path(link.path).name, link.line) for link in section_links(project, is_file)] == [
        ("steps.py", 0)
    ]
