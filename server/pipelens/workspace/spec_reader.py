"""Reading a pipeline's own files: the spec, its env, and the tasks that it imports from elsewhere."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from pipelens.core.env import Env, OverrideError
from pipelens.core.files import Unreadable
from pipelens.core.problems import Place, Problem, problem
from pipelens.core.read_env import read_env
from pipelens.core.read_spec import Header, read_header
from pipelens.core.read_task import read_entry
from pipelens.core.reading import SpecContext
from pipelens.core.source_paths import absolute
from pipelens.core.sources import Source
from pipelens.core.spec import TaskEntry
from pipelens.core.text import Span
from pipelens.core.yaml_nodes import too_large, without_mark
from pipelens.core.yaml_tree import Piece, PieceCache, Tree, read_tree
from pipelens.workspace.discovery import Location
from pipelens.workspace.disk import WorkspaceFiles
from pipelens.workspace.entry_ids import EntryIds
from pipelens.workspace.loose_sources import entries_of, header_of
from pipelens.workspace.placeholders import default_placeholders, wanted_names


@dataclass(frozen=True, slots=True)
class Reading:
    """What the pipeline's own files say. changed: ids of the entries that were read anew."""

    header: Header
    env: Env
    entries: tuple[TaskEntry, ...]
    first_lines: Mapping[int, int]
    problems: tuple[Problem, ...]
    changed: frozenset[int]
    asked: frozenset[str]


@dataclass(slots=True)
class _Known:
    """What the last reading was made from, so that the next one does only what is new."""

    context: SpecContext | None = None
    whole: bool = False
    pieces: dict[int, Piece] = field(default_factory=dict)
    entries: dict[int, TaskEntry] = field(default_factory=dict)
    cache: PieceCache = field(default_factory=PieceCache)


