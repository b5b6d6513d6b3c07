"""A run as a process of its own, which outlives the server: `pipelens task` or `pipelens build`.

What happens in it is read from its event file. What it prints goes to a file, too: a pipe would end
the run with the editor; it is asked for when the run ended before it had an event file.
It is started isolated (`-I`) with our own import path, so that its working folder, the root, lends
no modules to it.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence

from pipelens.runner.events import RUN_ID_VARIABLE

_PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv.pop(1)); "
    "sys.stdout.reconfigure(encoding='utf-8'); sys.stderr.reconfigure(encoding='utf-8'); "
    "from pipelens.cli.entry import main; sys.exit(main())"
)
_LONGEST = 20_000

SET_FOR_US = ("PYTHONSAFEPATH",)
"""Variables that our clients set when they start the server; no task shall see them."""


def run_environment(environ: Mapping[str, str], *, client: str) -> dict[str, str]:
    """The environment of the person who started the editor, without what a client of ours put in."""
    left_out = SET_FOR_US if client else ()
    return {name: value for name, value in environ.items() if name not in left_out}


def _at_once(words: Sequence[str]) -> list[str]:
    """Nobody in an editor sees what a run waits for, so it says who is in its way and ends."""
    return [words[0], "--no-wait", *words[1:]]


class RunProcess:
    """Started at once. words: the command line of `pipelens`; root: the working folder; run: its id."""

    def __init__(self, words: Sequence[str], root: str, environ: Mapping[str, str], run: str) -> None:
        handle, self._output = tempfile.mkstemp(prefix="pipelens-run-", suffix=".log")
        self._reader = open(self._output, "rb")  # noqa: SIM115
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-u", "-c", _PROGRAM, json.dumps(sys.path), *_at_once(words)],
                cwd=root,
                env={**environ, RUN_ID_VARIABLE: run},
                stdin=subprocess.DEVNULL,
                stdout=handle,
                stderr=handle,
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        finally:
            os.close(handle)
            # Where open files can be unlinked nothing is left behind, whoever is killed.
            with contextlib.suppress(OSError):
                os.unlink(self._output)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    @property
    def exit_code(self) -> int:
        """Once it has ended."""
        return self._process.wait()

    def printed(self) -> str:
        """What it printed last; afterwards nothing is left of it."""
        with self._reader as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _LONGEST))
            text = file.read().decode("utf-8", "replace")
        with contextlib.suppress(OSError):
            os.unlink(self._output)
        return text
