"""A process of our own interpreter that converts notebooks, so that a build need not wait for
nbconvert to be imported nor have its own threads held up.

A request is a line of JSON (`id`, `notebook`: a file, `exporter`, `options`, `target`: where the
result goes); the answer is `{"id", "error"}`, null when the target is written. Ends when its input does.
"""

from __future__ import annotations

import json
import os
from typing import Any

from pipelens.runner.conversion import Converter
from pipelens.runner.state import system
from pipelens.runner.whole_file import write_whole

if os.name == "nt":
    from pipelens.runner import conversion_turns_windows as turns
else:
    from pipelens.runner import conversion_turns_posix as turns


def serve(lifeline: str | None = None) -> None:
    """Answer requests. lifeline: closes when the runner is gone; a product that is still in the making
    then must not be put in its place, where the next build may have put another."""
    if lifeline is not None:
        system.end_with(int(lifeline))
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
    turns.take(lambda line: _answered(converter, line), lambda line: os.write(out, line))


def _answered(converter: Converter, line: bytes) -> bytes:
    """Carry out one request; the answer."""
    request: dict[str, Any] = json.loads(line)
    error: str | None = None
    try:
        with open(request["notebook"], encoding="utf-8") as file:
            notebook = json.load(file)
        write_whole(request["target"], converter.convert(notebook, request["exporter"], request["options"]))
    except Exception as problem:
        error = f"{type(problem).__name__}: {problem}"[:2000]
    return json.dumps({"id": request["id"], "error": error}).encode("ascii") + b"\n"
