"""Folders and files: several of each, outside of each, coming and going."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from lsprotocol import types

from pipelens.core.files import DictFiles
from pipelens.lsp.watching import Watch, watches_of
from pipelens.workspace.discovery import looks_like_pipeline, pipelines_around, pipelines_below
from pipelens.workspace.disk import WorkspaceFiles
from pipelens.workspace.opening import NotFound, open_pipeline
from tests.lsp.conftest import PIPELINE, STEPS
from tests.lsp.editor import Editor, editor

VSCODE = "visual-studio-code"
BROKEN = PIPELINE.replace("product: out/fit.txt", "prodct: out/fit.txt")


def made(folder: Path, text: str = PIPELINE) -> Path:
    folder.mkdir(parents=True)
    (folder / "pipeline.yaml").write_text(text)
    (folder / "steps.py").write_text(STEPS)
    return folder


def change_folders(it: Editor, added: list[Path], removed: list[Path]) -> None:
    come, gone = (
        [types.WorkspaceFolder(one.as_uri(), one.name) for one in some] for some in (added, removed)
    )
    event = types.WorkspaceFoldersChangeEvent(come, gone)
    it.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))


def deleted(it: Editor, *names: str) -> None:
    changes = [types.FileEvent(it.uri(name), types.FileChangeType.Deleted) for name in names]
    it.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(changes))


async def test_each_folder_has_its_pipelines(project: Path, any_editor: str) -> None:
    made(project.parent / "other", BROKEN)
    async with editor(project, any_editor, more=[project.parent / "other"]) as it:
        assert it.result.capabilities.workspace
        it.open("pipeline.yaml")
        await it.shows("pipeline.yaml")
        it.open("../other/steps.py")
        await it.until(lambda: "unknown-key" in it.codes("../other/pipeline.yaml"))
        assert it.codes("pipeline.yaml") == []


async def test_a_folder_that_is_closed_takes_its_problems_along(project: Path) -> None:
    other = made(project.parent / "other", BROKEN)
    async with editor(project, VSCODE) as it:
        change_folders(it, [other], [])
        it.open("../other/steps.py")
        await it.until(lambda: "unknown-key" in it.codes("../other/pipeline.yaml"))
        change_folders(it, [], [other])
        it.open("pipeline.yaml")
        await it.shows("pipeline.yaml")
        assert it.codes("../other/pipeline.yaml")  # a document of it is still open
        it.close("../other/steps.py")
        change_folders(it, [other], [])
        change_folders(it, [], [other])
        await it.shows("../other/pipeline.yaml")


async def test_a_file_outside_of_all_folders_is_helped_with(project: Path) -> None:
    made(project.parent / "outside" / "deep", BROKEN)
    async with editor(project, VSCODE) as it:
        it.open("../outside/deep/steps.py")
        await it.until(lambda: "unknown-key" in it.codes("../outside/deep/pipeline.yaml"))


async def test_several_pipelines_of_a_folder_share_a_source(project: Path) -> None:
    (project / "pipeline.small.yaml").write_text(BROKEN)
    async with editor(project) as it:
        it.open("steps.py")
        await it.until(lambda: "unknown-key" in it.codes("pipeline.small.yaml"))
        await it.shows("steps.py")
        it.rewrite("steps.py", STEPS.replace('upstream["load"]', 'upstream["lod"]'))
        await it.until(lambda: it.codes("steps.py").count("unknown-upstream") == 1)


async def test_a_pipeline_of_another_name_is_known_by_what_it_says(project: Path) -> None:
    (project / "train.yaml").write_text(BROKEN)
    (project / "notes.yaml").write_text("tasks:\n  - buy: milk\n")
    async with editor(project) as it:
        it.open("notes.yaml")
        it.open("train.yaml")
        await it.until(lambda: "unknown-key" in it.codes("train.yaml"))
        it.open("empty.yaml", "")
        it.rewrite("empty.yaml", BROKEN)
        await it.until(lambda: "unknown-key" in it.codes("empty.yaml"))
        assert it.uri("notes.yaml") not in it.client.diagnostics


async def test_what_setup_cfg_names_is_found_from_a_source(project: Path) -> None:
    (project / "pipeline.yaml").rename(project / "other.yaml")
    (project / "other.yaml").write_text(BROKEN)
    (project / "setup.cfg").write_text("[ploomber]\nentry-point = other.yaml\n")
    async with editor(project) as it:
        it.open("steps.py")
        await it.until(lambda: "unknown-key" in it.codes("other.yaml"))


async def test_a_folder_of_sources_that_goes_and_comes_is_noticed(project: Path) -> None:
    (project / "pipeline.yaml").write_text(
        "tasks:\n  - source: parts/one.sh\n    class: ShellScript\n    product: out/1.txt\n"
    )
    parts = project / "parts"
    parts.mkdir()
    (parts / "one.sh").write_text("touch {{product}}\n")
    async with editor(project, VSCODE) as it:
        it.open("pipeline.yaml")
        await it.shows("pipeline.yaml")
        shutil.move(parts, project / "moved")
        deleted(it, "parts")
        await it.shows("pipeline.yaml", "source-missing")
        shutil.move(project / "moved", parts)
        changes = [types.FileEvent(it.uri("parts"), types.FileChangeType.Created)]
        it.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(changes))
        await it.shows("pipeline.yaml")


async def test_products_and_sources_are_watched_as_the_client_can(project: Path) -> None:
    for name, expected in ((VSCODE, True), ("lsp4ij", False)):
        async with editor(project, name) as it:
            it.open("pipeline.yaml")
            await it.shows("pipeline.yaml")
            await it.until(lambda: "out/*" in str(it.registered), "watching of products")
            told = [one for one in it.registered if one.method == "workspace/didChangeWatchedFiles"]
            assert told
            assert ("baseUri" in str(told) or "base_uri" in str(told)) is expected


def test_what_is_watched_names_kinds_products_and_folders(project: Path) -> None:
    keeper = open_pipeline(None, cwd=str(project), environ={})
    assert not isinstance(keeper, NotFound)
    root = str(project)
    found = watches_of([root], [keeper.now()])
    assert Watch(root, "out/*") in found
    assert Watch(root, "**/*.{yaml,yml,py,ipynb,R,r,Rmd,sql,sh}") in found
    elsewhere = watches_of([str(project.parent / "x")], [keeper.now()])
    assert {one.folder for one in elsewhere} == {root, str(project.parent / "x")}


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("tasks:\n  - source: a.py\n", True),
        ("meta:\n  x: 1\n'tasks':  # all\n- product: x\n  source: a.py\n", True),
        ("tasks:\n  - name: x\n", False),
        ("tasks:\nsource: x\n", False),
        ("- hosts: all\n  tasks:\n    - source: x\n", False),
        ("spec:\n  tasks:\n    - source: x\n", False),
        ("tasks: [", False),
        ("", False),
    ],
)
def test_a_pipeline_is_known_by_tasks_with_sources(text: str, is_one: bool) -> None:
    assert looks_like_pipeline("/x/train.yaml", text.splitlines(keepends=True)) is is_one
    assert not looks_like_pipeline("/x/train.py", text.splitlines(keepends=True))


def test_pipelines_are_looked_for_with_bounded_work(tmp_path: Path) -> None:
    """A folder with very many files is listed once, and no file in it is looked at."""
    crowded = tmp_path / "crowded"
    crowded.mkdir()
    for number in range(3_000):
        (crowded / f"record-{number}").touch()
    made(tmp_path / "a" / "b")
    made(tmp_path / "node_modules" / "x")
    made(tmp_path / ".hidden" / "x")
    files = WorkspaceFiles()
    asked: list[str] = []
    kind = files.kind
    files.kind = lambda path: (asked.append(path), kind(path))[1]  # type: ignore[method-assign]
    found = pipelines_below(str(tmp_path), files)
    assert found == (str(tmp_path / "a" / "b" / "pipeline.yaml"),)
    assert asked == []


def test_a_source_asks_around_for_its_pipelines() -> None:
    files = DictFiles(
        {
            "/p/pipeline.yaml": "",
            "/p/pipeline.dev.yaml": "",
            "/p/sub/one.py": "",
            "/p/setup.cfg": "[ploomber]\nentry-point = conf/it.yaml\n",
            "/p/conf/it.yaml": "",
        }
    )
    found = pipelines_around("/p/sub/one.py", files)
    assert set(found) == {"/p/pipeline.yaml", "/p/pipeline.dev.yaml", "/p/conf/it.yaml"}