class SpecReader:
    """Reads one pipeline again and again. composed, read: how many entries were, in all."""

    def __init__(
        self,
        location: Location,
        files: WorkspaceFiles,
        *,
        cwd: str,
        environ: Mapping[str, str],
        overrides: Mapping[str, str],
        trusted: bool,
        resolve_callable: Callable[[str], Source] | None = None,
    ) -> None:
        self.location = location
        self.files = files
        self.cwd = cwd
        self.environ = environ
        self.overrides = overrides
        self.trusted = trusted
        self.resolve_callable = resolve_callable
        self.import_folders: tuple[str, ...] = ()
        self.library_folders: tuple[str, ...] = ()
        self.entries_read = 0
        self._ids = EntryIds()
        self._known: dict[str, _Known] = {}
        self._env: Env | None = None
        self._env_asked: set[str] = set()
        self._env_wanted: frozenset[str] = frozenset()
        self.override_error: OverrideError | None = None

    @property
    def entries_composed(self) -> int:
        return sum(known.cache.read for known in self._known.values())

    def forget(self) -> None:
        """Read every entry anew the next time: something outside the files of the spec changed."""
        for known in self._known.values():
            known.context = None

    def read(self, dirty: frozenset[str] | None) -> Reading:
        """The pipeline as its files are now. dirty: what changed since the last time, None = anything."""
        if self.location.form != "file":
            return self._without_file(dirty)
        with self.files.asking() as asked:
            path = self.location.path
            text = self.files.read(path)
            if isinstance(text, Unreadable):
                return self._unreadable(path, text.reason, asked)
            text = without_mark(text)
            reason = too_large(text)
            if reason:
                return self._unreadable(path, f"is not read: {reason}", asked, "file-too-large")
            env = self._read_env(text, dirty)
            known = self._known.setdefault(path, _Known())
            tree = read_tree(text, known.cache)
            base = self._context(env, path, self.location.root)
            header = read_header(tree, base, text)
            context = self._context(env, path, self.location.root, header)
            entries: list[TaskEntry] = []
            lines: dict[int, int] = {}
            changed: set[int] = set()
            problems: list[Problem] = []
            if header.form == "tasks":
                self._entries(tree, path, context, known, entries, lines, changed)
                self._imported(header, env, entries, lines, changed, problems)
        return Reading(
            header, env, tuple(entries), lines, tuple(problems), frozenset(changed), frozenset(asked)
        )

    def _without_file(self, dirty: frozenset[str] | None) -> Reading:
        env = self._read_env("", dirty)
        entries = entries_of(self.location)
        ids = frozenset(entry.id for entry in entries)
        lines = dict.fromkeys(ids, 0)
        return Reading(header_of(self.location), env, entries, lines, (), ids, frozenset())

    def _unreadable(self, path: str, reason: str, asked: set[str], code: str = "file-unreadable") -> Reading:
        place = Place(path, Span.of(0, 0, 0, 0))
        found = problem(code, f"{os.path.basename(path)} {reason}", place)
        env = self._env or Env()
        return Reading(Header(form="unreadable"), env, (), {}, (found,), frozenset(), frozenset(asked))

    # -- env

    def _read_env(self, text: str, dirty: frozenset[str] | None) -> Env:
        env_path = self.location.env_path
        imported = self._env.imported if self._env is not None else ()
        texts = [self.files.read(path) for path in (*((env_path,) if env_path else ()), *imported)]
        wanted = wanted_names(text, *(each for each in texts if isinstance(each, str)))
        stale = dirty is None or bool(dirty & self._env_asked) or wanted != self._env_wanted
        if self._env is not None and not stale:
            return self._env
        location = self.location
        defaults = default_placeholders(
            location,
            self.cwd,
            self.environ,
            self.files,
            trusted=self.trusted,
            wanted=wanted,
        )
        with self.files.asking() as asked:
            found = read_env(
                location.env_path,
                self.files,
                defaults,
                self.overrides,
                environ=self.environ,
                folder=location.folder,
                library_folders=self.library_folders,
            )
            if isinstance(found, OverrideError):
                self.override_error = found
                plain = read_env(
                    location.env_path,
                    self.files,
                    defaults,
                    {},
                    environ=self.environ,
                    folder=location.folder,
                    library_folders=self.library_folders,
                )
                found = plain if isinstance(plain, Env) else Env()
        again = self._env is None and bool(found.imported)
        self._env, self._env_asked, self._env_wanted = found, asked, wanted
        return self._read_env(text, frozenset()) if again else found

    # -- entries

    def _context(self, env: Env, path: str, base: str, header: Header | None = None) -> SpecContext:
        location = self.location
        context = SpecContext(
            path=path,
            root=location.root,
            folder=location.folder,
            cwd=self.cwd,
            base=base,
            env=env,
            files=self.files,
            imported=path != location.path,
            import_folders=self.import_folders,
            library_folders=self.library_folders,
            resolve_callable=self.resolve_callable,
        )
        if header is None:
            return context
        return replace(context, meta=header.meta, clients=frozenset(header.clients))

    def _entries(
        self,
        tree: Tree,
        path: str,
        context: SpecContext,
        known: _Known,
        entries: list[TaskEntry],
        lines: dict[int, int],
        changed: set[int],
    ) -> None:
        ids = self._ids.follow(path, [piece.text for piece in tree.entries])
        anew = tree.whole or known.whole or known.context != context
        pieces: dict[int, Piece] = {}
        found: dict[int, TaskEntry] = {}
        for id, piece, line in zip(ids, tree.entries, tree.entry_lines, strict=True):
            entry = known.entries.get(id)
            if entry is None or anew or known.pieces.get(id) is not piece:
                self.entries_read += 1
                fresh = read_entry(piece, context, id)
                if fresh.broken and not fresh.tasks and entry is not None:
                    fresh = replace(fresh, tasks=entry.tasks, label=entry.label)
                entry = fresh
                changed.add(id)
            pieces[id], found[id] = piece, entry
            lines[id] = line
            entries.append(entry)
        known.context, known.whole, known.pieces, known.entries = context, tree.whole, pieces, found

    def _imported(
        self,
        header: Header,
        env: Env,
        entries: list[TaskEntry],
        lines: dict[int, int],
        changed: set[int],
        problems: list[Problem],
    ) -> None:
        """The tasks of `meta.import_tasks_from` (5.2): a list in a file of its own."""
        written, place = header.meta.import_tasks_from, header.meta.import_tasks_from_place
        if written is None or place is None:
            return
        path = absolute(self.location.folder, written)
        text = self.files.read(path)
        if isinstance(text, Unreadable):
            message = (
                f"{written} {text.reason}; meta.import_tasks_from names a YAML file with a list of tasks"
            )
            problems.append(problem("import-tasks-unreadable", message, place))
            return
        text = without_mark(text)
        top = Place(path, Span.of(0, 0, 0, 0))
        reason = too_large(text)
        if reason:
            problems.append(problem("file-too-large", f"{written} is not read: {reason}", top))
            return
        known = self._known.setdefault(path, _Known())
        tree = read_tree(text, known.cache)
        context = self._context(env, path, os.path.dirname(path), header)
        if tree.root != "sequence" or (tree.whole and not tree.entries):
            if tree.errors:
                problems.extend(read_header(tree, context, text).problems)
            else:
                message = "an imported file is a list of tasks, each beginning with '- source: …'"
                problems.append(problem("import-tasks-unreadable", message, top))
            return
        problems.extend(read_header(tree, context, text).problems)
        self._entries(tree, path, context, known, entries, lines, changed)
