"""IPython's additions to Python, replaced by plain Python of the same shape.

Lines and columns stay where they are, so that every position in the plain text is one in the cell.
What a magic may bind is noted rather than guessed. Section 13 of the format, quirk Q29.
"""

from __future__ import annotations

import re

from pipelens.core.python_text import TOKEN
from pipelens.frozen import frozen

_WORD = re.compile(r"[^\W\d]\w*")
_CELL_MAGIC = re.compile(r"\s*%%(\w+)(.*)")
_LINE_MAGIC = re.compile(r"(\s*)%([a-zA-Z]\w*)(?:\.\w+)*(\s*)(.*)")
_SHELL = re.compile(r"\s*!(?!=)")
_HELP = re.compile(r"\s*(?:\?{1,2}\s*%{0,2}[\w.*]+|%{0,2}[^\W\d][\w.*\[\]]*\?{1,2})\s*(?:#.*)?$")
_ASSIGNED = re.compile(r"(\s*[^\W\d][\w., ]*?\s*=\s*)(?:!(?!=)|%[a-zA-Z])(.*)")

PYTHON_CELL_MAGICS = frozenset({"time", "timeit", "capture", "prun", "debug", "python", "python3", "pypy"})
"""Cell magics whose body is Python; the last three run it elsewhere, so it binds nothing here."""
_ELSEWHERE = frozenset({"python", "python3", "pypy"})
_OPEN = frozenset({"run", "pylab", "load", "loadpy", "store", "macro", "rerun", "recall", "rep"})
"""Magics after which any name may exist."""
_RUNS_ITS_LINE = frozenset({"time", "prun"})
_MAY_BE_MAGIC = re.compile(
    r"""\n[^\S\n]*(?:[%?]|!(?!=)|[\w.*\[\]]+\?|[^\W\d][\w., \t]*=[^\S\n]*(?:!(?!=)|%[a-zA-Z]))"""
)
"""What every line of IPython looks like: text without any need not be cut into tokens."""


@frozen
class Plain:
    """A cell as plain Python.

    bound: names that magics may bind. open: a magic may bind any name (`%run`).
    opaque: the cell is written in another language.
    """

    text: str
    bound: frozenset[str] = frozenset()
    open: bool = False
    opaque: bool = False


def is_plain_python(source: str) -> bool:
    """Whether surely no line of `source` is IPython's."""
    return not ("%" in source or "!" in source or "?" in source) or not _MAY_BE_MAGIC.search("\n" + source)


def plain_python(source: str) -> Plain:
    """`source` with magics, shell escapes and help replaced; most cells come back as they are."""
    source = source.replace("\r", " ")
    if is_plain_python(source):
        return Plain(source)
    lines = source.split("\n")
    first = next((at for at, line in enumerate(lines) if line.strip()), 0)
    bound: set[str] = set()
    is_open = False
    magic = _CELL_MAGIC.match(lines[first])
    if magic:
        bound.update(_WORD.findall(magic[2]))
        name = magic[1]
        if name not in PYTHON_CELL_MAGICS or name in _ELSEWHERE:
            return Plain("\n" * (len(lines) - 1), frozenset(bound), opaque=True)
        lines[first] = ""
    at = 0
    text = "\n".join(lines)
    offset = 0
    depth = 0
    while at < len(lines):
        if depth == 0:
            replaced = _replaced(lines[at])
            if replaced is not None:
                plain, names, opens = replaced
                bound.update(names)
                is_open = is_open or opens
                goes_on = lines[at].rstrip().endswith("\\")
                offset += len(lines[at]) + 1
                lines[at] = plain
                at += 1
                while goes_on and at < len(lines):
                    goes_on = lines[at].rstrip().endswith("\\")
                    offset += len(lines[at]) + 1
                    lines[at] = ""
                    at += 1
                continue
        taken, offset, depth = _one_line(text, offset, depth)
        at += taken
    return Plain("\n".join(lines), frozenset(bound), is_open)


def _one_line(text: str, offset: int, depth: int) -> tuple[int, int, int]:
    """Pass the tokens up to the next line end outside strings: lines passed, offset, bracket depth."""
    taken = 0
    for token in TOKEN.finditer(text, offset):
        offset = token.end()
        match token.lastgroup:
            case "open":
                depth += 1
            case "close":
                depth = max(depth - 1, 0)
            case "triple" | "joined":
                taken += token[0].count("\n")
            case "newline":
                return taken + 1, offset, depth
            case _:
                if "\n" in token[0]:
                    taken += token[0].count("\n")
    return taken + 1, offset, depth


def _replaced(line: str) -> tuple[str, list[str], bool] | None:
    """Plain Python for a line of IPython, with the names it may bind; None for Python."""
    stripped = line.lstrip()
    indent = line[: len(line) - len(stripped)]
    if not stripped or stripped[0] == "#":
        return None
    assigned = _ASSIGNED.match(line)
    if assigned:
        return assigned[1] + "...", [], False
    magic = _LINE_MAGIC.match(line)
    if magic:
        name, rest = magic[2], magic[4]
        if name in _RUNS_ITS_LINE and rest and not rest.startswith("-"):
            before = len(line) - len(rest) - len(indent)
            filler = "0;" if before < 6 else "pass;"
            return indent + filler.ljust(before) + rest, [], False
        return indent + "pass", _WORD.findall(rest), name in _OPEN
    if _SHELL.match(line) or _HELP.match(line):
        return indent + "pass", [], False
    return None
