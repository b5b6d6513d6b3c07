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
from dataclasses import dataclass
from pathlib import Path

KINDS = ("function", "script", "notebook")
PER_MODULE = 25
REACH = 20


@dataclass(frozen=True)
class Style:
    """How a pipeline is written. product: the extension of what notebooks and scripts are kept as. reach:
    how many tasks before it a task may need. executor: as the spec names it; none: the usual one.
    imports: modules that every task imports. hook: whether a hook is called after each build."""

    flow: bool = False
    comments: bool = False
    hook: bool = False
    product: str = "ipynb"
    reach: int = REACH
    executor: str = ""
    imports: tuple[str, ...] = ()


def make(
    folder: Path,
    tasks: int,
    *,
    seed: int = 1,
    mix: dict[str, int] | None = None,
    style: Style = Style(),
) -> None:
    """Write `pipeline.yaml` and all sources into `folder`, which is emptied first."""
    mix = mix or {"function": 1}
    chance = random.Random(seed)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    entries: list[str] = [f"executor: {style.executor}"] if style.executor else []
    if style.hook:
        entries.append("on_finish: hooks.done")
        (folder / "hooks.py").write_text("def done(report):\n    assert report\n", encoding="utf-8")
    entries.append("tasks:")
    imports = "".join(f"import {name}\n" for name in style.imports)
    modules: dict[str, list[str]] = {}
    kinds = chance.choices(list(mix), weights=list(mix.values()), k=tasks)
    for number, kind in enumerate(kinds):
        name = f"task_{number:05d}"
        near = range(max(0, number - style.reach), number)
        needs = sorted(chance.sample(near, k=min(len(near), chance.randint(0, 3))))
        upstream = [(f"task_{need:05d}", kinds[need]) for need in needs]
        params: dict[str, object] = {}
        if kind == "function":
            module = f"part_{number // PER_MODULE:03d}"
            modules.setdefault(module, [f"from pathlib import Path\n{imports}"]).append(
                _function(name, upstream)
            )
            source, product = f"{module}.{name}", f"out/{name}.txt"
        else:
            extension = "py" if kind == "script" else "ipynb"
            path = folder / f"{kind}s" / f"{name}.{extension}"
            path.parent.mkdir(exist_ok=True)
            path.write_text(_cells(kind, upstream, imports), encoding="utf-8")
            source = f"{kind}s/{name}.{extension}"
            product = {"nb": f"out/{name}.{style.product}", "data": f"out/{name}.txt"}
        if kind != "function" and chance.random() < 0.3:
            params = {"size": chance.randint(1, 99)}
        if style.comments and chance.random() < 0.3:
            entries.append(f"  # {name} needs {len(needs)} others")
        entries.append(_entry({"source": source, "product": product, "params": params}, flow=style.flow))

    for module, parts in modules.items():
        (folder / f"{module}.py").write_text("\n\n\n".join(parts) + "\n", encoding="utf-8")
    (folder / "pipeline.yaml").write_text("\n".join(entries) + "\n", encoding="utf-8")


def _entry(entry: dict[str, object], *, flow: bool) -> str:
    if flow:
        return f"  - {_flow({key: value for key, value in entry.items() if value})}"
    lines: list[str] = []
    for key, value in entry.items():
        if isinstance(value, dict):
            lines += [f"{key}:", *(f"  {name}: {each}" for name, each in value.items())] if value else []
        else:
            lines.append(f"{key}: {value}")
    return "  - " + "\n    ".join(lines)


def _flow(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(each)}" for key, each in value.items()) + "}"
    return str(value)


def _read(upstream: list[tuple[str, str]]) -> list[str]:
    return [f'upstream["{name}"]' + ("" if kind == "function" else '["data"]') for name, kind in upstream]


def _function(name: str, upstream: list[tuple[str, str]]) -> str:
    arguments = "product, upstream" if upstream else "product"
    lines = [f"def {name}({arguments}):", f'    """Makes {name}"""', "    total = 1"]
    lines += [f"    total += len(Path({read}).read_text())" for read in _read(upstream)]
    lines.append("    Path(product).write_text(str(total))")
    return "\n".join(lines)


def _cells(kind: str, upstream: list[tuple[str, str]], imports: str) -> str:
    names = [name for name, _ in upstream] or None
    declared = f"upstream = {json.dumps(names) if names else None}\nproduct = None\nsize = 1"
    lines = [f"from pathlib import Path\n{imports}", "total = size"]
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


def add_style_options(parser: argparse.ArgumentParser) -> None:
    """What makes the data another: the seed, the kinds of tasks, and how the pipeline is written."""
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mix", type=read_mix, metavar="KIND=WEIGHT,…", help="kinds of tasks")
    parser.add_argument("--flow", action="store_true", help="entries in braces")
    parser.add_argument("--comments", action="store_true", help="comments between some entries")
    parser.add_argument("--hook", action="store_true", help="a hook after each build")


def read_style(given: argparse.Namespace) -> Style:
    return Style(flow=given.flow, comments=given.comments, hook=given.hook)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Make a pipeline to measure with.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tasks", type=int, default=100)
    add_style_options(parser)
    given = parser.parse_args()
    make(given.folder, given.tasks, seed=given.seed, mix=given.mix, style=read_style(given))
