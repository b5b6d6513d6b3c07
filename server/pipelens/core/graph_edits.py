"""The graph of a pipeline that is edited: what an edit of a few edges changes, and no more.

Each task has a level above those of all that it needs. So long as a new edge goes upwards it closes
no cycle, and nothing but who needs whom has to change. Where one goes down, or where there are
cycles, all is made anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from pipelens.core.graph import Edges, build_order, cycles, downstream_of, generations


class Ordering:
    """The build order of one snapshot, made when it is first asked for."""

    def __init__(self, edges: Callable[[], Edges]) -> None:
        self._edges = edges

    @cached_property
    def names(self) -> tuple[str, ...]:
        found = build_order(self._edges())
        del self._edges
        return found


class EditedGraph:
    """cycles, downstream: as in `Project`; mappings are replaced, never changed in place."""

    def __init__(self) -> None:
        self.cycles: tuple[tuple[str, ...], ...] = ()
        self.downstream: Mapping[str, tuple[str, ...]] = {}
        self._levels: dict[str, int] = {}

    def read(self, edges: Edges) -> None:
        """Make everything anew."""
        self.downstream = downstream_of(edges)
        self._levels = {
            name: level for level, names in enumerate(generations(edges, self.downstream)) for name in names
        }
        rest = [name for name in edges if name not in self._levels]
        self.cycles = cycles(edges, rest) if rest else ()

    def edit(
        self,
        changed: Mapping[str, tuple[tuple[str, ...] | None, tuple[str, ...] | None]],
        position: Callable[[str], object],
    ) -> bool:
        """Follow changes of what some tasks need, by name: before and now (None: there is no such task).

        position: of a name among the tasks. Whether that was enough; if not, `read` must come next.
        """
        if not self._rise(changed):
            return False
        below = dict(self.downstream)
        for name, (before, now) in changed.items():
            for other in set(before or ()) - set(now or ()):
                if other in below:
                    below[other] = tuple(one for one in below[other] if one != name)
        for name, (before, now) in changed.items():
            if now is None:
                below.pop(name, None)
                continue
            below.setdefault(name, ())
            for other in set(now) - set(before or ()):
                below[other] = tuple(sorted({*below.get(other, ()), name}, key=position))  # pyright: ignore
        self.downstream = below
        return True

    def _rise(self, changed: Mapping[str, tuple[tuple[str, ...] | None, tuple[str, ...] | None]]) -> bool:
        """Give new tasks their levels; whether all edges of the changed ones go upwards."""
        levels = self._levels
        waiting = {name: now for name, (_, now) in changed.items() if now is not None and name not in levels}
        if any(before is not None for before, _ in (changed[name] for name in waiting)):
            return False  # on a cycle, or behind one
        for name, (_, now) in changed.items():
            if now is None:
                levels.pop(name, None)
        while waiting:
            ready = [name for name, now in waiting.items() if all(other in levels for other in now)]
            if not ready:
                return False
            for name in ready:
                levels[name] = 1 + _highest(levels, waiting.pop(name))
        return all(now is None or _highest(levels, now) < levels[name] for name, (_, now) in changed.items())


def _highest(levels: Mapping[str, int], names: Iterable[str]) -> int:
    """The level of the highest; where one has none, it is above all."""
    return max((levels.get(name, len(levels) + 1) for name in names), default=-1)
