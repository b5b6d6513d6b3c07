"""Project: an immutable, versioned snapshot of one pipeline with its sources, env and graph."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import field
from types import MappingProxyType

from pipelens.core.env import Env
from pipelens.core.graph_edits import Ordering
from pipelens.core.index import Index
from pipelens.core.problems import Place, Problem
from pipelens.core.sources import (
    FunctionSource,
    NotebookSource,
    OpaqueSource,
    Reference,
    Source,
    TemplateSource,
)
from pipelens.core.spec import Kind, Named, Products, Spec, TaskEntry, TaskSpec
from pipelens.core.text import Span
from pipelens.frozen import frozen

_NO_NEEDS: Mapping[str, tuple[str, ...]] = MappingProxyType({})


@frozen
class Task:
    """One task: its entry joined with what its source declares.

    upstream: names of the tasks it needs, in source order, wildcards resolved.
    needs: what its code addresses them by, in order: name, or pattern → the names it matches.
    needed_at: where each of `needs` is declared (YAML or source).
    products: those of the entry, else those that the source declares (`extract_product`).
    """

    spec: TaskSpec
    source: Source
    upstream: tuple[str, ...] = ()
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _NO_NEEDS)
    needed_at: tuple[Named, ...] = ()
    products: Products | None = None

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def kind(self) -> Kind:
        return self.spec.kind

    @property
    def class_name(self) -> str:
        return self.spec.class_name

    @property
    def params(self) -> Mapping[str, object]:
        return self.spec.params

    @property
    def source_path(self) -> str | None:
        """Absolute path of the file that holds the task's code, None when it was not found."""
        match self.source:
            case NotebookSource(path=path) | FunctionSource(path=path):
                return path
            case TemplateSource(path=path) | OpaqueSource(path=path):
                return path
            case _:
                return self.spec.source_path

    @property
    def source_line(self) -> int | None:
        """0-based line of the function in its file; None for file sources."""
        return self.source.line if isinstance(self.source, FunctionSource) else None

    @property
    def code(self) -> str | None:
        """The code as Ploomber stores it beside the products; None when it is not known."""
        match self.source:
            case NotebookSource(code=code) | FunctionSource(code=code):
                return code
            case _:
                return None

    @property
    def references(self) -> tuple[Reference, ...]:
        match self.source:
            case NotebookSource(references=found) | FunctionSource(references=found):
                return found
            case TemplateSource(references=found):
                return found
            case _:
                return ()


@frozen
class Shown:
    """What is left of a project's problems after settings and suppressing comments.

    changed: the entries whose problems may differ from those of the version before, None = any.
    """

    by_entry: Mapping[int, tuple[Problem, ...]]
    others: tuple[Problem, ...]
    changed: frozenset[int] | None = None


@frozen
class Project:
    """What the pipeline means at `version`. Nothing in it changes; ask the keeper for a newer one.

    tasks: by name, in YAML order (the first of two that share a name). tasks_by_entry: all of them.
    ordering: see `order`. cycles: strongly connected sets of names. downstream: direct, by name.
    callables: hooks, clients and serializers, by dotted path. first_lines: where each entry begins in
    its file, those of imported files last. import_folders: where the project's modules may lie, in the
    order of `sys.path`. placeholder_uses: how often the pipeline refers to each env name.
    problems_by_entry: of the entries that have any; other_problems: those of none. changed: the names of
    the tasks that may differ from those of the version before, None = any.
    """

    version: int
    spec: Spec
    env: Env
    tasks: Mapping[str, Task]
    ordering: tuple[str, ...] | Ordering
    cycles: tuple[tuple[str, ...], ...]
    downstream: Mapping[str, tuple[str, ...]]
    entries: Mapping[int, TaskEntry]
    tasks_by_entry: Mapping[int, tuple[Task, ...]]
    index: Index
    callables: Mapping[str, Source]
    placeholder_uses: Mapping[str, int]
    problems_by_entry: Mapping[int, tuple[Problem, ...]]
    other_problems: tuple[Problem, ...]
    first_lines: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    import_folders: tuple[str, ...] = ()
    shown: Shown | None = None
    changed: frozenset[str] | None = None

    @property
    def order(self) -> tuple[str, ...]:
        """Names in build order (generations, section 10), those on a cycle left out."""
        return self.ordering.names if isinstance(self.ordering, Ordering) else self.ordering

    @property
    def root(self) -> str:
        return self.spec.root

    @property
    def path(self) -> str:
        return self.spec.path

    def locate(self, place: Place) -> tuple[str, Span]:
        """The path and the absolute span of `place`."""
        if place.entry is None:
            return place.path, place.span
        return place.path, place.span.shifted(self.first_lines.get(place.entry, 0))

    def entry_at(self, path: str, line: int) -> TaskEntry | None:
        """The entry of `tasks:` that the line of the spec (or of an imported one) lies in."""
        return next(iter(self.entries_at(path, line)), None)

    def entries_at(self, path: str, line: int, until: int | None = None) -> tuple[TaskEntry, ...]:
        """The entry that the line lies in; all of them where several begin on one line (flow style).
        until: those that begin up to that line, too."""
        ids = list(self.first_lines)
        own = bisect_left(ids, True, key=lambda id: self._is_imported(id))
        begin, end = (0, own) if path == self.spec.path else (own, len(ids))
        lines = list(self.first_lines.values())
        last = bisect_right(lines, line, begin, end)
        first = bisect_left(lines, lines[last - 1], begin, last) if last > begin else last
        last = last if until is None else bisect_right(lines, until, last, end)
        found = (self.entries.get(id) for id in ids[first:last])
        return tuple(entry for entry in found if entry is not None and entry.path == path)

    def _is_imported(self, id: int) -> bool:
        """Whether an entry comes from another file; those stand behind the spec's own."""
        entry = self.entries.get(id)
        return entry is not None and entry.path != self.spec.path

    def tasks_in(self, path: str) -> tuple[Task, ...]:
        """The tasks whose code the file at `path` holds, in YAML order."""
        return tuple(
            self.tasks_by_entry[mention.entry][mention.task] for mention in self.index.by_file.get(path, ())
        )

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems to show, each once: `found` after settings and suppressing comments, where those
        are known."""
        if self.shown is None:
            return self.found
        shown: dict[tuple[str, str, Span, str], Problem] = {}
        for problem in self._flat(self.shown.by_entry, self.shown.others):
            shown.setdefault((problem.code, *self.locate(problem.place), problem.message), problem)
        return tuple(shown.values())

    @property
    def found(self) -> tuple[Problem, ...]:
        """Every problem of the pipeline: the entries' in their order, then the rest."""
        return tuple(self._flat(self.problems_by_entry, self.other_problems))

    def _flat(
        self, by_entry: Mapping[int, tuple[Problem, ...]], others: tuple[Problem, ...]
    ) -> Iterator[Problem]:
        for id in [id for id in self.entries if id in by_entry] if by_entry else ():
            yield from by_entry[id]
        yield from others
