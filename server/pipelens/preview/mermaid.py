"""The graph as Mermaid text, for documents and for tools that draw it."""

from __future__ import annotations

from pipelens.preview.picture import Picture

_FEW = 10
_CLASSES = """\
    classDef fresh fill:#d8f0dc,stroke:#2e7d32,color:#1b1b1b
    classDef stale fill:#fff1cc,stroke:#b26a00,color:#1b1b1b
    classDef never_run fill:#f2f2f2,stroke:#8a8a8a,color:#1b1b1b
    classDef running fill:#d5e8fb,stroke:#1565c0,color:#1b1b1b
    classDef failed fill:#fbd9d7,stroke:#c62828,color:#1b1b1b
    classDef unknown fill:#eadcf5,stroke:#6a1b9a,color:#1b1b1b
"""


def mermaid(picture: Picture) -> str:
    """A flowchart: left to right below ten tasks, top down otherwise (section 14 of the format)."""
    direction = "LR" if len(picture.nodes) < _FEW else "TD"
    ids = {node.name: f"t{number}" for number, node in enumerate(picture.nodes)}
    lines = [f"flowchart {direction}"]
    lines += [f'    {ids[node.name]}["{_escaped(node.name)}"]:::{node.state}' for node in picture.nodes]
    lines += [f"    {ids[name]} --> {ids[node.name]}" for node in picture.nodes for name in node.upstream]
    return "\n".join(lines) + "\n" + _CLASSES


def _escaped(name: str) -> str:
    """Text inside a quoted Mermaid label; everything with a meaning there becomes an entity."""
    return "".join(c if c.isalnum() or c in " _-./,:+=@" else f"#{ord(c)};" for c in name)
