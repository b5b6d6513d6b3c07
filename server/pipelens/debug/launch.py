"""From the arguments of a `launch` request to one task of one pipeline, or to what is wrong with them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any, Literal, cast

from pipelens.frozen import frozen

if TYPE_CHECKING:
    from pipelens.core.problems import Problem
    from pipelens.core.project import Project, Task
    from pipelens.runner.interpreter import Interpreter
    from pipelens.workspace.keeper import ProjectKeeper

Upstream = Literal["build", "require", "ignore"]

_MOST_NAMED = 10


class LaunchError(Exception):
    """Why nothing is debugged: a sentence for the user."""


@frozen
class Launch:
    """The arguments of a launch, checked (section 2.1 of the design).

    task, file: which task; one of both. folder: absolute, what relative paths are taken from.
    has_folder: whether the client named it. environ: what is added to the environment. cells: of an
    `.ipynb` (absolute path), the URI of each cell's document, None for a cell without code.
    """

    task: str | None
    file: str | None
    folder: str
    has_folder: bool
    pipeline: str | None
    environ: Mapping[str, str]
    upstream: Upstream
    stop_on_entry: bool
    just_my_code: bool
    no_debug: bool
    python: str | None
    cells: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict[str, "tuple[str | None, ...]"])

    @classmethod
    def read(cls, arguments: object) -> Launch:
        """Raises `LaunchError`."""
        given = cast("dict[str, Any]", arguments) if isinstance(arguments, dict) else {}
        folder = _text(given, "cwd")
        absolute = os.path.abspath(folder or os.getcwd())
        upstream = given.get("upstream", "build")
        if upstream not in ("build", "require", "ignore"):
            raise LaunchError(f"`upstream` is {upstream!r}; it may be build, require or ignore")
        file = _text(given, "file")
        python = given.get("python") or given.get("pythonPath")
        if isinstance(python, list) and len(python) == 1:
            python = python[0]
        if python is not None and not isinstance(python, str):
            raise LaunchError("`python` must be the path of an interpreter")
        return cls(
            task=_text(given, "task"),
            file=os.path.normpath(os.path.join(absolute, file)) if file else None,
            folder=absolute,
            has_folder=folder is not None,
            pipeline=_text(given, "pipeline"),
            environ=_environ(given.get("env")),
            upstream=upstream,
            stop_on_entry=bool(given.get("stopOnEntry", False)),
            just_my_code=bool(given.get("justMyCode", True)),
            no_debug=bool(given.get("noDebug", False)),
            python=python,
            cells=cell_uris(given.get("notebookCells")),
        )


@frozen
class Target:
    """The task to debug. cwd: where tasks of its pipeline run."""

    keeper: ProjectKeeper
    project: Project
    task: Task
    interpreter: Interpreter
    cwd: str

    @property
    def is_notebook(self) -> bool:
        return self.task.kind == "notebook"


def _text(given: Mapping[str, object], name: str) -> str | None:
    value = given.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise LaunchError(f"`{name}` must be a text")
    return value


def _environ(given: object) -> dict[str, str]:
    """Variables as a process can have them; null leaves a variable as it is."""
    if given is not None and not isinstance(given, dict):
        raise LaunchError("`env` must be an object of names and texts")
    found: dict[str, str] = {}
    for name, value in cast("dict[str, object]", given or {}).items():
        if value is None:
            continue
        if not isinstance(value, (str, int, float)):
            raise LaunchError(f"`env` must hold a text for {name}")
        if not name or "=" in name or not _is_passable(name) or not _is_passable(str(value)):
            raise LaunchError(f"`env` holds {name!r}, which no process can be given")
        found[name] = str(value)
    return found


def _is_passable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def cell_uris(given: object) -> dict[str, tuple[str | None, ...]]:
    """`notebookCells`: by the notebook's absolute path. Raises `LaunchError`."""
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise LaunchError("`notebookCells` must be an object of paths and lists")
    found: dict[str, tuple[str | None, ...]] = {}
    for path, uris in cast("dict[str, Any]", given).items():
        if not isinstance(uris, list) or not all(uri is None or isinstance(uri, str) for uri in uris):
            raise LaunchError("`notebookCells` must hold a list of URIs for each notebook")
        found[os.path.abspath(path)] = tuple(uris)
    return found


