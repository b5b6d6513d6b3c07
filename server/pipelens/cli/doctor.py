"""`pipelens doctor`: what Pipelens found on this machine, and what to do where something is amiss."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from pipelens.cli import arguments as arguments_
from pipelens.cli.commands import SUMMARIES
from pipelens.cli.refusal import Refusal
from pipelens.cli.shapes import dumped
from pipelens.cli.terminal import Screen, Segment, padded
from pipelens.health import Finding, Health, examine, last_traceback, redacted

_SIGNS = {"ok": ("fresh", "green"), "note": ("unknown", "yellow"), "bad": ("failed", "bold red")}


def main(name: str, words: Sequence[str]) -> int:
    parser = arguments_.parser(name, SUMMARIES["doctor"])
    parser.add_argument("--interpreter", metavar="PYTHON", help="the Python that runs the tasks")
    parser.add_argument(
        "--report",
        nargs="?",
        const="pipelens-report.txt",
        metavar="FILE",
        help="write a text file for a bug report, without names, secrets and env values",
    )
    arguments = arguments_.read(parser, words)
    health = examine(
        arguments.entry_point,
        cwd=arguments.cwd,
        environ=os.environ,
        interpreter=arguments.interpreter,
        overrides=arguments.overrides,
    )
    screen = Screen()
    if arguments.report:
        _write(arguments.report, health)
        screen.line(
            f"Report written to {arguments.report}; it holds no names, secrets or env values that "
            "were recognised as such. Please read it before you send it."
        )
    elif arguments.format == "json":
        shape = [
            {"topic": f.topic, "text": f.text, "mood": f.mood, "remedy": f.remedy} for f in health.findings
        ]
        screen.write(dumped({"findings": shape}))
    else:
        _show(health.findings, screen)
    return 0


def _show(findings: Sequence[Finding], screen: Screen) -> None:
    width = max(len(finding.topic) for finding in findings)
    for finding in findings:
        state, style = _SIGNS[finding.mood]
        sign = "!" if finding.mood == "note" else screen.symbol(state)
        screen.line(
            Segment(f"{sign} ", style), Segment(padded(finding.topic, width), "bold"), f"  {finding.text}"
        )
        if finding.remedy:
            screen.line(" " * (width + 4), Segment("help: ", "bold green"), finding.remedy)


def _write(path: str, health: Health) -> None:
    """The report as text, redacted as a whole, so that no line is forgotten."""
    lines = [f"{f.topic}: {f.text}" + (f" [{f.remedy}]" if f.remedy else "") for f in health.findings]
    lines += ["", f"command: {' '.join(os.path.basename(word) for word in sys.argv)}"]
    traceback = last_traceback()
    if traceback:
        lines += ["", "the last bug:", traceback]
    text = redacted("\n".join(lines) + "\n", environ=os.environ, values=health.private)
    try:
        with open(path, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError as error:
        raise Refusal(f"{path} cannot be written: {error.strerror or error}", exit_code=1) from None
