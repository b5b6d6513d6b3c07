"""How much of a YAML file has to be read to know where a caret stands: its entry or its section."""

from __future__ import annotations

import re
from typing import Final

from pipelens.core.answers.yaml_outline import List_, Outline, Path
from pipelens.core.text import Lines

MOST_ABOVE: Final = 400
MOST_BELOW: Final = 200
LONGEST_LINE: Final = 4000
"""Lines that are looked at on either side of the caret, and characters of a line."""

_TASK_INDENT: Final = 2
_BEGINS_TASK: Final = re.compile(r"""-\s+\{?\s*["']?source["']?\s*:\s""")
"""An element with a source, and indented so little, is a task: no need to look for `tasks:` above it."""


def start_of(lines: Lines, caret: int, in_tasks: bool) -> tuple[int, Path]:
    """The line where the caret's entry or section begins, and the way to it.

    Walking up, only lines that are indented less than all below them count: the keys and dashes that
    hold the caret. The walk ends at the margin; in a long list of tasks before that.
    in_tasks: what is too long to be walked through is the list of tasks.
    """
    text = lines.line(caret)
    least = len(text) - len(text.lstrip())
    if not text.strip():
        least = LONGEST_LINE
    topmost_dash: int | None = None
    above: list[tuple[int, str]] = []
    least_dash = text.lstrip()[:2].strip() == "-"
    if least_dash:
        topmost_dash = caret
        if in_tasks and least <= _TASK_INDENT and _BEGINS_TASK.match(text.lstrip()):
            return caret, ("tasks",)
    first = caret
    for number in range(caret - 1, max(-1, caret - 1 - MOST_ABOVE), -1):
        text = lines.line(number)[:LONGEST_LINE]
        content = text.lstrip()
        if not content or content[0] == "#" or content[:3] == "---":
            continue
        indent = len(text) - len(content)
        dash = content[:2].strip() == "-"
        if indent < least or (indent == least and least_dash and not dash):
            least, least_dash, first = indent, dash, number
            if dash:
                topmost_dash = number
                above.clear()
                if in_tasks and indent <= _TASK_INDENT and _BEGINS_TASK.match(content):
                    return number, ("tasks",)
            else:
                above.append((number, content))
            if indent == 0 and not dash:
                break
    else:
        if in_tasks and topmost_dash is not None:
            return topmost_dash, ("tasks",)
    if topmost_dash is not None and len(above) == 1 and first != topmost_dash:
        key = above[0][1].partition("#")[0].strip()
        if key.endswith(":"):
            return topmost_dash, (key[:-1].strip().strip("'\""),)
    return first, ()


def read_on(outline: Outline, lines: Lines, caret: int) -> None:
    """Read what follows, as long as it belongs to the entry around the caret."""
    base = _entry_indent(outline)
    for number in range(caret + 1, min(len(lines), caret + 1 + MOST_BELOW)):
        text = lines.line(number)[:LONGEST_LINE]
        content = text.lstrip()
        if not content or content[0] == "#":
            continue
        if len(text) - len(content) <= base and content[0] not in "]}":
            return
        outline.line(number, text)


def _entry_indent(outline: Outline) -> int:
    for frame in outline.stack:
        if isinstance(frame, List_):
            return frame.indent
    return outline.stack[0].indent if outline.stack else 0
