"""Where the sections and entries of a pipeline file begin, told from its lines alone."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pipelens.core.text import split_lines
from pipelens.frozen import frozen

_ENTRY = re.compile(r"( *)-(?=[ \r\n]|$)")
_TASK = re.compile(r"( *)- +['\"{]*(?:source|name|class|product)\b")
_KEY = re.compile(r"""(?:[^\s#\-\[\]{},&*!|>'"%@`?:][^:#\r\n]*|'[^'\r\n]*'|"[^"\\\r\n]*")\s*:(?=[ \r\n]|$)""")
_TASKS = re.compile(r"""(?:tasks|'tasks'|"tasks")\s*:\s*(?:#[^\r\n]*)?[\r\n]*$""")
_NAMES_TASKS = re.compile(r"""(?:tasks|'tasks'|"tasks")\s*:""")


@frozen
class Layout:
    """Line ranges (first, behind the last) of a block-style pipeline file.

    sections: the top-level keys with what is below them; that of `tasks` is its key line alone.
    entries: the elements of `tasks`, or of a bare list.
    """

    lines: list[str]
    sections: tuple[tuple[int, int], ...]
    entries: tuple[tuple[int, int], ...]
    tasks_line: int | None
    bare_list: bool

    def text(self, first: int, last: int) -> str:
        return "".join(self.lines[first:last])

    @property
    def rows(self) -> Rows:
        """The entries, to be followed through edits."""
        starts = [first for first, _ in self.entries]
        stop = self.entries[-1][1] if self.entries else 0
        return Rows(self.lines, starts, stop, len(self.lines))


@dataclass(slots=True)
class Rows:
    """Where the entries begin: each reaches as far as the next, the last one as far as `stop`.

    end: behind the last line of the text, which an empty one at the end is not part of.
    """

    lines: list[str]
    starts: list[int]
    stop: int
    end: int

    def text(self, first: int, last: int) -> str:
        return "".join(self.lines[first:last])

    def behind(self, number: int) -> int:
        """The line behind the entry `number`."""
        return self.starts[number + 1] if number + 1 < len(self.starts) else self.stop

    def end_of_entry(self, line: int) -> int | None:
        """The end of the first entry that ends at `line` or later."""
        if line > self.stop:
            return None
        at = bisect_left(self.starts, line)
        return self.starts[at] if 0 < at < len(self.starts) else self.behind(at) if at == 0 else self.stop


def entries_in(lines: list[str], indent: int) -> list[int] | None:
    """Where entries begin in lines of which the first begins one, told as `lay_out` tells it for the
    whole; None when they are not entries alone, whose dashes stand at `indent`."""
    starts: list[int] = []
    for number, line in enumerate(lines):
        first = line[:1]
        if first == " ":
            dash = _ENTRY.match(line)
            if dash and len(dash[1]) == indent:
                starts.append(number)
            elif not _deeper(line, indent):
                return None
        elif first and first not in "\n\r#":
            if indent or not _ENTRY.match(line):
                return None
            starts.append(number)
    return starts if starts and not starts[0] else None


def is_key(line: str) -> bool:
    """Whether a line at the margin begins a section."""
    return _KEY.match(line) is not None


def tells_no_layout(text: str) -> bool:
    """Whether YAML ends a line in `text` where we do not, or it holds a byte order mark."""
    return "\u2028" in text or "\x85" in text or "\u2029" in text or "\ufeff" in text


def has_task(lines: Iterable[str]) -> bool:
    """Whether one of the lines looks like the first one of a task."""
    return any(map(_TASK.match, lines))


def indent_of(line: str) -> int:
    """Where the dash of the entry stands whose first line this is."""
    return len(line) - len(line.lstrip(" "))


def lay_out(text: str, *, forgiving: bool = False, lines: list[str] | None = None) -> Layout | None:
    """The layout of `text`, or None where its lines do not tell (see `yaml_tree`).

    forgiving: for a text that is not YAML. A line above the entries that is no key then counts as a
    section, and a line inside an entry that stands too far to the left, as while it is being typed,
    counts as the entry's own, if the entries go on behind it. lines: of `text`, where they are there.
    """
    if "\u2028" in text or "\x85" in text or "\u2029" in text or ("\ufeff" in text and not forgiving):
        return None
    lines = split_lines(text) if lines is None else lines[:]
    if lines[-1] == "":
        lines.pop()
    sections: list[tuple[int, int]] = []
    entries: list[tuple[int, int]] = []
    tasks_line: int | None = None
    bare_list = False
    begin: int | None = None  # of the section being read
    indent: int | None = None  # of the entries of `tasks`, once the first is seen
    entry: int | None = None
    in_tasks = False
    usual = _usual_indent(lines) if forgiving else None
    last_task = _last_task(lines, usual) if usual is not None else -1
    number: int
    for number, line in enumerate(lines):
        first = line[:1]
        if first in " \n\r#" or not first:
            if in_tasks and first == " ":
                dash = _ENTRY.match(line)
                if dash and len(dash[1]) == (indent if indent is not None else (usual or len(dash[1]))):
                    if entry is not None:
                        entries.append((entry, number))
                    elif begin is not None:
                        sections.append((begin, number))
                        begin = None
                    indent, entry = len(dash[1]), number
                elif not forgiving and (
                    (entry is None and line.strip() and not line.lstrip().startswith("#"))
                    or (entry is not None and not _deeper(line, indent or 0))
                ):
                    return None
            elif not in_tasks and begin is None and first == " " and not _blank(line):
                return None
            continue
        if entry is not None and number < last_task and _astray(line, indent or 0):
            continue
        if first == "\t" or line.startswith(("...", "%")):
            return None
        if line.startswith("---"):
            if (number and any(not _blank(other) for other in lines[:number])) or line[3:].strip():
                return None
            continue
        if _ENTRY.match(line):
            if in_tasks and (indent is None or indent == 0):
                if entry is not None:
                    entries.append((entry, number))
                elif begin is not None:
                    sections.append((begin, number))
                    begin = None
                indent, entry = 0, number
                continue
            if begin is None and not sections and not in_tasks:
                bare_list, in_tasks, indent, entry = True, True, 0, number
                continue
            return None
        # Above the entries a word that is to become a key is a section that is nothing yet.
        is_stray = forgiving and tasks_line is None and number < last_task
        if bare_list or not (is_stray or is_key(line)):
            return None
        if entry is not None:
            entries.append((entry, number))
            entry = None
        elif begin is not None:
            sections.append((begin, number))
        in_tasks, begin = False, number
        if _NAMES_TASKS.match(line):
            if not _TASKS.match(line):
                return None
            if tasks_line is not None:
                return None
            tasks_line, in_tasks, indent = number, True, None
    if entry is not None:
        entries.append((entry, len(lines)))
    elif begin is not None:
        sections.append((begin, len(lines)))
    if tasks_line is not None and not entries:
        return None
    return Layout(lines, tuple(sections), tuple(entries), tasks_line, bare_list)


def _usual_indent(lines: list[str]) -> int | None:
    """Where most entries have their dash."""
    indents = Counter(len(match[1]) for line in lines if (match := _TASK.match(line)))
    return max(indents, key=lambda indent: (indents[indent], -indent), default=None)


def _last_task(lines: list[str], indent: int) -> int:
    """The last line where an entry begins with its dash at `indent`; -1 when none does."""
    for number in range(len(lines) - 1, -1, -1):
        match = _TASK.match(lines[number])
        if match and len(match[1]) == indent:
            return number
    return -1


def _astray(line: str, indent: int) -> bool:
    """Whether a line at the margin cannot be the first of an entry, whose dashes stand at `indent`."""
    return bool(indent) or not _ENTRY.match(line)


def _blank(line: str) -> bool:
    bare = line.strip(" \r\n")
    return not bare or bare.startswith("#")


def _deeper(line: str, indent: int) -> bool:
    """Whether `line` lies inside an entry whose dash stands at `indent`."""
    bare = line.lstrip(" ")
    return len(line) - len(bare) > indent or _blank(line)
