"""One project, built by Ploomber and by pipelens at the same path: absolute paths stand in what both write."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECTS = Path(__file__).parent / "projects"
EXAMPLES = ROOT / "examples"
PLOOMBER = ROOT / "build" / "ploomber-venv"
"""Made by `.ci/ploomber`. Its Python runs the tasks of both builds, so that the libraries are the same."""


@dataclass(frozen=True)
class Built:
    """What a build left. folder: the project, moved away from where it was built."""

    folder: Path
    exit_code: int
    told: str


def project_folder(name: str) -> Path:
    return next(folder / name for folder in (PROJECTS, EXAMPLES) if (folder / name).is_dir())


def build_both(name: str, place: Path, arguments: tuple[str, ...]) -> tuple[Built, Built]:
    """Ploomber's build and ours, of fresh copies that lay at the same path. place: an empty folder."""
    python = PLOOMBER / "bin" / "python"
    ploomber = [str(PLOOMBER / "bin" / "ploomber"), "build", *arguments]
    pipelens = [sys.executable, "-m", "pipelens", "build", "--interpreter", str(python), *arguments]
    # A path of ours would otherwise reach the tasks.
    ours = {"PYTHONPATH": str(ROOT / "server")}
    return _build(name, place, "ploomber", ploomber, {}), _build(name, place, "pipelens", pipelens, ours)


def _build(name: str, place: Path, tool: str, command: list[str], extra: dict[str, str]) -> Built:
    folder = place / "work" / name
    shutil.copytree(project_folder(name), folder, ignore=shutil.ignore_patterns("products", "output", ".*"))
    environ = {
        **os.environ,
        **extra,
        "PATH": os.pathsep.join([str(PLOOMBER / "bin"), os.environ.get("PATH", "")]),
        "PLOOMBER_STATS_ENABLED": "false",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "JUPYTER_PREFER_ENV_PATH": "1",
        "IPYTHONDIR": str(place / "ipython"),
    }
    done = subprocess.run(
        command,
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    kept = place / tool
    kept.mkdir()
    return Built(folder.rename(kept / name), done.returncode, done.stdout + done.stderr)
