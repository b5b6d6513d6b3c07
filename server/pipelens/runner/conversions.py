"""Conversions: notebooks into other formats, several at a time, by a process that is ready for them."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

from pipelens.runner.state import system

_OURS = str(Path(__file__).resolve().parents[2])
_PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from pipelens.runner.conversion_server import serve; serve(*sys.argv[2:])"
)


class ConversionFailed(Exception):
    """The text says why."""


@dataclass(slots=True)
class Conversions:
    """Of one run. Used from several threads; `close` ends the process."""

    _process: subprocess.Popen[bytes] | None = None
    _started: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _waiting: dict[int, _Answer] = field(default_factory=dict[int, "_Answer"])
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def prepare(self) -> None:
        """Start the process, so that it is ready when the first notebook is."""
        with self._lock:
            self._ensure()

    def convert(
        self, notebook: str, exporter: str, options: Mapping[str, Any], target: str, stop: Any = None
    ) -> None:
        """Write the notebook in the file `notebook` to `target`, as `exporter` has it. Raises
        `ConversionFailed`."""
        answer = _Answer()
        with self._lock:
            pipe = self._ensure()
            number = next(self._numbers)
            request = {
                "id": number,
                "notebook": notebook,
                "exporter": exporter,
                "options": dict(options),
                "target": target,
            }
            self._waiting[number] = answer
            try:
                if pipe is None:
                    raise OSError
                pipe.write(json.dumps(request, default=str).encode("ascii") + b"\n")
                pipe.flush()
            except OSError:
                del self._waiting[number]
                raise ConversionFailed("the process that converts notebooks cannot be started") from None
        while not answer.given.wait(0.2):
            if stop is not None and stop.is_urgent:
                self.close()
        if answer.error is not None:
            raise ConversionFailed(answer.error)

    def close(self) -> None:
        with self._lock:
            process, self._process = self._process, None
            self._started = False
        if process is not None:
            system.kill(process)
            process.wait()

    def _ensure(self) -> IO[bytes] | None:
        if not self._started:
            self._started = True
            path = [_OURS, *(entry for entry in sys.path if entry and entry != _OURS)]
            lifeline = system.Lifeline()
            words = [sys.executable, "-I", "-c", _PROGRAM, json.dumps(path), *lifeline.arguments]
            try:
                self._process = subprocess.Popen(
                    words,
                    cwd=_OURS,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                    pass_fds=lifeline.passed,
                )
            except OSError:
                self._process = None
                lifeline.close()
            else:
                threading.Thread(
                    target=self._listen,
                    args=(self._process, lifeline),
                    name="pipelens-conversions",
                    daemon=True,
                ).start()
            finally:
                lifeline.started()
        return None if self._process is None else self._process.stdin

    def _listen(self, process: subprocess.Popen[bytes], lifeline: system.Lifeline) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            told = json.loads(line)
            answer = self._waiting.pop(told["id"], None)
            if answer is not None:
                answer.error = cast("str | None", told["error"])
                answer.given.set()
        with self._lock:
            lost = list(self._waiting.values())
            self._waiting.clear()
            if self._process is process:
                self._started, self._process = False, None
        process.wait()
        lifeline.close()
        for answer in lost:
            answer.error = "the process that converts notebooks ended"
            answer.given.set()


@dataclass(slots=True)
class _Answer:
    given: threading.Event = field(default_factory=threading.Event)
    error: str | None = None


def write_request_file(path: str, notebook: Mapping[str, Any]) -> None:
    """What the process is to read: for the owner's eyes only, as outputs may be."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "w", encoding="utf-8", errors="backslashreplace") as file:
        json.dump(notebook, file, ensure_ascii=False)
