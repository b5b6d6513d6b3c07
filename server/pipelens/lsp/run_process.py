"""A run as a process of its own, which outlives the server: `pipelens task` or `pipelens build`.

Its output goes to a file that the server reads along: a pipe would end the run with the editor.
It is started isolated (`-I`) with our own import path, so that its working folder, the root, lends
no modules to it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence

_PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv.pop(1)); "
    "sys.stdout.reconfigure(encoding='utf-8'); sys.stderr.reconfigure(encoding='utf-8'); "
    "from pipelens.cli.entry import main; sys.exit(main())"
)
_PAUSE = 0.05
_MOST_AT_ONCE = 60_000


class RunProcess:
    """Started at once. words: the command line of `pipelens`; root: the working folder."""

    def __init__(self, words: Sequence[str], root: str, environ: Mapping[str, str]) -> None:
        handle, self._output = tempfile.mkstemp(prefix="pipelens-run-", suffix=".log")
        self._reader = open(self._output, "rb")  # noqa: SIM115
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-u", "-c", _PROGRAM, json.dumps(sys.path), *words],
                cwd=root,
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=handle,
                stderr=handle,
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        finally:
            os.close(handle)
            self._forget_output()

    async def output(self) -> AsyncIterator[str]:
        """What it prints, in pieces of whole lines, until it has ended."""
        rest = b""
        while True:
            ended = self._process.poll() is not None
            read = self._reader.read(_MOST_AT_ONCE)
            lines, newline, rest = (rest + read).rpartition(b"\n")
            if lines + newline:
                yield (lines + newline).decode("utf-8", "replace")
            if len(rest) > _MOST_AT_ONCE or (ended and not read and rest):
                yield rest.decode("utf-8", "replace")
                rest = b""
            if ended and not read:
                break
            if not read:
                await asyncio.sleep(_PAUSE)
            else:
                await asyncio.sleep(0)
        self._reader.close()
        self._forget_output()

    @property
    def exit_code(self) -> int:
        """Once `output` is through."""
        return self._process.wait()

    def stop(self) -> None:
        """Ask it to end as Ctrl+C does."""
        with contextlib.suppress(OSError):
            if sys.platform == "win32":
                self._process.send_signal(signal.CTRL_BREAK_EVENT)
            else:
                self._process.send_signal(signal.SIGINT)

    def _forget_output(self) -> None:
        """Where open files can be unlinked nothing is left behind, whoever is killed."""
        with contextlib.suppress(OSError):
            os.unlink(self._output)
