"""`pipelens dap`: the debug adapter, for editors. Only the standard library is imported before the
client is spoken to."""

from __future__ import annotations

from collections.abc import Sequence

from pipelens.cli import arguments as arguments_
from pipelens.cli.commands import SUMMARIES


def main(name: str, words: Sequence[str]) -> int:
    parser = arguments_.plain_parser(name, SUMMARIES["dap"])
    parser.add_argument("--interpreter", metavar="PYTHON", help="the Python that runs the tasks")
    arguments = arguments_.read(parser, words)
    from pipelens.debug.adapter import serve_stdio

    return serve_stdio(arguments.interpreter)
