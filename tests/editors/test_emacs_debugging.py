"""The installed adapter in Emacs with dap-mode: a breakpoint, an error, and a failure opened later."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.editors.documented import configuration
from tests.editors.test_emacs import EMACS, PATH, has

SCRIPT = Path(__file__).with_name("debug_story.el")

PIPELINE = """\
tasks:
  - source: clean.py
    product: {nb: out/clean.ipynb, data: out/clean.txt}
  - source: failing.py
    product: {nb: out/failing.ipynb, data: out/failing.txt}
"""
HEAD = """\
# %% tags=["parameters"]
upstream = None
product = None
# %%
"""
CLEAN = (
    HEAD
    + """\
from pathlib import Path

number = 41
Path(product["data"]).write_text(str(number))
"""
)
FAILING = (
    HEAD
    + """\
def fail(rows):
    raise KeyError(rows[1])

fail([1, 2, 3])
"""
)

needs_dap_mode = pytest.mark.skipif(
    not has("dap-mode"), reason="there is no Emacs with dap-mode; `make test` installs one where it can"
)


@needs_dap_mode
def test_emacs_with_the_documented_configuration_debugs_and_opens_a_failure(tmp_path: Path) -> None:
    project = tmp_path / "das größte 📦"
    project.mkdir()
    for name, text in (("pipeline.yaml", PIPELINE), ("clean.py", CLEAN), ("failing.py", FAILING)):
        (project / name).write_text(text, encoding="utf-8")
    init = tmp_path / "init.el"
    init.write_text(configuration("Debugging in Emacs"), encoding="utf-8")
    assert EMACS is not None
    done = subprocess.run(
        [EMACS, "-Q", "--batch", "-l", str(SCRIPT)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        cwd=project,
        env={
            **os.environ,
            "PATH": PATH,
            "INIT": str(init),
            "FILE": str(project / "clean.py"),
            "FAILING": str(project / "failing.py"),
            "LINE": "8",
            "SEEN": str(tmp_path / "seen.json"),
            "HOME": str(tmp_path),
            "LC_ALL": "C.UTF-8",
        },
        check=False,
    )
    told = tmp_path / "seen.json"
    assert told.exists(), done.stderr
    seen = json.loads(told.read_text(encoding="utf-8"))
    assert "error" not in seen, (seen, done.stderr)
    assert (seen["stop"], seen["value"]) == (["<module>", 8, "clean.py"], "42")
    assert (seen["failing"], seen["failing-value"]) == (["fail", 6, "failing.py"], "[1, 2, 3]")
    assert (seen["recorded"], seen["recorded-value"]) == (["fail", 6, "failing.py"], "2")
    assert seen["refused"] == "not possible in a recorded failure; Re-run to this point"
    assert (project / "out" / "clean.txt").read_text() == "41"
