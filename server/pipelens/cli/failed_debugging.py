"""`build --debug`: the failure that ended the run, opened where a person sits."""

from __future__ import annotations

import argparse
import os
import sys

from pipelens.cli.build_record import BuildRecord
from pipelens.cli.terminal import Screen, Segment


def open_failed(record: BuildRecord, arguments: argparse.Namespace, screen: Screen, errors: Screen) -> None:
    """Open the last failure of a run that has ended; a sentence where it cannot be opened."""
    failed = [one for one in record.problems if one.severity == "error" and one.task in record.failed]
    if not failed or record.started is None:
        return
    if arguments.format != "text" or sys.stdin is None or not sys.stdin.isatty() or not screen.is_terminal:
        errors.line("--debug opens failures only where a person types, in a terminal; the one above is kept.")
        return
    dump = next((one.dump for one in reversed(failed) if one.dump), None)
    if dump is None:
        errors.line("There is nothing to open: only errors in Python are recorded, and not in a kernel.")
        return
    from pipelens.cli.postmortem import open_prompt, view_of
    from pipelens.cli.recorded_failure import OpenedFailure, read

    found = OpenedFailure(read(os.path.join(record.started.root, dump)), record.started.root)
    screen.line(Segment(""))
    open_prompt(view_of(found, arguments, screen), found, screen, is_known=True)
