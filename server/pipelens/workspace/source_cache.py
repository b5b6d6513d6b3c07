"""Sources and callables, each read once until one of the files it was read from changes."""

from __future__ import annotations

from collections.abc import Iterable

from pipelens.core.imports import ModuleReader
from pipelens.core.read_source import read_function, read_source
from pipelens.core.sources import Source
from pipelens.core.spec import Meta, TaskSpec
from pipelens.workspace.disk import WorkspaceFiles

Key = tuple[object, ...]


class SourceCache:
    """Reads sources through `files`. read: how many were read."""

    def __init__(self, files: WorkspaceFiles) -> None:
        self.files = files
        self.read = 0
        self._sources: dict[Key, Source] = {}
        self._asked: dict[Key, frozenset[str]] = {}
        self._askers: dict[str, set[Key]] = {}
        self._modules = ModuleReader(files)
        self._folders: tuple[tuple[str, ...], tuple[str, ...], Meta] | None = None

    def configure(
        self, import_folders: tuple[str, ...], library_folders: tuple[str, ...], meta: Meta
    ) -> bool:
        """Where modules lie and how sources are read; whether that changed, which forgets them all."""
        wanted = (import_folders, library_folders, meta)
        if wanted == self._folders:
            return False
        self._folders = wanted
        self._sources.clear()
        self._asked.clear()
        self._askers.clear()
        return True

    @staticmethod
    def key(spec: TaskSpec) -> Key:
        """What the reading of a task's source depends on."""
        return (
            spec.kind,
            spec.class_name,
            spec.source_path or spec.source,
            spec.options.get("kernelspec_name"),
        )

    def source(self, spec: TaskSpec) -> Source:
        key = self.key(spec)
        known = self._sources.get(key)
        if known is not None:
            return known
        assert self._folders is not None
        imports, libraries, meta = self._folders
        self.read += 1
        with self.files.asking() as asked:
            found = read_source(
                spec,
                self.files,
                import_folders=imports,
                library_folders=libraries,
                meta=meta,
                modules=self._modules,
            )
        self._note(key, found, asked)
        return found

    def callable(self, dotted: str) -> Source:
        """The function behind a hook's, client's or serializer's dotted path."""
        key: Key = ("callable", dotted)
        known = self._sources.get(key)
        if known is not None:
            return known
        assert self._folders is not None
        imports, libraries, _ = self._folders
        with self.files.asking() as asked:
            found = read_function(
                dotted,
                imports,
                self.files,
                library_folders=libraries,
                modules=self._modules,
                extract_upstream=False,
            )
        self._note(key, found, asked)
        return found

    def changed(self, paths: Iterable[str]) -> set[Key]:
        """Forget what was read from `paths`; what that was."""
        gone: set[Key] = set()
        for path in paths:
            gone |= self._askers.get(path, set())
        for key in gone:
            self._sources.pop(key, None)
            for path in self._asked.pop(key, ()):
                self._askers.get(path, set()).discard(key)
        return gone

    @property
    def asked(self) -> Iterable[str]:
        """Every path that an answer depends on."""
        return list(self._askers)

    def _note(self, key: Key, found: Source, asked: set[str]) -> None:
        self._sources[key] = found
        self._asked[key] = frozenset(asked)
        for path in asked:
            self._askers.setdefault(path, set()).add(key)
