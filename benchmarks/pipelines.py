"""Makes pipelines of any size to measure with: the same seed makes the same files.

    python benchmarks/pipelines.py FOLDER --tasks 1000 --mix function=80,script=20

Functions write a line of text; scripts and notebooks do the same in a cell. Each task needs up to
three of the twenty before it, as pipelines of people do.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
from pathlib import Path

KINDS = ("function", "script", "notebook")
PER_MODULE = 25
REACH = 20


def make(folder: Path, tasks: int, *, seed: int = 1, mix: dict[str, int] | None = None) -> None:
    """Write `pipeline.yaml` and all sources into `folder`, which is emptied first."""
    mix = mix or {"function": 1}
    chance = random.Random(seed)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    entries: list[str] = ["tasks:"]
    modules: dict[str, list[str]] = {}
    kinds = chance.choices(list(mix), weights=list(mix.values()), k=tasks)
    for number, kind in enumerate(kinds):
        name = f"task_{number:05d}"
        near = range(max(0, number - REACH), number)
        needs = sorted(chance.sample(near, k=min(len(near), chance.randint(0, 3))))
        upstream = [(f"task_{need:05d}", kinds[need]) for need in needs]
        if kind == "function":
            module = f"part_{number // PER_MODULE:03d}"
            modules.setdefault(module, ["from pathlib import Path"]).append(_function(name, upstream))
            entries.append(f"  - source: {module}.{name}\n    product: out/{name}.txt")
        else:
            extension = "py" if kind == "script" else "ipynb"
            path = folder / f"{kind}s" / f"{name}.{extension}"
            path.parent.mkdir(exist_ok=True)
            path.write_text(_cells(kind, upstream), encoding="utf-8")
            entries.append(
                f"  - source: {kind}s/{name}.{extension}\n"
                f"    product:\n      nb: out/{name}.ipynb\n      data: out/{name}.txt"
            )
        if kind != "function" and chance.random() < 0.3:
            entries.append(f"    params:\n      size: {chance.randint(1, 99)}")

    for module, parts in modules.items():
        (folder / f"{module}.py").write_text("\n\n\n".join(parts) + "\n", encoding="utf-8")
    (folder / "pipeline.yaml").write_text("\n".join(entries) + "\n", encoding="utf-8")


def _read(upstream: list[tuple[str, str]]) -> list[str]:
    return [f'upstream["{name}"]' + ("" if kind == "function" else '["data"]') for name, kind in upstream]


def _function(name: str, upstream: list[tuple[str, str]]) -> str:
    arguments = "product, upstream" if upstream else "product"
    lines = [f"def {name}({arguments}):", f'    """Makes {name}"""', "    total = 1"]
    lines += [f"    total += len(Path({read}).read_text())" for read in _read(upstream)]
    lines.append("    Path(product).write_text(str(total))")
    return "\n".join(lines)


def _cells(kind: str, upstream: list[tuple[str, str]]) -> str:
    names = [name for name, _ in upstream] or None
    declared = f"upstream = {json.dumps(names) if names else None}\nproduct = None\nsize = 1"
    lines = ["from pathlib import Path", "", "total = size"]
    lines += [f"total += len(Path({read}).read_text())" for read in _read(upstream)]
    lines.append('Path(product["data"]).write_text(str(total))')
    body = "\n".join(lines)
    if kind == "script":
        return f'# %% tags=["parameters"]\n{declared}\n\n# %%\n{body}\n'
    cells = [
        {"cell_type": "code", "execution_count": None, "id": "parameters", "outputs": [], "source": declared}
        | {"metadata": {"tags": ["parameters"]}},
        {"cell_type": "code", "execution_count": None, "id": "work", "outputs": [], "source": body}
        | {"metadata": {}},
    ]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def read_mix(text: str) -> dict[str, int]:
    """`function=80,script=20` as weights by kind."""
    mix: dict[str, int] = {}
    for part in text.split(","):
        kind, _, weight = part.partition("=")
        if kind not in KINDS or not weight.isdigit():
            raise argparse.ArgumentTypeError(f"{part!r}: write KIND=WEIGHT with KIND in {', '.join(KINDS)}")
        mix[kind] = int(weight)
    return mix


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Make a pipeline to measure with.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tasks", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mix", type=read_mix, default={"function": 1}, metavar="KIND=WEIGHT,…")
    given = parser.parse_args()
    make(given.folder, given.tasks, seed=given.seed, mix=given.mix)
