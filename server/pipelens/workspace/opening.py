"""From an entry point to a keeper: the one way in for the command line, the server and tests."""

from __future__ import annotations

import os
from collections.abc import Mapping

from pipelens.workspace.discovery import Location, NotFound, find_pipeline
from pipelens.workspace.disk import WorkspaceFiles
from pipelens.workspace.keeper import ProjectKeeper
from pipelens.workspace.source_store import cache_folder

__all__ = ["Location", "NotFound", "open_pipeline"]


def open_pipeline(
    entry_point: str | None,
    *,
    cwd: str,
    environ: Mapping[str, str],
    overrides: Mapping[str, str] | None = None,
    trusted: bool = True,
) -> ProjectKeeper | NotFound:
    """The keeper of the pipeline that `entry_point` means (sections 2.1 and 2.2), read once.

    overrides: values for env keys from the command line, by `key` or `key--below`. An override that
    does not fit is told like a pipeline that is not found: both are mistakes of the command line.
    """
    files = WorkspaceFiles((os.path.realpath(cwd),) if not trusted else None)
    with files.asking() as asked:
        location = find_pipeline(entry_point, cwd, environ, files)
        if isinstance(location, NotFound):
            return location
        keeper = ProjectKeeper(
            location,
            files,
            cwd=cwd,
            environ=environ,
            overrides=overrides or {},
            trusted=trusted,
            store=cache_folder(),
        )
        keeper.now()
    keeper.note_looked_at(asked)
    if keeper.specs.override_error is not None:
        return NotFound(keeper.specs.override_error.message)
    return keeper
