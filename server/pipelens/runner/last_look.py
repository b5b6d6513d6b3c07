"""The last look: what it rests on that all tasks of a pipeline were up to date.

A build that found nothing to do writes down every file that it read or looked for, what each was
like, and which variables it asked for. As long as all of that is the same, the next build need not
read the pipeline again to know that there is nothing to do. Whatever cannot be told this way (the
time, git, an `on_render`, scripts with statements of Jinja) keeps it from being written, and so does a file that
changed so short a time before it was read that its times may not tell. The pipeline's `on_finish` is
called after each build: what that takes is written down too.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
import zlib
from array import array
from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from pipelens import __version__
from pipelens.frozen import frozen
from pipelens.runner.metadata import metadata_path
from pipelens.runner.state import pipeline_key, state_path
from pipelens.runner.whole_file import write_whole

if TYPE_CHECKING:
    from pipelens.core.project import Project, Task
    from pipelens.workspace.discovery import Location
    from pipelens.workspace.keeper import ProjectKeeper

LOOK_VERSION: Final = 2
UNCERTAIN_NS: Final = 2_000_000_000
"""A file that changed this shortly before it was read may change again without its times telling."""
FINELY_UNCERTAIN_NS: Final = 50_000_000
"""The same where times are told finely: they are of the system's last tick, and ticks are up to 16 ms apart."""

_READ_KINDS: Final = ("function", "notebook", "script")
_LOOK_NS: Final = 100_000
"""What it takes to look at one product again and to write that down, about."""

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


@frozen
class LastLook:
    """A pipeline of which nothing has changed since all its tasks were up to date. tasks: in build
    order. folders: those that the env makes. interpreter: what the settings at `settings` say. hook:
    what plans of hooks hold and what calls the pipeline's `on_finish`, where there is one."""

    tasks: tuple[str, ...]
    folders: tuple[str, ...]
    interpreter: str | None
    settings: str | None
    hook: tuple[dict[str, object], dict[str, object]] | None = None


def look_path(location: Location) -> str:
    return state_path(location.root, "looks", f"{pipeline_key(location.root, location.path)}.json")


def unchanged(location: Location, *, cwd: str, environ: Mapping[str, str]) -> LastLook | None:
    """The last look, if nothing that it rests on is another; None: look anew. To be asked with the
    build's lock held, so that no other build is at work."""
    try:
        with open(look_path(location), "rb") as file:
            header: Any = json.loads(file.readline())
            if header["about"] != _about(location, cwd, environ):
                return None
            if any(environ.get(name) != value for name, value in header["environ"].items()):
                return None
            stamps = bytes.fromhex(file.readline().strip().decode("ascii"))
            body: Any = json.loads(file.read())
        if _stamps(_paths(body["files"])).tobytes() != stamps:
            return None
        for product in _paths(body["products"]):
            os.stat(product)
        hook = body["hook"]
        return LastLook(
            tuple(body["tasks"]),
            tuple(body["folders"]),
            header["interpreter"],
            header["settings"],
            None if hook is None else (dict(hook["frame"]), dict(hook["call"])),
        )
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def keep_look(keeper: ProjectKeeper, project: Project, began: int, recorded: _Recorded | None = None) -> None:
    """Write down what it rests on that all tasks are up to date, where that can be told. began: when
    the first file was looked at, in nanoseconds since the epoch. recorded: when records and resources
    were, if that was later. Not for a pipeline that was read with values from the command line."""
    environ = keeper.environ
    if not isinstance(environ, AskedVariables) or not keeper.looked_at:
        return
    if not _is_told_by_files(keeper, project):
        return
    records = _records(project) - keeper.looked_at.keys()
    grouped = _grouped((*keeper.looked_at, *records))
    path = look_path(keeper.location)
    with suppress(OSError):
        folder = os.path.dirname(path)
        os.makedirs(folder, 0o700, exist_ok=True)
        stamps = _stamps(_paths(grouped))
        about = _about(keeper.location, keeper.cwd, environ)
        is_same = all(map(keeper.is_as_read, keeper.looked_at)) and about[-1] == list(keeper.libraries)
        is_same = is_same and (recorded is None or recorded.stamps == _stamps(recorded.paths))
        settled = _Settled(began, began if recorded is None else recorded.at, records, folder)
        own = max((stat.st_mtime_ns for stat in _own_files().values()), default=0)
        is_settled = settled.are(_paths(grouped), stamps) and settled.are(*_packages()) and own < began
        if not is_same or not is_settled:
            return
        settings = keeper.settings
        header = {"about": about, "environ": environ.asked}
        header |= {"interpreter": settings.interpreter, "settings": settings.path}
        products = (
            item.path for task in project.tasks.values() if task.products for item in task.products.items
        )
        body = {
            "tasks": list(project.order),
            "folders": list(project.env.folders),
            "files": grouped,
            "products": _grouped(products),
            "hook": _hook_of(project, os.path.abspath(keeper.cwd)),
        }
        lines = (json.dumps(header), stamps.tobytes().hex(), json.dumps(body))
        write_whole(path, "\n".join(lines).encode("utf-8", "surrogatepass"), mode=0o600)


