"""Starts the server. Before anything of ours is imported, what must not be reached is put away:
standard output belongs to the protocol alone, and no module may come from an editor's folder."""

from __future__ import annotations

import gc
import io
import os
import sys
from typing import BinaryIO

from pipelens.import_path import withdraw_lent


def main() -> int:
    """Serve on standard input and output until the client says `exit` or goes; the exit code."""
    gc.disable()  # what a start makes stays, so looking for garbage in it is lost time (see `meet`)
    stdin, stdout = take_streams()
    withdraw_lent()
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
