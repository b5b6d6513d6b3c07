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
