"""Starts the server. Before anything of ours is imported, what must not be reached is put away:
standard output belongs to the protocol alone, and no module may come from an editor's folder."""

from __future__ import annotations

import gc
import io
import os
import sys
from typing import BinaryIO


def main() -> int:
    """Serve on standard input and output until the client says `exit` or goes; the exit code."""
    gc.disable()  # what a start makes stays, so looking for garbage in it is lost time (see `meet`)
    stdin, stdout = take_streams()
    lent = [os.getcwd(), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    sys.path[:] = safe_path(sys.path, lent, _own_folders())
    from pipelens.lsp import message_types

    message_types.prepare()
    from pipelens.lsp.server import make_server

    server = make_server()
    server.start_io(stdin, stdout)
    return 0 if server.was_shut_down else 1


def take_streams() -> tuple[BinaryIO, BinaryIO]:
    """The client's ends; what else reads finds nothing, what else prints goes to standard error."""
    stdin, stdout = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdin = io.TextIOWrapper(os.fdopen(0, "rb", closefd=False))
    sys.stdout = sys.stderr
    return stdin, stdout


def safe_path(path: list[str], lent: list[str], kept: tuple[str, ...]) -> list[str]:
    """`path` without relative entries and without what is `lent`: a working folder or a `PYTHONPATH`
    must not give us the modules of a workspace. `kept`: folders that are ours wherever they lie;
    what the user cannot write to (a package store) is nobody's workspace."""
    refused = tuple(os.path.realpath(one) for one in lent if os.access(one, os.W_OK))
    return [
        entry
        for entry in path
        if os.path.isabs(entry) and (_is_below(entry, kept) or not _is_below(entry, refused))
    ]


def _own_folders() -> tuple[str, ...]:
    package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    return tuple(map(os.path.realpath, (sys.prefix, sys.base_prefix, package)))


def _is_below(path: str, folders: tuple[str, ...]) -> bool:
    real = os.path.realpath(path)
    return any(real == folder or real.startswith(folder.rstrip(os.sep) + os.sep) for folder in folders)
