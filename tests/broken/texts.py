"""Good pipeline files in many styles. `«name»` stands behind the text that finishes the task `name`:
from there on, whatever follows may be missing or broken, and the task must be read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MARK = re.compile("«(.*?)»")


@dataclass(frozen=True)
class Good:
    """A text, and from which offset on each of its tasks is finished (and where its entry begins)."""

    text: str
    finished: dict[str, int]
    begins: dict[str, int]


def good(marked: str) -> Good:
    text, finished, begins = "", {}, {}
    last, begin = 0, 0
    for mark in _MARK.finditer(marked):
        text += marked[last : mark.start()]
        last = mark.end()
        for name in filter(None, mark[1].split(",")):
            finished[name], begins[name] = len(text), begin
        begin = len(text)
    return Good(text + marked[last:], finished, begins)


SOURCES = {
    "steps.py": """\
def load(product):
    pass


def clean(product, upstream):
    upstream["load"]


def fit(product, upstream, depth):
    upstream["clean"]


def other(product):
    pass
""",
    "report.py": """\
# %% tags=["parameters"]
upstream = ["fit-*"]
product = None

# %%
print(upstream["fit-*"], product)
""",
    "more.yaml": "- source: steps.other\n  product: out/other\n",
    "env.yaml": "kind: small\nout: out\n",
}

_BLOCK = """\
# what this is
meta:
  extract_upstream: true

tasks:
«»  - source: steps.load
    product: out/load.csv
    params:
      rows: [1, 2]
«load»
  # the second one
  - source: steps.clean  # a comment
    product:
      data: '{{out}}/clean.csv'
      more: "{{out}}/more.csv"

«clean»  - source: steps.fit
    name: fit-[[depth]]
    product: '{{out}}/fit.pkl'
    grid:
      depth: [1, 2]
«fit-1,fit-2»  - source: report.py
    product: {nb: out/report.html}
«report»
executor: parallel
on_finish: steps.other
"""

GOOD: dict[str, Good] = {
    name: good(text)
    for name, text in {
        "block": _BLOCK,
        "windows": _BLOCK.replace("\n", "\r\n"),
        "old mac": _BLOCK.replace("\n", "\r"),
        "mark": "\ufeff" + _BLOCK,
        "indented": re.sub("^(«.*?»)?  ", r"\1      ", _BLOCK, flags=re.MULTILINE),
        "entries at the margin": """\
tasks:
«»- source: steps.load
  product: out/a
«load»- name: second
  source: steps.other
  product: out/b
«second»# between
- {name: third, source: steps.other, product: out/c}
«third»serializer: steps.load
""",
        "bare list": """\
«»- source: steps.load
  product: out/a
«load»- source: steps.clean
  product: out/b
«clean»-   name: third
    source: steps.other
    product: out/c
«third»""",
        "document marks": """\
---
# first
tasks:
«»  - source: steps.load
    product: out/a
«load»  - source: steps.clean
    product: out/b
«clean»""",
        "flow": """\
tasks: [{source: steps.load, product: out/a},«load»
  {source: steps.clean, product: {data: out/b, 'more': "out/c"}},«clean» {name: x, source:
  steps.other, product: out/d},«x»
]
""",
        "json": """\
{
  "meta": {"extract_upstream": true},
  "tasks": [
    {"source": "steps.load", "product": "out/a", "params": {"rows": [1, 2.5, null, true]}},«load»
    {"source": "steps.clean", "product": {"data": "out/\\u00e9", "more": "out/c"}},«clean»
    {"name": "x", "source": "steps.other", "product": "out/d"},«x»
    {"name": "y", "source": "steps.other", "product": "out/e"}
  ]
}
""",
        "anchors": """\
tasks:
«»  - &first
    source: steps.other
    product: &place out/a
    name: one
«one»  - <<: *first
    name: two
    product: out/b
«two»  - name: three
    source: steps.other
    product: {a: out/c, b: &far out/d}
    params: {other: *place}
«three»  - source: steps.load
    product: *far
«load»meta: {extract_product: false}
""",
        "block scalars": """\
tasks:
«»  - source: steps.load
    product: >-
      out/load.csv
    params:
      text: |
        - source: not.a.task
          product: nothing
        tasks:
        - x
«load»  - name: second
    source: steps.other
    params:
      text: >2

        - folded

      more: |+
        kept

    product: out/b
«second»  - name: third
    source: steps.other
    product: out/c
«third»""",
        "quotes over lines": """\
tasks:
«»  - source: steps.load
    product: out/a
    params:
      text: "a line

  - source: steps.not_a_task
    product: neither"
«load»  - source: steps.other
    name: second
    params: {a: 'b
  - c'}
    product: out/b
«second»  - name: third
    source: steps.other
    product: out/c
«third»""",
        "plain over lines": """\
tasks:
«»  - source: steps.load
    params:
      words: one
        - two
        # a comment ends it
    product: out/a
«load»  - name: second
    source:
      steps.other
    product:
      out/b
«second»  - name: third
    product: out/c
    source: steps.other
«third»""",
        "comments between": """\
tasks:
# at the margin
«»  - source: steps.load
    product: out/a
«load»# at the margin, too

    # deep
  # as deep as entries
  - # behind the dash
    source: steps.other
    name: second
    product: out/b
«second»
#   - source: switched.off
#     product: out/z

  -
    name: third
    source: steps.other
    product: out/c
«third»  # the end
""",
        "strings as tasks and oddities": """\
"meta": {extract_product: true}
'tasks' :
«»  - report.py
«report»  - source: steps.load
    ? product
    : out/a
«load»  - {
      source: steps.other, name: curly,
      product: out/b
    }
«curly»  - !!map
    name: tagged
    source: !!str steps.other
    product: out/c
«tagged»""",
        "unicode": """\
meta: {import_tasks_from: more.yaml}
tasks:
«»  - name: größe 🚀
    source: steps.other
    product: 'out/größe 🚀/мир.csv'
«größe 🚀»  - name: 数据
    source: steps.other  # コメント
    product: {ключ: out/ö, "🚀": out/ü}
«数据»  - name: last
    source: steps.other
    product: out/l
«last»""",
        "several sections": """\
on_render: steps.load
tasks:
«»  - source: steps.load
    product: out/a
«load»clients:
  File:
    dotted_path: steps.other
«»executor:
  dotted_path: ploomber.executors.Parallel
  processes: 2
config: {hot_reload: true}
""",
    }.items()
}
