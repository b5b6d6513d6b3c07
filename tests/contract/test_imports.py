"""Who may import whom, what may be imported at all, and when: docs/architecture.md."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.tree import PACKAGE, TOP, imported, modules, named, syntax

HEAVY = {
    "IPython",
    "debugpy",
    "jinja2",
    "jupytext",
    "nbconvert",
    "nbformat",
    "networkx",
    "numpy",
    "pandas",
    "pyflakes",
    "rich",
}
"""Imported where they are first needed, inside a function: half of them cost more than a start."""

ALLOWED: dict[str, set[str]] = {
    "core": {"yaml"},
    "workspace": {"yaml", "platformdirs", "tomllib", "tomli"},
    "runner": {"nbformat", "nbconvert", "nbclient", "jupyter_client", "rich", "traitlets"},
    "preview": set(),
    "protocol": set(),
    "lsp": {"pygls", "lsprotocol", "attrs"},  # what lsprotocol's classes are made with
    "cli": {"rich"},
    "health": {"platformdirs"},
    "frozen": {"typing_extensions"},  # by the type checker, which brings it; never when it runs
}
"""What each room may import besides the standard library, anywhere in it."""

ALLOWED_LAZILY: dict[str, set[str]] = {
    "core": {"jinja2", "pyflakes", "jupytext", "networkx"},
}
"""What a room may import besides, inside functions only."""

WORKER_BORROWS = {"IPython", "matplotlib", "matplotlib_inline", "numpy", "pandas", "traitlets", "debugpy"}
"""What the worker may use where the user's interpreter happens to have it."""


def room_of(path: Path) -> str:
    return Path(named(path)).parts[0].removesuffix(".py")


def outside(names: list[tuple[str, int]]) -> list[tuple[str, int]]:
    ours = {"pipelens", "__future__", "_typeshed"}
    return [
        (name.split(".")[0], line)
        for name, line in names
        if name.split(".")[0] not in sys.stdlib_module_names | ours
    ]


def test_each_room_imports_only_the_libraries_it_may() -> None:
    wrong = [
        f"{named(path)}:{line} imports {name}"
        for path in modules()
        if room_of(path) not in ("worker", "__init__", "__main__")
        for name, line in outside(list(imported(path)))
        if name not in ALLOWED.get(room_of(path), set()) | ALLOWED_LAZILY.get(room_of(path), set())
    ]
    assert not wrong, "\n".join(wrong)


def test_a_start_of_any_room_loads_no_heavy_library() -> None:
    """A module that is all about one such library may import it, if it is itself imported when needed."""
    wrong = [
        f"{named(path)} loads {name} ({by})"
        for path in modules()
        if at_every_start(path)
        for name, by in loaded_with(path)
        if name in HEAVY
    ]
    assert not wrong, "\n".join(wrong)


def at_every_start(path: Path) -> bool:
    """Whether a server or a command cannot do without this module."""
    if path.stem == "__init__":
        return room_of(path) != "worker"
    if room_of(path) == "core":
        return path.stem in ("project", "reading", "problems", "spec", "sources", "env", "cells")
    return room_of(path) in ("cli", "lsp", "workspace", "protocol", "preview", "health")


def loaded_with(path: Path) -> list[tuple[str, str]]:
    """The libraries that come into memory with a module, and the place of their import."""
    ours = {dotted(other): other for other in modules()}
    found: list[tuple[str, str]] = []
    seen, waiting = {path}, [path]
    while waiting:
        current = waiting.pop()
        names = list(imported(current, only_at_start=True))
        found.extend((name, f"{named(current)}:{line}") for name, line in outside(names))
        for name, _ in names:
            other = ours.get(name) or (current.with_name(f"{name}.py") if "." not in name else None)
            if other and other not in seen and other.is_file():
                seen.add(other)
                waiting.append(other)
    return found


def dotted(path: Path) -> str:
    return "pipelens." + named(path).removesuffix(".py").replace("/", ".").removesuffix(".__init__")


def test_the_worker_imports_nothing_of_ours_and_borrows_only_what_a_task_needs() -> None:
    wrong: list[str] = []
    for path in sorted((PACKAGE / "worker").rglob("*.py")):
        for name, line in imported(path):
            top = name.split(".")[0]
            if top == "pipelens" and not name.startswith("pipelens.worker"):
                wrong.append(f"{named(path)}:{line} imports {name}")
        wrong.extend(
            f"{named(path)}:{line} imports {name}"
            for name, line in outside(list(imported(path)))
            if name not in WORKER_BORROWS | _siblings(path)
        )
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("start", ["__main__.py", "start.py"])
def test_the_worker_starts_with_the_standard_library_alone(start: str) -> None:
    path = PACKAGE / "worker" / start
    wrong = [f"{name} ({by})" for name, by in loaded_with(path) if name not in _siblings(path)]
    assert not wrong, "\n".join(wrong)


