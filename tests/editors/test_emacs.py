"""The installed server in Emacs with Eglot, which shows no lenses and owns no commands."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.editors.documented import LINE, RIGHT, configuration, write_project

SCRIPT = Path(__file__).with_name("story.el")
PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
EMACS = shutil.which("emacs")
_HAS = (
    '(progn (require \'package) (dolist (dir (list (format "/usr/share/emacs/%s/site-lisp/elpa" emacs-version)'
    ' "/usr/share/emacs/site-lisp/elpa")) (add-to-list \'package-directory-list dir)) (package-initialize)'
    " (kill-emacs (if (require '{} nil t) 0 1)))"
)


def has(package: str) -> bool:
    """Whether there is an Emacs with this package."""
    if EMACS is None:
        return False
    command = [EMACS, "-Q", "--batch", "--eval", _HAS.replace("{}", package)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


needs_eglot = pytest.mark.skipif(
    not has("eglot"), reason="there is no Emacs with Eglot; `make test` installs one where it can"
)


@needs_eglot
def test_emacs_with_the_documented_configuration_checks_tells_renames_and_runs(tmp_path: Path) -> None:
    project = tmp_path / "das größte 📦"
    pipeline = write_project(project)
    init = tmp_path / "init.el"
    init.write_text(configuration("Emacs"), encoding="utf-8")
    assert EMACS is not None
    done = subprocess.run(
        [EMACS, "-Q", "--batch", "-l", str(SCRIPT)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=200,
        cwd=project,
        env={
            **os.environ,
            "PATH": PATH,
            "INIT": str(init),
            "FILE": str(pipeline),
            "LINE": str(LINE),
            "RIGHT": RIGHT,
            "SEEN": str(tmp_path / "seen.json"),
            "HOME": str(tmp_path),
            "LC_ALL": "C.UTF-8",
        },
        check=False,
    )
    seen = json.loads((tmp_path / "seen.json").read_text(encoding="utf-8"))
    assert "error" not in seen, (seen, done.stderr)
    assert any("unknown-key" in text or "prodct" in text for text in seen["before"])
    assert "never run" in seen["hover"]
    assert "name: fetch" in pipeline.read_text(encoding="utf-8")
    assert 'upstream["fetch"]' in (project / "steps.py").read_text(encoding="utf-8")
    assert (project / "out" / "load.txt").read_text() == "loaded"
