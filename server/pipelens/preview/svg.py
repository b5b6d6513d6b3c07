"""The graph as one SVG drawing, laid out here: no script and no network is needed to see it."""

from __future__ import annotations

import unicodedata
from html import escape

from pipelens.preview.layers import Layout, Point, layout
from pipelens.preview.picture import Node, Picture

_FEW = 10
_BOX_HEIGHT = 34
_GAP = 18
_BETWEEN = 56
_MARGIN = 16
_CHARACTER = 8
_LONGEST_LABEL = 40
_SIGNS = {"fresh": "✓", "stale": "●", "never_run": "○", "running": "↻", "failed": "✗", "unknown": "?"}


def svg(picture: Picture) -> str:
    """An `<svg>` element: left to right below ten tasks, top down otherwise."""
    drawing = _Drawing(picture)
    edges = "\n".join(drawing.edge(edge, route) for edge, route in drawing.layout.routes.items())
    boxes = "\n".join(drawing.box(node) for node in picture.nodes)
    width, height = drawing.size
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" aria-label="{escape(_spoken(picture))}">\n'
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
        'orient="auto"><path class="head" d="M0,0 L8,4 L0,8 z"/></marker></defs>\n'
        f"{edges}\n{boxes}\n</svg>"
    )


class _Drawing:
    """Measures: where each slot of the layout lies on the page."""

    def __init__(self, picture: Picture) -> None:
        self.layout: Layout = layout(picture)
        self.sideways = len(picture.nodes) < _FEW
        longest = max((_columns(_label(node.name)) for node in picture.nodes), default=0)
        self.box_width = max(80, (longest + 4) * _CHARACTER)
        if self.sideways:
            self.step_layer, self.step_slot = self.box_width + _BETWEEN, (_BOX_HEIGHT + _GAP) // 2
        else:
            self.step_layer, self.step_slot = _BOX_HEIGHT + _BETWEEN, (self.box_width + _GAP) // 2

    @property
    def size(self) -> tuple[int, int]:
        across, along = (_BOX_HEIGHT, self.box_width) if self.sideways else (self.box_width, _BOX_HEIGHT)
        layers = 2 * _MARGIN + max(0, self.layout.layers - 1) * self.step_layer + along
        slots = 2 * _MARGIN + max(0, self.layout.slots - 1) * self.step_slot + across
        return (layers, slots) if self.sideways else (slots, layers)

    def corner(self, place: Point) -> Point:
        """The upper left corner of the box at `place`."""
        layer, slot = (_MARGIN + place[0] * self.step_layer, _MARGIN + place[1] * self.step_slot)
        return (layer, slot) if self.sideways else (slot, layer)

    def entrance(self, place: Point) -> Point:
        x, y = self.corner(place)
        return (x, y + _BOX_HEIGHT // 2) if self.sideways else (x + self.box_width // 2, y)

    def exit(self, place: Point) -> Point:
        x, y = self.entrance(place)
        return (x + self.box_width, y) if self.sideways else (x, y + _BOX_HEIGHT)

    def edge(self, ends: tuple[str, str], route: tuple[Point, ...]) -> str:
        here = self.exit(route[0])
        path = [f"M{here[0]},{here[1]}"]
        for number, place in enumerate(route[1:], 1):
            there = self.entrance(place)
            path.append(self._curve(here, there))
            here = there
            if number < len(route) - 1:
                here = self.exit(place)
                path.append(f"L{here[0]},{here[1]}")
        title = escape(f"{ends[0]} → {ends[1]}")
        return (
            f'<path class="edge" d="{" ".join(path)}" marker-end="url(#arrow)"><title>{title}</title></path>'
        )

    def _curve(self, here: Point, there: Point) -> str:
        (x, y), (u, v) = here, there
        if self.sideways:
            middle = (x + u) // 2
            return f"C{middle},{y} {middle},{v} {u},{v}"
        middle = (y + v) // 2
        return f"C{x},{middle} {u},{middle} {u},{v}"

    def box(self, node: Node) -> str:
        x, y = self.corner(self.layout.places[node.name])
        told = f"{node.name} ({node.kind}): {node.state}" + (f", {node.reason}" if node.reason else "")
        return (
            f'<g class="task {node.state}"><title>{escape(told)}</title>'
            f'<rect x="{x}" y="{y}" width="{self.box_width}" height="{_BOX_HEIGHT}" rx="6"/>'
            f'<text x="{x + self.box_width // 2}" y="{y + _BOX_HEIGHT // 2 + 5}">'
            f"{_SIGNS.get(node.state, '?')} {escape(_label(node.name))}</text></g>"
        )


def _label(name: str) -> str:
    shown = "".join(c if c.isprintable() else "�" for c in name)
    return shown if len(shown) <= _LONGEST_LABEL else f"{shown[: _LONGEST_LABEL - 1]}…"


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in ("W", "F") else 1 for c in text)


def _spoken(picture: Picture) -> str:
    counts: dict[str, int] = {}
    for node in picture.nodes:
        counts[node.state] = counts.get(node.state, 0) + 1
    told = ", ".join(f"{number} {state.replace('_', ' ')}" for state, number in counts.items())
    return f"{picture.title}: {len(picture.nodes)} tasks" + (f" ({told})" if told else "")
