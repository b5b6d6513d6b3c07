"""The Pythons of this machine, so that the worker can be tried under each version it promises.

Run as a program (`python tests/pythons.py`) it prints what was found and what was not.
"""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

WORKER_VERSIONS = ((3, 8), (3, 9), (3, 10), (3, 11), (3, 12), (3, 13), (3, 14))
"""The versions that a user's interpreter may have: the worker runs under each of them."""

_PROBE = "import sys; print('%d %d %s' % (sys.version_info[0], sys.version_info[1], sys.executable))"


def name_of(version: tuple[int, int]) -> str:
    return f"python{version[0]}.{version[1]}"


def _candidates(version: tuple[int, int]) -> list[Path]:
    """Programs that may be this version: our own, pyenv's folders, uv's folders, then PATH."""
    major, minor = version
    found: list[Path] = []
    if sys.version_info[:2] == version:
        found.append(Path(sys.executable))
    homes = [
        Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions",
        Path.home() / ".local" / "share" / "uv" / "python",
    ]
    for home in homes:
        if home.is_dir():
            for folder in sorted(home.iterdir(), reverse=True):
                if f"{major}.{minor}." in folder.name:
                    found.extend((folder / "bin" / "python3", folder / "python.exe"))
    names = (name_of(version), "python3", "python", f"{name_of(version)}.exe")
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        if folder:
            found.extend(Path(folder) / name for name in names)
    return found


def _answers(program: Path, version: tuple[int, int]) -> Path | None:
    """The real path of `program` if it runs and is of this version (pyenv's shims may do neither)."""
    if not program.is_file():
        return None
    try:
        told = subprocess.run(
            [str(program), "-I", "-S", "-c", _PROBE],
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
            stdin=subprocess.DEVNULL,
        ).stdout.split(maxsplit=2)
    except (OSError, subprocess.SubprocessError):
        return None
    if tuple(int(part) for part in told[:2]) != version:
        return None
    return Path(told[2].strip())


@cache
def find(version: tuple[int, int]) -> Path | None:
    """The interpreter of this version, or None where the machine has none."""
    seen: set[Path] = set()
    for candidate in _candidates(version):
        if candidate not in seen:
            seen.add(candidate)
            if found := _answers(candidate, version):
                return found
    return None


@cache
def found() -> dict[tuple[int, int], Path]:
    """Every version that the worker promises and this machine has."""
    return {version: path for version in WORKER_VERSIONS if (path := find(version))}


def missing() -> tuple[str, ...]:
    """The promised versions that this machine lacks, for the header of the test run."""
    return tuple(name_of(version) for version in WORKER_VERSIONS if version not in found())


def report() -> str:
    """One line: what was found, and what was not and is therefore not tried."""
    have = ", ".join(f"{name_of(version)} ({path})" for version, path in found().items())
    lack = ", ".join(missing())
    return f"interpreters: {have}" + (f"; not found, not tried: {lack}" if lack else "")


if __name__ == "__main__":
    print(report())
