"""Keeping the index: what an entry's tasks say under which key, and whom a change touches."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase

from pipelens.core.graph import is_pattern
from pipelens.core.index import Index, Mention, Mentions
from pipelens.core.patched import patched
from pipelens.core.project import Task

KINDS = ("by_name", "by_product", "by_source", "needed_by", "by_file")

Mentioned = tuple[str, tuple[Mention]]
Said = tuple[tuple[Mentioned, ...], ...]
"""For each mapping of the index, in the order of `KINDS`: the keys that an entry's tasks mention, each
with its mention as the index has it where there is no other."""

_MANY = 50


def said_by(entry: int, tasks: Iterable[Task]) -> Said:
    """What the tasks of `entry` say."""
    names: list[Mentioned] = []
    products: list[Mentioned] = []
    sources: list[Mentioned] = []
    needs: list[Mentioned] = []
    files: list[Mentioned] = []
    for number, task in enumerate(tasks):
        mention = (Mention(entry, number),)
        names.append((task.spec.name, mention))
        for product in task.products.items if task.products else ():
            made = (Mention(entry, number, product.key),) if product.key else mention
            products.append((product.identity, made))
        source = task.spec.source_path or task.spec.source
        if source:
            sources.append((source, mention))
        if (path := task.source_path) is not None:
            files.append((path, mention))
        for named in task.needed_at:
            needs.append((named.name, mention))
    run = tuple(sources)  # of a script the file is its source
    return tuple(names), tuple(products), run, tuple(needs), run if files == sources else tuple(files)


def all_said(said: Iterable[Said]) -> Index:
    """The index of entries that say this, in their order."""
    mappings: tuple[dict[str, tuple[Mention, ...]], ...] = tuple({} for _ in KINDS)
    for one in said:
        for mapping, mentioned in zip(mappings, one, strict=True):
            for key, mention in mentioned:
                if mapping.setdefault(key, mention) is not mention:
                    mapping[key] += mention
    return Index(*mappings)


def face(tasks: Iterable[Task]) -> object:
    """What problems of other entries may tell of these tasks: when it changes, they are checked again."""
    return [(task.name, task.spec.name_place, task.products, task.spec.source_place) for task in tasks]


def _add(
    kept: list[Mention], more: list[Mention], position: Callable[[int], int], *, is_ordered: bool
) -> None:
    """Put these mentions among those that are kept, in the order of their positions."""

    def place(mention: Mention) -> tuple[int, int]:
        return position(mention.entry), mention.task

    if is_ordered and len(kept) > _MANY and len(more) < _MANY:  # a source that all tasks share
        for mention in more:
            insort(kept, mention, key=place)
        return
    kept.extend(more)
    if len(kept) > 1:
        kept.sort(key=place)


class Indexing:
    """An index and the step to the next one. Mappings are replaced, never changed in place."""

    def __init__(self) -> None:
        self.index = Index()
        self.patterns: frozenset[str] = frozenset()

    def begin(self, said: Iterable[Said]) -> None:
        """Make the first index, of all entries in their order."""
        self.index = all_said(said)
        self.patterns = frozenset(filter(is_pattern, self.index.needed_by))

    def update(
        self,
        before: Mapping[int, Said],
        new: Mapping[int, Said],
        position: Callable[[int], int],
        *,
        moved: bool,
    ) -> dict[str, set[str]]:
        """Replace what some entries said `before` by what they, or others, say now; the keys whose
        mentions changed, by mapping.

        position: of each entry in the file, for the order of mentions. moved: whether that of others than
        these may have changed.
        """
        touched: dict[str, set[str]] = {kind: set() for kind in KINDS}
        entries = dict.fromkeys((*before, *new))
        changed: dict[str, Mentions] = {}
        for number, kind in enumerate(KINDS):
            keys: set[str] = set()
            for entry in entries:
                said, says = before.get(entry), new.get(entry)
                old = said[number] if said else ()
                fresh = says[number] if says else ()
                if old != fresh:
                    keys.update(key for key, _ in set(old) ^ set(fresh))
            touched[kind] = keys
            if not keys:
                continue
            mapping: Mentions = getattr(self.index, kind)
            additions: dict[str, list[Mention]] = {}
            for entry in new:
                for key, mention in new[entry][number]:
                    if key in keys:
                        additions.setdefault(key, []).extend(mention)
            mentions: dict[str, tuple[Mention, ...]] = {}
            lost: list[str] = []
            for key in keys:
                kept = [mention for mention in mapping.get(key, ()) if mention.entry not in entries]
                _add(kept, additions.get(key, []), position, is_ordered=not moved)
                if kept:
                    mentions[key] = tuple(kept)
                else:
                    lost.append(key)
            changed[kind] = patched(mapping, mentions, lost)
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
