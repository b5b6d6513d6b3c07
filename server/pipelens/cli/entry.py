"""The console entry point: as little as possible before the command is known.

`--version` and `--help` are answered with next to nothing imported. All else goes through `guard`, and
signals are heeded from the first line on, so that a person never meets a traceback by accident.
"""

from __future__ import annotations

import sys


def main(argv: list[str] | None = None) -> int:
    """Run the command line `argv` (default: the program's own); returns the exit code."""
    if argv is not None:
        return _answered(argv, is_program=False)
    from pipelens.cli import early_signals

    words = sys.argv[1:]
    command = words[0] if words else ""
    early_signals.begin(command)
    code = _answered(words, is_program=True)
    early_signals.end(command)
    if command == "build":
        from pipelens.cli.leaving import leave

        leave(code)
    return code


def _answered(words: list[str], *, is_program: bool) -> int:
    first = words[0] if words else "--help"
    if first in ("--version", "-V"):
        from pipelens import __version__

        return _answer(f"pipelens {__version__}\n")
    if first in ("--help", "-h", "help") and len(words) < 2:
        from pipelens.cli.commands import overall_help

        return _answer(overall_help())
    if is_program:
        from pipelens.import_path import withdraw_lent

        withdraw_lent()
    from pipelens.cli.guard import guarded

    return guarded(words)


def _answer(text: str) -> int:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except (BrokenPipeError, AttributeError):
        # The reader has gone, or there never was one (pythonw): nobody is left to tell.
        sys.stdout = None
    return 0
