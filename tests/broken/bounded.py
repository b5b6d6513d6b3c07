"""The command line on hostile files: in bounded time, and in bounded memory where the system has such limits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


def ask(folder: Path, *words: str, seconds: int, memory: int) -> Any:
    """What `pipelens WORDS --json` prints, without a traceback. memory: bytes of address space."""

    def limited() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

    done = subprocess.run(
        [sys.executable, "-P" if sys.version_info >= (3, 11) else "-B", "-m", "pipelens", *words, "--json"],
        cwd=folder,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        timeout=seconds,
        preexec_fn=limited if sys.platform == "linux" else None,
        check=False,
    )
    assert done.returncode in (0, 1), (done.returncode, done.stderr[-2000:])
    assert "Traceback" not in done.stderr, done.stderr[-2000:]
    assert "bug in Pipelens" not in done.stderr, done.stderr[-2000:]
    return json.loads(done.stdout)
