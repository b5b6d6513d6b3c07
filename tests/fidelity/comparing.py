"""Outputs with what no two runs have in common taken out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_NUMBERS = (
    (re.compile(r"0x[0-9a-f]{6,}"), "0x…"),
    (re.compile(r"(/tmp/ipykernel_\d+/\d+\.py|<root>/\w+\.py):\d+"), "<place>"),
    (re.compile(r"\(\w+\.py, line \d+\)"), "(<place>)"),
    (re.compile(r"\b\d+(\.\d+)? ?(ns|us|µs|μs|ms|s|min)\b"), "<time>"),
    (re.compile(r"(CPU times|Wall time|Compiler time): .*"), r"\1: <time>"),
)


def outputs(cell: Mapping[str, Any], root: Path) -> list[dict[str, Any]]:
    """The outputs of a cell as they are compared. Streams that follow one another are joined, since a
    kernel sends them whenever its timer says."""
    made: list[dict[str, Any]] = []
    for output in cell.get("outputs", ()):
        kind = output["output_type"]
        if kind == "stream":
            if made and made[-1]["type"] == "streams":
                streams = made[-1]
            else:
                made.append(streams := {"type": "streams"})
            streams[output["name"]] = streams.get(output["name"], "") + text(output["text"], root)
        elif kind == "error":
            shown = text("\n".join(output["traceback"]), root)
            made.append(
                {
                    "type": kind,
                    "name": output["ename"],
                    "text": text(output["evalue"], root),
                    "line": innermost(shown),
                    "last": shown.rstrip("\n").rpartition("\n")[2],
                }
            )
        else:
            made.append(
                {
                    "type": kind,
                    "data": {form: value(one, form, root) for form, one in output["data"].items()},
                    "metadata": output.get("metadata") or {},
                    "count": output.get("execution_count"),
                }
            )
    return made


def value(shown: Any, form: str, root: Path) -> Any:
    if form in ("image/svg+xml", "application/pdf"):
        return "<picture>"
    return text(shown, root) if isinstance(shown, str) else shown


def text(shown: str, root: Path) -> str:
    shown = _ANSI.sub("", shown).replace(str(root), "<root>").replace("\r\n", "\n")
    for pattern, instead in _NUMBERS:
        shown = pattern.sub(instead, shown)
    return shown


def innermost(shown: str) -> str:
    """The last line of code that a traceback points at; a magic is shown as it is written or translated."""
    found = [line.strip() for line in re.findall(r"^-+> ?\d+ (.*)$", shown, re.M)]
    found = [line for line in found if not line.startswith(("%", "!", "get_ipython()."))]
    return found[-1] if found else ""
