"""The last look: what it rests on that all tasks of a pipeline were up to date.

A build that found nothing to do writes down every file that it read or looked for, what each was
like, and which variables it asked for. As long as all of that is the same, the next build need not
read the pipeline again to know that there is nothing to do. Whatever cannot be told this way (the
time, git, hooks that run in any case, scripts of shell tasks) keeps it from being written, and so
does a file that changed so short a time before it was read that its times may not tell.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
import zlib
from array import array
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pipelens import __version__
from pipelens.runner.metadata import metadata_path
from pipelens.runner.state import pipeline_key, state_path
from pipelens.runner.whole_file import write_whole

if TYPE_CHECKING:
    from pipelens.core.project import Project
    from pipelens.workspace.discovery import Location
    from pipelens.workspace.keeper import ProjectKeeper

LOOK_VERSION: Final = 1
UNCERTAIN_NS: Final = 2_000_000_000
"""A file that changed this shortly before it was read may change again without its times telling."""
FINELY_UNCERTAIN_NS: Final = 50_000_000
"""The same where times are told finely: they are of the system's last tick, and ticks are up to 16 ms apart."""

_TEMPLATE = re.compile(r"\{[{%#]")
_TOLD_LATE = re.compile(r"\b(?:now|git|git_hash|env)\b")
"""Values that no file tells: the time, a repository's state, the variables of a process."""
_PACKAGES: Final = ("site-packages", "dist-packages")
_OURS: Final = ("core", "core/checks", "core/rules", "workspace", "runner")
_LARGEST: Final = (1 << 63) - 1


class AskedVariables(dict[str, str]):
    """Variables of the environment, and what was asked of them by name. asked: None for one that is not
    set. Copies of all of them are not noted: a pipeline that uses those is recognized by its text."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        super().__init__(environ)
        self.asked: dict[str, str | None] = {}

    def __getitem__(self, name: str) -> str:
        self.asked[name] = super().get(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self.asked[str(name)] = super().get(str(name))
        return super().__contains__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.asked[name] = super().get(name)
        return super().get(name, default)


@dataclass(frozen=True, slots=True)
class LastLook:
    """A pipeline of which nothing has changed since all its tasks were up to date. tasks: in build
    order. folders: those that the env makes. interpreter: what the settings at `settings` say."""

    tasks: tuple[str, ...]
    folders: tuple[str, ...]
    interpreter: str | None
    settings: str | None


def look_path(location: Location) -> str:
    return state_path(location.root, "looks", f"{pipeline_key(location.root, location.path)}.json")


def unchanged(location: Location, *, cwd: str, environ: Mapping[str, str]) -> LastLook | None:
    """The last look, if nothing that it rests on is another; None: look anew. To be asked with the
    build's lock held, so that no other build is at work."""
    try:
        with open(look_path(location), "rb") as file:
            header: Any = json.loads(file.readline())
            if header["about"] != _about(location, cwd):
                return None
            if any(environ.get(name) != value for name, value in header["environ"].items()):
                return None
            stamps = bytes.fromhex(file.readline().strip().decode("ascii"))
            body: Any = json.loads(file.read())
        if _stamps(_paths(body["files"])).tobytes() != stamps:
            return None
        for product in _paths(body["products"]):
            os.stat(product)
        return LastLook(
            tuple(body["tasks"]), tuple(body["folders"]), header["interpreter"], header["settings"]
        )
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def keep_look(keeper: ProjectKeeper, project: Project, began: int) -> None:
    """Write down what it rests on that all tasks are up to date, where that can be told. began: when
    the first file was looked at, in nanoseconds since the epoch. Not for a pipeline that was read with
    values from the command line."""
    environ = keeper.environ
    if not isinstance(environ, AskedVariables) or not _is_told_by_files(keeper, project):
        return
    products = [item.path for task in project.tasks.values() if task.products for item in task.products.items]
    files = {*keeper.looked_at, *map(metadata_path, products)}
    for task in project.tasks.values():
        files.update(task.spec.resources.values())
    path = look_path(keeper.location)
    grouped = _grouped(files)
    stamps = _stamps(_paths(grouped))
    with suppress(OSError):
        os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
        if not _is_settled(_paths(grouped), stamps, began, os.path.dirname(path)):
            return
        about = _about(keeper.location, keeper.cwd)
        settings = keeper.settings
        header = {"about": about, "environ": environ.asked}
        header |= {"interpreter": settings.interpreter, "settings": settings.path}
        body = {
            "tasks": list(project.order),
            "folders": list(project.env.folders),
            "files": grouped,
            "products": _grouped(products),
        }
        lines = (json.dumps(header), stamps.tobytes().hex(), json.dumps(body))
        write_whole(path, "\n".join(lines).encode("utf-8", "surrogatepass"), mode=0o600)


