"""Rules of the family `grid`: tasks that are made from combinations of values."""

from __future__ import annotations

from pipelens.core.problems import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "grid-overlap",
        "error",
        "A key is in grid and in params.",
        """\
A task of a grid gets the values of its combination and, besides, those of `params`. A key in both
would have two values at once, and Ploomber refuses it (section 6.8 of the format).

Wrong:

```yaml
- source: steps.fit
  name: fit-
  product: out/model.pkl
  params: {depth: 3}
  grid:
    depth: [2, 4]
```

Right:

```yaml
- source: steps.fit
  name: fit-
  product: out/model.pkl
  grid:
    depth: [2, 3, 4]
```

To fix it, keep the key under `grid` where it varies, under `params` where it does not.
""",
    ),
    Rule(
        "grid-too-large",
        "error",
        "A grid with too many tasks.",
        """\
A grid makes one task for every combination, and combinations multiply: six keys with six values each
are 46,656 tasks (section 6.8 of the format). Ploomber would try to load them all; here at most
20,000 for one mapping of a grid are read, so that no file can take all memory.

Wrong: 46,656 tasks.

```yaml
grid:
  a: [1, 2, 3, 4, 5, 6]
  b: [1, 2, 3, 4, 5, 6]
  c: [1, 2, 3, 4, 5, 6]
  d: [1, 2, 3, 4, 5, 6]
  e: [1, 2, 3, 4, 5, 6]
  f: [1, 2, 3, 4, 5, 6]
```

Right: the three combinations that matter.

```yaml
grid:
  - {a: 1, b: 1, c: 1, d: 1, e: 1, f: 1}
  - {a: 3, b: 2, c: 1, d: 1, e: 1, f: 1}
  - {a: 6, b: 6, c: 6, d: 6, e: 6, f: 6}
```

To fix it, list the combinations that matter, or search through them inside one task.
""",
    ),
    Rule(
        "grid-mapping-value",
        "warning",
        "A mapping as a grid's value stands for its keys.",
        """\
Each key of a grid takes a list of values. Ploomber goes through whatever is there, and going through
a mapping gives its keys: the values of the mapping reach no task (section 6.8 of the format).

Wrong: two tasks, with `linear` and with `forest`, and no depth anywhere.

```yaml
grid:
  model: {linear: 1, forest: 8}
```

Right: two tasks, each with its mapping.

```yaml
grid:
  model:
    - {kind: linear, depth: 1}
    - {kind: forest, depth: 8}
```

To fix it, write a list: of the keys if they are what is meant, else of mappings.
""",
    ),
    Rule(
        "grid-from-code",
        "info",
        "A grid's values come from a function.",
        """\
`module::function` in a grid is called when the pipeline is loaded, and what it returns is the list of
values (section 6.8 of the format). Reading a pipeline never runs code here, so unless the function
just returns a literal nobody can tell which tasks there are: they are not shown, and patterns such as
`fit-*` are not resolved to them.

Not seen, where `depths` computes its result:

```yaml
grid:
  depth: steps::depths
```

Seen:

```yaml
grid:
  depth: [2, 4, 8]
```

There is nothing to fix. To have the tasks shown and checked, write the values into the file, or let
the function return a literal list.
""",
    ),
)
