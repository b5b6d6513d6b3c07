"""From what a pipeline's files say to the next snapshot: joined, indexed, ordered and checked.

Only what an edit touches is made anew. What belongs to no entry is small and made each time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from itertools import chain

from pipelens.core.checks import check_entry, check_pipeline
from pipelens.core.graph_edits import EditedGraph, Ordering
from pipelens.core.indexing import KINDS, Indexing, face, said_by
from pipelens.core.join import join, names_like, resolve
from pipelens.core.patched import patched
from pipelens.core.problems import Problem
from pipelens.core.project import Project, Task
from pipelens.core.sources import Source
from pipelens.core.spec import Spec, TaskEntry
from pipelens.workspace.discovery import Location
from pipelens.workspace.put_off import PutOff
from pipelens.workspace.readings import Reading
from pipelens.workspace.source_cache import Key, SourceCache

Problems = dict[int, tuple[Problem, ...]]
Tasks = Mapping[int, tuple[Task, ...]]


class Assembly:
    """Makes one pipeline's snapshots, each from the one before. joined, checked, ordered: how often
    something was."""

    def __init__(self, location: Location, sources: SourceCache, put_off: PutOff) -> None:
        self.location = location
        self.sources = sources
        self.put_off = put_off
        self.joined = self.checked = self.ordered = 0
        self.affected: set[int] | None = None
        """The entries that the last snapshot was made anew for."""
        self._indexing = Indexing()
        self._graph = EditedGraph()
        self._unresolved: set[int] = set()
        self._uses: Counter[str] = Counter()
        self._used_by: dict[int, tuple[str, ...]] = {}
        self._users: dict[Key, int | set[int]] = {}  # mostly one, for which a set is large
        self._keys_of: dict[int, tuple[Key, ...]] = {}
        self._named: dict[str, None] = {}
        self._callables: Mapping[str, Source] = {}

    def users(self, key: Key) -> set[int]:
        """The entries whose tasks have this source or name this callable."""
        users = self._users.get(key, set())
        return {users} if isinstance(users, int) else users

    def next(
        self,
        old: Project | None,
        reading: Reading,
        changed: set[int],
        stale: set[Key],
        folders: tuple[str, ...],
    ) -> Project:
        """The snapshot after `old`. changed: the entries to join anew; stale: sources that are read anew."""
        spec = _spec_of(self.location, reading)
        entries, gone = reading.by_id, reading.gone
        for id in gone:
            self._count_uses(id, ())
            self._note_keys(id, ())
        joined = {id: self._join(entries[id], spec) for id in changed}
        by_entry = patched(old.tasks_by_entry if old else {}, joined, gone)
        if old is None:
            self._indexing.begin(said_by(id, by_entry[id]) for id in entries)
            affected = changed
        else:
            affected = self._touched(old, reading, by_entry, changed)
        tasks = self._tasks(old, reading, by_entry, changed)
        tasks, by_entry = self._resolve(tasks, by_entry, affected)
        self._unresolved -= gone
        names = self._names(old, by_entry, affected | gone)
        self._order(old, tasks, names, reading)
        project = Project(
            version=old.version + 1 if old else 1,
            spec=spec,
            env=reading.env,
            tasks=tasks,
            ordering=self._ordering,
            cycles=self._graph.cycles,
            downstream=self._graph.downstream,
            entries=entries,
            tasks_by_entry=by_entry,
            index=self._indexing.index,
            callables=self._callables_of(spec, stale),
            placeholder_uses=self._uses_of(spec),
            problems_by_entry={},
            other_problems=(),
            first_lines=reading.first_lines,
            import_folders=folders,
            changed=names if old is not None else None,
        )
        return self._check(project, old, affected, reading)

    def _touched(self, old: Project, reading: Reading, by_entry: Tasks, changed: set[int]) -> set[int]:
        """Index what these entries say now; they, and the others of which something else is to be said then."""
        entries, gone, then = reading.by_id, reading.gone, old.tasks_by_entry
        before = {id: said_by(id, then[id]) for id in (*gone, *changed) if id in then}
        new = {id: said_by(id, by_entry[id]) for id in changed}
        indexing = self._indexing
        index_before = indexing.index
        touched = indexing.update(before, new, _Positions(entries), moved=reading.moved)
        names_changed = bool(touched["by_name"])
        for id in changed:
            if face(then.get(id, ())) != face(by_entry[id]):
                for kind, mentions in zip(KINDS, new[id], strict=True):
                    touched[kind].update(key for key, _ in mentions)
        affected = changed | indexing.needing(touched["by_name"], index_before)
        affected |= indexing.beside(touched, index_before)
        if names_changed:
            affected |= self._unresolved
        return {id for id in affected if id in entries}

    # -- tasks

    def _tasks(
        self, old: Project | None, reading: Reading, by_entry: Tasks, changed: set[int]
    ) -> Mapping[str, Task]:
        """The tasks by name, in YAML order."""
        if old is None or reading.moved:
            return _by_name(reading.by_id, by_entry)
        tasks: dict[str, Task] = {}
        names: dict[str, str] = {}
        by_name, by_name_before = self._indexing.index.by_name, old.index.by_name
        for id in changed:
            before, now = old.tasks_by_entry.get(id, ()), by_entry[id]
            renamed = [
                (one.name, other.name)
                for one, other in zip(before, now, strict=False)
                if one.name != other.name
            ]
            if len(before) != len(now):
                return _by_name(reading.by_id, by_entry)
            for was, name in renamed:
                if len(by_name_before.get(was, ())) != 1 or len(by_name[name]) != 1 or was in by_name:
                    return _by_name(reading.by_id, by_entry)
                names[was] = name
            for number, task in enumerate(now):
                first = by_name[task.name][0]
                if (first.entry, first.task) == (id, number) and task.name in old.tasks:
                    tasks[task.name] = task
        if names:
            whole = patched(old.tasks, tasks)
            keys, values = list(whole), list(whole.values())
            for was, name in names.items():
                keys[keys.index(was)] = name
            tasks = dict(zip(keys, values, strict=True))
            for name in names.values():
                mention = by_name[name][0]
                tasks[name] = by_entry[mention.entry][mention.task]
            return tasks
        return patched(old.tasks, tasks)

    def _resolve(
        self, tasks: Mapping[str, Task], by_entry: Tasks, affected: set[int]
    ) -> tuple[Mapping[str, Task], Tasks]:
        """Look up what the affected tasks need, and put them in their places."""
        look_up = names_like(tasks, lambda: tuple(tasks))
        by_name: dict[str, Task] = {}
        by_id: dict[int, tuple[Task, ...]] = {}
        for id in affected:
            found = by_id[id] = tuple([resolve(task, look_up) for task in by_entry[id]])
            for task in found:
                if tasks[task.name].spec is task.spec:
                    by_name[task.name] = task
            unresolved = any(map(_is_open, found))
            (self._unresolved.add if unresolved else self._unresolved.discard)(id)
        return patched(tasks, by_name), patched(by_entry, by_id)

    def _names(self, old: Project | None, by_entry: Tasks, ids: set[int]) -> frozenset[str]:
        """What the tasks of these entries are and were called."""
        then = chain.from_iterable(old.tasks_by_entry.get(id, ()) for id in ids) if old else ()
        now = chain.from_iterable(by_entry.get(id, ()) for id in ids)
        return frozenset(task.name for task in chain(then, now))

    def _order(
        self, old: Project | None, tasks: Mapping[str, Task], names: frozenset[str], reading: Reading
    ) -> None:
        """Follow the edges of the tasks of these names; those of `old` tell what they were."""
        changed: dict[str, tuple[tuple[str, ...] | None, tuple[str, ...] | None]] = {}
        for name in names if old is not None else ():
            one, other = old.tasks.get(name) if old else None, tasks.get(name)
            edges = (one.upstream if one else None, other.upstream if other else None)
            if edges[0] != edges[1]:
                changed[name] = edges
        if old is not None and not changed and not (reading.moved and list(old.tasks) != list(tasks)):
            return
        self.ordered += 1
        self._ordering = Ordering(lambda: _edges(tasks))
        positions = _Positions(reading.by_id)
        by_name = self._indexing.index.by_name

        def place(name: str) -> tuple[int, int]:
            mention = by_name[name][0]
            return positions(mention.entry), mention.task

        if old is None or old.cycles or not self._graph.edit(changed, place):
            self._graph.read(_edges(tasks))

    # -- checks

    def _check(self, project: Project, old: Project | None, affected: set[int], reading: Reading) -> Project:
        if old is not None and _stores(old.spec) != _stores(project.spec):
            affected = set(project.entries)
        self.affected = affected if old is not None else None
        found: Problems = dict(old.problems_by_entry) if old else {}
        for id in reading.gone:
            found.pop(id, None)
        for id in affected:
            self.checked += 1
            entry = project.entries[id]
            problems = entry.problems
            if not entry.broken:
                problems = (*problems, *check_entry(project, entry, self.put_off.analysing(id)))
            if not problems:
                found.pop(id, None)
            elif found.get(id) != problems:
                found[id] = problems
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
            self.joined += 1
            source = self.sources.source(one)
            keys.append(self.sources.key(one))
            tasks.append(join(one, source, spec.meta, spec.root))
            keys.extend(("callable", dotted.path) for dotted in one.dotted_paths)
        self._note_keys(entry.id, tuple(keys))
        self._count_uses(entry.id, tuple(named.name for named in entry.placeholders))
        return tuple(tasks)

    def _note_keys(self, id: int, keys: tuple[Key, ...]) -> None:
        before = self._keys_of.get(id, ())
        if before == keys:
            return
        for key in self._keys_of.pop(id, ()):
            users = self.users(key) - {id}
            if users:
                self._users[key] = users
                continue
            self._users.pop(key, None)
            if key[0] == "callable":
                self._named.pop(str(key[1]), None)
        if keys:
            self._keys_of[id] = keys
        for key in keys:
            users = self._users.setdefault(key, id)
            if isinstance(users, set):
                users.add(id)
            elif users != id:
                self._users[key] = {users, id}
            if key[0] == "callable":
                self._named[str(key[1])] = None

    def _count_uses(self, id: int, names: tuple[str, ...]) -> None:
        if not names and id not in self._used_by:
            return
        self._uses.subtract(self._used_by.pop(id, ()))
        if names:
            self._used_by[id] = names
            self._uses.update(names)

    def _uses_of(self, spec: Spec) -> Mapping[str, int]:
        uses = Counter({name: count for name, count in self._uses.items() if count > 0})
        uses.update(named.name for named in spec.placeholders)
        return uses

    def _callables_of(self, spec: Spec, stale: set[Key]) -> Mapping[str, Source]:
        paths = {**dict.fromkeys(dotted.path for dotted in spec.dotted_paths), **self._named}
        if stale or paths.keys() != self._callables.keys():
            self._callables = {path: self.sources.callable(path) for path in paths}
        return self._callables


class _Positions:
    """Where each entry stands among all, told from its id; counted when first asked."""

    def __init__(self, entries: Mapping[int, TaskEntry]) -> None:
        self._entries = entries
        self._found: dict[int, int] | None = None

    def __call__(self, id: int) -> int:
        if self._found is None:
            self._found = dict(zip(self._entries, range(len(self._entries)), strict=True))
        return self._found.get(id, -1)


def _by_name(entries: Mapping[int, TaskEntry], by_entry: Tasks) -> dict[str, Task]:
    tasks: dict[str, Task] = {}
    for id in entries:
        for task in by_entry[id]:
            tasks.setdefault(task.spec.name, task)
    return tasks


def _edges(tasks: Mapping[str, Task]) -> dict[str, tuple[str, ...]]:
    return {name: task.upstream for name, task in tasks.items()}


def _is_open(task: Task) -> bool:
    """Whether a new name among the tasks may change what is said of this one."""
    if not all(task.needs.values()):
        return True
    return any(reference.name not in task.needs for reference in task.references)


def _stores(spec: Spec) -> tuple[bool, bool]:
    """What the checks of an entry ask of the sections that its own reading does not."""
    return spec.serializer is not None, spec.unserializer is not None


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
