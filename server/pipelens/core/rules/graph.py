"""Rules of the family `graph`: names, dependencies, and products that several tasks touch."""

from __future__ import annotations

from pipelens.core.problems import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "duplicate-task-name",
        "error",
        "Two tasks have the same name.",
        """\
Tasks find each other by name, so a name must belong to one task. Without `name`, a task is called
like its source file without the extension, or like its function; two modules with a function
`load` therefore clash (section 6.3 of the format). The second task is the one that is refused.

Wrong:

```yaml
tasks:
  - source: sales.load
    product: out/sales.csv
  - source: stock.load
    product: out/stock.csv
```

Right:

```yaml
tasks:
  - source: sales.load
    name: load-sales
    product: out/sales.csv
  - source: stock.load
    name: load-stock
    product: out/stock.csv
```

To fix it, give one of them a `name` of its own and use it where the task is an upstream. In a grid,
let the name hold every value that varies: `fit-[[model]]-[[depth]]`.
""",
    ),
    Rule(
        "unknown-upstream",
        "error",
        "A task needs an upstream that no task is called.",
        """\
Every name in `upstream` (in the YAML, in a parameters cell, or as a subscript in a function) must
be the name of a task of this pipeline; otherwise nothing is built (sections 6.5 and 8). A task's
name is its `name`, or the stem of its file, or its function's name.

Wrong, with a task called `load`:

```python
upstream = ["laod"]
```

Right:

```python
upstream = ["load"]
```

To fix it, correct the name or add the missing task. A name in the source is read from there: to
name it in the YAML instead, set `extract_upstream: false` in `meta`.
""",
        while_typing=False,
    ),
    Rule(
        "self-upstream",
        "error",
        "A task needs itself.",
        """\
A task that needs its own product can never start. Wildcards do this unnoticed: `fit*` in the task
`fit-all` matches `fit-all`, too (section 8.6).

Wrong, in the task `fit-all`:

```python
upstream = ["fit-*"]
```

Right, with the task renamed to `all-fits`:

```python
upstream = ["fit-*"]
```

To fix it, remove the name, narrow the pattern, or rename the task so that the pattern does not
match it.
""",
    ),
    Rule(
        "cycle",
        "error",
        "Tasks need each other in a circle.",
        """\
Tasks are run after everything that they need; on a circle there is no first one (section 8.8).
Each task of the circle is pointed at where it names the next.

Wrong: `clean.py` and `load.py` need each other.

```python
upstream = ["load"]  # clean.py
upstream = ["clean"]  # load.py
```

Right:

```python
upstream = ["load"]  # clean.py
upstream = None  # load.py
```

To fix it, remove one of the dependencies, or move what both need into a task of its own.
""",
    ),
    Rule(
        "wildcard-no-match",
        "warning",
        "A pattern in `upstream` matches no task.",
        """\
A name with `*` stands for all tasks that it matches. When there is none, the dependency silently
disappears: a notebook gets an empty `upstream`, a function is called without the argument and fails
(section 8.6). Mostly the pattern or the name of a grid is misspelt.

Wrong, with a grid called `fit-[[model]]`:

```python
upstream = ["fit_*"]
```

Right:

```python
upstream = ["fit-*"]
```

To fix it, correct the pattern. `?` and `[...]` have a meaning only where a `*` is present, too.
""",
        while_typing=False,
    ),
    Rule(
        "duplicate-product",
        "error",
        "A product is declared twice.",
        """\
Two tasks, or two keys of one task, that write the same file overwrite each other, and nobody could
tell which of them made it. Paths are compared after `./`, `..` and doubled slashes are removed
(section 6.4).

Wrong:

```yaml
tasks:
  - source: load.py
    product: out/data.ipynb
  - source: clean.py
    product: ./out/data.ipynb
```

Right:

```yaml
tasks:
  - source: load.py
    product: out/load.ipynb
  - source: clean.py
    product: out/clean.ipynb
```

To fix it, give each task a product of its own.
""",
    ),
    Rule(
        "grid-product-same",
        "error",
        "The tasks of a grid make the same product.",
        """\
Each task of a grid needs products of its own. Its number is added to each of them (`-0`, `-1` …,
before the suffixes of a file), so a product that does not mention the grid's params varies all the
same (section 6.8). Two tasks still meet where values bring such numbers with them.

Wrong: both make `out/x-0.y-1.csv`.

```yaml
- source: steps.fit
  name: fit-
  product: out/[[a]].[[b]]
  grid:
    - {a: x, b: y-1.csv}
    - {a: x-0.y, b: csv}
```

Right:

```yaml
- source: steps.fit
  name: fit-
  product: out/fit.csv
  grid:
    - {a: x, b: y-1.csv}
    - {a: x-0.y, b: csv}
```

To fix it, take the values out of the product's name, or separate them otherwise.
""",
    ),
    Rule(
        "product-is-source",
        "warning",
        "A task writes the file that a task is made of.",
        """\
Running this task overwrites code. That may be meant, when a task generates another task's script,
but mostly a path was copied from `source` to `product`, and the script is lost at the first build.

Wrong:

```yaml
- source: tasks/load.py
  product: tasks/load.py
```

Right:

```yaml
- source: tasks/load.py
  product: out/load.ipynb
```

To fix it, name another file as the product.
""",
    ),
    Rule(
        "now-in-product",
        "info",
        "A product's path holds the time, so every run is a full run.",
        """\
`{{now}}` is evaluated each time the pipeline is read. A path with it is new each time, so its task
never finds its product, is never fresh, and everything after it runs as well (section 3.3).

Wrong:

```yaml
product: out/{{now}}/data.csv
```

Right, with a date that is given when it matters (`--env--day 2024-05-01`):

```yaml
product: out/{{day}}/data.csv
```

To fix it, use a value of `env.yaml` that stays the same between runs.
""",
    ),
    Rule(
        "relation-never-fresh",
        "info",
        "A plain SQLRelation keeps no metadata, so its task always runs.",
        """\
`SQLRelation` has no place to keep a record of what made it: its task is stale in every build, and
so are the tasks after it (section 6.4). `SQLiteRelation`, `PostgresRelation` and
`GenericSQLRelation` keep one in the database.

Always run:

```yaml
- source: make.sql
  product: [numbers, table]
```

Run when something changed:

```yaml
- source: make.sql
  product: [numbers, table]
  product_class: SQLiteRelation
```

To fix it, choose one of those classes (they need a client), or leave it: it is correct, only slow.
""",
    ),
)
