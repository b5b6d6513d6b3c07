"""Where relative sources come from (sections 2.4 and 5.2)."""

from __future__ import annotations

import os
import re
from functools import lru_cache

from pipelens.core.spec_context import SpecContext

_PLAIN = re.compile(r"\w[\w.-]*(?:/\w[\w.-]*)*")
"""Paths that need not be normalised."""


@lru_cache(maxsize=64)
def _folder(base: str) -> str:
    """The normalised folder as the paths below it begin."""
    return os.path.normpath(base).rstrip("/") + "/"


def absolute(base: str, path: str) -> str:
    """`path` from `base`, normalised; a trailing slash goes."""
    if _PLAIN.fullmatch(path) and os.sep == "/":
        return _folder(base) + path
    return os.path.normpath(os.path.join(base, path))


def module_folders(context: SpecContext, module: str) -> list[str]:
    """Where the package `module` may lie: beside the pipeline first, then as imports find it."""
    parts = module.split(".")
    starts = dict.fromkeys((context.folder, context.cwd, *context.import_folders))
    return [absolute(start, os.path.join(*parts)) for start in starts]


def loader_folders(context: SpecContext) -> list[str]:
    """Where relative sources come from with `meta.source_loader` (quirk Q36: the spec's folder first)."""
    meta = context.meta
    if meta.source_loader_module:
        bases = module_folders(context, meta.source_loader_module)
    else:
        bases = list(dict.fromkeys((context.folder, context.cwd))) if meta.source_loader_paths else []
    return [absolute(base, path) for path in meta.source_loader_paths or ("",) for base in bases]


def source_path_of(context: SpecContext, source: str, kind: str) -> str | None:
    """The absolute path of a file source; None for a dotted path or an address. kind: the task's."""
    if kind == "function" or not source or "://" in source:
        return None
    if os.path.isabs(source) or kind == "other":
        return absolute(context.base, source)
    candidates = [absolute(folder, source) for folder in loader_folders(context)]
    there = (path for path in candidates if context.files.kind(path) != "missing")
    return next(there, candidates[0] if candidates else absolute(context.base, source))
