"""The server inside the VS Code extension, filled as `make vsix` fills it."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

from tests import pythons
from tests.contract.tree import TOP

BUNDLED = TOP / "vscode-extension" / "bundled"
MINIMUM = (3, 10)


@cache
def fill() -> Path:
    """The folder `bundled`, up to date. Needs pip, as the packages do."""
    done = subprocess.run(
        [sys.executable, str(TOP / "vscode-extension" / "bundle" / "fill.py")],
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return BUNDLED


def served() -> list[tuple[int, int]]:
    """The versions of Python that this machine has and that the bundled server promises."""
    return [version for version in pythons.found() if version >= MINIMUM]


def program(version: tuple[int, int]) -> Path:
    found = pythons.find(version)
    assert found is not None
    return found
