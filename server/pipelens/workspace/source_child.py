"""Reads sources beside the process that started it: a program of its own (see `source_reader`).

What is to be read comes on standard input; what was read goes to standard output as lines of a
store. It ends when it is done, or when nobody takes its lines any more.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from pipelens.core.files import Unreadable
from pipelens.core.read_source import Again, read_notebook
from pipelens.core.sources import NotebookSource
from pipelens.workspace.disk import WorkspaceFiles
from pipelens.workspace.source_record import CommonWriter, line_of, record_of, stamp_of

_AT_ONCE = 40
"""So many sources are told together."""


def main() -> None:
    gc.disable()  # nothing is kept, and it does not run for long
    # Its import takes longer than some hundred sources; what needs it the other process reads.
    sys.modules["jupytext"] = None  # pyright: ignore[reportArgumentType]
    serve(sys.stdin.buffer.read(), sys.stdout.buffer)


def serve(request: bytes, out: BinaryIO) -> None:
    """Read what `request` asks for, and tell it to `out`."""
    roots, extract_upstream, extract_product, paths = json.loads(request)
    files = WorkspaceFiles(None if roots is None else tuple(roots))
    lines: list[str] = []
    for number, told in enumerate(_told(paths, files, extract_upstream, extract_product), 1):
        lines += told
        if number % _AT_ONCE == 0:
            out.write("".join(lines).encode("utf-8", "surrogatepass"))
            out.flush()
            lines.clear()
    out.write("".join(lines).encode("utf-8", "surrogatepass"))
    out.flush()


def _told(
    paths: Iterable[str], files: WorkspaceFiles, extract_upstream: Any, extract_product: Any
) -> Iterator[list[str]]:
    """The lines that tell of each of these sources; none where it is to be read again."""
    common = CommonWriter()
    for path in paths:
        found = files.stat(path)
        text = files.read(path)
        files.let_go(path)
        if found is None or isinstance(text, Unreadable):
            continue
        source = read_notebook(
            path,
            text,
            extract_upstream=extract_upstream,
            extract_product=extract_product,
            whole=Again(files, path),
        )
        if not isinstance(source, NotebookSource):
            continue
        record = record_of(source, None, (), common)
        lines = common.take()
        if record is not None:
            lines.append(line_of(path, stamp_of(found), record))
        yield lines
