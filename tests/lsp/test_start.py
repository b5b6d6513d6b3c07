"""What a server imports until an ordinary pipeline is answered for: a start is mostly imports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.workspace.keeping import write

DEAR = {
    "networkx",
    "jupytext",
    "nbformat",
    "nbconvert",
    "jsonschema",
    "jinja2",
    "pyflakes",
    "rich",
    "IPython",
    "debugpy",
}
"""Libraries that take many milliseconds to import, and that ordinary pipelines do without."""

PROGRAM = """
import os, sys
import pipelens.lsp.server, pipelens.lsp.features
from pipelens.workspace.buffers import Buffer
from pipelens.workspace.host import Host

folder = sys.argv[1]
host = Host([folder], environ=dict(os.environ))
path = os.path.join(folder, "pipeline.yaml")
with open(path, encoding="utf-8") as file:
    host.open(path, Buffer("", file.read(), 1))
found = host.findings()
assert [one.problem.code for one in found[path]] == ["unused-param"], found
print(*sys.modules)
"""


def test_nothing_dear_is_imported_for_an_ordinary_pipeline(tmp_path: Path) -> None:
    script = '# %% tags=["parameters"]\nupstream = None\nproduct = None\nsize = 1\n\n# %%\nprint(product)\n'
    light = '# + tags=["parameters"]\nupstream = ["one"]\nproduct = None\n# -\n\nprint(upstream["one"])\n'
    write(
        tmp_path,
        {
            "pipeline.yaml": "tasks:\n"
            "  - source: one.py\n    product: out/one.ipynb\n    params: {size: 2}\n"
            "  - source: two.py\n    product: out/two.ipynb\n"
            "  - source: steps.three\n    product: out/three.csv\n",
            "one.py": script,
            "two.py": light,
            "steps.py": "def three(product):\n    pass\n",
        },
    )
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    imported = {name.partition(".")[0] for name in done.stdout.split()}
    assert not imported & DEAR
