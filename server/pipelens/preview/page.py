"""The graph as one HTML file: the drawing, the tasks as a table, the Mermaid text to copy.

The page holds no script, loads nothing, and its content-security policy allows nothing but its
own style sheet, which it names by its hash.
"""

from __future__ import annotations

import base64
import hashlib
from html import escape

from pipelens.preview.mermaid import mermaid
from pipelens.preview.picture import Node, Picture
from pipelens.preview.svg import svg

_STYLE = """
:root { color-scheme: light dark; --ground: #fff; --ink: #1b1b1b; --faint: #777; --rule: #ddd; }
@media (prefers-color-scheme: dark) { :root { --ground: #1e1e1e; --ink: #e6e6e6; --faint: #999; --rule: #444; } }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; background: var(--ground); color: var(--ink); }
h1 { font-size: 1.3rem; }
figure { margin: 0; overflow: auto; }
svg text { font: 14px ui-monospace, monospace; text-anchor: middle; fill: #1b1b1b; }
.edge { fill: none; stroke: var(--faint); stroke-width: 1.4; }
.head { fill: var(--faint); }
.task rect { fill: #f2f2f2; stroke: #8a8a8a; stroke-width: 1.4; }
.fresh rect { fill: #d8f0dc; stroke: #2e7d32; }
.stale rect { fill: #fff1cc; stroke: #b26a00; }
.running rect { fill: #d5e8fb; stroke: #1565c0; }
.failed rect { fill: #fbd9d7; stroke: #c62828; }
.unknown rect { fill: #eadcf5; stroke: #6a1b9a; }
table { border-collapse: collapse; margin-top: 2rem; }
th, td { text-align: left; padding: .3rem 1.2rem .3rem 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
pre { overflow: auto; padding: 1rem; border: 1px solid var(--rule); user-select: all; }
"""


def page(picture: Picture) -> str:
    """A complete HTML document."""
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    rows = "\n".join(_row(node) for node in picture.nodes)
    return f"""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{digest}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(picture.title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>{escape(picture.title)}</h1>
<figure>
{svg(picture)}
</figure>
<table>
<thead><tr><th>Task</th><th>Kind</th><th>Freshness</th><th>Reason</th><th>Upstream</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
<details>
<summary>The same graph as Mermaid text</summary>
<pre>{escape(mermaid(picture))}</pre>
</details>
</body>
</html>
"""


def _row(node: Node) -> str:
    told = (node.name, node.kind, node.state.replace("_", " "), node.reason, ", ".join(node.upstream))
    return "<tr>" + "".join(f"<td>{escape(part)}</td>" for part in told) + "</tr>"
