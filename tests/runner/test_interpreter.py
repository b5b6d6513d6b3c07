"""Which Python runs the tasks."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from pipelens.runner import interpreter
from pipelens.runner.interpreter import choose_interpreter, probe
from tests import pythons

BIN = "Scripts/python.exe" if os.name == "nt" else "bin/python"


def environment(folder: Path) -> str:
    """Something that looks like a virtual environment."""
    python = folder / BIN
    python.parent.mkdir(parents=True)
    python.write_text("")
    (folder / "pyvenv.cfg").write_text("")
    return str(python)


def test_what_was_given_wins(tmp_path: Path) -> None:
    python = environment(tmp_path / "given")
    active = {"VIRTUAL_ENV": str(tmp_path / "given")}
    for given in (python, str(tmp_path / "given")):
        found = choose_interpreter(given, active, str(tmp_path), str(tmp_path))
        assert (found.path, found.why) == (python, "it was given")


def test_then_the_active_environment(tmp_path: Path) -> None:
    environment(tmp_path / ".venv")
    python = environment(tmp_path / "active")
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        found = choose_interpreter(None, {name: str(tmp_path / "active")}, str(tmp_path), str(tmp_path))
        assert (found.path, found.why) == (python, f"{name} is set")


def test_then_an_environment_beside_the_pipeline_up_to_the_root(tmp_path: Path) -> None:
    environment(tmp_path / ".venv")
    root = tmp_path / "root"
    inner = root / "src" / "pkg"
    inner.mkdir(parents=True)
    python = environment(root / "venv")
    assert choose_interpreter(None, {}, str(inner), str(root)).path == python
    nearer = environment(inner / ".venv")
    found = choose_interpreter(None, {}, str(inner), str(root))
    assert (found.path, found.why) == (nearer, f".venv is in {inner}")


def test_nothing_above_the_root_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment(tmp_path / ".venv")
    root = tmp_path / "root"
    root.mkdir()
    monkeypatch.setattr(interpreter, "_is_isolated", lambda: False)
    found = choose_interpreter(None, {}, str(root), str(root))
    assert (found.path, found.why) == (sys.executable, "pipelens is installed in its environment")


def test_an_isolated_pipelens_looks_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "python3.exe" if os.name == "nt" else "python3"
    (tmp_path / name).write_text("")
    (tmp_path / name).chmod(0o755)
    monkeypatch.setattr(interpreter, "_is_isolated", lambda: True)
    found = choose_interpreter(None, {"PATH": str(tmp_path)}, str(tmp_path), str(tmp_path))
    assert (found.path, found.why) == (str(tmp_path / name), "it is python3 on PATH")


@pytest.mark.parametrize(
    "python", pythons.found().values(), ids=[pythons.name_of(v) for v in pythons.found()]
)
def test_an_interpreter_is_asked_for_its_version(python: Path) -> None:
    told = probe(str(python))
    assert told.problem is None
    assert told.version.count(".") == 2


def test_asking_an_interpreter_imports_nothing_of_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "imported"
    for name in ("json.py", "sitecustomize.py"):
        (tmp_path / name).write_text(f"open({str(mark)!r}, 'w').close()")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    probe.cache_clear()
    assert probe(sys.executable).problem is None
    assert not mark.exists()


def test_what_does_not_work_says_why(tmp_path: Path) -> None:
    assert "cannot be started" in (probe(str(tmp_path / "none")).problem or "")
    fake = tmp_path / "fake"
    fake.write_text("#!/bin/sh\necho 'not python' >&2\n")
    fake.chmod(0o755)
    assert "is not a Python that works: not python" in (probe(str(fake)).problem or "")
