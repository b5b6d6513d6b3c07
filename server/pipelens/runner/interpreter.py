"""Which Python runs the user's tasks: decided here and nowhere else (architecture, law 10).

In order: given (flag, client, setting) → `VIRTUAL_ENV`, `CONDA_PREFIX` → `.venv`, `venv` from the
pipeline's folder up to the root → our own environment, unless that is isolated → `python3` on PATH.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from pipelens.frozen import frozen

if TYPE_CHECKING:
    from pipelens.workspace.discovery import Location
    from pipelens.workspace.keeper import ProjectKeeper

MINIMUM = (3, 8)
HOW_TO_CHANGE = (
    "choose another with --interpreter PATH, by activating an environment, "
    "or with `interpreter` under [tool.pipelens] in pyproject.toml"
)


@frozen
class Interpreter:
    """The interpreter of a run. why: where it was found, in words that follow "because"."""

    path: str
    why: str


@frozen
class Probe:
    """What an interpreter says of itself. problem: why it cannot run tasks, else None."""

    version: str = ""
    packages: Mapping[str, str] | None = None
    problem: str | None = None


def choose_interpreter(
    given: str | None, environ: Mapping[str, str], start_folder: str, root: str
) -> Interpreter:
    """The interpreter for tasks of a pipeline in `start_folder` with root `root`. A given one is
    taken as it is (`probe` says whether it works)."""
    if given:
        path = os.path.expanduser(given)
        if os.path.isdir(path):
            path = _python_in(path) or path
        elif os.sep not in path and not os.path.exists(path):
            path = shutil.which(path, path=environ.get("PATH")) or path
        return Interpreter(os.path.abspath(path) if os.path.exists(path) else path, "it was given")
    for found in (*_active(environ), *_beside(start_folder, root)):
        return found
    if not _is_isolated():
        return Interpreter(sys.executable, "pipelens is installed in its environment")
    for name in ("python3", "python"):
        if path := shutil.which(name, path=environ.get("PATH")):
            return Interpreter(path, f"it is {name} on PATH")
    return Interpreter(sys.executable, "no other Python was found")


def interpreter_of(keeper: ProjectKeeper, flag: str | None, environ: Mapping[str, str]) -> Interpreter:
    """The Python that runs the tasks of this pipeline: the flag's, else the settings', else the one
    that is found. For trusted workspaces: a setting names a program."""
    settings = keeper.settings
    return found_interpreter(keeper.location, settings.interpreter, settings.path, flag, environ)


def found_interpreter(
    location: Location, wanted: str | None, settings: str | None, flag: str | None, environ: Mapping[str, str]
) -> Interpreter:
    """The same by the `wanted` of the settings in the file `settings`."""
    chosen = choose_interpreter(flag or wanted, environ, location.folder, location.root)
    return replace(chosen, why=f"{settings} says so") if wanted and not flag else chosen


def _active(environ: Mapping[str, str]) -> Iterator[Interpreter]:
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        if (prefix := environ.get(name)) and (python := _python_in(prefix)):
            yield Interpreter(python, f"{name} is set")


def _beside(folder: str, root: str) -> Iterator[Interpreter]:
    """The environments in folders from `folder` up to `root`."""
    folder, root = os.path.abspath(folder), os.path.abspath(root)
    while True:
        for name in (".venv", "venv"):
            prefix = os.path.join(folder, name)
            if os.path.isfile(os.path.join(prefix, "pyvenv.cfg")) and (python := _python_in(prefix)):
                yield Interpreter(python, f"{name} is in {folder}")
        parent = os.path.dirname(folder)
        if folder == root or parent == folder or not folder.startswith(root + os.sep):
            return
        folder = parent


def _python_in(prefix: str) -> str | None:
    names = ("Scripts/python.exe", "python.exe") if os.name == "nt" else ("bin/python", "bin/python3")
    return next((path for name in names if os.path.isfile(path := os.path.join(prefix, name))), None)


def is_bundled() -> bool:
    """Whether this is the copy inside an editor's extension: pure Python, run by any Python there is."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    return os.path.isfile(os.path.join(os.path.dirname(package), "BUNDLED"))


def _is_isolated() -> bool:
    """Whether our environment was made for us alone, so that no project's packages can be in it."""
    if getattr(sys, "frozen", False) or is_bundled():
        return True
    parts = os.path.normpath(sys.prefix).split(os.sep)
    if "pipx" in parts or ("uv" in parts and "tools" in parts):
        return True
    return os.path.exists(os.path.join(sys.prefix, "pipx_metadata.json")) or os.path.exists(
        os.path.join(sys.prefix, "uv-receipt.toml")
    )


_ASKED = ("IPython", "matplotlib_inline", "ploomber")
_PROBE = """
import json, sys
from importlib.util import find_spec
found = {}
for name in sys.argv[1:]:
    try:
        found[name] = "" if find_spec(name) else None
    except Exception:
        found[name] = None
print(json.dumps({"version": "%d.%d.%d" % sys.version_info[:3], "packages": found}))
"""


def _is_our_own(path: str) -> bool:
    """Whether this is the program that runs us: links in one environment are the same, two environments
    that link to one program are not."""
    own = sys.executable
    try:
        return bool(own) and os.path.dirname(path) == os.path.dirname(own) and os.path.samefile(path, own)
    except OSError:
        return False


def _is_there(name: str) -> bool:
    from importlib.util import find_spec

    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return False


@functools.cache
def probe(path: str) -> Probe:
    """Ask an interpreter for its version and what it can import; once per process. It is started
    isolated (`-I`), in a folder of its own, so that nothing of a project is imported. Our own need not
    be started."""
    if _is_our_own(path):
        return Probe(
            ".".join(map(str, sys.version_info[:3])), {name: "" for name in _ASKED if _is_there(name)}
        )
    try:
        done = subprocess.run(
            [path, "-I", "-c", _PROBE, *_ASKED],
            cwd=os.path.dirname(os.path.abspath(path)) if os.path.isabs(path) else None,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=30,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Probe(problem=f"{path} gave no answer")
    except OSError as error:
        return Probe(problem=f"{path} cannot be started: {error.strerror or error}")
    try:
        told = json.loads(done.stdout)
        version = str(told["version"])
    except (ValueError, KeyError, TypeError):
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or ["no answer"]
        return Probe(problem=f"{path} is not a Python that works: {last[0]}")
    if tuple(map(int, version.split(".")[:2])) < MINIMUM:
        return Probe(version, problem=f"{path} is Python {version}; tasks need 3.8 or newer")
    packages = {name: text for name, text in told["packages"].items() if text is not None}
    return Probe(version, packages)
