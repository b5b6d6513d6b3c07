"""Signals that come while a command is still being imported, or when it is done."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.command import write

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows sends no such signals to a process")

_PROGRAM = """
import os, sys

class Moment:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), {number})

sys.meta_path.insert(0, Moment())
sys.argv = ["pipelens", *{words!r}]
from pipelens.cli.entry import main
code = main()
{after}
sys.exit(code)
"""


def hit(
    folder: Path, number: int, *words: str, module: str = "pipelens.cli.guard", after: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a command that gets a signal just when it imports `module`. after: what runs when it is done."""
    write(
        folder,
        {
            "pipeline.yaml": "tasks:\n  - source: one.make\n    product: out.txt\n",
            "one.py": "def make(product):\n    open(product, 'w').close()\n",
        },
    )
    program = _PROGRAM.format(module=module, number=int(number), words=words, after=after)
    return subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("module", ["pipelens.cli.guard", "pipelens.cli.build", "pipelens.workspace.keeper"])
def test_a_run_that_is_stopped_before_it_began_changes_nothing(
    tmp_path: Path, number: int, module: str
) -> None:
    done = hit(tmp_path, number, "build", module=module)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "pipelens: interrupted.\n")
    assert not (tmp_path / ".pipelens").exists()
    assert not (tmp_path / "out.txt").exists()


@pytest.mark.parametrize("module", ["pipelens.cli.guard", "pipelens.cli.build", "pipelens.workspace.keeper"])
def test_a_run_whose_terminal_is_closed_while_it_starts_goes_on(tmp_path: Path, module: str) -> None:
    done = hit(tmp_path, signal.SIGHUP, "build", module=module)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out.txt").exists()


@pytest.mark.parametrize("module", ["pipelens.cli.guard", "pipelens.cli.status"])
def test_another_command_that_is_interrupted_while_it_starts_leaves_no_traceback(
    tmp_path: Path, module: str
) -> None:
    done = hit(tmp_path, signal.SIGINT, "status", module=module)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "pipelens: interrupted.\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_is_done_ends_as_it_ended_whatever_comes_then(tmp_path: Path, number: int) -> None:
    done = hit(tmp_path, number, "build", module="", after=f"os.kill(os.getpid(), {int(number)})")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


def test_what_was_told_to_ignore_ctrl_c_still_does(tmp_path: Path) -> None:
    ignoring = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    program = ignoring + _PROGRAM.format(
        module="pipelens.cli.guard", number=int(signal.SIGINT), words=("explain", "unknown-key"), after=""
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "interrupted" not in done.stderr
    assert done.returncode in (0, 2)


@pytest.mark.parametrize("moment", [0.05, 0.3, 0.6])
def test_a_build_outlives_its_terminal(tmp_path: Path, moment: float) -> None:
    import pty

    write(
        tmp_path,
        {
            "pipeline.yaml": "tasks:\n  - source: one.make\n    product: out.txt\n",
            "one.py": "import time\ndef make(product):\n    time.sleep(1)\n    open(product, 'w').close()\n",
        },
    )
    program = (
        "import os, sys; os.chdir(sys.argv.pop()); from pipelens.cli.entry import main; sys.exit(main())"
    )
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [sys.executable, "-c", program, "build", str(tmp_path)])
    # From when on Python has started and the command is ours.
    seen, end = b"", time.monotonic() + 60
    while b"Building" not in seen and time.monotonic() < end:
        if select.select([terminal], [], [], 1)[0]:
            seen += os.read(terminal, 4096)
    time.sleep(moment)
    os.close(terminal)
    _, status = os.waitpid(pid, 0)
    assert (os.waitstatus_to_exitcode(status), (tmp_path / "out.txt").exists()) == (0, True), seen