def find_target(launch: Launch, flag: str | None, environ: Mapping[str, str]) -> Target:
    """The task that `launch` means. flag: the interpreter that the user chose. Raises `LaunchError`."""
    from pipelens.runner.interpreter import interpreter_of
    from pipelens.workspace.opening import NotFound, open_pipeline

    if launch.task is None and launch.file is None:
        raise LaunchError(
            "debugging needs one task: give its name as `task`, or its source as `file`. "
            "A whole pipeline cannot be debugged"
        )
    entry, folder = launch.pipeline, launch.folder
    if entry is None and launch.file is not None:
        if not os.path.exists(launch.file):
            raise LaunchError(f"there is no file {launch.file}")
        folder = os.path.dirname(launch.file)
        if _is_pipeline(launch.file):
            entry = launch.file
    found = open_pipeline(entry, cwd=folder, environ=environ)
    if isinstance(found, NotFound) and launch.has_folder and folder != launch.folder:
        found = open_pipeline(entry, cwd=launch.folder, environ=environ)
    if isinstance(found, NotFound):
        raise LaunchError(in_words_of_a_launch(found.message))
    project = found.now()
    _refuse_form(project)
    task = _task_of(project, launch)
    interpreter = interpreter_of(found, flag, environ)
    _refuse_kind(project, task)
    _refuse_other_python(launch, interpreter)
    return Target(found, project, task, interpreter, found.location.folder)


def in_words_of_a_launch(message: str) -> str:
    """What is said of a pipeline that is not there names the argument of `launch` and `attach`, not the
    command line's option."""
    return message.replace("with --entry-point", "as `pipeline`").replace("--entry-point", "`pipeline`")


def _is_pipeline(path: str) -> bool:
    return path.endswith((".yaml", ".yml"))


def _refuse_form(project: Project) -> None:
    name = os.path.basename(project.path)
    if project.spec.form in ("foreign", "unreadable"):
        told = next((problem for problem in project.problems if problem.severity == "error"), None)
        told = told or next(iter(project.problems), None)
        raise LaunchError(_told(project, told) if told else f"{name} cannot be read")
    if project.spec.form == "location":
        raise LaunchError(f"{name}: a function makes this pipeline, so its tasks are not known")
    if not project.tasks:
        told = next((problem for problem in project.problems if problem.severity == "error"), None)
        raise LaunchError(_told(project, told) if told else f"{name} has no tasks")


def _told(project: Project, problem: Problem) -> str:
    path, span = project.locate(problem.place)
    return f"{os.path.basename(path)}:{span.start.line + 1}: {problem.message}"


def _task_of(project: Project, launch: Launch) -> Task:
    from pipelens.core.suggestions import nearest

    pipeline = os.path.basename(project.path)
    if launch.task is not None:
        task = project.tasks.get(launch.task)
        if task is None:
            near = nearest(launch.task, project.tasks)
            hint = f"did you mean {near}?" if near else f"the tasks are: {_listed(list(project.tasks))}"
            raise LaunchError(f"there is no task {launch.task} in {pipeline}; {hint}")
        return task
    assert launch.file is not None
    wanted = os.path.realpath(launch.file)
    name = os.path.basename(launch.file)
    if wanted == os.path.realpath(project.path):
        raise LaunchError(
            f"a whole pipeline cannot be debugged; name one task of {pipeline}: {_listed(list(project.tasks))}"
        )
    found = [
        task
        for task in project.tasks.values()
        if task.source_path and os.path.realpath(task.source_path) == wanted
    ]
    if len(found) == 1:
        return found[0]
    if found:
        names = _listed([task.name for task in found])
        raise LaunchError(f"{name} is the source of {len(found)} tasks; say which as `task`: {names}")
    raise LaunchError(
        f"{name} is the source of no task in {pipeline}; name the task as `task`: "
        f"{_listed(list(project.tasks))}"
    )


def _listed(names: list[str]) -> str:
    more = f", and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(map(str, names[:_MOST_NAMED])) + more


def _refuse_kind(project: Project, task: Task) -> None:
    """Only Python that the worker runs can be debugged."""
    from pipelens.runner.kernel_engine import kernel_of
    from pipelens.runner.supported import unsupported

    if task.kind == "shell":
        raise LaunchError(
            f"{task.name} is a shell script: bash runs it, and a Python debugger sees none of it"
        )
    if (reason := unsupported(project, task)) is not None:
        raise LaunchError(f"{task.name} cannot be debugged: {reason}")
    kernel = kernel_of(task)
    if kernel is not None:
        raise LaunchError(
            f"{task.name} runs in the Jupyter kernel {kernel}, where it cannot be debugged; "
            "without `kernelspec_name` it runs in a Python of its own"
        )


def _refuse_other_python(launch: Launch, interpreter: Interpreter) -> None:
    if launch.python is None or _same(launch.python, interpreter.path, launch.folder):
        return
    raise LaunchError(
        f"`python` is {launch.python}, but tasks run with {interpreter.path}, because {interpreter.why}; "
        "leave `python` out, or start the adapter with --interpreter"
    )


def _same(one: str, other: str, folder: str) -> bool:
    """Pythons of two environments may be links to one file: the folders count."""
    one, other = (os.path.join(folder, path) for path in (one, other))
    in_one_folder = os.path.realpath(os.path.dirname(one)) == os.path.realpath(os.path.dirname(other))
    return in_one_folder and os.path.realpath(one) == os.path.realpath(other)