def keep_look_after_run(keeper: ProjectKeeper, project: Project, began: int, *, share: float = 0.04) -> None:
    """The same after a build that ran tasks and came to its end: all tasks are looked at once more, and
    nothing that was read before they ran may be another since. began: as for `keep_look`. share: of the
    time since then this may take, else nothing is kept."""
    records = sorted(_records(project))
    stamps = _stamps(records)
    now = time.time_ns()
    # What was written last may be relied on only some time later.
    wait = max(0, max(_changes(stamps), default=0) + FINELY_UNCERTAIN_NS + 1 - now)
    if len(records) * _LOOK_NS + wait > share * (now - began):
        return
    from pipelens.runner.freshness import FRESH, read_freshness

    time.sleep(wait / 1e9)
    recorded = _Recorded(time.time_ns(), records, stamps)
    if all(told is FRESH for told in read_freshness(project).values()):
        keep_look(keeper, project, began, recorded)


def _records(project: Project) -> set[str]:
    """What tells besides the sources whether tasks are up to date: metadata and resources."""
    found: set[str] = set()
    for task in project.tasks.values():
        found.update(task.spec.resources.values())
        if task.products is not None:
            found.update(metadata_path(item.path) for item in task.products.items)
    return found


@frozen
class _Recorded:
    """Records and resources that were read after tasks ran: from when on, and their stamps before that."""

    at: int
    paths: list[str]
    stamps: array[int]


@frozen
class _Settled:
    """Which files changed so long before they were read that their times would tell of a change since.
    began: when reading began. recorded: when that of `records` did, of which none may be missing. folder:
    where a file can be made to see how times are told."""

    began: int
    recorded: int
    records: Set[str]
    folder: str

    def are(self, paths: Iterable[str], stamps: array[int]) -> bool:
        """Whether all of these are. Raises `OSError`."""
        recent: list[str] = []
        for path, at in zip(paths, _changes(stamps), strict=True):
            is_record = path in self.records
            if is_record and at < 0:
                return False
            before = self.recorded if is_record else self.began
            if at >= before - UNCERTAIN_NS:
                if at >= before - FINELY_UNCERTAIN_NS or at % 1_000_000 == 0:
                    return False
                recent.append(path)
        if not recent:
            return True
        device = _finely_told(self.folder)
        return device is not None and all(os.stat(path).st_dev == device for path in recent)


def _changes(stamps: array[int]) -> Iterable[int]:
    """When each file changed last, as its stamp tells."""
    return map(max, stamps[1::4], stamps[2::4]) if os.name != "nt" else stamps[1::4]


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


def _hook_of(project: Project, cwd: str) -> dict[str, object] | None:
    if project.spec.hooks.on_finish is None:
        return None
    from pipelens.runner.hook_runs import finish_call, hooks_frame

    call = finish_call(project, "on_finish")
    return {"frame": hooks_frame(project, cwd), "call": call}


def _is_told_by_files(keeper: ProjectKeeper, project: Project) -> bool:
    hooks = project.spec.hooks
    if hooks.on_render or project.cycles or keeper.location.form != "file":
        return False
    if hooks.on_finish:
        from pipelens.runner.hook_runs import may_need_tasks

        if may_need_tasks(project, "on_finish"):
            return False
    for task in project.tasks.values():
        if task.spec.hooks.on_render or task.products is None or not task.products.are_files:
            return False
        if not (_is_plain_script(task) if task.kind == "shell" else task.kind in _READ_KINDS):
            return False
    env = keeper.location.env_path
    paths = (project.path, *((env,) if env else ()), *project.env.imported)
    texts = map(keeper.files.read, paths)
    return not any(
        not isinstance(text, str) or (_TEMPLATE.search(text) and _TOLD_LATE.search(text)) for text in texts
    )


def _is_plain_script(task: Task) -> bool:
    from pipelens.core.rendering import is_plain
    from pipelens.core.sources import TemplateSource

    return isinstance(task.source, TemplateSource) and not task.spec.calls and is_plain(task.source.text)


def _about(location: Location, cwd: str, environ: Mapping[str, str]) -> list[object]:
    """What must be the same besides files and variables: who reads, where, what is wanted."""
    from pipelens.workspace.libraries import library_folders

    libraries = library_folders(environ, location.folder, location.root)
    reader = [__version__, _own_code(_own_files()), sys.version, _packages()[1].tobytes().hex()]
    return [LOOK_VERSION, reader, repr(location), cwd, list(libraries)]


def _packages() -> tuple[list[str], array[int]]:
    """The folders of installed packages, and their stamps."""
    found = [path for path in sys.path if os.path.basename(path) in _PACKAGES]
    return found, _stamps(found)


def _own_code(files: Mapping[str, os.stat_result]) -> int:
    """A number for our own files, so that a change of ours forgets what older code found."""
    told = (f"{name}:{stat.st_size}:{stat.st_mtime_ns}" for name, stat in files.items())
    return zlib.crc32("\n".join(sorted(told)).encode())


def _own_files() -> dict[str, os.stat_result]:
    import pipelens

    found: dict[str, os.stat_result] = {}
    for folder in pipelens.__path__:
        for part in _OURS:
            with suppress(OSError), os.scandir(os.path.join(folder, part)) as entries:
                for entry in entries:
                    if entry.name.endswith(".py"):
                        found[f"{part}/{entry.name}"] = entry.stat()
    return found


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
