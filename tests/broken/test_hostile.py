"""Hostile files: a clear problem in bounded time and memory, and the other tasks are still there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.broken import bounded
from tests.workspace.keeping import write

SECONDS = 60
BYTES = 2_000_000_000

STEPS = "def load(product):\n    pass\n\n\ndef clean(product):\n    pass\n"
ENV = f"out: out\nnine: 9\nmany: [{', '.join('1' * 200)}]\n"
FINE = "  - source: steps.load\n    product: out/load\n"
ALSO_FINE = "  - source: steps.clean\n    product: out/clean\n"


def ask(folder: Path, *words: str) -> Any:
    return bounded.ask(folder, *words, seconds=SECONDS, memory=BYTES)


def codes(folder: Path) -> set[str]:
    return {problem["code"] for problem in ask(folder, "check")["problems"]}


def tasks(folder: Path) -> dict[str, Any]:
    return {task["name"]: task for task in ask(folder, "graph")["tasks"]}


def flow(depth: int) -> str:
    return "[" * depth + "]" * depth


def block(depth: int) -> str:
    return "\n".join("      " + " " * level + "-" for level in range(depth)) + "\n"


BOMB = "[{}]".format(", ".join(["*{}"] * 10))
ALIASES = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} {BOMB.replace('*{}', f'*a{n - 1}')}\n" for n in range(1, 12)
)

BROKEN_ENTRIES: dict[str, tuple[str, set[str]]] = {
    "flow nested 10,000 deep": (f"  - source: steps.load\n    product: {flow(10_000)}\n", {"yaml-error", "yaml-value"}),
    "flow mappings nested 10,000 deep": (
        "  - source: steps.load\n    product: x\n    params: " + "{a: " * 10_000 + "1" + "}" * 10_000 + "\n",
        {"yaml-error", "yaml-value"},
    ),
    "blocks nested 1,000 deep": (
        "  - source: steps.load\n    product: x\n    params:\n" + block(1_000),
        {"yaml-error", "yaml-value"},
    ),
    "blocks nested 10,000 deep on one line": (
        "  - source: steps.load\n    product: x\n    params:\n      " + "- " * 10_000 + "x\n",
        {"yaml-error", "yaml-value"},
    ),
    "an alias bomb in an entry": (
        "  - source: steps.load\n    product: x\n    params:\n"
        + "".join("      " + line + "\n" for line in ALIASES.splitlines()),
        {"yaml-value"},
    ),
    "an alias inside its own anchor": (
        "  - source: steps.load\n    product: x\n    params: &me {a: *me}\n",
        {"yaml-value"},
    ),
    "a NUL byte": ("  - source: steps.load\n    product: a\0b\n", {"yaml-error"}),
    "endless loops in a template": (
        "  - source: steps.load\n    product: '{% for a in many %}{% for b in many %}{% for c in many %}"
        "{% for d in many %}{{out}}{% endfor %}{% endfor %}{% endfor %}{% endfor %}'\n",
        {"template-refused", "template-failure"},
    ),
    "a template that makes a long text": (
        "  - source: steps.load\n    product: '{{ out * 10**9 }}'\n",
        {"template-refused", "template-failure"},
    ),
    "a template with an enormous power": (
        "  - source: steps.load\n    product: '{{ nine ** nine ** nine ** nine ** nine }}'\n",
        {"template-refused", "template-failure"},
    ),
    "a template that pads without end": (
        "  - source: steps.load\n    product: '{{ \"%999999999s\" % out }}{{ out.center(10**9) }}'\n",
        {"template-refused", "template-failure"},
    ),
    "a template that reaches for classes": (
        "  - source: steps.load\n    product: '{{ out.__class__.__mro__ }}'\n",
        {"template-refused", "template-failure", "missing-placeholder-key"},
    ),
    "a grid of a billion tasks": (
        "  - source: steps.load\n    name: x\n    product: x\n    grid: {"
        + ", ".join(f"{key}: [{', '.join(map(str, range(1000)))}]" for key in "abc")
        + "}\n",
        {"grid-too-large"},
    ),
    "a number of a million digits": (
        f"  - source: steps.load\n    product: x\n    params: {{a: {'9' * 1_000_000}}}\n",
        {"yaml-value"},
    ),
    "a tag that would make an object": (
        "  - source: steps.load\n    product: x\n    params: {a: !!python/object/apply:os.system [touch mark]}\n",
        {"yaml-value"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN_ENTRIES)
def test_a_hostile_entry_is_one_clear_problem_and_the_other_task_is_there(name: str, tmp_path: Path) -> None:
    entry, expected = BROKEN_ENTRIES[name]
    write(tmp_path, {"pipeline.yaml": "tasks:\n" + entry + ALSO_FINE, "steps.py": STEPS, "env.yaml": ENV})
    assert codes(tmp_path) & expected
    assert "clean" in tasks(tmp_path)
    assert not (tmp_path / "mark").exists()


WHOLE: dict[str, tuple[str | bytes, set[str]]] = {
    "ten megabytes on one line": ("tasks: [" + "x" * 10_000_000 + "]\n", {"file-too-large"}),
    "seventy megabytes": (b"# comment\n" * 7_000_000, {"file-unreadable", "file-too-large"}),
    "bytes that are not UTF-8": (b"tasks:\n  - source: \xff\xfe\n", {"file-unreadable"}),
    "UTF-16": ("tasks: []\n".encode("utf-16"), {"file-unreadable"}),
    "half of a character": (
        b"tasks:\n  - source: '\\ud800'\n    product: \xed\xa0\x80\n",
        {"file-unreadable"},
    ),
    "an alias bomb above the tasks": (ALIASES + "tasks: *a11\n", {"wrong-type", "yaml-value", "unknown-key"}),
    "flow nested 10,000 deep": (flow(10_000), {"yaml-error", "yaml-value", "wrong-type"}),
    "blocks nested 10,000 deep": ("tasks:\n" + block(5_000), {"yaml-error", "yaml-value", "wrong-type"}),
    "nothing": ("", {"empty-pipeline"}),
    "NUL bytes": (b"\0" * 1000, {"yaml-error", "empty-pipeline"}),
    "ten thousand empty entries": ("tasks:\n" + "-\n" * 10_000, {"wrong-type"}),
    "a program": (bytes(range(256)) * 100, {"file-unreadable"}),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_hostile_file_is_a_clear_problem(name: str, tmp_path: Path) -> None:
    text, expected = WHOLE[name]
    write(tmp_path, {"pipeline.yaml": text, "steps.py": STEPS})
    assert codes(tmp_path) & expected
    ask(tmp_path, "graph")


SOURCES: dict[str, tuple[str, str | bytes, set[str]]] = {
    "a notebook that is not JSON": ("nb.ipynb", "{'cells': [", {"unreadable-source"}),
    "an empty notebook": ("nb.ipynb", "", {"unreadable-source"}),
    "a notebook without cells": ("nb.ipynb", '{"metadata": {}, "nbformat": 4}', {"unreadable-source", "no-parameters-cell"}),
    "a notebook whose cells are a number": ("nb.ipynb", '{"cells": 4, "nbformat": 4}', {"unreadable-source"}),
    "a notebook whose cells are numbers": ("nb.ipynb", '{"cells": [1, null], "nbformat": 4}', {"unreadable-source", "no-parameters-cell"}),
    "a notebook that is a list": ("nb.ipynb", "[[]]", {"unreadable-source"}),
    "a notebook nested 100,000 deep": ("nb.ipynb", '{"cells": ' + "[" * 100_000, {"unreadable-source"}),
    "a well-formed notebook nested 100,000 deep": (
        "nb.ipynb",
        '{"cells": [], "nbformat": 4, "metadata": {"a": ' + flow(100_000) + "}}",
        {"unreadable-source", "no-parameters-cell"},
    ),
    "a notebook that is not UTF-8": ("nb.ipynb", b'{"cells": [\xff]}', {"unreadable-source"}),
    "a notebook with lone surrogates": (
        "nb.ipynb",
        '{"cells": [{"cell_type": "code", "source": "x = \'\\ud800\'", "metadata": {}}], "nbformat": 4}',
        {"unreadable-source", "no-parameters-cell", "syntax-error"},
    ),
    "a script of NUL bytes": ("nb.py", b"# %%\n\0\0\n", {"unreadable-source", "syntax-error", "no-parameters-cell"}),
    "a script nested 100,000 deep": ("nb.py", "x = " + "(" * 100_000, {"unreadable-source", "syntax-error", "no-parameters-cell"}),
    "a script with 100,000 additions": ("nb.py", "x = " + "+".join("1" * 100_000), {"unreadable-source", "syntax-error", "no-parameters-cell"}),
    "a declaration with 100,000 additions": (
        "nb.py",
        '# %% tags=["parameters"]\nupstream = ' + "+".join("1" * 100_000) + "\nproduct = None\n",
        {"unreadable-source", "syntax-error", "invalid-declaration"},
    ),
    "a script that is not UTF-8": ("nb.py", b"# \xff\n", {"unreadable-source"}),
    "a script with one line of three megabytes": ("nb.py", "x = '" + "a" * 3_000_000 + "'\n", {"unreadable-source", "no-parameters-cell"}),
}  # fmt: skip


@pytest.mark.parametrize("name", SOURCES)
def test_a_hostile_source_is_a_clear_problem_and_the_other_task_is_there(name: str, tmp_path: Path) -> None:
    source, text, expected = SOURCES[name]
    pipeline = f"tasks:\n  - source: {source}\n    product: out/nb.html\n" + FINE
    write(tmp_path, {"pipeline.yaml": pipeline, "steps.py": STEPS, source: text})
    assert codes(tmp_path) & expected
    assert {"nb", "load"} <= set(tasks(tmp_path))


@pytest.mark.parametrize(
    "text",
    [
        b"\xff\xfe",
        b"def load(product):\n    \0\n",
        b"x = " + b"(" * 100_000,
        b"x = " + b"1+" * 100_000 + b"1\n",
    ],
    ids=["not UTF-8", "NUL bytes", "nested 100,000 deep", "100,000 additions"],
)
def test_a_hostile_module_darkens_its_own_tasks_alone(text: bytes, tmp_path: Path) -> None:
    pipeline = "tasks:\n  - source: bad.load\n    product: out/bad\n" + ALSO_FINE
    write(tmp_path, {"pipeline.yaml": pipeline, "steps.py": STEPS, "bad.py": text})
    assert codes(tmp_path)
    assert {"load", "clean"} <= set(tasks(tmp_path))


@pytest.fixture
def special(tmp_path: Path) -> Path:
    """A folder with a pipe, a loop of symbolic links, a link to a device and a folder."""
    if os.name != "posix":
        pytest.skip("this system has no named pipes and devices in folders")
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "loop.py").symlink_to("loop.py")
    (tmp_path / "device.py").symlink_to("/dev/zero")
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "self").symlink_to(".")
    return tmp_path


@pytest.mark.parametrize("name", ["pipe.py", "loop.py", "device.py", "folder.py"])
def test_a_source_that_is_no_regular_file_is_not_waited_for(name: str, special: Path) -> None:
    pipeline = f"tasks:\n  - source: {name}\n    product: out/x.html\n" + FINE
    write(special, {"pipeline.yaml": pipeline, "steps.py": STEPS})
    assert codes(special) & {
        "source-not-found",
        "missing-source",
        "unreadable-source",
        "source-is-folder",
        "source-missing",
    }
    assert "load" in tasks(special)


@pytest.mark.parametrize("name", ["pipe", "loop", "device", "folder"])
def test_a_module_that_is_no_regular_file_is_not_waited_for(name: str, special: Path) -> None:
    write(
        special,
        {"pipeline.yaml": f"tasks:\n  - source: {name}.go\n    product: x\n" + FINE, "steps.py": STEPS},
    )
    assert codes(special)
    assert "load" in tasks(special)


@pytest.mark.parametrize("target", ["pipe.py", "loop.py", "/dev/zero", "folder.py"])
@pytest.mark.parametrize("file", ["pipeline.yaml", "env.yaml", "pyproject.toml"])
def test_a_file_of_the_pipeline_that_is_no_regular_file_is_not_waited_for(
    file: str, target: str, special: Path
) -> None:
    if file != "pipeline.yaml":
        write(special, {"pipeline.yaml": "tasks:\n" + FINE, "steps.py": STEPS})
    (special / file).symlink_to(target)
    done = subprocess.run(
        [sys.executable, "-m", "pipelens", "check", "--json", "--entry-point", "pipeline.yaml"],
        cwd=special,
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode in (0, 1, 2)
    assert "Traceback" not in done.stderr


def test_a_folder_that_contains_itself_is_searched_once(special: Path) -> None:
    write(special, {"pipeline.yaml": "tasks:\n" + FINE, "steps.py": STEPS})
    deep = "self/" * 30
    pipeline = f"tasks:\n  - source: {deep}nb.py\n    product: {deep}out/x.html\n" + FINE
    write(special, {"pipeline.yaml": pipeline, "nb.py": "# %%\n"})
    assert "load" in tasks(special)


def test_an_env_that_imports_itself_is_a_clear_problem(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "pipeline.yaml": "tasks:\n" + FINE,
            "steps.py": STEPS,
            "env.yaml": "meta: {import_from: env.yaml}\na: '{{b}}'\nb: '{{a}}'\n",
        },
    )
    assert codes(tmp_path)
    assert "load" in tasks(tmp_path)


def test_a_pipeline_that_imports_its_own_tasks_ends(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"pipeline.yaml": "meta: {import_tasks_from: pipeline.yaml}\ntasks:\n" + FINE, "steps.py": STEPS},
    )
    assert codes(tmp_path)
    assert "load" in tasks(tmp_path)
