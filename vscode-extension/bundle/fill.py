"""Fills vscode-extension/bundled: `.ci/bundle` runs this with a Python that has pip.

libs/ holds pure Python alone, so that one copy serves every system. Where a package has compiled parts,
all of ours have a way without them (yaml, markupsafe, pyrsistent): those parts are left out.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[1]
TARGET = HERE.parent / "bundled"
MADE_FROM = "made-from.txt"
LARGEST = 15_000_000
"""Bytes, unpacked."""

COMPILED = {".so", ".pyd", ".dylib", ".dll", ".a", ".lib", ".c", ".h", ".pxd", ".pyx"}
NEEDLESS_FILES = {
    "RECORD",
    "REQUESTED",
    "INSTALLER",
    "WHEEL",
    "direct_url.json",
    "entry_points.txt",
    "top_level.txt",
}
NEEDLESS_FOLDERS = {"__pycache__", "tests", "test", "benchmarks"}
NOT_MODULES = {"bin", "etc", "share", "jupyterlab_jupytext", "jupytext_config", "jupyter.py"}
"""What wheels put beside their modules: programs, and parts for Jupyter's own server."""

KEPT_METADATA = (
    "Metadata-Version:",
    "Name:",
    "Version:",
    "License:",
    "License-Expression:",
    "License-File:",
    "Requires-Python:",
)


def main() -> int:
    with alone():
        return fill()


@contextmanager
def alone() -> Iterator[None]:
    """Tests in several processes may want the bundle at once: one makes it, the others wait. A
    database is a lock on every system, and nobody's any more when its holder is killed."""
    (TOP / "build").mkdir(exist_ok=True)
    with closing(sqlite3.connect(TOP / "build" / "bundled.lock", timeout=600)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        yield


def fill() -> int:
    inputs = made_from()
    stamp = TARGET / MADE_FROM
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == inputs:
        print(f"bundled/ is up to date: {told(TARGET)}")
        return 0
    making = TOP / "build" / "bundled"
    shutil.rmtree(making, ignore_errors=True)
    libs = making / "libs"
    wheel = build_wheel(making / "wheel")
    install(libs, "--require-hashes", "--requirement", str(HERE / "requirements.txt"))
    strip(libs)
    install(libs, str(wheel))
    remove(libs / "bin")
    shorten_metadata(libs)
    (libs / "BUNDLED").write_text(
        "This copy of Pipelens came with an editor's extension.\n", encoding="utf-8"
    )
    shutil.copy2(HERE / "start.py", making / "start.py")
    (making / "NOTICES.txt").write_text(notices(libs), encoding="utf-8", newline="\n")
    check(making)
    (making / MADE_FROM).write_text(inputs, encoding="utf-8")
    shutil.rmtree(TARGET, ignore_errors=True)
    shutil.move(making, TARGET)
    print(f"bundled/ is made: {told(TARGET)}")
    return 0


def made_from() -> str:
    """A digest of everything that goes in, and of how it is done."""
    digest = hashlib.sha256()
    files = [TOP / name for name in ("pyproject.toml", "README.md", "LICENSE")]
    files += [path for path in HERE.iterdir() if path.is_file()]
    files += [path for path in (TOP / "server").rglob("*") if path.is_file()]
    for path in sorted(files):
        if "__pycache__" not in path.parts and path.suffix != ".pyc":
            digest.update(f"{path.relative_to(TOP).as_posix()}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest() + "\n"


def pip(*words: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *words]
    environ = {
        **os.environ,
        "PIP_ROOT_USER_ACTION": "ignore",
        "PIP_NO_INPUT": "1",
        "SOURCE_DATE_EPOCH": "1577836800",
    }
    subprocess.run(command, check=True, env=environ, cwd=TOP)


def build_wheel(folder: Path) -> Path:
    """With the back end that is installed, so that nothing is fetched for it, else with a fetched one."""
    isolation = ("--no-build-isolation",) if find_spec("hatchling") else ()
    pip("wheel", *isolation, "--no-deps", "--wheel-dir", str(folder), str(TOP))
    [wheel] = folder.glob("pipelens-*.whl")
    return wheel


def install(libs: Path, *what: str) -> None:
    """The same files on whatever system this runs: those for Linux and the oldest Python that we serve."""
    platform = ("--python-version", "3.10", "--implementation", "cp", "--platform", "manylinux2014_x86_64")
    only = ("--only-binary", ":all:", "--no-deps", "--no-compile", *platform)
    pip("install", "--target", str(libs), *only, *what)


def strip(libs: Path) -> None:
    """Leave out what no server needs; licences stay."""
    for name in NOT_MODULES:
        remove(libs / name)
    for path in sorted(libs.rglob("*"), reverse=True):
        of_metadata = path.parent.name.endswith(".dist-info")
        if path.is_dir():
            if path.name in NEEDLESS_FOLDERS:
                remove(path)
        elif path.suffix in COMPILED | {".pyi", ".pyc", ".orig"} or (
            of_metadata and path.name in NEEDLESS_FILES
        ):
            remove(path)


def remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def shorten_metadata(libs: Path) -> None:
    """Names, versions and licences: a package's long description is of no use in here."""
    for path in libs.glob("*.dist-info/METADATA"):
        head = path.read_text(encoding="utf-8").partition("\n\n")[0].splitlines()
        kept = [line for line in head if line.startswith(KEPT_METADATA)]
        path.write_text("\n".join(kept) + "\n", encoding="utf-8", newline="\n")
    for path in libs.glob("pipelens-*.dist-info/*"):
        if path.name in NEEDLESS_FILES:
            remove(path)


def notices(libs: Path) -> str:
    """Whose work is in here, under which licence, and where its text lies."""
    lines = [
        "This folder holds the following packages, unchanged but for compiled parts and tests left out.",
        "",
    ]
    for folder in sorted(libs.glob("*.dist-info")):
        fields = dict(
            line.split(": ", 1)
            for line in (folder / "METADATA").read_text("utf-8").splitlines()
            if ": " in line
        )
        texts = [path.relative_to(libs.parent).as_posix() for path in licences(folder)]
        kind = fields.get("License-Expression") or fields.get("License")
        lines.append(f"{fields['Name']} {fields['Version']}{f', {kind}' if kind else ''}: {', '.join(texts)}")
    return "\n".join(lines) + "\n"


def licences(folder: Path) -> list[Path]:
    found = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and path.name.upper().startswith(("LICEN", "COPYING", "NOTICE", "AUTHORS"))
    )
    if not found:
        raise SystemExit(f"{folder.name} has no text of its licence")
    return found


def check(made: Path) -> None:
    """What must hold for every bundle; stops when it does not."""
    compiled = [
        str(path.relative_to(made)) for path in made.rglob("*") if path.suffix in {".so", ".pyd", ".dylib"}
    ]
    if compiled:
        raise SystemExit(f"compiled code in the bundle: {', '.join(compiled)}")
    size = size_of(made.rglob("*"))
    if size > LARGEST:
        raise SystemExit(
            f"the bundled server has {size / 1e6:.1f} MB; at most {LARGEST / 1e6:.0f} are allowed"
        )


def size_of(paths: Iterable[Path]) -> int:
    return sum(path.stat().st_size for path in paths if path.is_file())


def told(folder: Path) -> str:
    files = [path for path in folder.rglob("*") if "__pycache__" not in path.parts]
    wheel = size_of((folder / "wheel").iterdir())
    return f"{size_of(files) / 1e6:.1f} MB unpacked, of which {wheel / 1e6:.2f} MB wheel"


if __name__ == "__main__":
    sys.exit(main())
