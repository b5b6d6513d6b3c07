"""A warm parent that is started before the pipeline is read: it imports what tasks need meanwhile.

Nothing is known of the tasks yet, so that everything here is a guess: whether something will run, of
which kind most tasks are. A wrong one costs a process that is thrown away, and a right one the wait for
its imports.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Final

from pipelens.runner.interpreter import found_interpreter
from pipelens.runner.process_engine import task_environment
from pipelens.runner.state import state_path
from pipelens.workspace.discovery import Location, NotFound, find_pipeline
from pipelens.workspace.disk import WorkspaceFiles
from pipelens.workspace.settings import read_settings

if os.name == "nt":
    from pipelens.runner import warm_engine_windows as warm
else:
    from pipelens.runner import warm_engine_posix as warm

_CELLS: Final = re.compile(r"\.(?:py|ipynb|md|rmd|qmd)\b", re.IGNORECASE)
_SCRIPTS: Final = re.compile(r"\bScriptRunner\b")
_SOURCES: Final = (".py", ".ipynb", ".yaml", ".yml", ".md", ".sh", ".toml")
_MOST: Final = 2000
"""Files that are looked at to see whether something was edited."""


@dataclass(slots=True)
class HeadStart:
    """interpreter, kind, environ: whose tasks the parent may run."""

    interpreter: str
    kind: str
    environ: Mapping[str, str]
    _engine: warm.WarmEngine | None = None

    def begin(self) -> None:
        self._engine = warm.WarmEngine(self.interpreter, self.kind, self.environ)
        self._engine.prepare()

    def taken(self, interpreter: str, kind: str, environ: Mapping[str, str]) -> warm.WarmEngine | None:
        """The engine, where the guess was right; it is the taker's then."""
        if (interpreter, kind, environ) != (self.interpreter, self.kind, self.environ):
            return None
        engine, self._engine = self._engine, None
        return engine

    def close(self) -> None:
        """Throw away what nobody has taken."""
        if self._engine is not None:
            self._engine.close()
            self._engine = None


@contextmanager
def head_start(
    entry_point: str | None,
    *,
    interpreter: str | None,
    engine: str | None,
    cwd: str,
    environ: Mapping[str, str],
    is_sure: bool,
) -> Iterator[HeadStart | None]:
    """Around a build: the parent that is being started for it; None where none seems to be needed.

    interpreter, engine: those that were asked for. is_sure: tasks will run whether or not they are up
    to date.
    """
    start = (
        _guessed(entry_point, interpreter, engine, cwd, environ, is_sure=is_sure) if warm.AVAILABLE else None
    )
    try:
        if start is not None:
            start.begin()
        yield start
    finally:
        if start is not None:
            start.close()


def _guessed(
    entry_point: str | None,
    interpreter: str | None,
    engine: str | None,
    cwd: str,
    environ: Mapping[str, str],
    *,
    is_sure: bool,
) -> HeadStart | None:
    files = WorkspaceFiles()
    location = find_pipeline(entry_point, cwd, environ, files)
    if isinstance(location, NotFound) or location.form != "file":
        return None
    if not is_sure and not _seems_edited(location):
        return None
    text = files.read(location.path)
    settings = read_settings(files, location.folder, location.root)
    if not isinstance(text, str) or (engine or settings.engine or "warm") != "warm":
        return None
    python = found_interpreter(location, settings.interpreter, settings.path, interpreter, environ)
    kind = "notebook" if _CELLS.search(text) and not _SCRIPTS.search(text) else "plain"
    return HeadStart(python.path, kind, task_environment(environ))


def _seems_edited(location: Location) -> bool:
    """Whether nothing ran yet, or a source near the pipeline is newer than the last run."""
    try:
        ran = os.stat(state_path(location.root, "history.db")).st_mtime_ns
    except OSError:
        return True
    try:
        times = [entry.stat().st_mtime_ns for entry in islice(_near(location.folder), _MOST)]
    except OSError:
        return False
    return len(times) < _MOST and max(times, default=0) > ran


def _near(folder: str) -> Iterator[os.DirEntry[str]]:
    """Sources in `folder` and in the folders in it, the hidden ones aside."""
    folders = [folder]
    for place in folders:
        with os.scandir(place) as entries:
            for entry in entries:
                if entry.name.endswith(_SOURCES):
                    yield entry
                elif place == folder and not entry.name.startswith(".") and entry.is_dir():
                    folders.append(entry.path)
