"""The graph: order, cycles and selections over plain mappings of names.

Linear in tasks and edges, and without recursion: a pipeline may be ten thousand tasks deep.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

Edges = Mapping[str, Sequence[str]]
"""From a task to those it needs; every name that occurs is a key."""


def is_pattern(name: str) -> bool:
    """Whether a dependency is a wildcard: only `*` makes it one (section 8.6)."""
    return "*" in name


def matches(pattern: str, names: Iterable[str]) -> tuple[str, ...]:
    """The names that a wildcard stands for, in their order."""
    return tuple(name for name in names if fnmatchcase(name, pattern))


def downstream_of(upstream: Edges) -> dict[str, tuple[str, ...]]:
    """From a task to those that need it directly, in the order of `upstream`."""
    found: dict[str, list[str]] = {name: [] for name in upstream}
    for name, needed in upstream.items():
        for other in needed:
            found[other].append(name)
    return {name: tuple(below) for name, below in found.items()}


def build_order(upstream: Edges) -> tuple[str, ...]:
    """Names in generations (section 10): all whose upstream is placed, in the order of `upstream`,
    then the next ones. Tasks on a cycle and those behind one have no place and are left out."""
    return tuple(name for names in generations(upstream, downstream_of(upstream)) for name in names)


def generations(upstream: Edges, downstream: Edges) -> Iterator[list[str]]:
    """The generations of `build_order`. downstream: as `downstream_of` tells it."""
    waiting = {name: len(needed) for name, needed in upstream.items()}
    position = {name: at for at, name in enumerate(upstream)}
    generation = [name for name, count in waiting.items() if not count]
    while generation:
        yield generation
        ready: list[str] = []
        for name in generation:
            for other in downstream[name]:
                waiting[other] -= 1
                if not waiting[other]:
                    ready.append(other)
        generation = sorted(ready, key=position.__getitem__)


def cycles(upstream: Edges, among: Iterable[str] | None = None) -> tuple[tuple[str, ...], ...]:
    """The strongly connected sets of more than one task, and tasks that need themselves.

    Each is ordered so that a task needs the next one where such a path exists through the set.
    among: where to look, all tasks when None. Tarjan's algorithm with a stack of its own.
    """
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    on_stack: set[str] = set()
    stack: list[str] = []
    sets: list[list[str]] = []
    for root in among if among is not None else upstream:
        if root in index:
            continue
        work: list[tuple[str, int]] = [(root, 0)]
        while work:
            name, at = work.pop()
            if name not in index:
                index[name] = low[name] = len(index)
                stack.append(name)
                on_stack.add(name)
            needed = upstream[name]
            advanced = False
            for number in range(at, len(needed)):
                other = needed[number]
                if other not in index:
                    work.append((name, number))
                    work.append((other, 0))
                    advanced = True
                    break
                if other in on_stack:
                    low[name] = min(low[name], low[other])
            if advanced:
                continue
            if low[name] == index[name]:
                members: list[str] = []
                while True:
                    member = stack.pop()
                    on_stack.discard(member)
                    members.append(member)
                    if member == name:
                        break
                if len(members) > 1 or name in needed:
                    sets.append(members)
    if not sets:
        return ()
    position = {name: at for at, name in enumerate(upstream)}
    return tuple(_round(members, upstream, position) for members in sets)


def _round(members: list[str], upstream: Edges, position: Mapping[str, int]) -> tuple[str, ...]:
    """The members in the order of a walk along `upstream` from the first, as far as one walk reaches."""
    inside = set(members)
    start = min(members, key=position.__getitem__)
    walk, seen, name = [start], {start}, start
    while True:
        following = next((other for other in upstream[name] if other in inside and other not in seen), None)
        if following is None:
            break
        walk.append(following)
        seen.add(following)
        name = following
    return (*walk, *(member for member in members if member not in seen))


def closure(names: Iterable[str], edges: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """`names` and everything reachable from them along `edges`."""
    seen = set(names)
    stack = list(seen)
    while stack:
        for other in edges.get(stack.pop(), ()):
            if other not in seen:
                seen.add(other)
                stack.append(other)
    return frozenset(seen)
