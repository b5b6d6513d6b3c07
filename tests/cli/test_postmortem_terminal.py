"""`pipelens postmortem` and `build --debug` where a person types: at a pseudo-terminal."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command import pipelens, write
from tests.cli.test_postmortem import FILES

pty = pytest.importorskip("pty", reason="there are no pseudo-terminals here")


PATIENCE = 60
"""Seconds until a prompt that hangs is a failure. No test depends on how fast it is."""


class Terminal:
    """A command at a pseudo-terminal."""

    def __init__(self, *words: str, cwd: Path) -> None:
        self._mine, other = pty.openpty()
        environ = {**os.environ, "TERM": "xterm", "XDG_CACHE_HOME": str(cwd / "cache"), "COLUMNS": "100"}
        self._process = subprocess.Popen(
            [sys.executable, "-P" if sys.version_info >= (3, 11) else "-B", "-m", "pipelens", *words],
            cwd=cwd, env=environ, stdin=other, stdout=other, stderr=other, start_new_session=True,
        )  # fmt: skip
        os.close(other)
        self.shown = ""
        self._seen = 0

    def until(self, text: str) -> None:
        """Read until `text` was shown behind what was waited for before."""
        while (found := self.shown.find(text, self._seen)) < 0:
            assert self._read(), f"waited in vain for {text!r} in {self.shown!r}"
        self._seen = found + len(text)

    def _read(self, patience: float = PATIENCE) -> bool:
        """Take in what was shown; whether more may come."""
        ready, _, _ = select.select([self._mine], [], [], patience)
        try:
            told = os.read(self._mine, 65536) if ready else b""
        except OSError:  # nobody holds the other end any more
            return False
        self.shown += told.decode("utf-8", "replace")
        return bool(told)

    def type(self, text: str) -> None:
        os.write(self._mine, text.encode())

    def interrupt(self) -> None:
        """Press Ctrl-C: this terminal controls nobody, so that the signal is sent by hand."""
        # One that comes in the instant before readline waits is lost until the next key: press again.
        seen = len(self.shown)
        for _ in range(10):
            self._process.send_signal(signal.SIGINT)
            if self._read(3) and len(self.shown) > seen:
                return

    def end(self) -> int:
        """Wait for the end of the command; its exit code."""
        while self._read():
            pass
        os.close(self._mine)
        return self._process.wait(60)


@pytest.fixture
def failed(tmp_path: Path) -> Path:
    """A project whose task `load` has failed."""
    write(tmp_path, FILES)
    assert pipelens("build", "--partially", "load", cwd=tmp_path).code == 1
    return tmp_path


@pytest.fixture
def terminal(failed: Path) -> Iterator[Terminal]:
    made = Terminal("postmortem", "load", cwd=failed)
    yield made
    if made._process.poll() is None:
        made._process.kill()
        made._process.wait()


def test_a_person_is_shown_the_traceback_and_a_prompt(terminal: Terminal):
    terminal.until("(load) ")
    assert "steps.Odd: no 'b' in the table" in terminal.shown
    assert "help lists the commands" in terminal.shown
    assert "\x1b[1" in terminal.shown
    terminal.type("p total\r")
    terminal.until("435")
    terminal.until("(load) ")
    terminal.type("q\r")
    assert terminal.end() == 0


def test_ctrl_c_gives_up_a_line_and_ctrl_d_ends(terminal: Terminal):
    terminal.until("(load) ")
    terminal.type("p tot")
    terminal.until("p tot")
    terminal.interrupt()
    terminal.until("quit or Ctrl-D ends this.")
    terminal.until("(load) ")
    terminal.type("\x04")
    assert terminal.end() == 0


def test_tab_completes_names_and_commands_and_the_last_lines_are_kept(failed: Path, terminal: Terminal):
    pytest.importorskip("readline", reason="this Python has no readline")
    terminal.until("(load) ")
    terminal.type("p tot\t\r")
    terminal.until("435")
    terminal.until("(load) ")
    terminal.type("wher\t\r")
    terminal.until("in load")
    terminal.until("(load) ")
    terminal.type("q\r")
    assert terminal.end() == 0
    again = Terminal("postmortem", "load", cwd=failed)
    again.until("(load) ")
    again.type("\x1b[A\x1b[A\x1b[A\r")  # the arrow up: q, where, p total
    again.until("435")
    again.until("(load) ")
    again.type("q\r")
    assert again.end() == 0


def test_build_debug_runs_one_task_at_a_time_and_opens_the_first_failure(tmp_path: Path):
    write(tmp_path, FILES)
    terminal = Terminal("build", "--debug", "--jobs", "4", cwd=tmp_path)
    terminal.until("(load) ")
    assert "steps.py:15" in terminal.shown
    terminal.type("up\r")
    terminal.until("in load")
    terminal.until("(load) ")
    terminal.type("q\r")
    assert terminal.end() == 1
    assert not (tmp_path / "out" / "fine.txt").exists()


def test_task_debug_opens_its_failure(tmp_path: Path):
    write(tmp_path, FILES)
    terminal = Terminal("task", "fit", "-d", cwd=tmp_path)
    terminal.until("(fit) ")
    terminal.type("n - 3\r")
    terminal.until("0")
    terminal.type("q\r")
    assert terminal.end() == 1
