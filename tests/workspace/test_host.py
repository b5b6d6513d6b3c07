"""Which pipelines an open document belongs to, and what is read of them."""

from __future__ import annotations

from pathlib import Path

from pipelens.workspace.buffers import Buffer
from pipelens.workspace.host import Host

TASK = "tasks:\n  - source: {source}\n    product: out/{name}.ipynb\n    name: {name}\n"
SCRIPT = "# %% tags=['parameters']\nupstream = None\n# %%\nprint(1)\n"


def opened(host: Host, path: Path, text: str | None = None) -> None:
    host.open(str(path), Buffer(path.as_uri(), path.read_text() if text is None else text, 1))


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_source_brings_its_pipeline_with_it(tmp_path: Path) -> None:
    pipeline = write(tmp_path / "pipeline.yaml", TASK.format(source="scripts/a.py", name="a"))
    source = write(tmp_path / "scripts" / "a.py", SCRIPT)
    host = Host([str(tmp_path)], environ={})
    opened(host, source)
    assert [project.path for project in host.projects_with(str(source))] == [str(pipeline)]


def test_a_source_of_two_pipelines_belongs_to_both(tmp_path: Path) -> None:
    write(tmp_path / "pipeline.yaml", TASK.format(source="a.py", name="a"))
    write(tmp_path / "pipeline.train.yaml", TASK.format(source="a.py", name="b"))
    source = write(tmp_path / "a.py", SCRIPT)
    host = Host([str(tmp_path)], environ={})
    opened(host, source)
    assert len(host.projects_with(str(source))) == 2


def test_a_pipeline_elsewhere_in_the_workspace_is_found(tmp_path: Path) -> None:
    pipeline = write(tmp_path / "jobs" / "pipeline.yaml", TASK.format(source="../lib/a.py", name="a"))
    source = write(tmp_path / "lib" / "a.py", SCRIPT)
    host = Host([str(tmp_path)], environ={})
    opened(host, source)
    assert [project.path for project in host.projects()] == [str(pipeline)]


def test_a_file_that_no_pipeline_uses_shows_none(tmp_path: Path) -> None:
    write(tmp_path / "pipeline.yaml", TASK.format(source="a.py", name="a"))
    write(tmp_path / "a.py", SCRIPT)
    other = write(tmp_path / "b.py", "")
    host = Host([str(tmp_path)], environ={})
    opened(host, other)
    assert list(host.projects()) == []


def test_the_text_of_the_editor_counts_until_it_is_closed(tmp_path: Path) -> None:
    text = TASK.format(source="a.py", name="a")
    pipeline = write(tmp_path / "pipeline.yaml", text)
    write(tmp_path / "a.py", SCRIPT)
    host = Host([str(tmp_path)], environ={})
    opened(host, pipeline, text.replace("name: a", "name: other"))
    [project] = host.projects()
    assert list(project.tasks) == ["other"]
    assert host.unsaved(project) == (str(pipeline),)
    host.close(str(pipeline))
    [project] = host.projects()
    assert list(project.tasks) == ["a"]


def test_an_env_file_that_appears_is_read(tmp_path: Path) -> None:
    text = TASK.format(source="a.py", name="a").replace("out/a.ipynb", "'{{where}}/a.ipynb'")
    pipeline = write(tmp_path / "pipeline.yaml", text)
    write(tmp_path / "a.py", SCRIPT)
    host = Host([str(tmp_path)], environ={})
    opened(host, pipeline)
    assert str(pipeline) in host.findings()
    env = write(tmp_path / "env.yaml", "where: out\n")
    host.changed([str(env)])
    assert host.findings() == {}


def test_an_edit_of_one_entry_reads_no_other(tmp_path: Path) -> None:
    text = "tasks:\n" + "".join(TASK.format(source="a.py", name=f"t{n}").split("\n", 1)[1] for n in range(50))
    pipeline = write(tmp_path / "pipeline.yaml", text)
    write(tmp_path / "a.py", SCRIPT)
    host = Host([str(tmp_path)], environ={})
    opened(host, pipeline)
    host.findings()
    keeper = host.keepers[str(pipeline)]
    before = keeper.work
    host.documents[str(pipeline)].reset(text.replace("out/t7.ipynb", "out/t7.html"))
    host.edited(str(pipeline))
    host.findings()
    assert keeper.work.since(before).entries_read <= 1
    assert keeper.work.since(before).sources_read == 0


def test_before_trust_nothing_outside_of_the_folders_is_read(tmp_path: Path) -> None:
    inside = tmp_path / "workspace"
    pipeline = write(inside / "pipeline.yaml", TASK.format(source="../outside.py", name="a"))
    write(tmp_path / "outside.py", SCRIPT)
    host = Host([str(inside)], environ={}, trusted=False)
    opened(host, pipeline)
    assert host.files.kind(str(tmp_path / "outside.py")) == "missing"
    assert host.findings()
    host.trust()
    assert host.files.kind(str(tmp_path / "outside.py")) == "file"
