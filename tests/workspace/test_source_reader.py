"""A second process reads the sources of a large pipeline, and nothing else is different for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipelens.core.read_source import Again, read_notebook
from pipelens.core.sources import NotebookSource
from pipelens.workspace import source_cache, source_reader, source_store
from pipelens.workspace.disk import WorkspaceFiles
from pipelens.workspace.keeper import ProjectKeeper
from pipelens.workspace.source_reader import SourceReader, plain_sources
from pipelens.workspace.source_record import stamp_of
from tests.workspace.keeping import keeper_in, picture, write
from tests.workspace.test_never_executed import NAMES, TRAP

PIPELINES = Path(__file__).parent.parent / "pipelines"
COUNT = 1_600
LONG_AGO = 1_600_000_000

Started = list["subprocess.Popen[bytes] | None"]


def source(number: int) -> str:
    """Of every fourteen sources eight are without fault."""
    needs = f'["task{number - 1}"]' if number else "None"
    code = "print(upstream, size)"
    match number % 14:
        case 1:
            needs = '["nowhere"]'
        case 2:
            return "# %%\nprint(1)\n"
        case 3:
            needs = "[open('mark')]"
        case 4:
            code = 'print(upstream["task0"]["nb"], upstream["other"])'
        case 5:
            return f'# ---\n# jupyter:\n#   kernelspec:\n#     name: x\n# ---\n\n# + tags=["parameters"]\nupstream = {needs}\n\n# +\n%time\n'
        case 6:
            return "# %% tags=['parameters']\nupstream = (\n"
        case _:
            pass
    return f'"""About é {number}."""\n# %% tags=["parameters"]\nupstream = {needs}\nproduct = None\nsize = 1\n\n# %%\n{code}\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("large") / "project"
    entries: list[str] = []
    files: dict[str, str | bytes] = {}
    for number in range(COUNT):
        name = f"scripts/task{number}.py"
        entries.append(f"  - source: {name}\n    product: out/{number}.ipynb\n    params: {{size: 2}}\n")
        if number % 100 != 7:
            files[name] = source(number) if number % 100 != 8 else b"\xff\xfe broken"
    write(folder, {"pipeline.yaml": "tasks:\n" + "".join(entries), **files})
    for path in (folder / "scripts").iterdir():
        os.utime(path, (LONG_AGO, LONG_AGO))
    return folder


@pytest.fixture(autouse=True)
def settled_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can set the time at which a file's entry changed, so only that of its content counts."""
    told = source_store.is_settled
    monkeypatch.setattr(
        source_cache, "is_settled", lambda stamp, now: told((stamp[0], stamp[1], 0, stamp[3]), now)
    )


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Started:
    """The processes that were started, on a machine of one processor, too."""
    found: Started = []
    start = source_reader._start

    def noted() -> subprocess.Popen[bytes] | None:
        found.append(start())
        return found[-1]

    monkeypatch.setattr(source_reader, "_start", noted)
    monkeypatch.setattr(source_cache, "is_useful", lambda: True)
    return found


class Awaited(SourceReader):
    """Has read all before it is asked for anything."""

    def get(self, *asked: Any) -> Any:
        self.wait()
        return super().get(*asked)


@pytest.fixture
def all_beside(started: Started, monkeypatch: pytest.MonkeyPatch) -> Started:
    monkeypatch.setattr(source_cache, "SourceReader", Awaited)
    return started


def start(folder: Path, store: Path, **more: Any) -> ProjectKeeper:
    keeper = keeper_in(folder, store=str(store), patient=True, **more)
    keeper.now()
    return keeper


