"""A small pipeline on the disk, in which completion is asked at a caret."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pipelens.core.answers.complete import complete
from pipelens.core.answers.complete_item import Completion, Completions, Question
from pipelens.core.text import Document, Position
from pipelens.workspace.buffers import Buffer
from pipelens.workspace.host import Host
from tests.core.carets import caret

STEPS = '''\
from pathlib import Path


def load(product):
    """Read the raw rows."""
    Path(product["data"]).write_text("1")


def fit(product, upstream, alpha=1, *, beta):
    upstream["load"]["data"]


def mail(task, client):
    pass


def announce(dag, report):
    pass


def connect(path="db"):
    pass


def _hidden(product):
    pass


class Model:
    pass
'''

PLOT = """\
# %% tags=["parameters"]
upstream = ["fit"]
product = None
rows = 10
title = "rows"

# %%
print(upstream["fit"], product["nb"], rows, title)
"""

PIPELINE = """\
tasks:
  - source: steps.load
    product: {nb: out/load.txt, data: out/load.csv}
  - source: steps.fit
    product: out/fit.txt
    params: {beta: 2}
  - source: scripts/plot.py
    product: {nb: out/plot.ipynb, data: out/plot.csv}
    params: {title: all}
"""

EXPLICIT = "meta:\n  extract_upstream: false\n"

ENV = "raw: data/raw\npath:\n  out: output\nlater: 1\n"


class Desk:
    """The pipeline in `root`, and what is answered while one of its files is typed."""

    def __init__(self, root: Path, files: Mapping[str, str] | None = None) -> None:
        self.root = Path(os.path.realpath(root))
        texts = {
            "pipeline.yaml": PIPELINE,
            "steps.py": STEPS,
            "scripts/plot.py": PLOT,
            "scripts/new.py": "",
            "scripts/notes.txt": "",
            "env.yaml": ENV,
            **(files or {}),
        }
        for name, text in texts.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self.host = Host((str(self.root),), environ={"PATH": os.environ["PATH"], "USER": "ada"})

    def ask(
        self, name: str, text: str, *, trigger: str = "", keys: bool = True, snippets: bool = False
    ) -> Completions:
        """What is offered at the `¦` in `text`, which the editor shows for the file `name`."""
        document, position = caret(text)
        path = str(self.root / name)
        self.host.open(path, Buffer(Path(path).as_uri(), document.text))
        project = self.host.project(str(self.root / "pipeline.yaml"))
        assert project is not None
        answer = complete(
            Question(
                project, path, position, document, self.host.files, trigger, keys=keys, snippets=snippets
            )
        )
        self.host.close(path)
        return answer

    def at(self, name: str, text: str, line: int, character: int) -> Completions:
        """What is offered in `text` where the pipeline is that of the files on the disk: as it is
        while nobody has read the text yet."""
        project = self.host.project(str(self.root / "pipeline.yaml"))
        assert project is not None
        lines = Document(text)
        path = str(self.root / name)
        return complete(Question(project, path, Position(line, character), lines, self.host.files))

    def labels(self, name: str, text: str) -> list[str]:
        return [item.label for item in self.ask(name, text).items]

    def accept(self, name: str, text: str, label: str) -> str:
        """The line of the caret once the offer called `label` is taken."""
        offers = [item for item in self.ask(name, text).items if item.label == label]
        assert offers, f"{label} is not offered"
        document, _ = caret(text)
        return taken(document.line(offers[0].replace.start.line), offers[0])


def taken(line: str, item: Completion) -> str:
    assert item.replace.start.line == item.replace.end.line
    return line[: item.replace.start.character] + item.insert + line[item.replace.end.character :]
