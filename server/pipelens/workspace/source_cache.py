"""Sources and callables, each read once until one of the files it was read from changes.

What was read of scripts and notebooks is found again in a store on the disk. Their static analysis
takes longer than reading them, so it is had here too: at once, or later when nobody waits.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, KeysView

from pipelens.core.checks.code import analyse_now
from pipelens.core.imports import ModuleReader
from pipelens.core.problems import Problem
from pipelens.core.read_source import Again, read_function, read_source
from pipelens.core.sources import NotebookSource, Source
from pipelens.core.spec import Meta, TaskSpec
from pipelens.workspace.disk import WorkspaceFiles
from pipelens.workspace.source_reader import SourceReader, is_useful, plain_sources
from pipelens.workspace.source_record import Names, Stamp, stamp_of
from pipelens.workspace.source_store import SourceStore, is_settled

Key = tuple[object, ...]

WORTH_WRITING = 20
"""So many sources or analyses must be new before the store is written."""

MANY = 1_500
"""Above so many sources of which nothing is stored, a second process reads them, too."""

Found = tuple[tuple[Names, tuple[Problem, ...]], ...]
"""What the static analysis of a source found, for each set of injected names that it was asked for."""


class SourceCache:
    """Reads sources through `files`. read: how many were read; read_beside: how many of them a second
    process has read. analysed: how many analyses were made.

    folder: of the store. thrifty: texts are not kept; else what is asked for later is of the text that
    was read first, which a build needs.
    """

    def __init__(
        self, files: WorkspaceFiles, pipeline: str = "", folder: str | None = None, *, thrifty: bool = False
    ) -> None:
        self.files = files
        self.thrifty = thrifty
        self.pipeline = pipeline
        self.folder = folder
        self.read = 0
        self.read_beside = 0
        self.analysed = 0
        self._sources: dict[Key, Source] = {}
        self._asked: dict[Key, tuple[str, ...]] = {}
        self._askers: dict[str, Key | set[Key]] = {}
        """Who asked for a path: mostly one, for which a set is large."""
        self._modules = ModuleReader(files)
        self._folders: tuple[tuple[str, ...], tuple[str, ...], Meta] | None = None
        self._store: SourceStore | None = None
        self._stamps: dict[Key, Stamp] = {}
        self._analyses: dict[int, Found] = {}
        self._names: dict[Names, Names] = {}
        self._unwritten = 0
        self._reader: SourceReader | None = None
        self._is_loaded = False
        self._is_another = False

    def configure(
        self, import_folders: tuple[str, ...], library_folders: tuple[str, ...], meta: Meta
    ) -> bool:
        """Where modules lie and how sources are read; whether that changed, which forgets them all."""
        wanted = (import_folders, library_folders, meta)
        if wanted == self._folders:
            was_another, self._is_another = self._is_another, False
            return was_another
        self._folders = wanted
        self._sources.clear()
        self._asked.clear()
        self._askers.clear()
        self._stamps.clear()
        self._analyses.clear()
        self._store = None
        loader = bool(meta.source_loader_paths or meta.source_loader_module)
        if self.folder is not None:
            reading = (meta.extract_upstream, meta.extract_product, loader)
            self._store = SourceStore(self.folder, self.pipeline, reading)
        return True

    def read_ahead(self, text: str, base: str, meta: Meta) -> None:
        """Have the scripts that the entries in `text` name read in a second process, if they are many.
        base: the folder that their paths begin from. meta: what will be configured."""
        if self._is_loaded or self._folders is None or self._reader is not None:
            return
        if text.count(".py") <= MANY or meta.source_loader_paths or meta.source_loader_module:
            return
        imports, libraries, _ = self._folders
        self._is_another = self.configure(imports, libraries, meta)
        if self._store is None or not is_useful():
            return
        paths = plain_sources(text, base)
        if self._store.lacks(paths) > MANY:
            self._reader = SourceReader(
                paths,
                self.files.roots,
                extract_upstream=meta.extract_upstream,
                extract_product=meta.extract_product,
            )

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
            found = self._stored(spec, key)
            if found is None:
                found = read_source(
                    spec,
                    self.files,
                    import_folders=imports,
                    library_folders=libraries,
                    meta=meta,
                    modules=self._modules,
                )
                if key in self._stamps:
                    self._unwritten += 1
                if self.thrifty and spec.source_path is not None:
                    self.files.let_go(spec.source_path)  # its text is read again when it is asked for
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
            gone |= self._asking(path)
        for key in gone:
            source = self._sources.pop(key, None)
            self._analyses.pop(id(source), None)
            self._stamps.pop(key, None)
            for path in self._asked.pop(key, ()):
                self._askers[path] = self._asking(path) - {key}
        return gone

    @property
    def asked(self) -> KeysView[str]:
        """Every path that an answer depends on."""
        return self._askers.keys()

    def _note(self, key: Key, found: Source, asked: set[str]) -> None:
        self._sources[key] = found
        self._asked[key] = tuple(asked)
        for path in asked:
            others = self._askers.get(path)
            if others is None:
                self._askers[path] = key
            elif isinstance(others, set):
                others.add(key)
            else:
                self._askers[path] = {others, key}

    def _asking(self, path: str) -> set[Key]:
        found = self._askers.get(path)
        return set() if found is None else found if isinstance(found, set) else {found}

    # -- the static analysis

    def analysis(self, source: NotebookSource, injected: Names) -> tuple[Problem, ...] | None:
        """What the static analysis found; None where it was not made yet."""
        for names, problems in self._analyses.get(id(source), ()):
            if names == injected:
                return problems
        return None

    def analyse(self, source: NotebookSource, injected: Names) -> tuple[Problem, ...]:
        """Make the static analysis, unless it is there."""
        known = self.analysis(source, injected)
        if known is None:
            known = analyse_now(source, injected)
            if self.thrifty:
                self.files.let_go(source.path)
            self.analysed += 1
            self._unwritten += not known
            self._found(source, injected, known)
        return known

    def _found(self, source: NotebookSource, injected: Names, problems: tuple[Problem, ...]) -> None:
        names = self._names.setdefault(injected, injected)
        self._analyses[id(source)] = (*self._analyses.get(id(source), ()), (names, problems))

    # -- the store

    def _stored(self, spec: TaskSpec, key: Key) -> Source | None:
        """What was stored of the source. Notes what the file is like, for storing what is read of it."""
        path = spec.source_path
        if self._store is None or spec.kind not in ("notebook", "script") or path is None:
            return None
        if self.files.kind(path) != "file" or self.files.is_open(path):
            return None
        stat = self.files.stat(path)
        if stat is None:
            return None
        stamp = stamp_of(stat)
        if not is_settled(stamp, time.time_ns()):
            return None
        self._stamps[key] = stamp
        whole = Again(self.files, path)
        stored = self._store.get(path, stamp, _kernel(spec.options.get("kernelspec_name")), whole)
        if stored is None and self._reader is not None:
            stored = self._reader.get(path, stamp, whole)
            if stored is not None:
                self.read_beside += 1
                self._unwritten += 1
        if stored is None:
            return None
        for names in stored.sound_with:
            self._found(stored.source, names, ())
        return stored.source

    def loaded(self) -> None:
        """The first reading is over."""
        self._is_loaded = True
        if self._reader is not None:
            self._reader.close()
            self._reader = None
        if self._store is not None:
            self._store.forget()

    def writing(self) -> Iterator[None] | None:
        """The steps that write what was read to the store; None when little of it is new."""
        if self._store is None or self._unwritten < WORTH_WRITING:
            return None
        self._unwritten = 0
        return self._store.writing(self._records())

    def _records(self) -> Iterator[tuple[NotebookSource, Stamp, str | None, tuple[Names, ...]]]:
        for key, stamp in list(self._stamps.items()):
            source = self._sources.get(key)
            if isinstance(source, NotebookSource):
                sound = tuple(names for names, found in self._analyses.get(id(source), ()) if not found)
                yield source, stamp, _kernel(key[3]), sound


def _kernel(name: object) -> str | None:
    return name if isinstance(name, str) else None
