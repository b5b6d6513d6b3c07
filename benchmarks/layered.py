"""Layered pipelines of any size: each task needs some of the layers before its own.

The same arguments give the same bytes. Scripts, notebooks, functions and SQL, with upstream in the
sources or in the file, in block or flow style, with or without comments.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_STAGES = ("load", "clean", "join", "features", "fit", "score", "report", "export")
_TOPICS = ("orders", "users", "events", "items", "prices", "stores", "visits", "stock", "größen")
_COLUMNS = ("id", "ts", "amount", "store", "kind", "price")

_BODY = """\
# %%
frame = pd.concat([pd.read_parquet(path) for path in paths])
frame = frame[frame['amount'] > threshold]

# %% [markdown]
# ## Aggregate
# One row per store and day.


# %%
def aggregate(frame, by=('store', 'ts')):
    \"\"\"Sum the amounts.\"\"\"
    out = frame.groupby(list(by), as_index=False)['amount'].sum()
    out['amount'] = out['amount'].round(2)
    return out


# %%
result = aggregate(frame[columns])
if sample:
    result = result.sample(frac=0.1, random_state=0)

# %%
result.to_parquet(product['data'])
print(result.describe())
"""


@dataclass(frozen=True)
class Made:
    """A task as it is written. kind: `py`, `ipynb`, `fn` or `sql`."""

    name: str
    kind: str
    number: int
    upstream: tuple[str, ...]
    threshold: float
    sample: bool
    columns: tuple[str, ...]

    @property
    def source(self) -> str:
        stage = self.name.split("_", 1)[0]
        match self.kind:
            case "py":
                return f"scripts/{stage}/{self.name}.py"
            case "ipynb":
                return f"notebooks/{stage}/{self.name}.ipynb"
            case "sql":
                return f"sql/{stage}/{self.name}.sql"
            case _:
                return f"funcs.mod_{self.number // 50:04d}.{self.name}"


def write(
    folder: Path,
    tasks: int,
    *,
    seed: int = 0,
    mix: Mapping[str, float] | None = None,
    upstream: str = "source",
    style: str = "block",
) -> Path:
    """Write a pipeline of so many tasks into `folder`; the path of its file.

    mix: weights of the kinds. upstream: `source` or `yaml`. style: `block`, `flow` or `comments`.
    """
    made = _tasks(tasks, random.Random(seed), mix or {"py": 1})
    spec = folder / "pipeline.yaml"
    folder.mkdir(parents=True, exist_ok=True)
    spec.write_text(_spec(made, upstream, style), encoding="utf-8", newline="\n")
    (folder / "hooks.py").write_text("def on_finish():\n    pass\n", encoding="utf-8")
    (folder / "clients.py").write_text("def get_client():\n    raise NotImplementedError\n", encoding="utf-8")
    modules: dict[str, list[str]] = {}
    for task in made:
        if task.kind == "fn":
            modules.setdefault(f"funcs/mod_{task.number // 50:04d}.py", []).append(_function(task))
            continue
        path = folder / task.source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_source(task, upstream), encoding="utf-8", newline="\n")
    for name, functions in modules.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("import pandas as pd\n" + "".join(functions), encoding="utf-8")
        (path.parent / "__init__.py").touch()
    return spec


def _tasks(count: int, chance: random.Random, mix: Mapping[str, float]) -> list[Made]:
    layers = min(count, max(2, round(10 * (count / 100) ** 0.3)))
    sizes = [count // layers + (layer < count % layers) for layer in range(layers)]
    kinds, weights = list(mix), list(mix.values())
    made: list[Made] = []
    before: list[Made] = []
    for layer, size in enumerate(sizes):
        stage = _STAGES[min(len(_STAGES) - 1, layer * len(_STAGES) // layers)]
        row: list[Made] = []
        for place in range(size):
            number = len(made)
            name = f"{stage}_{chance.choice(_TOPICS)}_{number:05d}"
            at = place * len(before) // size if before else 0
            near = before[max(0, at - 4) : at + 5]
            needs = {
                one.number: one.name for one in chance.sample(near, min(len(near), chance.randint(1, 3)))
            }
            task = Made(
                name,
                chance.choices(kinds, weights)[0],
                number,
                tuple(needs[one] for one in sorted(needs)),
                round(chance.random(), 2),
                chance.random() < 0.5,
                tuple(chance.sample(_COLUMNS, 3)),
            )
            row.append(task)
            made.append(task)
        before = row
    return made


def _spec(tasks: Sequence[Made], upstream: str, style: str) -> str:
    lines = [
        "meta:",
        f"  extract_upstream: {'false' if upstream == 'yaml' else 'true'}",
        "executor: serial",
        "on_finish: hooks.on_finish",
        *(("clients:", "  SQLDump: clients.get_client") if any(t.kind == "sql" for t in tasks) else ()),
        "",
        "tasks:",
    ]
    for task in tasks:
        lines.extend(_flow(task, upstream) if style == "flow" else _block(task, upstream, style))
    return "\n".join(lines) + "\n"


def _products(task: Made) -> dict[str, str]:
    if task.kind in ("py", "ipynb"):
        ending = "html" if task.kind == "py" else "ipynb"
        return {"nb": f"output/{task.name}.{ending}", "data": f"output/{task.name}.parquet"}
    return {"": f"output/{task.name}.{'csv' if task.kind == 'sql' else 'parquet'}"}


def _block(task: Made, upstream: str, style: str) -> list[str]:
    products = _products(task)
    lines = [f"  - source: {task.source}", f"    name: {task.name}"]
    if style == "comments":
        lines.insert(0, f"  # {task.name}: the {task.number}th of them, which needs {len(task.upstream)}")
        lines.append("    # what it makes")
    if "" in products:
        lines.append(f"    product: {products['']}")
    else:
        lines.append("    product:")
        lines.extend(f"      {key}: {path}" for key, path in products.items())
    if upstream == "yaml" and task.upstream:
        lines.append(f"    upstream: [{', '.join(task.upstream)}]")
    if task.kind != "sql":
        lines += [
            "    params:",
            f"      threshold: {task.threshold}" + ("  # a share" if style == "comments" else ""),
            f"      sample: {str(task.sample).lower()}",
            f"      columns: [{', '.join(task.columns)}]",
        ]
    return [*lines, ""]


def _flow(task: Made, upstream: str) -> list[str]:
    products = _products(task)
    inner = ", ".join(f"{key}: {path}" for key, path in products.items())
    product = products.get("", f"{{{inner}}}")
    lines = [f"  - {{source: {task.source}, name: {task.name}, product: {product},"]
    if upstream == "yaml" and task.upstream:
        lines.append(f"     upstream: [{', '.join(task.upstream)}],")
    if task.kind != "sql":
        values = f"threshold: {task.threshold}, sample: {str(task.sample).lower()}"
        lines.append(f"     params: {{{values}, columns: [{', '.join(task.columns)}]}},")
    return [*lines[:-1], lines[-1].rstrip(",") + "}"]


def _source(task: Made, upstream: str) -> str:
    if task.kind == "sql":
        rows = [f"SELECT * FROM {{{{upstream['{name}']}}}}" for name in task.upstream] or ["SELECT 1"]
        return f"-- {task.name}\n" + "\nUNION ALL\n".join(rows) + "\n"
    declared = [f"'{name}'" for name in task.upstream] if upstream == "source" else []
    paths = ", ".join(f"upstream['{name}']" for name in task.upstream) or "'data/raw.parquet'"
    cells = [
        ("markdown", "", f"# {task.name}"),
        ("code", "", "import pandas as pd"),
        (
            "code",
            "parameters",
            f"upstream = {'[' + ', '.join(declared) + ']' if declared else None}\nproduct = None\n"
            "threshold = None\nsample = None\ncolumns = None",
        ),
        ("code", "", f"paths = [{paths}]"),
    ]
    if task.kind == "py":
        marks = {"markdown": "# %% [markdown]\n# ", "": "# %%\n", "parameters": '# %% tags=["parameters"]\n'}
        text = "\n\n".join(
            marks[tag or ("markdown" if kind == "markdown" else "")] + body for kind, tag, body in cells
        )
        return f"{text}\n\n{_BODY}"
    for part in _BODY.split("# %%")[1:]:
        mark, _, body = part.partition("\n")
        if "markdown" in mark:
            body = "\n".join(line.removeprefix("# ") for line in body.split("\n"))
        cells.append(("markdown" if "markdown" in mark else "code", "", body.strip("\n")))
    return json.dumps(_notebook(cells), indent=1, ensure_ascii=False) + "\n"


def _notebook(cells: Sequence[tuple[str, str, str]]) -> dict[str, object]:
    made: list[dict[str, object]] = []
    for number, (kind, tag, body) in enumerate(cells):
        cell: dict[str, object] = {
            "cell_type": kind,
            "id": f"c{number:04d}",
            "metadata": {"tags": [tag]} if tag else {},
            "source": body.splitlines(keepends=True),
        }
        if kind == "code":
            cell |= {"execution_count": None, "outputs": []}
        made.append(cell)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def _function(task: Made) -> str:
    taken = (
        "product, upstream, threshold, sample, columns"
        if task.upstream
        else "product, threshold, sample, columns"
    )
    reads = "".join(
        f"    frame_{at} = pd.read_parquet(upstream['{name}'])\n" for at, name in enumerate(task.upstream)
    )
    return (
        f'\n\ndef {task.name}({taken}):\n    """{task.name}"""\n{reads}'
        "    pd.DataFrame().to_parquet(product)\n"
    )
