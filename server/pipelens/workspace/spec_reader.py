"""Reading a pipeline's own files: the spec, its env, and the tasks that it imports from elsewhere."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from itertools import islice

from pipelens.core.env import Env, OverrideError
from pipelens.core.files import PathKind, Unreadable
from pipelens.core.patched import patched
from pipelens.core.problems import Place, Problem, problem
from pipelens.core.read_spec import Header, read_header
from pipelens.core.read_task import read_entry
from pipelens.core.source_paths import absolute
from pipelens.core.sources import Source
from pipelens.core.spec import Meta, TaskEntry
from pipelens.core.spec_context import SpecContext
from pipelens.core.text import Span
from pipelens.core.yaml_edits import Splice
from pipelens.core.yaml_nodes import MAX_LINE, MAX_TEXT, too_large, without_mark
from pipelens.core.yaml_pieces import Piece
from pipelens.core.yaml_tree import Tree
from pipelens.workspace.discovery import Location
from pipelens.workspace.disk import WorkspaceFiles
from pipelens.workspace.early_entries import EarlyEntries
from pipelens.workspace.entry_ids import EntryIds
from pipelens.workspace.env_reader import EnvReader
from pipelens.workspace.loose_sources import entries_of, header_of
from pipelens.workspace.placeholders import wanted_names
from pipelens.workspace.readings import Known, Reading

_MANY = 100
"""Above so many entries their nodes are let go of once they are read."""


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
        read_ahead: Callable[[str, str, Meta], None] | None = None,
    ) -> None:
        """read_ahead: told of a large file's text, the folder of its sources and its `meta` beforehand."""
        self.location = location
        self.files = files
        self.cwd = cwd
        self.env = EnvReader(location, files, cwd=cwd, environ=environ, overrides=overrides, trusted=trusted)
        self.resolve_callable = resolve_callable
        self.read_ahead = read_ahead
        self.import_folders: tuple[str, ...] = ()
        self.library_folders: tuple[str, ...] = ()
        self.entries_read = 0
        self.specs_read = 0
        self._ids = EntryIds()
        self._known: dict[str, Known] = {}
        self._last: Reading | None = None
        self._above: frozenset[str] = frozenset()  # what all entries depend on
        self._kinds: dict[str, PathKind] = {}
        self._askers: dict[str, set[int]] = {}

    @property
    def override_error(self) -> OverrideError | None:
        return self.env.override_error

    @property
    def paths(self) -> Collection[str]:
        """The files of the pipeline's entries."""
        return self._known.keys()

    @property
    def entries_composed(self) -> int:
        return sum(known.tree.cache.read for known in self._known.values())

    def forget(self) -> None:
        """Read every entry anew the next time: something outside the files of the spec changed."""
        for known in self._known.values():
            known.context = None

    def read(self, dirty: frozenset[str] | None) -> Reading:
        """The pipeline as its files are now. dirty: what changed since the last time, None = anything."""
        last = self._last
        self.env.library_folders = self.library_folders
        if self.location.form != "file":
            reading = self._without_file(dirty)
        elif (edited := self._edited(dirty)) is not None:
            reading = edited
        else:
            reading = self._whole(dirty)
        if last is not None and reading.moved:
            come, gone = reading.by_id.keys() - last.by_id.keys(), last.by_id.keys() - reading.by_id.keys()
            reading = replace(reading, changed=reading.changed | come, gone=frozenset(gone))
        self._last = reading
        return reading

    def _whole(self, dirty: frozenset[str] | None) -> Reading:
        self.specs_read += 1
        with self.files.asking() as asked:
            with self.files.asking() as above:  # what all entries depend on
                path = self.location.path
                buffer = self.files.buffer(path)
                text = self.files.read(path)
                known = self._known.setdefault(path, Known())
                known.buffer = None
                if isinstance(text, Unreadable):
                    return self._unreadable(path, text.reason, above)
                text = without_mark(text)
                reason = too_large(text)
                if reason:
                    return self._unreadable(path, f"is not read: {reason}", above, "file-too-large")
                env = self.env.read(text, dirty)
            tree = self._tree(known, text, env, path, above)
            known.buffer, known.revision = buffer, buffer.revision if buffer is not None else 0
            if buffer is not None:
                known.tree.share(buffer.lines)
            context, header = self._context_of(tree, text, env, path, above)
            above |= self.env.asked
            asked |= above
            self._other_kinds(dirty)
            entries: list[TaskEntry] = []
            lines: dict[int, int] = {}
            changed: set[int] = set()
            problems: list[Problem] = []
            if header.form == "tasks":
                self._entries(tree, path, context, known, entries, lines, changed)
                self._imported(header, env, entries, lines, changed, problems)
            self._above = frozenset(above | self._known.keys())
        by_id = {entry.id: entry for entry in entries}
        return Reading(
            header, env, tuple(entries), by_id, lines, tuple(problems), frozenset(changed), frozenset(asked)
        )

    # -- after an edit

    def _edited(self, dirty: frozenset[str] | None) -> Reading | None:
        """The reading after edits of the open spec that its lines tell; None: the whole must be read."""
        last, path = self._last, self.location.path
        known = self._known.get(path)
        if last is None or dirty is None or known is None or last.header.form != "tasks":
            return None
        buffer = self.files.buffer(path)
        if buffer is not known.buffer or known.context is None or self._other_kinds(dirty):
            return None
        if not self._above.isdisjoint(dirty - {path}):
            return None
        context = known.context
        if self._context(context.env, path, context.base, last.header) != context:
            return None
        if path not in dirty:
            return replace(last, changed=frozenset(), gone=frozenset(), moved=False)
        if buffer is None or known.whole:
            return None
        change = buffer.changed_since(known.revision)
        if change is None or buffer.size > MAX_TEXT:
            return None
        before = known.tree.tree
        added = "".join(buffer.lines[change.first : change.end])
        if len(added) > MAX_LINE or not wanted_names(added) <= self.env.wanted:
            return None
        known.text = None
        splice = known.tree.edit(buffer.lines, change.first, change.last, change.end)
        if splice is None or (self.env.wanted and splice.header):
            return None
        gone = before.entries[splice.first : splice.last]
        if self.env.wanted and wanted_names(*(piece.text for piece in gone)):
            return None
        known.revision = buffer.revision
        with self.files.asking() as asked:
            header = last.header
            if splice.header:
                base = self._context(context.env, path, context.base)
                header = read_header(known.tree.tree, base, "")
                if self._context(context.env, path, context.base, header) != context:
                    return None
                if header.form != "tasks":
                    return None
            reading = self._spliced(last, known, context, splice)
        files = last.asked if last.asked.issuperset(asked) else last.asked | asked
        return replace(reading, header=header, asked=files)

    def _spliced(self, last: Reading, known: Known, context: SpecContext, splice: Splice) -> Reading:
        """The reading that comes after `last`, of the entries that an edit touched."""
        path, tree = context.path, known.tree.tree
        before = self._ids.of(path)
        pieces = tree.entries[splice.first : splice.first + splice.added]
        ids = self._ids.splice(path, splice.first, splice.last, [piece.text for piece in pieces])
        changed: set[int] = set()
        found: list[TaskEntry] = []
        for id, piece in zip(ids, pieces, strict=True):
            entry = known.entries.get(id)
            if entry is None or known.pieces.get(id) is not piece:
                entry = self._entry(piece, context, id, entry)
                changed.add(id)
            known.pieces[id] = piece
            found.append(entry)
        own, lines = len(before), last.first_lines
        entries = (*last.entries[: splice.first], *found, *last.entries[splice.last :])
        moved = ids != before[splice.first : splice.last]
        now = self._ids.of(path)
        if moved or splice.more:
            lines = dict(zip(now, tree.entry_lines, strict=True))
            lines.update((id, last.first_lines[id]) for id in islice(last.by_id, own, None))
        elif splice.added:
            first, end = splice.first, splice.first + splice.added
            if any(lines[id] != line for id, line in zip(ids, tree.entry_lines[first:end], strict=True)):
                lines = {**lines, **dict(zip(ids, tree.entry_lines[first:end], strict=True))}
        if moved:
            by_id = {entry.id: entry for entry in entries}
            for id in {*before[splice.first : splice.last]} - {*ids}:
                known.pieces.pop(id, None)
            known.entries = {id: by_id[id] for id in now}
        else:
            by_id = patched(last.by_id, dict(zip(ids, found, strict=True))) if changed else last.by_id
            known.entries.update(zip(ids, found, strict=True))
        return replace(
            last,
            entries=entries,
            by_id=by_id,
            first_lines=lines,
            changed=frozenset(changed),
            gone=frozenset(),
            moved=moved,
        )

    def _other_kinds(self, dirty: frozenset[str] | None) -> set[int]:
        """The ids of the entries that asked for a file that came or went; they are read anew."""
        told = [path for path in dirty or () if path in self._kinds]
        stale = {
            id for path in told if self.files.kind(path) != self._kinds[path] for id in self._askers[path]
        }
        for known in self._known.values():
            for id in stale & known.pieces.keys():
                del known.pieces[id]
        return stale

    def _without_file(self, dirty: frozenset[str] | None) -> Reading:
        env = self.env.read("", dirty)
        entries = entries_of(self.location)
        ids = frozenset(entry.id for entry in entries)
        lines = dict.fromkeys(ids, 0)
        by_id = {entry.id: entry for entry in entries}
        return Reading(header_of(self.location), env, entries, by_id, lines, (), ids, frozenset())

    def _unreadable(self, path: str, reason: str, asked: set[str], code: str = "file-unreadable") -> Reading:
        place = Place(path, Span.of(0, 0, 0, 0))
        found = problem(code, f"{os.path.basename(path)} {reason}", place)
        env = self.env.env or Env()
        header = Header(form="unreadable")
        return Reading(header, env, (), {}, {}, (found,), frozenset(), frozenset(asked))

    # -- entries

    def _tree(self, known: Known, text: str, env: Env, path: str, above: set[str]) -> Tree:
        """The tree of `text`; of a new text that is large, some entries at a time. above: gets what all
        entries depend on."""
        known.early = None
        if known.text != text:
            if not self._ids.knows(path):

                def context_of(sections: Tree) -> SpecContext | None:
                    context, header = self._context_of(sections, text, env, path, above)
                    if header.form != "tasks":
                        return None
                    if self.read_ahead is not None:
                        self.read_ahead(text, context.base, context.meta)
                    return context

                known.early = EarlyEntries(
                    context_of,
                    lambda piece, context, id: self._entry(piece, context, id, None),
                    self._ids.expected,
                )
            buffer = self.files.buffer(path)
            lines = buffer.lines if buffer is not None and buffer.size == len(text) else None
            known.tree.read(text, known.early.taker if known.early else None, lines)
            known.text = text
        return known.tree.tree

    def _context_of(
        self, tree: Tree, text: str, env: Env, path: str, above: set[str]
    ) -> tuple[SpecContext, Header]:
        """What entries depend on by the sections of `tree`, and what these say."""
        root = self.location.root
        with self.files.asking() as asked:
            header = read_header(tree, self._context(env, path, root), text)
            context = self._context(env, path, root, header)
        above |= asked
        return context, header

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
        known: Known,
        entries: list[TaskEntry],
        lines: dict[int, int],
        changed: set[int],
    ) -> None:
        ids = self._ids.follow(path, [piece.text for piece in tree.entries])
        anew = tree.whole or known.whole or known.context != context
        early, known.early = known.early, None
        pieces: dict[int, Piece] = {}
        found: dict[int, TaskEntry] = {}
        for id, piece, line in zip(ids, tree.entries, tree.entry_lines, strict=True):
            entry = known.entries.get(id)
            if entry is None or anew or known.pieces.get(id) is not piece:
                read = early.pop(id, piece, context) if early is not None and not tree.whole else None
                entry = read or self._entry(piece, context, id, entry)
                changed.add(id)
            pieces[id], found[id] = piece, entry
            lines[id] = line
            entries.append(entry)
        known.context, known.whole, known.pieces, known.entries = context, tree.whole, pieces, found
        if len(pieces) > _MANY and not tree.whole:
            for piece in pieces.values():
                piece.lighten()

    def _entry(self, piece: Piece, context: SpecContext, id: int, before: TaskEntry | None) -> TaskEntry:
        """The entry in `piece`. One that is broken keeps the tasks that it had `before`."""
        self.entries_read += 1
        with self.files.asking() as asked:
            entry = read_entry(piece, context, id)
        for path in asked:
            self._kinds[path] = self.files.kind(path)
            self._askers.setdefault(path, set()).add(id)
        if entry.broken and not entry.tasks and before is not None:
            entry = replace(entry, tasks=before.tasks, label=before.label)
        return entry

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
        known = self._known.setdefault(path, Known())
        if known.text != text:
            known.tree.read(text)
            known.text = text
        tree = known.tree.tree
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
