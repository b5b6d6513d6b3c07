"""Discovery: which pipeline is meant, and which env file goes with it (sections 2 and 3.1 of the format).

Nothing is imported: an entry point that is a Python function is recognised and left at that.
"""

from __future__ import annotations

import os.path
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from itertools import islice
from typing import Final, Literal

from pipelens.core.files import Files, Unreadable
from pipelens.core.problems import Place, Problem, problem
from pipelens.core.text import Span, split_lines
from pipelens.frozen import frozen
from pipelens.workspace.root import DEFAULT_NAME, LEVELS, find_root, find_up

SOURCE_EXTENSIONS: Final = (".py", ".R", ".Rmd", ".r", ".ipynb")
_MAX_FOLDERS: Final = 5_000
_MAX_NAMES: Final = 1_000_000
_MAX_DEPTH: Final = 10
_MAX_SOURCES: Final = 10_000
_SPEC_NAME = re.compile(r"pipeline(\.[^/\\]+)?\.yaml")
_NEVER_BELOW = frozenset({"node_modules", "__pycache__", "site-packages", "venv", "env", "build", "dist"})
_FACTORY = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)+")

_TOP_KEY = re.compile(r"[^\s#-]")
_TASKS_KEY = re.compile(r"[\"']?tasks[\"']?\s*:\s*(#.*)?$")
_SOURCE_KEY = re.compile(r"\s*(-\s+)?[\"']?source[\"']?\s*:")
_MOST_LOOKED_AT: Final = 500
_SETUP = ("setup.py", "setup.cfg")

Form = Literal["file", "sources", "factory"]


@frozen
class Location:
    """A pipeline, found. All paths are absolute.

    path: the pipeline file (a link's target); for `sources` the folder or pattern; for `factory` the
    module's file. folder: the spec dir, which goes first on the import path. name: the pipeline's.
    sources: the files of form `sources`. dotted_path: the function of form `factory`.
    env_path: None when no env file belongs to it.
    """

    form: Form
    path: str
    folder: str
    root: str
    name: str
    sources: tuple[str, ...] = ()
    dotted_path: str | None = None
    env_path: str | None = None
    problems: tuple[Problem, ...] = ()


@frozen
class NotFound:
    """No pipeline: what was looked for, and the remedy. problems: where a file is to blame."""

    message: str
    problems: tuple[Problem, ...] = ()


def find_pipeline(
    value: str | None, cwd: str, environ: Mapping[str, str], files: Files
) -> Location | NotFound:
    """The pipeline that `--entry-point VALUE` means, or without a value the default one (2.1, 2.2)."""
    cwd = os.path.abspath(cwd)
    if value is not None:
        return _named(value, cwd, environ, files)
    variable = environ.get("ENTRY_POINT", "")
    if variable and _is_dotted_path(variable) and files.kind(os.path.join(cwd, variable)) == "missing":
        return _factory(variable, cwd, files)
    return _default(variable, cwd, environ, files)


def _named(value: str, cwd: str, environ: Mapping[str, str], files: Files) -> Location | NotFound:
    path = os.path.normpath(os.path.join(cwd, value))
    if "*" in value:
        return _pattern(value, path, cwd, files)
    if "::" in value:
        return _in_package(value, cwd, environ, files)
    match files.kind(path) if value and "\0" not in value else "missing":
        case "folder":
            sources = tuple(
                os.path.join(path, name)
                for name in files.names(path)
                if name.endswith(SOURCE_EXTENSIONS) and not name.startswith(".")
            )
            return Location("sources", path, cwd, cwd, os.path.basename(path), sources[:_MAX_SOURCES])
        case "file":
            return located(path, cwd, environ, files)
        case "other":
            return NotFound(f"'{value}' is neither a file nor a folder")
        case _:
            pass
    if value.endswith((".yaml", ".yml")):
        return NotFound(f"The pipeline file '{value}' does not exist (looked for {path})")
    if _is_dotted_path(value):
        return _factory(value, cwd, files)
    return NotFound(
        f"'{value}' is no entry point: name a pipeline file (pipeline.{value}.yaml?), a folder or a pattern "
        "of sources ('steps/*.py'), or the dotted path of a function that makes a pipeline"
    )


