"""The installed server in Neovim, which has no client of ours: only its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.editors.documented import LINE, RIGHT, configuration, write_project

SCRIPT = Path(__file__).with_name("story.lua")
BESIDE = Path(sys.executable).parent
PATH = os.pathsep.join([str(BESIDE), os.environ.get("PATH", "")])
NVIM = shutil.which("nvim", path=PATH)


def _is_new_enough() -> bool:
    if NVIM is None:
        return False
    told = subprocess.run([NVIM, "--version"], capture_output=True, text=True, check=False).stdout
    version = told.split("\n", 1)[0].removeprefix("NVIM v").split("-")[0].split(".")
    return [int(part) for part in version[:2]] >= [0, 11]


needs_neovim = pytest.mark.skipif(
    not _is_new_enough(), reason="there is no Neovim 0.11 or newer; `make test` installs one where it can"
)


@needs_neovim
def test_neovim_with_the_documented_configuration_checks_tells_renames_and_runs(tmp_path: Path) -> None:
    project = tmp_path / "das größte 📦"
    pipeline = write_project(project)
    init = tmp_path / "init.lua"
    init.write_text(configuration("Neovim"), encoding="utf-8")
    assert NVIM is not None
    done = subprocess.run(
        [NVIM, "--headless", "-u", str(init), "-i", "NONE", "-n", str(pipeline), "-S", str(SCRIPT)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=200,
        cwd=project,
        env={**os.environ, "PATH": PATH, "LINE": str(LINE), "RIGHT": RIGHT, "XDG_CONFIG_HOME": str(tmp_path)},
        check=False,
    )
    seen = json.loads(done.stdout)
    assert "error" not in seen, (seen, done.stderr)
    assert seen["protocol"] == 1
    [unknown] = [found for found in seen["before"] if found["code"] == "unknown-key"]
    assert (unknown["line"], unknown["column"], unknown["end_column"]) == (LINE, 4, 10)
    assert unknown["source"] == "pipelens"
    assert "never run" in seen["hover"]
    assert "name: fetch" in pipeline.read_text(encoding="utf-8")
    assert 'upstream["fetch"]' in (project / "steps.py").read_text(encoding="utf-8")
    assert (project / "out" / "load.txt").read_text() == "loaded"
    assert [path for path in (project / "out").iterdir() if path.name.endswith(".metadata")]
