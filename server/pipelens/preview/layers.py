"""A layered layout: every task one step further than the last of those it needs.

Good enough for a page that is looked at, in time that grows with the number of edges: layers by
the longest path, order within a layer by the mean place of the neighbours, a few sweeps each way.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from pipelens.frozen import frozen
from pipelens.preview.picture import Picture

_SWEEPS = 6
_MOST_BENDS = 20_000

Point = tuple[int, int]


@frozen
class Layout:
    """places: (layer, slot) of each task. routes: for each edge (from, to) the (layer, slot)s that
    it goes through, both ends included. layers, slots: the size of the grid."""

    places: Mapping[str, Point]
    routes: Mapping[tuple[str, str], tuple[Point, ...]]
    layers: int
    slots: int


def layout(picture: Picture) -> Layout:
    """Places for all tasks of `picture`; edges that close a cycle are drawn, but place nothing."""
    depth = _depths(picture)
    edges = [(other, node.name) for node in picture.nodes for other in node.upstream]
    forward = [(a, b) for a, b in edges if depth[a] < depth[b]]
    bends = sum(depth[b] - depth[a] - 1 for a, b in forward)
    chains: dict[tuple[str, str], list[str]] = {}
    layers: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for name, layer in depth.items():
        layers[layer].append(name)
    links: list[tuple[str, str]] = []
    for number, (a, b) in enumerate(forward):
        chain = [a]
        if bends <= _MOST_BENDS:
            for layer in range(depth[a] + 1, depth[b]):
                # A NUL cannot be in a task's name, so a bend is never taken for a task.
                bend = f"\0{number}\0{layer}"
                layers[layer].append(bend)
                chain.append(bend)
        chain.append(b)
        chains[a, b] = chain
        links += itertools.pairwise(chain)
    _untangle(layers, links)
    slot = _slots(layers)
    at = {name: (layer, slot[name]) for layer, names in enumerate(layers) for name in names}
    routes = {edge: tuple(at[name] for name in chains.get(edge, edge)) for edge in edges}
    places = {node.name: at[node.name] for node in picture.nodes}
    return Layout(places, routes, len(layers), max((s for _, s in at.values()), default=-1) + 1)


def _depths(picture: Picture) -> dict[str, int]:
    """The layer of each task; the picture's order makes one pass enough, a cycle counts what is known."""
    depth: dict[str, int] = {}
    for node in picture.nodes:
        depth[node.name] = 1 + max((depth[other] for other in node.upstream if other in depth), default=-1)
    return depth


def _untangle(layers: Sequence[list[str]], links: Sequence[tuple[str, str]]) -> None:
    """Order each layer so that neighbours lie near each other."""
    before: dict[str, list[str]] = {}
    after: dict[str, list[str]] = {}
    for a, b in links:
        before.setdefault(b, []).append(a)
        after.setdefault(a, []).append(b)
    place = {name: float(slot) for names in layers for slot, name in enumerate(names)}
    for sweep in range(_SWEEPS):
        downwards = sweep % 2 == 0
        for names in layers if downwards else reversed(layers):
            near = before if downwards else after
            weight = {
                n: sum(place[m] for m in near[n]) / len(near[n]) if n in near else place[n] for n in names
            }
            names.sort(key=weight.__getitem__)
            for slot, name in enumerate(names):
                place[name] = float(slot)


def _slots(layers: Sequence[list[str]]) -> dict[str, int]:
    """Half slots, so that a layer with fewer tasks sits in the middle of the widest."""
    widest = max(map(len, layers), default=0)
    return {name: 2 * slot + (widest - len(names)) for names in layers for slot, name in enumerate(names)}