def _is_dotted_path(value: str) -> bool:
    return not value.endswith((".yaml", ".yml")) and _FACTORY.fullmatch(value) is not None


def _pattern(value: str, path: str, cwd: str, files: Files) -> Location | NotFound:
    found = tuple(_glob(path, files))
    if not found:
        return NotFound(f"No file matches the pattern '{value}' (looked in {cwd})")
    wrong = tuple(
        problem("entry-point-file-type", f"'{value}' matches this file, which cannot be a task", Place(path))
        for path in found
        if not path.endswith(SOURCE_EXTENSIONS)
    )
    sources = tuple(path for path in found if path.endswith(SOURCE_EXTENSIONS))
    return Location("sources", path, cwd, cwd, os.path.basename(cwd), sources, problems=wrong[:20])


def _glob(pattern: str, files: Files) -> Iterator[str]:
    """Files that match, sorted; `**` means no more than `*`, as in Ploomber."""
    drive, rest = os.path.splitdrive(pattern)
    parts = (
        [part for part in rest.replace("\\", "/").split("/") if part] if os.sep == "\\" else rest.split("/")
    )
    folders = [drive + os.sep]
    parts = [part for part in parts if part]
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        below: list[str] = []
        for folder in folders:
            if not re.search(r"[*?\[]", part):
                names: tuple[str, ...] = (part,)
            else:
                names = tuple(
                    n for n in files.names(folder) if fnmatchcase(n, part) and (part[0] == "." or n[0] != ".")
                )
            for name in names:
                path = os.path.join(folder, name)
                if files.kind(path) == ("file" if last else "folder"):
                    below.append(path)
            if len(below) > _MAX_SOURCES:
                break
        folders = below[:_MAX_SOURCES]
    yield from folders


def _in_package(value: str, cwd: str, environ: Mapping[str, str], files: Files) -> Location | NotFound:
    package, _, name = value.partition("::")
    for base in (cwd, os.path.join(cwd, "src")):
        path = os.path.normpath(os.path.join(base, *package.split("."), name))
        if package and name and files.kind(path) == "file":
            return located(path, cwd, environ, files)
    return NotFound(
        f"'{value}': there is no {package.replace('.', '/')}/{name} in {cwd} or its src folder. "
        "A pipeline in an installed package can be named by its path"
    )


def _factory(dotted: str, cwd: str, files: Files) -> Location | NotFound:
    """A function that makes the pipeline: recognised by its module's file, never imported."""
    module = dotted.rsplit(".", 1)[0].split(".")
    for base in (cwd, os.path.join(cwd, "src")):
        stem = os.path.join(base, *module)
        for path in (stem + ".py", os.path.join(stem, "__init__.py")):
            if files.kind(path) == "file":
                return Location("factory", path, cwd, cwd, os.path.basename(cwd), dotted_path=dotted)
    return NotFound(f"'{dotted}': there is no module {'.'.join(module)} in {cwd} or its src folder")


