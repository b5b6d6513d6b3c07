"""A pipeline that is being worked on, and an hour's work on it: about twenty changes as people make
them, each ending where a person would look up at the problems."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

from tests.lsp.typist import Typist

PIPELINE = """\
# sales: from the shop's exports to the monthly report
meta:
  extract_upstream: true

tasks:
  - source: steps.load.orders
    product: "{{out}}/orders.csv"
    params:
      limit: 1000

  - source: steps.load.users
    product: "{{out}}/users.csv"

  - source: scripts/clean.py
    product:
      nb: "{{out}}/clean.ipynb"
      data: "{{out}}/clean.csv"
    params:
      threshold: 0.5   # share of missing values

  - source: scripts/join.py
    name: join
    product:
      nb: "{{out}}/join.html"
      data: "{{out}}/join.csv"

  - source: notebooks/größe.ipynb
    name: fit
    product:
      nb: "{{out}}/fit.ipynb"
      model: "{{out}}/model.pickle"
    params:
      seed: 1
      labels: [a, b, c]

  - source: scripts/report.py
    name: report
    product:
      nb: "{{out}}/report.html"
"""

ENV = """\
out: output
sample: false
"""

LOAD = '''\
from pathlib import Path


def orders(product, limit):
    """The orders of the shop."""
    Path(product).write_text("id,amount\\n" * limit)


def users(product):
    Path(product).write_text("id,name\\n")
'''

CLEAN = """\
# %% tags=["parameters"]
upstream = ["orders"]
product = None
threshold = 0.1

# %%
from pathlib import Path

text = Path(upstream["orders"]).read_text()

# %%
Path(product["data"]).write_text(text if threshold else "")
"""

JOIN = """\
# %% tags=["parameters"]
upstream = ["clean", "users"]
product = None

# %%
from pathlib import Path

both = [Path(upstream["clean"]["data"]), Path(upstream["users"])]

# %%
Path(product["data"]).write_text("".join(one.read_text() for one in both))
"""

REPORT = """\
# %% tags=["parameters"]
upstream = ["fit", "join"]
product = None

# %%
print("größe 📦", upstream["fit"]["model"], upstream["join"]["data"])
"""

FIT = """\
{
 "cells": [
  {
   "cell_type": "code", "execution_count": null, "id": "a1", "metadata": {"tags": ["parameters"]}, "outputs": [],
   "source": ["upstream = [\\"join\\"]\\n", "product = None\\n", "seed = None\\n", "labels = None"]
  },
  {
   "cell_type": "code", "execution_count": null, "id": "a2", "metadata": {}, "outputs": [],
   "source": ["print(seed, labels, upstream[\\"join\\"][\\"data\\"], product[\\"model\\"])"]
  }
 ],
 "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
 "nbformat": 4,
 "nbformat_minor": 5
}
"""

FILES = {
    "pipeline.yaml": PIPELINE,
    "env.yaml": ENV,
    "steps/__init__.py": "",
    "steps/load.py": LOAD,
    "scripts/clean.py": CLEAN,
    "scripts/join.py": JOIN,
    "scripts/report.py": REPORT,
    "notebooks/größe.ipynb": FIT,
}

OPEN = ("pipeline.yaml", "env.yaml", "steps/load.py", "scripts/clean.py", "scripts/join.py")
YAML, SPEC_ENV, STEPS, CLEANING, JOINING = OPEN


def write(folder: Path) -> None:
    """Put the pipeline into `folder`."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")


async def work(it: Typist) -> AsyncIterator[str]:
    """The changes; yields what was done at each pause. The last one leaves every text as it was."""
    begin = it.moment
    for change in (_new_task, _names, _source, _structure, _env, _blocks, _styles, _python):
        async for done in change(it):
            yield done
    await it.undo(it.moment - begin)
    yield "undid everything"


async def _new_task(it: Typist) -> AsyncIterator[str]:
    end = len(it.texts[YAML])
    at = await it.type(YAML, end, "\n  - sour")
    yield "half a key at the end"
    at = await it.type(YAML, at, "ce: scripts/export.py")
    yield "a task whose source is missing and that has no product"
    at = await it.type(YAML, at, "\n    name: export\n    product:\n      nb: ")
    yield "a product without a value"
    at = await it.type(YAML, at, '"{{out}}/export')
    yield "an open quote"
    await it.type(YAML, at, '.html"\n')
    yield "the task is whole, its source missing"
    await it.retype(YAML, "scripts/export.py", "scripts/join.py")
    yield "a second task of one source"
    await it.undo(5)
    yield "some of it undone"
    await it.undo(10)
    yield "more of it undone"


async def _names(it: Typist) -> AsyncIterator[str]:
    await it.retype(YAML, "join", "joined", inside="name: join")
    yield "a task renamed; others ask for its old name"
    await it.retype(YAML, "joined", "fit", inside="name: joined")
    yield "two tasks of one name"
    await it.retype(YAML, "fit", "join", inside='name: fit\n    product:\n      nb: "{{out}}/join')
    yield "as before"
    await it.erase(YAML, "    name: report\n")
    yield "a name that is told from the source"
    await it.type(YAML, it.after(YAML, "source: scripts/report.py\n"), "    name: 'clean'\n")
    yield "a name that another task has"
    await it.retype(YAML, "'clean'", "report 📦")
    yield "a name outside of the plane"