def _siblings(path: Path) -> set[str]:
    """The worker is started by path: its modules see each other as top-level modules."""
    return {other.stem for other in path.parent.glob("*.py")}


def test_the_worker_can_be_parsed_by_the_oldest_python_it_promises() -> None:
    for path in sorted((PACKAGE / "worker").rglob("*.py")):
        ast.parse(path.read_text(encoding="utf-8"), str(path), feature_version=(3, 8))


def test_the_rooms_keep_their_contracts() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [str(linter), "--no-cache"], cwd=TOP, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_core_opens_no_file_asks_no_clock_and_starts_no_process() -> None:
    forbidden_modules = {"subprocess", "socket", "time", "shutil", "tempfile", "threading", "asyncio"}
    forbidden_calls = {"open", "exec", "eval", "__import__"}
    wrong: list[str] = []
    for path in sorted((PACKAGE / "core").rglob("*.py")):
        wrong.extend(
            f"{named(path)}:{line} imports {name}"
            for name, line in imported(path)
            if name.split(".")[0] in forbidden_modules
        )
        for node in ast.walk(syntax(path)):
            match node:
                case ast.Call(func=ast.Name(id=called)) if called in forbidden_calls:
                    wrong.append(f"{named(path)}:{node.lineno} calls {called}")
    assert not wrong, "\n".join(wrong)


POSIX_MODULES = {"fcntl", "grp", "pty", "pwd", "resource", "termios", "tty"}
POSIX_NAMES = {
    "os": {
        "fork",
        "forkpty",
        "getpgid",
        "geteuid",
        "getuid",
        "killpg",
        "mkfifo",
        "setpgid",
        "setsid",
        "wait4",
    },
    "signal": {"SIGALRM", "SIGHUP", "SIGKILL", "SIGQUIT", "SIGUSR1", "SIGUSR2", "alarm", "pthread_sigmask"},
}


def test_what_only_posix_has_stays_in_modules_named_so() -> None:
    wrong: list[str] = []
    for path in modules():
        if path.stem.endswith("_posix"):
            sibling = path.with_name(path.name.replace("_posix", "_windows"))
            assert sibling.is_file(), f"{named(path)} needs a sibling {sibling.name}"
            continue
        wrong.extend(
            f"{named(path)}:{line} imports {name}" for name, line in imported(path) if name in POSIX_MODULES
        )
        for node in ast.walk(syntax(path)):
            match node:
                case ast.Attribute(value=ast.Name(id=module), attr=name) if name in POSIX_NAMES.get(
                    module, ()
                ):
                    wrong.append(f"{named(path)}:{node.lineno} uses {module}.{name}")
    assert not wrong, "\n".join(wrong)


def loaded_by(*words: str, folder: Path = TOP) -> set[str]:
    """The top-level modules in memory after `pipelens WORDS` has answered, in a process of its own."""
    program = (
        "import json, sys\n"
        "from pipelens.cli.entry import main\n"
        "try:\n    main(json.loads(sys.argv[1]))\nexcept SystemExit:\n    pass\n"
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, json.dumps(list(words))],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        cwd=folder,
    )
    return {name.split(".")[0] for name in json.loads(done.stderr.splitlines()[-1])}


@pytest.mark.parametrize("word", ["--version", "--help"])
def test_version_and_help_load_no_library(word: str) -> None:
    loaded = loaded_by(word)
    assert not loaded & (HEAVY | {"yaml", "pygls", "lsprotocol", "platformdirs", "asyncio"})


JSON_ANSWERS = [("check", "--json"), ("status", "--json"), ("graph", "--json")]


@pytest.mark.parametrize("words", JSON_ANSWERS)
def test_answers_for_programs_load_nothing_that_draws_runs_or_serves(words: tuple[str, ...]) -> None:
    loaded = loaded_by(*words, folder=TOP / "examples" / "ml-basic")
    assert not loaded & {"rich", "nbconvert", "IPython", "pygls", "lsprotocol", "networkx", "numpy", "pandas"}


@pytest.mark.parametrize("words", JSON_ANSWERS)
def test_a_pipeline_of_functions_loads_no_notebook_library(words: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "pipeline.yaml").write_text("tasks:\n  - source: steps.load\n    product: out/load.txt\n")
    (tmp_path / "steps.py").write_text("def load(product):\n    open(product, 'w').close()\n")
    loaded = loaded_by(*words, folder=tmp_path)
    assert not loaded & {"jupytext", "nbformat", "jsonschema", "jupyter_client", "asyncio"}
