"""Where modules lie, the project's and installed ones, told from folders alone: nothing is started."""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterator, Mapping

from pipelens.core.files import Files
from pipelens.workspace.discovery import Location

_MOST_PATH_FILES = 50
_INSTALLABLE = ("setup.py", "pyproject.toml", "setup.cfg")
_MAPPING = re.compile(r"^MAPPING[^=\n]*=\s*(\{.*?\})\s*$", re.MULTILINE | re.DOTALL)


def library_folders(
    environ: Mapping[str, str], folder: str, root: str, *, trusted: bool = True
) -> tuple[str, ...]:
    """`site-packages` folders that the user's interpreter may see, with what their `.pth` files add.

    They only tell whether a module could exist: nothing in them is read. An environment inside the
    workspace is looked at only when it is `trusted`.
    """
    found: list[str] = []
    for prefix in _prefixes(environ, folder, root, trusted):
        for packages in _site_packages(prefix):
            found.append(packages)
            found.extend(_added(packages))
    return tuple(dict.fromkeys(found))


def _prefixes(environ: Mapping[str, str], folder: str, root: str, trusted: bool) -> Iterator[str]:
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        if environ.get(name):
            yield environ[name]
    if trusted:
        place = folder
        for _ in range(32):
            for name in (".venv", "venv"):
                yield os.path.join(place, name)
            if place == root or os.path.dirname(place) == place:
                break
            place = os.path.dirname(place)
    yield sys.prefix
    yield sys.base_prefix


def _site_packages(prefix: str) -> Iterator[str]:
    windows = os.path.join(prefix, "Lib", "site-packages")
    if os.path.isdir(windows):
        yield windows
    try:
        names = os.listdir(os.path.join(prefix, "lib"))
    except (OSError, ValueError):
        return
    for name in sorted(names):
        for last in ("site-packages", "dist-packages"):
            packages = os.path.join(prefix, "lib", name, last)
            if name.startswith("python") and os.path.isdir(packages):
                yield packages


def _added(packages: str) -> Iterator[str]:
    """The folders named in `.pth` files: how editable installs are found."""
    try:
        names = [name for name in os.listdir(packages) if name.endswith(".pth")]
    except OSError:
        return
    for name in sorted(names)[:_MOST_PATH_FILES]:
        try:
            with open(os.path.join(packages, name), encoding="utf-8", errors="replace") as file:
                lines = file.read(20_000).splitlines()
        except OSError:
            continue
        for line in lines:
            if line.startswith(("#", "import ", "import\t")):
                continue
            folder = line.strip()
            if os.path.isabs(folder) and os.path.isdir(folder):
                yield folder
    yield from _mapped(packages)


def _mapped(packages: str) -> Iterator[str]:
    """Folders of packages that setuptools installs editable through a finder with a mapping."""
    try:
        names = [
            name
            for name in os.listdir(packages)
            if name.startswith("__editable__") and name.endswith("_finder.py")
        ]
    except OSError:
        return
    for name in sorted(names)[:_MOST_PATH_FILES]:
        try:
            with open(os.path.join(packages, name), encoding="utf-8", errors="replace") as file:
                match = _MAPPING.search(file.read(100_000))
            mapping = ast.literal_eval(match[1]) if match else {}
        except (OSError, ValueError, SyntaxError, MemoryError, RecursionError):
            continue
        if isinstance(mapping, dict):
            for path in mapping.values():
                if isinstance(path, str) and os.path.isdir(os.path.dirname(path)):
                    yield os.path.dirname(path)


def import_folders(location: Location, cwd: str, files: Files) -> tuple[str, ...]:
    """Where the project's modules may lie, in the order of `sys.path`: the spec's folder and the working
    folder as in Ploomber, then the root and `src` layouts, whose packages are installed editable."""
    folders = [location.folder, cwd, location.root]
    for base in (location.root, location.folder):
        src = os.path.join(base, "src")
        installable = any(files.kind(os.path.join(base, name)) == "file" for name in _INSTALLABLE)
        if installable and files.kind(src) == "folder":
            folders.append(src)
    return tuple(dict.fromkeys(folders))