def alone(folder: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> ProjectKeeper:
    with monkeypatch.context() as patch:
        patch.setattr(source_cache, "is_useful", lambda: False)
        keeper = start(folder, store)
    assert keeper.sources.read_beside == 0
    return keeper


def is_over(process: subprocess.Popen[bytes] | None) -> bool:
    return process is not None and process.returncode is not None


def test_two_processes_understand_what_one_does(
    folder: Path, tmp_path: Path, all_beside: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = alone(folder, tmp_path / "1", monkeypatch), start(folder, tmp_path / "2")
    assert two.sources.read_beside > COUNT // 2
    assert picture(two.now()) == picture(one.now())
    assert len(all_beside) == 1
    assert is_over(all_beside[0])


def test_it_does_not_matter_how_far_the_second_process_got(
    folder: Path, tmp_path: Path, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = alone(folder, tmp_path / "1", monkeypatch), start(folder, tmp_path / "2")
    assert picture(two.now()) == picture(one.now())
    assert is_over(started[0])


def test_what_the_second_process_read_is_stored(folder: Path, tmp_path: Path, all_beside: Started) -> None:
    first = start(folder, tmp_path)
    understood = picture(first.now())
    while first.rest(lambda: False):
        pass
    second = start(folder, tmp_path)
    assert len(all_beside) == 1, "nothing is left for a second process"
    assert second.files.reads < COUNT, "others than those with problems are not read"
    assert picture(second.now()) == understood


def test_where_no_process_can_be_started_all_is_read_by_the_first(
    folder: Path, tmp_path: Path, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = alone(folder, tmp_path / "1", monkeypatch)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    two = start(folder, tmp_path / "2")
    assert started == [None]
    assert picture(two.now()) == picture(one.now())


def test_what_an_editor_shows_counts(folder: Path, tmp_path: Path, all_beside: Started) -> None:
    path = str(folder.resolve() / "scripts" / "task9.py")
    keeper = keeper_in(folder, store=str(tmp_path), patient=True)
    keeper.edit(path, source(0))
    assert keeper.now().tasks["task9"].upstream == ()
    keeper.close(path)
    assert keeper.now().tasks["task9"].upstream == ("task8",)


# -- the reader


def reader_of(paths: list[str], roots: tuple[str, ...] | None = None) -> SourceReader:
    return SourceReader(paths, roots, extract_upstream=True, extract_product=False)


@pytest.fixture
def script(tmp_path: Path) -> str:
    return str(write(tmp_path.resolve(), {"one.py": source(0)}) / "one.py")


def got(path: str, roots: tuple[str, ...] | None = None) -> NotebookSource | None:
    reader = reader_of([path], roots)
    reader.wait()
    found = reader.get(path, stamp_of(os.stat(path)), Again(WorkspaceFiles(), path))
    reader.close()
    return found.source if found is not None else None


def test_each_script_is_told_as_it_reads() -> None:
    files = WorkspaceFiles()
    paths = sorted(map(str, PIPELINES.resolve().rglob("*.py")))
    reader = reader_of(paths)
    reader.wait()
    count = 0
    for path in paths:
        found = reader.get(path, stamp_of(os.stat(path)), Again(files, path))
        if found is not None:
            text = files.read(path)
            assert isinstance(text, str)
            count += 1
            assert found.source == read_notebook(path, text, whole=Again(files, path))
    reader.close()
    assert count > 20


def test_a_script_that_changed_since_is_read_again(script: str) -> None:
    reader = reader_of([script])
    reader.wait()
    before = stamp_of(os.stat(script))
    Path(script).write_text(source(8), encoding="utf-8")
    after = stamp_of(os.stat(script))
    assert before != after
    assert reader.get(script, after, Again(WorkspaceFiles(), script)) is None
    reader.close()


def test_what_lies_outside_of_the_roots_is_not_read(script: str, tmp_path: Path) -> None:
    inside, outside = str(tmp_path.resolve()), str(tmp_path.resolve() / "other")
    assert got(script, (inside,)) is not None
    assert got(script, (outside,)) is None


def test_it_takes_no_modules_from_a_workspace(
    tmp_path: Path, script: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = tmp_path / "workspace"
    trap = TRAP.format(folder=str(tmp_path))
    write(workspace, {f"{name}.py": trap for name in NAMES})
    monkeypatch.chdir(workspace)
    monkeypatch.setenv("PYTHONPATH", str(workspace))
    monkeypatch.setenv("PYTHONSTARTUP", str(workspace / "setup.py"))
    assert got(script) is not None
    assert not list(tmp_path.glob("mark-*"))


def test_it_ends_when_nobody_takes_its_lines(folder: Path) -> None:
    process = source_reader._start()
    assert process is not None
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdout.close()
    paths = [str(folder.resolve() / "scripts" / "task0.py")] * 100_000
    process.stdin.write(json.dumps([None, True, False, paths]).encode())
    process.stdin.close()
    assert process.wait(60) != 0


def test_what_it_does_not_understand_ends_it_in_silence() -> None:
    process = source_reader._start()
    assert process is not None
    assert process.communicate(b"{", 60)[0] == b""


def test_the_sources_of_a_text_are_told_at_a_glance() -> None:
    text = (
        "- source: a/b.py\n- source: 'c.py'  \n- {source: d-e.py, name: x}\n- source: \"{{root}}/f.py\"\n"
        "- source: steps.python\n- source: g.py # why\n- source: a/b.py\n- source: h.ipynb\n- source: i.py"
    )
    base = os.path.abspath("base")
    assert plain_sources(text, base) == [
        os.path.join(base, *name.split("/")) for name in ("a/b.py", "c.py", "d-e.py", "g.py", "i.py")
    ]
