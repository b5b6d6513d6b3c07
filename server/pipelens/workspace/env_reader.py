"""Reading a pipeline's env again and again: anew only when what it was read from changed."""

from __future__ import annotations

from collections.abc import Mapping

from pipelens.core.env import Env, OverrideError
from pipelens.core.read_env import read_env
from pipelens.workspace.discovery import Location
from pipelens.workspace.disk import WorkspaceFiles
from pipelens.workspace.placeholders import default_placeholders, wanted_names


class EnvReader:
    """env: as last read. asked: the files that it depends on. wanted: the costly placeholders that the
    texts of the spec and the env may mention. override_error: why an override could not be applied."""

    def __init__(
        self,
        location: Location,
        files: WorkspaceFiles,
        *,
        cwd: str,
        environ: Mapping[str, str],
        overrides: Mapping[str, str],
        trusted: bool,
    ) -> None:
        self.location = location
        self.files = files
        self.cwd = cwd
        self.environ = environ
        self.overrides = overrides
        self.trusted = trusted
        self.library_folders: tuple[str, ...] = ()
        self.env: Env | None = None
        self.asked: set[str] = set()
        self.wanted: frozenset[str] = frozenset()
        self.override_error: OverrideError | None = None

    def read(self, text: str, dirty: frozenset[str] | None) -> Env:
        """The env for a spec with this text. dirty: what changed since the last time, None = anything."""
        location = self.location
        imported = self.env.imported if self.env is not None else ()
        paths = (*((location.env_path,) if location.env_path else ()), *imported)
        texts = [self.files.read(path) for path in paths]
        wanted = wanted_names(text, *(each for each in texts if isinstance(each, str)))
        stale = dirty is None or bool(dirty & self.asked) or wanted != self.wanted
        if self.env is not None and not stale:
            return self.env
        defaults = default_placeholders(
            location, self.cwd, self.environ, self.files, trusted=self.trusted, wanted=wanted
        )
        with self.files.asking() as asked:
            found = self._read(defaults, self.overrides)
            if isinstance(found, OverrideError):
                self.override_error = found
                plain = self._read(defaults, {})
                found = plain if isinstance(plain, Env) else Env()
        again = self.env is None and bool(found.imported)
        self.env, self.asked, self.wanted = found, asked, wanted
        return self.read(text, frozenset()) if again else found

    def _read(self, defaults: Mapping[str, object], overrides: Mapping[str, str]) -> Env | OverrideError:
        return read_env(
            self.location.env_path,
            self.files,
            defaults,
            overrides,
            environ=self.environ,
            folder=self.location.folder,
            library_folders=self.library_folders,
        )