def _is_settled(paths: Iterable[str], stamps: array[int], began: int, folder: str) -> bool:
    """Whether each file changed so long before `began` that its times would tell of a change since.
    folder: where a file can be made to see how times are told."""
    changed = map(max, stamps[1::4], stamps[2::4]) if os.name != "nt" else stamps[1::4]
    recent = {path: at for path, at in zip(paths, changed, strict=True) if at >= began - UNCERTAIN_NS}
    if not recent:
        return True
    if any(at >= began - FINELY_UNCERTAIN_NS or at % 1_000_000 == 0 for at in recent.values()):
        return False
    device = _finely_told(folder)
    return device is not None and all(os.stat(path).st_dev == device for path in recent)


def _finely_told(folder: str) -> int | None:
    """The device of a folder where the times of files have digits below the millisecond and are those of
    our clock, as a file shows that is made for it; None for others. Raises `OSError`."""
    path = os.path.join(folder, f".{os.urandom(4).hex()}.tmp")
    before = time.time_ns()
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(fd, b".")
        told = os.fstat(fd)
    finally:
        os.close(fd)
        os.unlink(path)
    is_ours = before - FINELY_UNCERTAIN_NS < told.st_mtime_ns <= time.time_ns()
    return told.st_dev if is_ours and told.st_mtime_ns % 1_000_000 else None


def _is_told_by_files(keeper: ProjectKeeper, project: Project) -> bool:
    hooks = project.spec.hooks
    if hooks.on_render or hooks.on_finish or project.cycles or keeper.location.form != "file":
        return False
    for task in project.tasks.values():
        if task.kind not in ("function", "notebook", "script") or task.spec.hooks.on_render:
            return False
        if task.products is None or not task.products.are_files:
            return False
    env = keeper.location.env_path
    paths = (project.path, *((env,) if env else ()), *project.env.imported)
    texts = map(keeper.files.read, paths)
    return not any(
        not isinstance(text, str) or (_TEMPLATE.search(text) and _TOLD_LATE.search(text)) for text in texts
    )


def _about(location: Location, cwd: str) -> list[object]:
    """What must be the same besides files and variables: who reads, where, what is wanted."""
    from pipelens.workspace.libraries import library_folders

    libraries = library_folders(os.environ, location.folder, location.root)
    packages = [path for path in sys.path if os.path.basename(path) in _PACKAGES]
    reader = [__version__, _own_code(), sys.version, _stamps(packages).tobytes().hex()]
    return [LOOK_VERSION, reader, repr(location), cwd, list(libraries)]


def _own_code() -> int:
    """A number for our own files, so that a change of ours forgets what older code found."""
    import pipelens

    told: list[str] = []
    for folder in pipelens.__path__:
        for part in _OURS:
            with suppress(OSError), os.scandir(os.path.join(folder, part)) as entries:
                for entry in entries:
                    if entry.name.endswith(".py"):
                        stat = entry.stat()
                        told.append(f"{part}/{entry.name}:{stat.st_size}:{stat.st_mtime_ns}")
    return zlib.crc32("\n".join(sorted(told)).encode())


def _grouped(paths: Iterable[str]) -> dict[str, list[str]]:
    """Names by folder: most paths share theirs."""
    found: dict[str, list[str]] = {}
    for path in sorted(paths):
        folder, slash, name = path.rpartition(os.sep)
        found.setdefault(folder + slash, []).append(name)
    return found


def _paths(grouped: Mapping[str, list[str]]) -> Iterator[str]:
    for folder, names in grouped.items():
        for name in names:
            yield folder + name


def _stamps(paths: Iterable[str]) -> array[int]:
    """Size, times and number of each file; of one that is not there -1."""
    found = array("q")
    extend, stat = found.extend, os.stat
    for path in paths:
        try:
            told = stat(path)
        except (OSError, ValueError):
            extend((-1, -1, -1, -1))
        else:
            extend((told.st_size, told.st_mtime_ns, told.st_ctime_ns, told.st_ino & _LARGEST))
    return found
