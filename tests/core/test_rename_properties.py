"""Renaming in pipelines made at random: the same graph and the same problems under another name, and the
way back leads to the same bytes."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipelens.core.answers.rename import NotRenamed, Renamable
from pipelens.core.answers.subject import ParamName, PlaceholderName, ProductKey, TaskName, subject_at
from pipelens.core.notebook_json import inside_json
from pipelens.core.problems import Edit
from pipelens.core.project import Project
from pipelens.core.text import Document, Position
from tests.core.renaming import Folder, notebook, script

NAMES = ["load", "fit", "fit-a", "fit-b", "x y", "été", "🚚", "2024", "it's", "a: b", "yes"]
NEW = [
    *NAMES,
    "other",
    "fit-c",
    'say "hi"',
    "back\\slash",
    "none",
    "[1]",
    "x{y}",
    "# c",
    "1e3",
    "depth",
    "rows",
]
KEYS = ["data", "model", "a key", "ключ"]


def made(seed: int) -> dict[str, str]:
    """A pipeline with scripts, notebooks and functions, whose tasks need each other."""
    pick = random.Random(seed)
    names = pick.sample(NAMES, pick.randint(2, 5))
    texts: dict[str, str] = {"env.yaml": "out: results\nbelow: '{{out}}/x'\n"}
    entries: list[str] = []
    functions: list[str] = []
    known: list[tuple[str, list[str]]] = []
    for number, name in enumerate(names):
        keys = pick.sample(KEYS, pick.randint(0, 2))
        needs = pick.sample(known, pick.randint(0, min(2, len(known))))
        param = pick.choice(["rows", "depth", ""])
        kind = pick.choice(["script", "notebook", "function"])
        quote = pick.choice("'\"")
        reads = [f"upstream[{quoted(other, quote)}]" for other, _ in needs]
        reads += [
            f"upstream[{quoted(other, quote)}][{quoted(key, quote)}]" for other, ks in needs for key in ks
        ]
        reads += [f"product[{quoted(key, quote)}]" for key in keys]
        uses = (
            ", ".join([*reads, *([f'f"{{{param}}}"', f"[{param} for _ in {param}]"] if param else [])]) or "1"
        )
        declared = [quoted(other, quote) for other, _ in needs]
        if pick.random() < 0.3 and any(other.startswith("fit-") for other, _ in needs):
            declared = [one for one in declared if "fit-" not in one] + ['"fit-*"']
            uses = uses.replace("upstream[", 'upstream["fit-*"][', 1) if "fit-" in uses[:18] else uses
        cell = f"upstream = [{', '.join(declared)}]\nproduct = None" + (f"\n{param} = 1" if param else "")
        if kind == "function":
            argument = f", {param}=1" if param else ""
            functions.append(f"def f{number}(product, upstream=None{argument}):\n    return {uses}\n")
            source = f"steps.f{number}"
        else:
            source = f"s{number}.{'py' if kind == 'script' else 'ipynb'}"
            texts[source] = (script if kind == "script" else notebook)(cell, f"é = 1; {uses}")
        nb = [] if kind == "function" else [("nb", f"out/{number}.ipynb")]
        products = [*nb, *((key, f"{{{{out}}}}/{number}-{at}.csv") for at, key in enumerate(keys))]
        if len(products) < 2 and not keys:
            product = products[0][1] if products else f"{{{{below}}}}/{number}.txt"
            product = f"'{product}'"
        else:
            product = "{" + ", ".join(f"{key}: '{path}'" for key, path in products) + "}"
        written = yaml_text(name) if not (number == 0 and kind != "function") else ""
        named = f"    name: {written}  # {number}\n" if written else ""
        params = f"    params: {{{param}: 3}}\n" if param and pick.random() < 0.7 else ""
        entries.append(f"  - source: {source}\n{named}    product: {product}\n{params}")
        known.append((name if written else f"s{number}", keys))
    texts["pipeline.yaml"] = "tasks:\n" + "".join(entries)
    texts["steps.py"] = "\n\n".join(functions)
    return texts


def quoted(text: str, quote: str) -> str:
    return quote + text.replace("\\", "\\\\").replace(quote, "\\" + quote) + quote


def yaml_text(name: str) -> str:
    return {"2024": '''"'2024'"''', "a: b": "'a: b'", "yes": '"yes"'}.get(name, name)


def shape(project: Project) -> list[object]:
    """The pipeline without its names: each task by its number, with what it needs and reads."""
    numbers = {name: number for number, name in enumerate(project.tasks)}
    return [
        (
            [numbers[other] for other in task.upstream],
            [len(found) for found in task.needs.values()],
            [product.path for product in task.products.items] if task.products else [],
            list(task.params.values()),
            [numbers.get(reference.name, -1) for reference in task.references],
            sorted(problem.code for problem in project.problems if problem.task == task.name),
        )
        for task in project.tasks.values()
    ]


def things(folder: Folder) -> list[tuple[str, Position]]:
    """Every place that names something that may be renamed."""
    project = folder.project()
    found: dict[object, tuple[str, Position]] = {}
    for name in folder.texts():
        path, lines = folder.path(name), Document(folder.text(name))
        for line in range(len(lines)):
            for character in range(len(lines.line(line)) + 1):
                at = Position(line, character)
                subject = subject_at(project, path, at, lines)
                if isinstance(subject, TaskName | ProductKey | ParamName | PlaceholderName):
                    found.setdefault((subject.path, subject.span), (name, at))
    return list(found.values())


def moved(at: Position, path: str, file: str, edits: tuple[Edit, ...]) -> Position:
    """Where the name at `at` begins when the edits are made; none of them has more than one line."""
    here = [edit for edit in edits if edit.place.path == path]
    start = next((edit.place.span.start for edit in here if edit.place.span.contains(at)), at)
    more = 0
    for edit in here:
        span = edit.place.span
        if span.start.line == start.line and span.end <= start:
            text = inside_json(edit.text, file) if path.endswith(".ipynb") else edit.text
            more += len(text) - (span.end.character - span.start.character)
    return Position(start.line, start.character + more + 1)


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(st.integers(0, 1 << 40))
def test_a_renaming_keeps_the_graph_and_the_problems_and_leads_back(seed: int) -> None:
    pick = random.Random(seed)
    with tempfile.TemporaryDirectory() as root:
        before = made(seed)
        folder = Folder(Path(root).resolve(), before)
        name, at = pick.choice(things(folder))
        found = folder.prepare_at(name, at)
        shapes = shape(folder.project())
        changed = folder.rename_at(name, at, pick.choice(NEW))
        if isinstance(changed, NotRenamed):
            assert folder.texts() == before
            return
        assert isinstance(found, Renamable)
        assert changed is not None
        assert shape(folder.project()) == shapes
        if any(edit.place.span.start == edit.place.span.end for edit in changed):
            return  # a name was added, which no renaming takes away
        back = folder.rename_at(name, moved(at, folder.path(name), before[name], changed), found.name)
        assert not isinstance(back, NotRenamed), back
        after = folder.texts()
        if any(edit.text[:1] in "'\"" for edit in changed if edit.text):
            # Quotes that came with a name stay with it; the sources are as they were.
            del after["pipeline.yaml"], before["pipeline.yaml"]
            after.pop("env.yaml", None), before.pop("env.yaml", None)
        assert after == before
