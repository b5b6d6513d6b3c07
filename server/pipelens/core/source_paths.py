"""Where relative sources come from (sections 2.4 and 5.2)."""

from __future__ import annotations

import os

from pipelens.core.reading import SpecContext


def absolute(base: str, path: str) -> str:
    """`path` from `base`, normalised; a trailing slash goes."""
    return os.path.normpath(os.path.join(base, path))


def loader_folders(context: SpecContext) -> list[str]:
    """Where relative sources come from with `meta.source_loader` (quirk Q36: the spec's folder first)."""
    meta = context.meta
    folders: list[str] = []
    for path in meta.source_loader_paths:
        parts = (*meta.source_loader_module.split("."), path) if meta.source_loader_module else (path,)
        for start in dict.fromkeys((context.folder, context.cwd)):
            folders.append(absolute(start, os.path.join(*parts)))
    if meta.source_loader_module and not meta.source_loader_paths:
        for start in dict.fromkeys((context.folder, context.cwd)):
            folders.append(absolute(start, os.path.join(*meta.source_loader_module.split("."))))
    return folders


def source_path_of(context: SpecContext, source: str, kind: str) -> str | None:
    """The absolute path of a file source; None for a dotted path or an address. kind: the task's."""
    if kind == "function" or not source or "://" in source:
        return None
    if os.path.isabs(source) or kind == "other":
        return absolute(context.base, source)
    candidates = [absolute(folder, source) for folder in loader_folders(context)]
    there = (path for path in candidates if context.files.kind(path) != "missing")
    return next(there, candidates[0] if candidates else absolute(context.base, source))
