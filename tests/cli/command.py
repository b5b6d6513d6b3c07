"""The `pipelens` command as a person runs it: a process of its own in a folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def pipelens(*words: str, cwd: Path, typed: str = "", **environ: str) -> Answer:
    """Run the command and wait for its end; a traceback of ours is never an answer. typed: what it reads."""
    finished = subprocess.run(
        [sys.executable, "-P" if sys.version_info >= (3, 11) else "-B", "-m", "pipelens", *words],
        cwd=cwd,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environ},
        capture_output=True,
        input=typed,
        encoding="utf-8",
        timeout=240,
        check=False,
    )
    answer = Answer(finished.returncode, finished.stdout, finished.stderr)
    assert "this is a bug in Pipelens" not in answer.err, answer.err
    return answer


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write `files` by their relative paths; returns `folder`."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return folder
