"""Keeping the index: what an entry's tasks say under which key, and whom a change touches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase

from pipelens.core.graph import is_pattern
from pipelens.core.index import Index, Mention, Mentions
from pipelens.core.project import Task

_KINDS = ("by_name", "by_product", "by_source", "needed_by", "by_file")

Said = dict[str, list[tuple[str, Mention]]]
"""For each mapping of the index: the keys that an entry's tasks mention."""


def said_by(entry: int, tasks: Iterable[Task]) -> Said:
    """What the tasks of `entry` say."""
    said: Said = {kind: [] for kind in _KINDS}
    for number, task in enumerate(tasks):
        said["by_name"].append((task.name, Mention(entry, number)))
        for product in task.products.items if task.products else ():
            said["by_product"].append((product.identity, Mention(entry, number, product.key)))
        source = task.spec.source_path or task.spec.source
        if source:
            said["by_source"].append((source, Mention(entry, number)))
        if (path := task.source_path) is not None:
            said["by_file"].append((path, Mention(entry, number)))
        for named in task.needed_at:
            said["needed_by"].append((named.name, Mention(entry, number)))
    return said


def face(tasks: Iterable[Task]) -> object:
    """What problems of other entries may tell of these tasks: when it changes, they are checked again."""
    return [(task.name, task.spec.name_place, task.products, task.spec.source_place) for task in tasks]


class Indexing:
    """An index and the step to the next one. Mappings are replaced, never changed in place."""

    def __init__(self) -> None:
        self.index = Index()
        self._said: dict[int, Said] = {}
        self.patterns: frozenset[str] = frozenset()

    def update(
        self, gone: Iterable[int], new: Mapping[int, Said], position: Callable[[int], int]
    ) -> dict[str, set[str]]:
        """Replace what the entries `gone` and `new` say; the keys whose mentions changed, by mapping.

        position: of each entry in the file, for the order of mentions.
        """
        touched: dict[str, set[str]] = {kind: set() for kind in _KINDS}
        entries = [*gone, *new]
        moving = set(entries)
        changed: dict[str, Mentions] = {}
        for kind in _KINDS:
            keys: set[str] = set()
            for entry in entries:
                before = self._said.get(entry)
                after = new.get(entry)
                old = before[kind] if before else []
                fresh = after[kind] if after else []
                if old != fresh:
                    keys.update(key for key, _ in set(old) ^ set(fresh))
            touched[kind] = keys
            if not keys:
                continue
            mapping = dict(getattr(self.index, kind))
            additions: dict[str, list[Mention]] = {}
            for entry in new:
                for key, mention in new[entry][kind]:
                    if key in keys:
                        additions.setdefault(key, []).append(mention)
            for key in keys:
                kept = [mention for mention in mapping.get(key, ()) if mention.entry not in moving]
                kept.extend(additions.get(key, ()))
                if len(kept) > 1:
                    kept.sort(key=lambda mention: (position(mention.entry), mention.task))
                if kept:
                    mapping[key] = tuple(kept)
                else:
                    mapping.pop(key, None)
            changed[kind] = mapping
        for entry in gone:
            self._said.pop(entry, None)
        self._said.update(new)
        if changed:
            self.index = replace(self.index, **changed)
            if "needed_by" in changed:
                found = {key for key in touched["needed_by"] if is_pattern(key)}
                if found:
                    still = {key for key in found if key in self.index.needed_by}
                    self.patterns = (self.patterns - found) | still
        return touched

    def needing(self, names: Iterable[str], before: Index) -> set[int]:
        """The entries whose tasks need one of `names`, by name or pattern, now or `before`."""
        found: set[int] = set()
        for name in names:
            for index in (before, self.index):
                found.update(mention.entry for mention in index.needed_by.get(name, ()))
            for pattern in self.patterns:
                if fnmatchcase(name, pattern):
                    found.update(mention.entry for mention in self.index.needed_by[pattern])
        return found

    def beside(self, touched: Mapping[str, set[str]], before: Index) -> set[int]:
        """The entries that share a touched name or product, or make what a touched source is."""
        found: set[int] = set()
        for index in (before, self.index):
            for name in touched["by_name"]:
                found.update(mention.entry for mention in index.by_name.get(name, ()))
            for identity in touched["by_product"]:
                found.update(mention.entry for mention in index.by_product.get(identity, ()))
            for source in touched["by_source"]:
                found.update(mention.entry for mention in index.by_product.get(source, ()))
        return found
