"""A process of our own interpreter that converts notebooks, so that a build need not wait for
nbconvert to be imported nor have its own threads held up.

A request is a line of JSON (`id`, `notebook`: a file, `exporter`, `options`, `target`: where the
result goes); the answer is `{"id", "error"}`, null when the target is written. Ends when its input does.
"""

from __future__ import annotations

import json
import os
import select
import sys
from typing import Any

from pipelens.runner.conversion import Converter
from pipelens.runner.whole_file import write_whole

_FORKS = sys.platform == "linux"


def serve() -> None:
    out = os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for fd in (1, 2):
        os.dup2(nothing, fd)
    converter = Converter()
    try:
        converter.warm()
    except Exception:
        # Whoever asks is told what is wrong.
        pass
    children: dict[int, int] = {}
    received = b""
    while True:
        if children:
            # A child that dies without a word must not be waited for.
            ready, _, _ = select.select([0], [], [], 0.05)
            _reap(children, out)
            if not ready:
                continue
        data = os.read(0, 1 << 16)
        if not data:
            return
        *lines, received = (received + data).split(b"\n")
        for line in lines:
            request = json.loads(line)
            if not _FORKS:
                _answer(converter, request, out)
                continue
            pid = os.fork()
            if pid == 0:
                try:
                    _answer(converter, request, out)
                finally:
                    os._exit(0)
            children[pid] = request["id"]


def _answer(converter: Converter, request: dict[str, Any], out: int) -> None:
    error: str | None = None
    try:
        with open(request["notebook"], encoding="utf-8") as file:
            notebook = json.load(file)
        content = converter.convert(notebook, request["exporter"], request["options"])
        write_whole(request["target"], content)
    except Exception as problem:
        error = f"{type(problem).__name__}: {problem}"[:2000]
    _tell(out, request["id"], error)


def _tell(out: int, id: int, error: str | None) -> None:
    os.write(out, json.dumps({"id": id, "error": error}).encode("ascii") + b"\n")


def _reap(children: dict[int, int], out: int) -> None:
    for pid in list(children):
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            id = children.pop(pid)
            if status:
                _tell(out, id, "the process that converted it died")
