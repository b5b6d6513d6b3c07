"""Paths, one folder at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Final

from pipelens.core.answers.complete_item import NOTHING, Completion, Completions, select
from pipelens.core.files import Files
from pipelens.core.text import Position, Span

_MOST_ASKED: Final = 400
"""Entries of a folder whose kind is asked of the disk."""

_NOT_OURS = frozenset({"__pycache__", "node_modules", "venv", "env", "site-packages"})


def paths(
    files: Files,
    folders: Sequence[str],
    written: str,
    replace: Span,
    *,
    extensions: Sequence[str] = (),
    used: Callable[[str], bool] = lambda path: False,
    end: str = "",
) -> Completions:
    """What lies in the folder that `written` (the path up to the caret) leads to.

    folders: where relative paths start, the first that has a name wins. extensions: of the files that
    are offered; none for folders alone. used: which absolute paths rank last. end: a quote that is
    missing. Of `replace` only what follows the last slash is replaced.
    """
    if "{{" in written or "\\" in written or written.startswith(("~", "//")) or "\0" in written:
        return NOTHING
    head, _, tail = written.rpartition("/")
    start = replace.start.character + (len(head) + 1 if "/" in written else 0)
    replace = Span(Position(replace.start.line, start), replace.end)
    found: dict[str, Completion] = {}
    incomplete = False
    for folder in dict.fromkeys(folders):
        base = os.path.join(folder, head + "/") if "/" in written else folder
        names, more = _names(files, base, tail, extensions)
        incomplete = incomplete or more
        for name in names:
            path = os.path.normpath(os.path.join(base, name))
            if name not in found and (offer := _offer(files, path, name, replace, extensions, used, end)):
                found[name] = offer
    return Completions(tuple(sorted(found.values(), key=_order)), incomplete)


def _order(offer: Completion) -> tuple[bool, bool]:
    return offer.last, offer.kind == "folder"


def _names(files: Files, base: str, prefix: str, extensions: Sequence[str]) -> tuple[list[str], bool]:
    """The names that may be offered: files by their ending, folders by having none."""
    hidden = prefix.startswith(".")
    names = [
        name
        for name in files.names(base)
        if (hidden or name[0] != ".")
        and name not in _NOT_OURS
        and not name.endswith((".egg-info", ".dist-info"))
    ]
    endings = tuple(extensions)
    if len(names) > _MOST_ASKED:
        # What has another ending is hardly a folder, and asking about each takes too long.
        names = [name for name in names if name.endswith(endings) or "." not in name]
    return select(names, prefix)


def _offer(
    files: Files, path: str, name: str, replace: Span, extensions: Sequence[str], used: Callable[[str], bool], end: str
) -> Completion | None:  # fmt: skip
    if any(one in name for one in "\n\r\"'{}#"):
        return None
    match files.kind(path):
        case "folder":
            return Completion(name + "/", "folder", replace, name + "/", more=True)
        case "file" if name.endswith(tuple(extensions)) and extensions:
            taken = used(path)
            return Completion(
                name, "file", replace, name + end, "already a task" if taken else "", last=taken
            )
        case _:
            return None
