"""ProjectKeeper: the only owner of a pipeline's changing state; hands out immutable snapshots.

`edit`, `changed` and `refresh` say what is new and cost nothing; `now` brings the snapshot up to
date and reads, joins and checks only what the change touches. `work` counts what was done.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from pipelens.core.checks import check_entry, check_pipeline
from pipelens.core.graph import build_order, cycles, downstream_of
from pipelens.core.indexing import Indexing, face, said_by
from pipelens.core.join import join, names_like, resolve
from pipelens.core.problems import Problem
from pipelens.core.project import Project, Task
from pipelens.core.sources import Source
from pipelens.core.spec import Meta, Spec, TaskEntry
from pipelens.workspace.discovery import Location
from pipelens.workspace.disk import WorkspaceFiles
from pipelens.workspace.libraries import import_folders, library_folders
from pipelens.workspace.settings import ProblemFilter, Settings, read_settings
from pipelens.workspace.source_cache import Key, SourceCache
from pipelens.workspace.spec_reader import Reading, SpecReader
from pipelens.workspace.work import Work


class ProjectKeeper:
    """Keeps one pipeline. `files` may be shared among keepers of one workspace."""

    def __init__(
        self,
        location: Location,
        files: WorkspaceFiles,
        *,
        cwd: str,
        environ: Mapping[str, str],
        overrides: Mapping[str, str] | None = None,
        trusted: bool = True,
    ) -> None:
        self.location = location
        self.files = files
        self.cwd = cwd
        self.environ = environ
        self.trusted = trusted
        self.specs = SpecReader(
            location,
            files,
            cwd=cwd,
            environ=environ,
            overrides=overrides or {},
            trusted=trusted,
            resolve_callable=self._resolve_callable,
        )
        self.sources = SourceCache(files)
        self.settings = Settings()
        self.filter = ProblemFilter(files)
        self._indexing = Indexing()
        self._project: Project | None = None
        self._reading: Reading | None = None
        self._dirty: set[str] | None = None
        self._signatures: dict[str, object] = {}
        self._settings_asked: set[str] = set()
        self._unresolved: set[int] = set()
        self._uses: Counter[str] = Counter()
        self._used_by: dict[int, tuple[str, ...]] = {}
        self._source_keys: dict[Key, set[int]] = {}
        self._keys_of: dict[int, tuple[Key, ...]] = {}
        self._named: dict[str, None] = {}
        self._libraries: tuple[str, ...] = ()
        self._constants: set[Key] = set()
        self._joined = self._checked = self._ordered = 0

    # -- what is new

    def edit(self, path: str, text: str) -> None:
        """An editor shows `text` for `path`: later."""
        self.files.open(path, text)
        self.changed((path,))

    def close(self, path: str) -> None:
        """The editor is closed; the disk counts again."""
        self.files.close(path)
        self.files.forget(path)
        self.changed((path,))

    def changed(self, paths: Iterable[str]) -> None:
        """These files changed, on the disk or in an editor: later."""
        if self._dirty is not None:
            self._dirty.update(paths)

    def refresh(self) -> None:
        """Look at the disk anew for everything that answers depend on: later."""
        self.files.begin_round()
        if self._dirty is None:
            return
        for path, before in self._signatures.items():
            if self.files.signature(path) != before:
                self._dirty.add(path)

    @property
    def work(self) -> Work:
        return Work(
            self.specs.entries_composed,
            self.specs.entries_read,
            self.sources.read,
            self._joined,
            self._checked,
            self._ordered,
        )

    # -- the snapshot

    def now(self) -> Project:
        """The pipeline as it is now."""
        if self._project is not None and not self._dirty and self._dirty is not None:
            return self._project
        dirty = None if self._dirty is None else frozenset(self._dirty)
        self._dirty = set()
        with _collector_off(self._project is None):
            project = self._update(dirty)
        if dirty is None or dirty & self._settings_asked:
            with self.files.asking() as asked:
                self.settings = read_settings(self.files, self.location.folder, self.location.root)
            self._settings_asked = asked
        self._project = replace(project, shown=self.filter.shown(project, self.settings))
        self._remember()
        return self._project

    def _remember(self) -> None:
        """Note what the files looked like, for `refresh`."""
        reading = self._reading
        paths = {*self.sources.asked, *self._settings_asked, *(reading.asked if reading else ())}
        for path in paths - self._signatures.keys():
            self._signatures[path] = self.files.signature(path)

    def _update(self, dirty: frozenset[str] | None) -> Project:
        old = self._project
        for path in dirty or ():
            self._signatures[path] = self.files.signature(path)
        stale_keys = self.sources.changed(dirty or ())
        location = self.location
        folders = import_folders(location, self.cwd, self.files)
        if old is None or dirty is None:
            self._libraries = library_folders(
                self.environ, location.folder, location.root, trusted=self.trusted
            )
            self.specs.library_folders = self._libraries
            self.specs.import_folders = folders
            self.sources.configure(folders, self._libraries, Meta())
        if stale_keys & self._constants:
            self.specs.forget()
            dirty = frozenset({*(dirty or ()), location.path})
        before = self._reading
        if before is None or dirty is None or dirty & before.asked:
            reading = self.specs.read(dirty)
        else:
            reading = replace(before, changed=frozenset())
        self._reading = reading
        header = reading.header
        everything = self.sources.configure(folders, self._libraries, header.meta) or old is None
        spec = _spec_of(location, reading)
        entries = {entry.id: entry for entry in reading.entries}
        known: Mapping[int, object] = {} if everything or old is None else old.entries
        changed = {*reading.changed, *(entries.keys() - known.keys())}
        for key in stale_keys:
            changed |= self._source_keys.get(key, set())
        gone = set(self._keys_of) - set(entries)
        changed &= set(entries)
        return self._assemble(old, spec, reading, entries, changed, gone, folders)

    def _assemble(
        self,
        old: Project | None,
        spec: Spec,
        reading: Reading,
        entries: dict[int, TaskEntry],
        changed: set[int],
        gone: set[int],
        folders: tuple[str, ...],
    ) -> Project:
        by_entry = {id: tasks for id, tasks in (old.tasks_by_entry if old else {}).items() if id not in gone}
        for id in changed:
            by_entry[id] = self._join(entries[id], spec)
        for id in gone:
            self._count_uses(id, ())
            self._note_keys(id, ())
        index_before = self._indexing.index
        position = {id: at for at, id in enumerate(entries)}
        new = {id: said_by(id, by_entry[id]) for id in changed}
        touched = self._indexing.update(gone, new, position)
        index = self._indexing.index
        names_changed = bool(touched["by_name"])
        tasks = self._tasks(old, entries, by_entry, changed, names_changed)
        for id in changed:
            if old is not None and face(old.tasks_by_entry.get(id, ())) != face(by_entry[id]):
                for kind, mentions in new[id].items():
                    touched[kind].update(key for key, _ in mentions)
        talked_about = touched["by_name"]
        affected = changed | self._indexing.needing(talked_about, index_before)
        affected |= self._indexing.beside(touched, index_before)
        if names_changed:
            affected |= self._unresolved
        affected &= set(entries)
        look_up = names_like(tasks, lambda: tuple(tasks))
        edges_changed = names_changed or old is None
        for id in affected:
            resolved = tuple(resolve(task, look_up) for task in by_entry[id])
            for task in resolved:
                shown = tasks.get(task.name)
                if shown is None or shown.spec.entry != id:
                    continue
                before = old.tasks.get(task.name) if old else None
                if before is None or before.upstream != task.upstream:
                    edges_changed = True
            by_entry[id] = resolved
        for id in affected:
            for task in by_entry[id]:
                if tasks[task.name].spec is task.spec:
                    tasks[task.name] = task
            unresolved = any(map(_is_open, by_entry[id]))
            (self._unresolved.add if unresolved else self._unresolved.discard)(id)
        self._unresolved -= gone
        if edges_changed or old is None:
            self._ordered += 1
            edges = {name: task.upstream for name, task in tasks.items()}
            order = build_order(edges)
            placed = set(order) if len(order) < len(edges) else None
            circles = (
                cycles(edges, [name for name in edges if name not in placed]) if placed is not None else ()
            )
            below = downstream_of(edges)
        else:
            order, circles, below = old.order, old.cycles, old.downstream
        project = Project(
            version=old.version + 1 if old else 1,
            spec=spec,
            env=reading.env,
            tasks=tasks,
            order=order,
            cycles=circles,
            downstream=below,
            entries=entries,
            tasks_by_entry=by_entry,
            index=index,
            callables=self._callables(spec),
            placeholder_uses=self._uses_of(spec),
            problems_by_entry={},
            other_problems=(),
            first_lines=reading.first_lines,
            import_folders=folders,
        )
        return self._check(project, old, affected, gone, reading)

    def _check(
        self, project: Project, old: Project | None, affected: set[int], gone: set[int], reading: Reading
    ) -> Project:
        if old is not None and _stores(old.spec) != _stores(project.spec):
            affected = set(project.entries)
        found: dict[int, tuple[Problem, ...]] = {
            id: problems for id, problems in (old.problems_by_entry if old else {}).items() if id not in gone
        }
        for id in affected:
            self._checked += 1
            entry = project.entries[id]
            found[id] = (
                (*entry.problems, *check_entry(project, entry)) if not entry.broken else entry.problems
            )
        other = (
            *self.location.problems,
            *reading.header.problems,
            *reading.env.problems,
            *reading.problems,
            *(check_pipeline(project) if project.spec.form in ("tasks", "location") else ()),
        )
        return replace(project, problems_by_entry=found, other_problems=other)

    # -- parts

    def _join(self, entry: TaskEntry, spec: Spec) -> tuple[Task, ...]:
        tasks: list[Task] = []
        keys: list[Key] = []
        for one in entry.tasks:
            self._joined += 1
            source = self.sources.source(one)
            keys.append(self.sources.key(one))
            tasks.append(join(one, source, spec.meta, spec.root))
            keys.extend(("callable", dotted.path) for dotted in one.dotted_paths)
        self._note_keys(entry.id, tuple(keys))
        self._count_uses(entry.id, tuple(named.name for named in entry.placeholders))
        return tuple(tasks)

    def _note_keys(self, id: int, keys: tuple[Key, ...]) -> None:
        for key in self._keys_of.pop(id, ()):
            users = self._source_keys.get(key, set())
            users.discard(id)
            if not users:
                self._source_keys.pop(key, None)
                if key[0] == "callable":
                    self._named.pop(str(key[1]), None)
        if keys or id in (self._reading.first_lines if self._reading else ()):
            self._keys_of[id] = keys
        for key in keys:
            self._source_keys.setdefault(key, set()).add(id)
            if key[0] == "callable":
                self._named[str(key[1])] = None

    def _count_uses(self, id: int, names: tuple[str, ...]) -> None:
        self._uses.subtract(self._used_by.pop(id, ()))
        if names:
            self._used_by[id] = names
            self._uses.update(names)

    def _uses_of(self, spec: Spec) -> Mapping[str, int]:
        uses = Counter({name: count for name, count in self._uses.items() if count > 0})
        uses.update(named.name for named in spec.placeholders)
        return uses

    def _tasks(
        self,
        old: Project | None,
        entries: dict[int, TaskEntry],
        by_entry: dict[int, tuple[Task, ...]],
        changed: set[int],
        names_changed: bool,
    ) -> dict[str, Task]:
        if old is None or names_changed or list(old.entries) != list(entries):
            tasks: dict[str, Task] = {}
            for id in entries:
                for task in by_entry[id]:
                    tasks.setdefault(task.name, task)
            return tasks
        tasks = dict(old.tasks)
        for id in changed:
            for number, task in enumerate(by_entry[id]):
                first = self._indexing.index.by_name[task.name][0]
                if (first.entry, first.task) == (id, number):
                    tasks[task.name] = task
        return tasks

    def _callables(self, spec: Spec) -> Mapping[str, Source]:
        named = dict.fromkeys(dotted.path for dotted in spec.dotted_paths)
        return {path: self.sources.callable(path) for path in {**named, **self._named}}

    def _resolve_callable(self, dotted: str) -> Source:
        self._constants.add(("callable", dotted))
        return self.sources.callable(dotted)


def _is_open(task: Task) -> bool:
    """Whether a new name among the tasks may change what is said of this one."""
    if not all(task.needs.values()):
        return True
    return any(reference.name not in task.needs for reference in task.references)


def _stores(spec: Spec) -> tuple[bool, bool]:
    """What the checks of an entry ask of the sections that its own reading does not."""
    return spec.serializer is not None, spec.unserializer is not None


@contextmanager
def _collector_off(wanted: bool) -> Iterator[None]:
    """The garbage collector off while much is built at once: it would look at all of it again and again."""
    if not wanted or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _spec_of(location: Location, reading: Reading) -> Spec:
    header = reading.header
    return Spec(
        path=location.path,
        root=location.root,
        folder=location.folder,
        form=header.form,
        meta=header.meta,
        config=header.config,
        executor=header.executor,
        clients=header.clients,
        client_key_places=header.client_key_places,
        serializer=header.serializer,
        unserializer=header.unserializer,
        hooks=header.hooks,
        location=header.location,
        entries=reading.entries,
        problems=header.problems,
        placeholders=header.placeholders,
        section_places=header.section_places,
    )
