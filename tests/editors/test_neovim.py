"""The installed server in Neovim, which has no client of ours: only its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("pipelens.lua")
BESIDE = Path(sys.executable).parent
NVIM = shutil.which("nvim", path=os.pathsep.join([str(BESIDE), os.environ.get("PATH", "")]))


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
def test_neovim_shows_the_mistake_and_runs_the_corrected_task(tmp_path: Path) -> None:
    (tmp_path / "steps.py").write_text(
        "from pathlib import Path\n\n\ndef load(product):\n    Path(product).write_text('loaded')\n"
    )
    pipeline = tmp_path / "pipeline.yaml"
    pipeline.write_text("tasks:\n  - source: steps.load\n    prodct: out/load.txt\n")
    assert NVIM is not None
    server = json.dumps([str(BESIDE / "pipelens"), "lsp"])
    done = subprocess.run(
        [NVIM, "--headless", "--clean", "-n", str(pipeline), "-S", str(SCRIPT)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=200,
        cwd=tmp_path,
        env={
            **os.environ,
            "PIPELENS_LSP": server,
            "LINE": "2",
            "TEXT": "    product: out/load.txt",
            "TASK_LINE": "1",
        },
        check=False,
    )
    seen = json.loads(done.stdout)
    assert "error" not in seen, (seen, done.stderr)
    assert seen["protocol"] == 1
    [unknown] = [found for found in seen["before"] if found["code"] == "unknown-key"]
    assert (unknown["line"], unknown["column"], unknown["end_column"]) == (2, 4, 10)
    assert unknown["source"] == "pipelens"
    assert [1, "○ never run"] in seen["lenses"]
    assert [1, "✓ fresh"] in seen["after"]
    assert (tmp_path / "out" / "load.txt").read_text() == "loaded"
    assert list((tmp_path / "out").glob(".*.metadata")) or list((tmp_path / "out").glob("*.metadata"))
