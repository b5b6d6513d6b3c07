"""`pipelens lsp`: starts the language server. The only door from here to `pipelens.lsp`."""

from __future__ import annotations

from collections.abc import Sequence

from pipelens.cli import arguments as arguments_
from pipelens.cli.commands import SUMMARIES


def main(name: str, words: Sequence[str]) -> int:
    parser = arguments_.plain_parser(name, SUMMARIES["lsp"])
    parser.add_argument(
        "--stdio", action="store_true", help="speak over standard input and output (the default)"
    )
    arguments_.read(parser, words)
    from pipelens.lsp.main import main as serve

    return serve() or 0
