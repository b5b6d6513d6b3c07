"""What a task finds around it: the environment, the import path, its own modules."""

from __future__ import annotations

import ast
import datetime
import json
import os
import subprocess
import sys
from collections.abc import Mapping

import pytest

from pipelens.core.spec import Hooks
from tests import pythons
from tests.runner.making import Pipeline, dotted

ENVIRON = (
    "import json, os\n\ndef dump(product):\n    open(product, 'w').write(json.dumps(dict(os.environ)))\n"
)


def without_ours(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if not name.startswith("PIPELENS_")}


def test_the_environment_is_that_of_plain_python(pipeline: Pipeline) -> None:
    environ = {**os.environ, "MINE": "é value", "PIPELENS_STATE": "ours", "PYTHONSAFEPATH": "1"}
    pipeline.write("tasks.py", ENVIRON)
    pipeline.task("tasks.dump", "out/env.json")
    assert pipeline.build(environ=environ).problems == ()
    code = "import json, os; print(json.dumps(dict(os.environ)))"
    plain = subprocess.run(
        [sys.executable, "-c", code],
        env=without_ours(environ),
        cwd=pipeline.root,
        capture_output=True,
        check=True,
    )
    assert json.loads((pipeline.root / "out/env.json").read_text()) == json.loads(plain.stdout)


def test_a_notebook_sees_that_environment_too(pipeline: Pipeline) -> None:
    pipeline.write(
        "nb.py",
        '# %% tags=["parameters"]\nupstream = None\nproduct = None\n\n# %%\nimport json, os\nopen(product["env"], "w").write(json.dumps(dict(os.environ)))\n',
    )
    pipeline.task("nb.py", {"nb": "out/nb.ipynb", "env": "out/env.json"})
    assert pipeline.build().problems == ()
    found = json.loads((pipeline.root / "out/env.json").read_text())
    plain = subprocess.run(
        [sys.executable, "-c", "import json, os; print(json.dumps(dict(os.environ)))"],
        env=without_ours(os.environ),
        cwd=pipeline.root,
        capture_output=True,
        check=True,
    )
    allowed = {"MPLBACKEND"}
    assert {k: v for k, v in found.items() if k not in allowed} == {
        k: v for k, v in json.loads(plain.stdout).items() if k not in allowed
    }


NAMES = ["yaml", "products", "values", "hooks", "channel", "cells", "display", "start", "shim", "decorator"]


@pytest.mark.parametrize("kind", ["function", "notebook"])
def test_modules_of_the_user_are_never_hidden(pipeline: Pipeline, kind: str) -> None:
    """Neither by the worker's own modules nor by those that it imports."""
    for name in NAMES:
        pipeline.write(f"{name}.py", f"MINE = {name!r}\n")
    code = "".join(f"import {name}\nassert {name}.MINE == {name!r}, {name}\n" for name in NAMES)
    if kind == "function":
        pipeline.write("tasks.py", f"{code}\ndef make(product):\n    open(product, 'w').close()\n")
        pipeline.task("tasks.make", "out/made.txt")
    else:
        pipeline.write("nb.py", f'# %% tags=["parameters"]\nupstream = None\nproduct = None\n\n# %%\n{code}')
        pipeline.task("nb.py", "out/nb.ipynb")
    assert [problem.traceback for problem in pipeline.build().problems] == []


STANDARD = (
    "sitecustomize usercustomize json asyncio traceback IPython traitlets ast pprint inspect datetime "
    "pathlib base64 tokenize linecache importlib typing builtins yaml"
)


def test_nothing_of_the_project_is_imported_unasked(pipeline: Pipeline) -> None:
    """Not at the start, not to show values, not to call hooks, not to tell an error."""
    mark = "import os\nopen(os.path.join(os.path.dirname(__file__), 'imported-' + __name__), 'w').close()\n"
    for name in STANDARD.split():
        pipeline.write(f"{name}.py", mark)
    head = '# %% tags=["parameters"]\nupstream = None\nproduct = None\n\n# %%\n'
    pipeline.write("tasks.py", "def make(product, day):\n    1 / 0\n\ndef hook(product): ...\n")
    pipeline.write("nb.py", head + "{'a': 1}\n\n# %%\n1 / 0\n")
    day = {"day": datetime.date(2020, 1, 1)}
    hooks = Hooks(on_failure=dotted("tasks.hook"))
    pipeline.task("tasks.make", "out/made.txt", params=day, hooks=hooks)
    pipeline.task("nb.py", "out/nb.ipynb", hooks=hooks)
    for python in {pipeline.python, *map(str, pythons.found().values())}:
        pipeline.python = python
        assert {problem.error for problem in pipeline.build(force=True).problems} == {"ZeroDivisionError"}
        assert [path.name for path in pipeline.root.glob("imported-*")] == []


def test_modules_are_found_beside_the_pipeline_and_where_the_command_was_given(pipeline: Pipeline) -> None:
    pipeline.write("pkg/__init__.py", "")
    pipeline.write(
        "pkg/inner.py",
        "from . import near\nimport sys\n\ndef make(product):\n    open(product, 'w').write(repr((sys.path[0], sys.argv)))\n",
    )
    pipeline.write("pkg/near.py", "")
    pipeline.task("pkg.inner.make", "out/made.txt")
    assert pipeline.build().problems == ()
    first, argv = eval((pipeline.root / "out/made.txt").read_text())
    assert first == str(pipeline.root)
    assert argv == [str(pipeline.root / "pkg/inner.py")]


def test_a_script_runs_in_its_own_folder_and_its_exit_code_counts(pipeline: Pipeline) -> None:
    head = '# %% tags=["parameters"]\nupstream = None\nproduct = None\n\n'
    pipeline.write("deep/near.py", "VALUE = 3\n")
    pipeline.write(
        "deep/tell.py",
        head
        + "# %%\nimport os, sys, near\nfrom pathlib import Path\nPath(product).write_text(f'{Path.cwd().name} {near.VALUE} {__name__}')\nprint('told')\n\n# %%\nsys.exit(0)\n",
    )
    pipeline.task("deep/tell.py", "out/told.txt", class_name="ScriptRunner")
    assert pipeline.build().problems == ()
    assert (pipeline.root / "out/told.txt").read_text() == "deep 3 __main__"
    pipeline.edit("deep/tell.py", "sys.exit(0)", "sys.exit(2)")
    assert pipeline.build().problems[0].error == "SystemExit"
    pipeline.edit("deep/tell.py", "sys.exit(2)", "%time x = 1")
    assert "a script runs without IPython" in pipeline.build().problems[0].message


def test_modules_of_a_python_path_do_not_stand_in_for_those_of_the_worker(pipeline: Pipeline) -> None:
    lent = pipeline.root / "lent"
    pipeline.write("lent/json.py", "raise RuntimeError('taken')\n")
    pipeline.write("lent/mine.py", "VALUE = 7\n")
    code = "def dump(product):\n    import mine, sys\n    open(product, 'w').write(repr((mine.VALUE, sys.path)))\n"
    pipeline.write("tasks.py", code)
    pipeline.task("tasks.dump", "out/found.txt")
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(lent), str(pipeline.root / "none")])}
    assert pipeline.build(environ=environ).problems == ()
    value, path = ast.literal_eval((pipeline.root / "out/found.txt").read_text())
    assert value == 7
    assert path.index(str(lent)) < path.index(os.path.dirname(os.__file__))