def _default(variable: str, cwd: str, environ: Mapping[str, str], files: Files) -> Location | NotFound:
    """Steps 2 to 4 of section 2.2."""
    if variable and os.path.normpath(variable) != os.path.basename(variable):
        return NotFound(
            f"The variable ENTRY_POINT ('{variable}') must be a file name without folders; "
            "use --entry-point for a path"
        )
    configured = _configured(cwd, files)
    if isinstance(configured, NotFound):
        return configured
    if configured is not None:
        path, config = configured
        found = located(path, cwd, environ, files)
        if not variable or isinstance(found, NotFound):
            return found
        message = (
            f"This file names the pipeline, so ENTRY_POINT={variable} is not used; use --entry-point instead"
        )
        ignored = problem("entry-point-ignored", message, config)
        return _with_problems(found, (ignored,))
    name = os.path.basename(os.path.normpath(variable)) if variable else DEFAULT_NAME
    root = find_root(cwd, name, files)
    if root is not None and root.spec is not None:
        return located(root.spec, cwd, environ, files)
    if root is not None:
        return NotFound(f"{root.problems[0].message} ({root.folder})", root.problems)
    other = find_up("pipeline.yml", cwd, files)
    if other is not None and not variable:
        path = os.path.join(other[0], "pipeline.yml")
        message = "This file is not found without --entry-point: rename it to pipeline.yaml"
        return NotFound(
            f"No pipeline.yaml, but {path}: rename it, or name it with --entry-point",
            (problem("pipeline-extension", message, Place(path)),),
        )
    return NotFound(
        f"No '{name}' in {cwd} or the {LEVELS - 1} folders above it. "
        "Name the pipeline with --entry-point, or make one with `pipelens new NAME`"
    )


def _configured(cwd: str, files: Files) -> tuple[str, Place] | NotFound | None:
    """What the nearest setup.cfg says: the pipeline file, and where it is said."""
    found = find_up("setup.cfg", cwd, files)
    if found is None:
        return None
    config = os.path.join(found[0], "setup.cfg")
    text = files.read(config)
    if isinstance(text, Unreadable):
        return None
    import configparser

    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(text.removeprefix("\ufeff"))
        value = parser.get("ploomber", "entry-point", fallback="")
    except configparser.Error:
        return None
    if not value:
        return None
    path = os.path.normpath(os.path.join(found[0], value))
    place = Place(config, _option_span(text))
    if files.kind(path) == "file":
        return path, place
    message = f"The entry point '{value}' does not exist; it starts at the folder of setup.cfg"
    return NotFound(
        f"{config} names the pipeline '{value}', which does not exist",
        (problem("setup-cfg-entry-point", message, place),),
    )


def _option_span(text: str) -> Span:
    """Where setup.cfg says `entry-point`: its parser tells no places."""
    inside = False
    for number, line in enumerate(split_lines(text)):
        if line.startswith("["):
            inside = line.startswith("[ploomber]")
        elif inside and re.match(r"entry-point\s*[=:]", line, re.IGNORECASE):
            return Span.on_line(number, 0, len(line.rstrip()))
    return Span.on_line(0, 0, 0)


def located(path: str, cwd: str, environ: Mapping[str, str], files: Files) -> Location:
    """The pipeline in the file `path`, with its root and its env file."""
    path = os.path.realpath(path) if os.path.islink(path) else os.path.abspath(path)
    folder, name = os.path.split(path)
    found: list[Problem] = []
    root = find_root(folder, name, files)
    if root is not None:
        found.extend(root.problems)
    if not os.path.splitext(name)[1]:
        message = f"A pipeline file needs an extension: rename it to '{name}.yaml'"
        found.append(problem("spec-without-extension", message, Place(path)))
    env = find_env(path, cwd, environ, files)
    if isinstance(env, Problem):
        found.append(env)
        env = None
    return Location(
        "file",
        path,
        folder,
        root.folder if root is not None else folder,
        os.path.basename(folder) or "pipeline",
        env_path=env,
        problems=tuple(found),
    )


def find_env(spec: str, cwd: str, environ: Mapping[str, str], files: Files) -> str | Problem | None:
    """The env file of the pipeline file `spec` (3.1); None: there is none, which is fine."""
    folder, name = os.path.split(spec)
    folders = (cwd, folder) if cwd != folder else (folder,)
    variable = environ.get("PLOOMBER_ENV_FILENAME", "")
    if variable:
        if os.path.normpath(variable) != os.path.basename(variable):
            message = f"PLOOMBER_ENV_FILENAME ('{variable}') must be a file name without folders"
            return problem("env-file-name", message, Place(spec))
        found = _first(folders, variable, files)
        if found is not None:
            return found
        looked = " or ".join(folders)
        message = f"PLOOMBER_ENV_FILENAME names '{variable}', which is not in {looked}"
        return problem("env-file-name", message, Place(spec))
    parts = name.split(".")
    special = f"env.{parts[1]}" if len(parts) > 2 else "env"
    for stem in dict.fromkeys((special, "env")):
        found = _first(folders, f"{stem}.yaml", files)
        if found is not None:
            return found
    wrong = _first(folders, f"{special}.yml", files)
    if wrong is None:
        return None
    message = f"Only .yaml is read: rename this file to '{special}.yaml'"
    return problem("env-extension", message, Place(wrong))


