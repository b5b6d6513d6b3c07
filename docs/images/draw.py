"""Takes the drawing out of a page that `pipelens plot` wrote, with its colours, as one SVG file.

python docs/images/draw.py build/demo/ml-basic.html docs/images/ml-basic.svg
"""

from __future__ import annotations

import re
import sys
from pathlib import Path


def drawing(page: str) -> str:
    """The page's `<svg>` with those style rules that speak of it."""
    found = re.search(r"<svg.*?</svg>", page, re.DOTALL)
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    if not found or not style:
        raise SystemExit("there is no drawing in this page")
    rules = [
        line
        for line in style[1].replace("var(--faint)", "#777").splitlines()
        if re.match(r"svg text|\.(edge|head|task|fresh|stale|running|failed|unknown)\b", line)
    ]
    head, rest = found[0].split(">", 1)
    return f"{head}>\n<style>\n" + "\n".join(rules) + f"\n</style>{rest}\n"


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    target.write_text(drawing(source.read_text(encoding="utf-8")), encoding="utf-8")
