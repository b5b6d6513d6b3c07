"""The Ploomber of this checkout, in an environment of its own, for tests that let both tools work on one pipeline.

`make beside-ploomber` makes it, or `.ci/ploomber build/ploomber-venv`; where it cannot be had, those tests are skipped.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

HOME = Path(__file__).parents[1] / "build" / "ploomber-venv"


def program(name: str) -> Path:
    """`python` or a command of the environment."""
    return HOME / ("Scripts" if os.name == "nt" else "bin") / (f"{name}.exe" if os.name == "nt" else name)


def is_there() -> bool:
    return (HOME / "ploomber-installed").is_file() and program("python").is_file()


needs_ploomber = pytest.mark.skipif(
    not is_there(), reason="Ploomber is not installed beside: `.ci/ploomber build/ploomber-venv` does it"
)


def environment(home: Path) -> dict[str, str]:
    """The environment that Ploomber runs in: it sends no statistics, and keeps what it keeps in `home`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIPELENS_", "PYTHON"))}
    return {**kept, "PLOOMBER_STATS_ENABLED": "false", "HOME": str(home), "PYTHONIOENCODING": "utf-8"}
