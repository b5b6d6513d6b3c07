"""A new task, written out with the folders that the pipeline already uses."""

from __future__ import annotations

import os
import re
from collections import Counter
from itertools import islice
from typing import Final

from pipelens.core.answers.complete_item import Completion, Question
from pipelens.core.answers.yaml_context import YamlContext
from pipelens.core.project import Project
from pipelens.frozen import frozen

_MOST_LOOKED_AT: Final = 50
_STOP = re.compile(r"\$\{(\d)(?::([^}]*))?\}")


@frozen
class _Shape:
    label: str
    doc: str
    lines: tuple[str, ...]


def new_tasks(question: Question, context: YamlContext) -> list[Completion]:
    """One offer for each kind of task; in brackets, or before keys that are there, none."""
    if context.flow or context.siblings or context.quote:
        return []
    project = question.project
    text = question.lines.line(context.replace.start.line)
    base = len(text) - len(text.lstrip())
    dash = "" if context.dashed else "- "
    indent = " " * max(0, context.replace.start.character + len(dash) - base)
    found: list[Completion] = []
    for shape in _shapes(project):
        written = dash + f"\n{indent}".join(shape.lines)
        plain = _plain(written)
        found.append(
            Completion(
                shape.label,
                "snippet",
                context.replace,
                written if question.snippets else plain,
                "new task",
                f"{shape.doc}\n\n```yaml\n{_plain(chr(10).join(shape.lines))}\n```",
                snippet=question.snippets,
            )
        )
    return found


def _shapes(project: Project) -> list[_Shape]:
    sources, products, module = _habits(project)
    meta = project.spec.meta
    nb = ("product:", f"  nb: {products}/${{1:name}}.ipynb", f"  data: {products}/${{2:name.csv}}")
    file = (f"product: {products}/${{2:name.csv}}",)
    if meta.extract_product:
        nb = file = ()
    upstream = () if meta.extract_upstream else ("upstream: [${3}]",)
    return [
        _Shape(
            "task: script", "A Python script that runs as a notebook.",
            (f"source: {sources}${{1:name}}.py", *nb, *upstream),
        ),
        _Shape(
            "task: notebook", "A Jupyter notebook.", (f"source: {sources}${{1:name}}.ipynb", *nb, *upstream)
        ),
        _Shape("task: function", "A Python function.", (f"source: {module}.${{1:name}}", *file, *upstream)),
        _Shape(
            "task: SQL", "A query whose result is stored in a file; needs a `client`.",
            (f"source: {sources}${{1:name}}.sql", *file, *upstream),
        ),
    ]  # fmt: skip


def _habits(project: Project) -> tuple[str, str, str]:
    """The folder of sources (with its slash), that of products and the module that most tasks use."""
    folders: Counter[str] = Counter()
    products: Counter[str] = Counter()
    modules: Counter[str] = Counter()
    for task in islice(project.tasks.values(), _MOST_LOOKED_AT):
        source = task.spec.source
        if task.kind == "function":
            modules[source.rpartition(".")[0]] += 1
        elif task.spec.source_path is not None and not os.path.isabs(source):
            folders[os.path.dirname(source)] += 1
        for item in task.products.items if task.products is not None else ():
            folder = os.path.dirname(item.written)
            if folder and not os.path.isabs(folder) and "[[" not in folder:
                products[folder] += 1
    source = _most(folders, "scripts")
    return f"{source}/" if source else "", _quoted(_most(products, "output")), _most(modules, "tasks")


def _most(counted: Counter[str], otherwise: str) -> str:
    return counted.most_common(1)[0][0] if counted else otherwise


def _quoted(folder: str) -> str:
    """A folder that can stand in YAML without quotes."""
    return "output" if "{{" in folder or not re.fullmatch(r"[\w./-]+", folder) else folder


def _plain(text: str) -> str:
    """A snippet as text, each stop with what it suggests."""
    return _STOP.sub(lambda stop: stop[2] or "", text)