async def _source(it: Typist) -> AsyncIterator[str]:
    await it.retype(CLEANING, "orders", "order", inside='["orders"]\nproduct')
    yield "an upstream that is not there"
    at = it.after(CLEANING, 'upstream = ["order"')
    at = await it.type(CLEANING, at, ', "us')
    yield "an open string in the declaration"
    at = await it.type(CLEANING, at, 'ers"')
    yield "declared, not used"
    await it.retype(CLEANING, '"order"', '"orders"', inside='["order",')
    yield "one declared and not used"
    await it.paste(CLEANING, len(it.texts[CLEANING]), '\n# %%\nprint(upstream["users"], upstream["join"])\n')
    yield "an undeclared reference pasted"
    await it.retype(CLEANING, "threshold", "treshold", inside="threshold = 0.1")
    yield "a param renamed in the source alone"
    await it.cut(CLEANING, 'upstream = ["orders", "users"]\n')
    yield "no declaration"
    await it.undo(1)
    yield "the declaration again"
    await it.retype(JOINING, '"clean"', '"report 📦"', inside='["clean", "users"]')
    yield "a cycle over three files"
    await it.retype(JOINING, '"report 📦"', '"cle*"', inside='["report 📦",')
    yield "a pattern"
    await it.undo(7)
    yield "half a pattern undone"
    it.save(CLEANING)
    yield "saved"


async def _structure(it: Typist) -> AsyncIterator[str]:
    users = '  - source: steps.load.users\n    product: "{{out}}/users.csv"\n\n'
    at = await it.cut(YAML, users)
    yield "a task cut"
    await it.paste(YAML, len(it.texts[YAML]), "\n" + users)
    yield "and pasted at the end"
    await it.paste(YAML, at, users)
    yield "and pasted twice"
    await it.undo(1)
    yield "moved"
    orders = it.after(YAML, 'product: "{{out}}/orders.csv"')
    await it.type(YAML, orders, "\n    upstream: [users]")
    yield "upstream in the file although sources tell it"
    await it.retype(YAML, "extract_upstream: true", "extract_upstream: false")
    yield "sources no longer tell it"
    await it.undo(8)
    yield "half a boolean"
    await it.retype(YAML, "meta:", "mta:")
    yield "an unknown section"
    await it.undo(4)
    yield "undone a little"


async def _env(it: Typist) -> AsyncIterator[str]:
    at = it.after(SPEC_ENV, "sample: false\n")
    at = await it.type(SPEC_ENV, at, "region: eu\n")
    yield "an env key that nothing uses"
    await it.retype(YAML, "1000", "'{{regoin}}'")
    yield "a placeholder misspelt"
    await it.retype(YAML, "regoin", "region")
    yield "a placeholder"
    await it.retype(SPEC_ENV, "out: output", "out: 'out put")
    yield "an open quote in the env"
    await it.type(SPEC_ENV, it.after(SPEC_ENV, "out: 'out put"), "'")
    yield "a folder with a space"
    await it.retype(SPEC_ENV, "region", "regions")
    yield "the env key renamed alone"


async def _blocks(it: Typist) -> AsyncIterator[str]:
    block = "    params:\n      threshold: 0.5   # share of missing values\n"
    await it.comment(YAML, block)
    yield "params commented out"
    await it.undo(1)
    yield "and in again"
    await it.indent(YAML, block, 2)
    yield "a block too far in"
    await it.indent(YAML, "".join("  " + line for line in block.splitlines(True)), -4)
    yield "a block too far out"
    await it.undo(2)
    yield "in its place"
    quotes = [it.before(YAML, "{{out}}/model.pickle"), it.before(YAML, "{{out}}/fit.ipynb")]
    await it.everywhere(YAML, quotes, "sub/")
    yield "two cursors"
    await it.everywhere(YAML, [at + 4 for at in quotes], '"')
    yield "two quotes too many"
    await it.undo(1)
    yield "and gone"


async def _styles(it: Typist) -> AsyncIterator[str]:
    await it.retype(YAML, "[a, b, c]", "[a, b")
    yield "an open bracket"
    await it.type(YAML, it.after(YAML, "[a, b"), ", &x c, *x]")
    yield "an anchor and its alias"
    fit = it.after(YAML, "seed: 1")
    await it.type(YAML, fit, "\n\ttabbed: 1")
    yield "a tab"
    await it.undo(11)
    yield "no tab"
    await it.paste(YAML, 0, "---\n")
    yield "a document mark"
    await it.undo(1)
    await it.format(YAML, it.texts[YAML].replace("\n\n", "\n"))
    yield "formatted and saved"
    await it.paste(YAML, 0, it.texts[YAML].replace("\n", "\r\n"), over=len(it.texts[YAML]))
    yield "other line ends"
    await it.undo(1)
    yield "the old line ends"
    text = it.texts[YAML]
    await it.paste(YAML, 0, "tasks: [{source: steps.load.users, product: a.csv}", over=len(text))
    yield "a flow sequence without its end"
    await it.type(YAML, len(it.texts[YAML]), "]\n")
    yield "a flow sequence"
    await it.undo(3)
    yield "blocks again"


async def _python(it: Typist) -> AsyncIterator[str]:
    await it.retype(STEPS, "limit", "limits", inside="def orders(product, limit)")
    yield "an argument renamed"
    at = await it.type(STEPS, len(it.texts[STEPS]), "\n\ndef extra(product, upst")
    yield "half a function"
    at = await it.type(STEPS, at, 'ream):\n    print(upstream["users"]["da')
    yield "an open string in a function"
    at = await it.type(STEPS, at, 'ta"])\n')
    yield "a function that no task uses"
    await it.paste(YAML, len(it.texts[YAML]), "\n  - source: steps.load.extra\n    product: extra.csv\n")
    yield "a task for it"
    await it.retype(YAML, "steps.load.extra", "steps.lod.extra")
    yield "a module that is not there"
    await it.cut(STEPS, "def users(product):")
    yield "a function without its head"