def _first(folders: tuple[str, ...], name: str, files: Files) -> str | None:
    for folder in folders:
        path = os.path.normpath(os.path.join(folder, name))
        if files.kind(path) != "missing":
            return path
    return None


def _with_problems(location: Location, more: tuple[Problem, ...]) -> Location:
    return replace(location, problems=(*location.problems, *more))


def pipelines_below(folder: str, files: Files) -> tuple[str, ...]:
    """The pipeline files (`pipeline.yaml`, `pipeline.NAME.yaml`) in `folder` and below, nearest first.

    Bounded in depth and number; hidden folders, environments and caches are left out, and a folder
    that links lead to twice is looked into once.
    """
    found: list[str] = []
    seen: set[str] = set()
    level, names_left = [os.path.abspath(folder)], _MAX_NAMES
    for _ in range(_MAX_DEPTH):
        below: list[str] = []
        for current in level:
            real = os.path.realpath(current)
            if real in seen or len(seen) >= _MAX_FOLDERS or names_left < 0:
                continue
            seen.add(real)
            listed = files.listed(current, lambda name: is_pipeline_name(name) or name == "pyvenv.cfg")
            names_left -= listed.looked_at
            if "pyvenv.cfg" in listed.names:
                continue
            found.extend(os.path.join(current, name) for name in listed.names)
            below.extend(
                os.path.join(current, name)
                for name in listed.folders
                if not name.startswith(".") and name not in _NEVER_BELOW and not name.endswith(".egg-info")
            )
        level = below
    return tuple(found)


def pipelines_around(path: str, files: Files) -> tuple[str, ...]:
    """The pipeline files that a source at `path` may belong to: in its folder and those above it,
    what a `setup.cfg` there names, and in the packages of a root with `setup.py`; nearest first."""
    found: dict[str, None] = {}
    folder = os.path.dirname(os.path.abspath(path))
    for _ in range(LEVELS):
        names = files.listed(folder, lambda name: is_pipeline_name(name) or name in _SETUP).names
        found.update(dict.fromkeys(os.path.join(folder, name) for name in names if is_pipeline_name(name)))
        if "setup.cfg" in names and isinstance(configured := _configured(folder, files), tuple):
            found[configured[0]] = None
        if "setup.py" in names:
            src = os.path.join(folder, "src")
            for package in files.names(src)[:200]:
                inside = os.path.join(src, package)
                found.update(
                    dict.fromkeys(
                        os.path.join(inside, name) for name in files.names(inside) if is_pipeline_name(name)
                    )
                )
        above = os.path.dirname(folder)
        if above == folder:
            break
        folder = above
    return tuple(found)


def looks_like_pipeline(path: str, lines: Iterable[str]) -> bool:
    """Whether a YAML file of any name says what only a pipeline does: `tasks`, of which one has a
    `source`. `lines`: of its text; only the first of them are looked at."""
    if not path.endswith((".yaml", ".yml")):
        return False
    in_tasks = False
    for line in islice(lines, _MOST_LOOKED_AT):
        if _TOP_KEY.match(line):
            in_tasks = _TASKS_KEY.match(line) is not None
        elif in_tasks and _SOURCE_KEY.match(line):
            return True
    return False


def is_pipeline_name(name: str) -> bool:
    """Whether a file called `name` is a pipeline by its name: `pipeline.yaml`, `pipeline.NAME.yaml`."""
    return _SPEC_NAME.fullmatch(name) is not None
