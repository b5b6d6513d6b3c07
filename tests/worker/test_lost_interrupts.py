"""Ctrl-C that comes where Python can only print it and go on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.runner.making import Pipeline

_TASK = """
import os, signal, time

class Ending:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        for _ in range(3):
            pass

def make(product):
    Ending()
    time.sleep(60)
    open(product, 'w').close()
"""


@pytest.mark.skipif(os.name == "nt", reason="no process can press Ctrl-C for itself alone on Windows")
def test_an_interrupt_that_a_destructor_swallows_still_ends_the_task(tmp_path: Path) -> None:
    made = Pipeline(tmp_path / "it")
    made.write("tasks.py", _TASK)
    made.task("tasks.make", "out/a.txt")
    built = made.build()
    assert built.failed == ("make",)
    assert built.problems[0].error == "KeyboardInterrupt"
